"""One member at a time in one `up`: the steps that come before the engine's own edit of the set.

A hook of the engine takes them, and the engine then finds that nothing is left to do. Each is the
edit that an `up` of its own would make, applied under the name that the provider applies with, so
that the provider finds what it made itself. A run that is cut off leaves the set at a step, and the
next one begins there.

A rollout restarts the next pod when all are ready. Where some pods know of a member more than the
others, it may wait for a pod that waits for it: seen with ZooKeeper from one to two, and from three
to four when the leader restarts first. As any of them may be restarted at any time, whoever has the
former template after a while is.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

import pulumi

from ..errors import StatefastError
from ..safety.quorum import MemberPlan, Members
from ..safety.read.client import Client, NotThere
from ..safety.read.cluster import Cluster, Object, Unreadable
from ..safety.read.live import MEMBERS
from ..safety.wait.polling import look, until
from ..safety.wait.set_status import (
    all_started,
    lacks,
    lacks_new_pods,
    picture,
    reasons,
    with_former_template,
    without,
)
from ..schema.annotations import PATCH_FORCE
from .members import member_values
from .model import Workload

__all__ = ["member_steps"]

_PATH = "/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}"
_MANAGER = "__fieldManager"
_POD = "/api/v1/namespaces/{namespace}/pods/{name}"
_CALL_SECONDS = 30
# How long a rollout stands still before it is pushed: while a pod starts, and once all have started
# and only elect. An election takes less, most of the time.
_STANDSTILL_SECONDS = 25.0
_ELECTION_SECONDS = 10.0


def member_steps(
    component: pulumi.Resource,
    workload: Workload,
    plan: MemberPlan,
    cluster: Cluster | None,
    *,
    by_itself: bool,
    minutes: float,
) -> pulumi.ResourceHookBinding | None:
    """What to hang on the set; None where no members come or go, or nothing can be read.

    Args:
        component: What the progress is shown at.
        workload: Checked args.
        plan: Its members.
        cluster: Where its set can be read.
        by_itself: Whether steps can be taken; else the members there are are waited for alone.
        minutes: How long each step may take.
    """
    if cluster is None or not plan.way:
        return None
    steps = _Steps(component, workload, plan, cluster, by_itself=by_itself, minutes=minutes)
    name = f"statefast-members-{workload.namespace}-{workload.name}"
    return pulumi.ResourceHookBinding(before_update=[pulumi.ResourceHook(name, steps.take)])


class _Steps:
    """The steps of one set."""

    def __init__(
        self,
        component: pulumi.Resource,
        workload: Workload,
        plan: MemberPlan,
        cluster: Cluster,
        *,
        by_itself: bool,
        minutes: float,
    ) -> None:
        self._component = component
        self._workload = workload
        self._plan = plan
        self._cluster = cluster
        self._by_itself = by_itself
        self._minutes = minutes
        self._seen: object = None
        self._since = 0.0

    async def take(self, args: pulumi.ResourceHookArgs) -> None:
        """Takes all steps.

        Raises:
            StatefastError: a step could not be written, or its members were not ready in time.
        """
        now, running = self._plan.now, self._plan.running
        if running and now.count > 1:
            # Who starts with nothing may count only once those before have all there is.
            await self._settled(now, self._plan.way[0])
        if not self._by_itself:
            return
        inputs = await pulumi.Output.from_input(args.new_inputs or {}).future() or {}
        manager = str((args.old_outputs or {}).get(_MANAGER) or await self._manager())
        for following in self._plan.way:
            if running and (now.count, following.count) == (1, 2):
                # The controller restarts no pod before the new one is ready, which waits for a
                # peer that knows of it: so the only member restarts before that one is there.
                await self._write(inputs, manager, now, knowing=following)
                await self._wait(f"pod {self._workload.name}-{now.first}", self._has_new_pods)
            await self._write(inputs, manager, following, knowing=following)
            await self._wait(f"{following.count} members", self._is_whole)
            now, running = following, True

    async def _settled(self, now: Members, following: Members) -> None:
        stay = range(max(now.first, following.first), min(now.stop, following.stop))

        async def missing() -> str:
            said = await self._is_whole()
            if not said or len(stay) == now.count:
                return said
            # Who leaves may be broken.
            return without(await self._set(), await self._pods(), stay)

        await self._wait(f"{now.count} members", missing)

    async def _has_new_pods(self) -> str:
        return lacks_new_pods(await self._set())

    async def _is_whole(self) -> str:
        item = await self._set()
        if said := lacks(item):
            with contextlib.suppress(Unreadable):
                await self._push(item, await self._pods())
        return said

    async def _push(self, item: Object, pods: Mapping[str, Object]) -> None:
        """Restarts the pods with the former template, once the rollout stands still."""
        now = picture(item, pods)
        if now != self._seen:
            self._seen, self._since = now, time.monotonic()
        patience = _ELECTION_SECONDS if all_started(item, pods) else _STANDSTILL_SECONDS
        if time.monotonic() - self._since < patience:
            return
        self._since = time.monotonic()
        for name, uid in with_former_template(item, pods).items():
            path = _POD.format(namespace=self._workload.namespace, name=name)
            body = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}}
            trouble = await asyncio.to_thread(_call, self._context, "DELETE", path, body)
            said = f"was not restarted: {trouble}: kubectl delete pod {name}" if trouble else ""
            pulumi.log.info(
                f"pod {name} {said or 'restarts: the rollout waits for it'}", self._component
            )

    @property
    def _context(self) -> str:
        return (self._workload.args.get("preflight") or {}).get("context", "")

    async def _pods(self) -> Mapping[str, Object]:
        return await look(self._cluster, "pods", self._workload.namespace)

    async def _set(self) -> Object:
        found = await look(self._cluster, "stateful sets", self._workload.namespace)
        if self._workload.name not in found:
            raise self._failure("but somebody deleted the set meanwhile", "run up --refresh")
        return found[self._workload.name]

    async def _manager(self) -> str:
        """Under which name the provider applies the set."""
        fields = (await self._set())["metadata"].get("managedFields") or ()
        return next(
            (
                str(its["manager"])
                for its in fields
                if its.get("operation") == "Apply" and "pulumi" in its["manager"]
            ),
            "pulumi-kubernetes",
        )

    async def _wait(self, what: str, missing: Callable[[], Awaitable[str]]) -> None:
        name = self._workload.name
        trouble = await until(
            self._component,
            seconds=self._minutes * 60,
            what=f"StatefulSet {name} waits for {what}",
            missing=missing,
        )
        if trouble:
            try:
                why = reasons(await self._pods(), name)
            except Unreadable:
                why = ""
            raise self._failure(
                f"but {trouble} after {self._minutes} minutes{why}, and no member may come or go"
                " before",
                "nothing is lost: see to the pods and run up again, which goes on from there",
            )

    async def _write(
        self, inputs: Mapping[str, Any], manager: str, there: Members, *, knowing: Members
    ) -> None:
        """Applies the set with these members, whose pods know of those.

        Raises:
            StatefastError: the API server does not take it.
        """
        body = _at(inputs, self._workload, there, knowing)
        path = _PATH.format(namespace=self._workload.namespace, name=self._workload.name)
        forced = body["metadata"]["annotations"].get(PATCH_FORCE, "false")
        query = [("fieldManager", manager), ("force", forced)]
        if trouble := await asyncio.to_thread(_call, self._context, "PATCH", path, body, query):
            raise self._failure(
                f"but {there.count} members on the way were answered: {trouble}",
                "nothing is lost: see to it and run up again, which goes on from there",
            )
        pulumi.log.info(
            f"StatefulSet {self._workload.name}: members {there}, told of {knowing}",
            self._component,
        )

    def _failure(self, why: str, remedy: str) -> StatefastError:
        workload = self._workload
        return StatefastError(workload.resource, "replicas", workload.replicas, why, remedy)


def _at(
    inputs: Mapping[str, Any], workload: Workload, there: Members, knowing: Members
) -> dict[str, Any]:
    """The set as the provider would apply it, on the way."""
    body = {key: deepcopy(value) for key, value in inputs.items() if not key.startswith("__")}
    spec = body["spec"]
    spec["replicas"] = there.count
    spec.pop("ordinals", None)
    if there.first:
        spec["ordinals"] = {"start": there.first}
    body["metadata"]["annotations"][MEMBERS] = there.text
    values = member_values(workload, knowing)
    for container in spec["template"]["spec"]["containers"]:
        if container["name"] == workload.name:
            for item in container["env"]:
                if item["name"] in values:
                    item["value"] = values[item["name"]]
    return body


def _call(
    context: str,
    method: str,
    path: str,
    body: Mapping[str, Any],
    query: Sequence[tuple[str, str]] = (),
) -> str:
    """Asks the API server; what it has against it, or nothing."""
    try:
        Client(context).send("the request", method, path, body, query=query, seconds=_CALL_SECONDS)
    except NotThere as error:
        return "" if method == "DELETE" else str(error)
    except Unreadable as error:
        return str(error)
    return ""
