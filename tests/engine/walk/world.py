"""The cluster and the stacks of one walk, and each step done to them."""

import contextlib
import http.client
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from localcluster.layout import Workspace
from settings.workload import OF_ONE_PATTERN
from tests.engine.conftest import Config
from tests.engine.parts import connection

from .hands import HANDS, Hand
from .history import Act, Finding
from .invariant import Ledger
from .said import Run, Way, ways
from .seen import Seen, read
from .stacks import Stack, edit_file, program_copy
from .steps import Step

__all__ = ["World"]

_PATHS = (
    "/api/v1/persistentvolumeclaims",
    "/api/v1/persistentvolumes",
    "/api/v1/pods",
    "/api/v1/services",
    "/api/v1/serviceaccounts",
    "/api/v1/secrets",
    "/api/v1/configmaps",
    "/apis/apps/v1/statefulsets",
    "/apis/apps/v1/deployments",
    "/apis/policy/v1/poddisruptionbudgets",
    "/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents",
    "/apis/storage.k8s.io/v1/storageclasses",
)
# Of the whole cluster, by the beginnings of their names.
_CLASSES = (
    ("storageclass", "rbd"),
    ("storageclass", "rbd-second"),
    ("volumesnapshotclass", "snap"),
)
_NOT_OURS = ("kube-root-ca.crt", "default")
_SETTLING_SECONDS, _LEAVING_SECONDS = 20, 3


class World:
    """One walk's cluster, stacks, and ledger.

    Attributes:
        stacks: `a`, the one that is walked over, and `b`, another one in its namespace.
        names: From the name of a workload to what it is called as long as it lives.
        seen: The last look at the cluster.
    """

    def __init__(self, workspace: Workspace, name: str, config: Config, other: Config) -> None:
        self.workspace, self.name = workspace, name
        self.namespaces = (name, f"{name}-b")
        self._program = program_copy(workspace.folder / "walk" / name)
        self.stacks = {
            "a": Stack(workspace, name, name, self._program),
            "b": Stack(workspace, f"{name}-other", name, self._program),
        }
        self.stacks["a"].config = config
        self.stacks["b"].config = other
        self.names: dict[str, str] = {}
        for stack in self.stacks.values():
            self.names.update({it: it for it in stack.config["statefast:workloads"]})
        self.ledger = Ledger(self.names, lambda workload: "b" if workload[0] == "x" else "a")
        self._connection, self._headers = connection(workspace)
        self.seen = self.look()

    def look(self) -> Seen:
        """The cluster now."""
        items: list[Any] = []
        for path in _PATHS:
            listed = self._list(path)
            kind = listed["kind"].removesuffix("List")
            items += [
                {**item, "kind": kind}
                for item in listed["items"]
                if item["metadata"]["name"] not in _NOT_OURS
            ]
        return read(items, self.namespaces)

    def _list(self, path: str) -> Any:
        for last in (False, True):
            try:
                self._connection.request("GET", path, headers=self._headers)
                return json.loads(self._connection.getresponse().read())
            except (OSError, http.client.HTTPException):
                self._connection.close()
                if last:
                    raise
        raise AssertionError(path)

    def settle(self) -> Seen:
        """The cluster once its controllers have nothing to do, or will not get it done."""
        began, calm = time.monotonic(), 0
        while True:
            seen = self.look()
            past = time.monotonic() - began
            # A claim that a pod mounts stays on its way out; another one is gone soon.
            leaving = any(it.leaving for it in seen.claims.values()) and past < _LEAVING_SECONDS
            calm = calm + 1 if seen.settled and not leaving else 0
            if calm > 1 or past > _SETTLING_SECONDS:
                return seen
            time.sleep(0.3)

    def take(self, step: Step) -> tuple[list[Run], list[Finding]]:
        """Takes one step, and says what does not hold after it."""
        before = self.seen
        retention, owned = self._retention(step)
        runs = _OPS[step.op](self, dict(step.args)) or []
        if step.op in ("hand", "run", "obey", "stack"):
            self.seen = self.settle()
        name = str(step.args.get("stack", "a"))
        stack = self.stacks[name]
        act = Act(
            runs=runs,
            stack=name,
            disposed=owned if runs and retention == "delete" else frozenset(),
            exchanged=owned if runs and retention == "snapshot" else frozenset(),
            read=stack.get("preflight") != "off",
            wanted=frozenset(self.names[it] for it in stack.get("workloads") or {}),
            consents=self.consents,
            namespace="" if stack.get("formerStack") else str(stack.get("namespace")),
        )
        return runs, self.ledger.observe(before, self.seen, act)

    @property
    def consents(self) -> frozenset[str]:
        """What the owners have consented to, as it stands in config now."""
        given = (stack.get("consent") or () for stack in self.stacks.values())
        return frozenset(it for its in given for it in its)

    def _retention(self, step: Step) -> tuple[str, frozenset[str]]:
        """What becomes of the data of a stack that is destroyed, as it was deployed last."""
        if step.args.get("verb") != "destroy":
            return "retain", frozenset()
        name = str(step.args["stack"])
        config = self.stacks[name].good or self.stacks[name].config
        default = "delete" if config.get("statefast:ephemeral") else "retain"
        return config.get("statefast:retention") or default, frozenset({name})

    def end(self) -> None:
        """Takes everything out of the cluster that this walk brought into it."""
        hand = self._hand(self.name)
        hand.kubectl("delete", "namespace", *self.namespaces, "--ignore-not-found", "--wait=false")
        for kind, name in _CLASSES:
            hand.kubectl("delete", kind, f"{name}-{self.name}", "--ignore-not-found")
        shutil.rmtree(self._program, ignore_errors=True)
        self._connection.close()

    def _hand(self, namespace: str) -> Hand:
        return Hand(self.workspace, namespace, self.seen)

    # What each kind of step does. A step that finds nothing to do does nothing: histories are
    # walked again with steps left out.

    def _edit(self, args: Mapping[str, Any]) -> None:
        stack = self.stacks[args["stack"]]
        path = list(args["path"])
        done = stack.edit(path, args["value"])
        if path[2:] == ["pattern"]:
            # What the other pattern alone has is refused.
            for key in OF_ONE_PATTERN:
                stack.edit([*path[:2], key], None)
        if done and path[0] == "workloads" and len(path) == 2:
            self.names.setdefault(path[1], path[1])

    def _rename(self, args: Mapping[str, Any]) -> None:
        workloads = self.stacks["a"].get("workloads") or {}
        if args["old"] in workloads and args["new"] not in workloads:
            workloads[args["new"]] = workloads.pop(args["old"])
            self.names[args["new"]] = self.names[args["old"]]

    def _file(self, args: Mapping[str, Any]) -> None:
        path: Path = self._program / "workloads" / f"{args['app']}.yaml"
        edit_file(path, list(args["path"]), args["value"])

    def _run(self, args: Mapping[str, Any]) -> list[Run]:
        stack, verb = self.stacks[args["stack"]], args["verb"]
        flags = list(args.get("flags") or ())
        if stack.refresh and verb in ("up", "preview") and "--refresh" not in flags:
            flags.append("--refresh")
        quiet = ("--suppress-progress",)
        if verb == "preview":
            return [stack.run("preview", *quiet, *flags)]
        yes = ("--yes", "--skip-preview", *quiet, *flags)
        if "after" in args:
            return [self._interrupted(stack, args, verb, *yes)]
        if verb != "up":
            return [stack.run(verb, *yes)]
        runs = [stack.run("preview", *quiet, *flags), stack.run("up", *yes)]
        stack.refresh = any("up --refresh" in said for said in runs[-1].refusals)
        return runs

    def _interrupted(self, stack: Stack, args: Mapping[str, Any], *command: str) -> Run:
        faults = self.workspace.cluster.faults
        if args.get("volumes") is False:
            faults.write_text(json.dumps({"create": {"fail": -1, "message": "the pool is full"}}))
        try:
            return stack.interrupted(*command, after=args["after"], by=args["by"])
        finally:
            faults.unlink(missing_ok=True)

    def _obey(self, args: Mapping[str, Any]) -> None:
        stack = self.stacks[args["stack"]]
        found = ways(stack.last) if stack.last is not None else []
        if found:
            self.follow(stack, found[args["way"] % len(found)])

    def follow(self, stack: Stack, way: Way) -> None:
        """Does as a refusal or a warning says."""
        given = stack.config.setdefault("statefast:consent", [])
        for consent in way.consents:
            if consent not in given:
                given.append(consent)
            self.ledger.consent(consent)
        if way.former:
            stack.config["statefast:formerStack"] = way.former
        for workload, its in (stack.get("workloads") or {}).items():
            if way.size is not None and way.size[0] in (workload, f"{workload}-vol"):
                its["storage"]["size"] = way.size[1]
        for command in way.commands:
            self._hand(stack.namespace).shell(command)
        stack.refresh = stack.refresh or way.refresh or bool(way.commands)

    def _revert(self, args: Mapping[str, Any]) -> None:
        self.revert(self.stacks[args["stack"]])

    def revert(self, stack: Stack) -> None:
        """Writes back what was deployed last."""
        if stack.good is not None:
            stack.config = json.loads(json.dumps(stack.good))

    def _by_hand(self, args: Mapping[str, Any]) -> None:
        values: Sequence[Any] = list(args["args"])
        namespace = args.get("in") or self.name
        done = HANDS[args["what"]](self._hand(namespace), *values)
        if done and args["what"] == "strip" and values[0] == "pvc":
            self.ledger.strip(namespace, values[1])
        if done and args["what"] == "claim policy" and values[1:] == ["whenDeleted", "Delete"]:
            self.ledger.part(namespace, values[0])

    def _stack(self, args: Mapping[str, Any]) -> None:
        stack = self.stacks["a"]
        if args["what"] == "forget":
            stack.forget()
            return
        with contextlib.suppress(Exception):
            if args["what"] != "rename and say so" and stack.is_empty:
                self.ledger.untie("a")
            former = stack.get("formerStack") or stack.name
            stack.rename(args["name"].replace("NAME", self.name))
            if args["what"] == "rename and say so":
                stack.config["statefast:formerStack"] = former


_OPS: Mapping[str, Any] = {
    "edit": World._edit,
    "rename": World._rename,
    "file": World._file,
    "run": World._run,
    "obey": World._obey,
    "revert": World._revert,
    "hand": World._by_hand,
    "stack": World._stack,
}
