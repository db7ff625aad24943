"""Snapshots before a change: taken and ready before it goes on, and no more of them than are kept.

A hook of the engine takes them (decision 0029). What a hook raises stops the change. Before a
workload is deleted, by a replacement or a destroy, the hook goes by what the workload says of
itself in the state, since no program may have it any more.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self, TypeVar

import pulumi

from ...errors import StatefastError
from ..preflight import owner_of_run
from ..read.client import Client, NotThere, Object, Unreadable
from ..read.images import Image
from ..read.live import DATA, OWNER, claims_of_pod
from ..read.pod_data import read_record
from ..run import Run, this_run
from .hooks import hook_of_run
from .taking import CannotTake, delete, progress, snapshots_of, take

__all__ = [
    "AT_DELETION",
    "CHANGES",
    "RULE",
    "TAKEN_BEFORE",
    "SnapshotRule",
    "deletion_hook",
    "growth_hook",
    "image_hook",
]

T = TypeVar("T")

CHANGES = ("image", "growth", "replacement", "destroy")
# Those before which the workload itself is deleted.
AT_DELETION = frozenset(("replacement", "destroy"))
# On a workload: the rule, for its deletion. On a snapshot: the change that it was taken before.
RULE = "statefast/snapshots"
TAKEN_BEFORE = "statefast/taken-before"

_HOOK = "statefast-snapshot-before-deletion"
_READY_SECONDS = 600.0
_EVERY_SECONDS = 0.5
_WORKLOADS = "/apis/apps/v1/namespaces/{namespace}/{plural}/{name}"
_PLURALS = {"StatefulSet": "statefulsets", "Deployment": "deployments"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRule:
    """What snapshots are taken before, and how many of them are kept.

    Attributes:
        before: Those of CHANGES that count.
        keep: How many of each claim stay, at least one.
        class_name: Class of the snapshots where it is of the volume's driver; empty for the one
            that the driver has.
        context: Context of the kubeconfig; empty for the current one.
    """

    before: tuple[str, ...]
    keep: int
    class_name: str = ""
    context: str = ""

    @property
    def text(self) -> str:
        """What a workload says of it, for its deletion."""
        said = {"before": list(self.before), "keep": self.keep, "class": self.class_name}
        return json.dumps(said, separators=(",", ":"))

    @classmethod
    def of(cls, text: str, context: str) -> Self:
        """Reads what a workload says of it."""
        said = json.loads(text)
        return cls(
            before=tuple(said["before"]),
            keep=said["keep"],
            class_name=said["class"],
            context=context,
        )


def image_hook(
    component: pulumi.Resource,
    rule: SnapshotRule,
    *,
    kind: str,
    namespace: str,
    name: str,
    called: str,
) -> pulumi.ResourceHook:
    """Takes snapshots of all claims of a workload before another image gets to read them.

    Args:
        component: What the progress is shown at.
        rule: Of the workload.
        kind: `StatefulSet` or `Deployment`.
        namespace: Of the workload.
        name: Of the workload.
        called: What the workload is called in the state, where no other one is called so.
    """
    run = this_run()

    async def before(args: pulumi.ResourceHookArgs) -> None:
        new = {**await _resolved(args.new_inputs), "kind": kind}
        taking = _Taking(component, rule, run, f"{kind} {name}", namespace, "image")
        live = await taking.ask(partial(_live, kind, namespace, name))
        if live is None:
            # It was destroyed, and its claims say which image read them last.
            for claim, change in (await taking.ask(partial(_read_last, new))).items():
                said = f"image {change}"
                await _Taking(component, rule, run, taking.resource, namespace, said).of([claim])
        elif change := _images(_image_of(live), _image_of(new)):
            taking.change = f"image {change}"
            await taking.of_owner(live)

    return pulumi.ResourceHook(f"statefast-image-{kind.lower()}-{called}", before)


def growth_hook(
    component: pulumi.Resource,
    rule: SnapshotRule,
    *,
    namespace: str,
    claim: str,
    size: str,
    called: str,
) -> pulumi.ResourceHookBinding | None:
    """Takes a snapshot of a claim before it grows; None where no rule is for that.

    Args:
        component: What the progress is shown at.
        rule: Of the workload.
        namespace: Of the claim.
        claim: Its name.
        size: What it grows to.
        called: What the claim is called in the state, where no other one is called so.
    """
    if "growth" not in rule.before:
        return None
    run = this_run()

    async def before(_: pulumi.ResourceHookArgs) -> None:
        resource = f"PersistentVolumeClaim {claim}"
        await _Taking(component, rule, run, resource, namespace, f"growth to {size}").of([claim])

    hook = pulumi.ResourceHook(f"statefast-growth-{called}", before)
    return pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])


def deletion_hook(context: str) -> pulumi.ResourceHook:
    """Takes snapshots before a workload is deleted, as it says itself; made once in a run.

    A program whose last workload with such a rule leaves must still make it: the engine looks for
    it by name when it deletes that workload.

    Args:
        context: Context of the kubeconfig; empty for the current one.
    """
    run = this_run()

    async def before(args: pulumi.ResourceHookArgs) -> None:
        old = await _resolved(args.old_outputs)
        metadata = old["metadata"]
        text = (metadata.get("annotations") or {}).get(RULE)
        if not text:
            return
        rule, namespace = SnapshotRule.of(text, context), metadata["namespace"]
        resource = f"{old['kind']} {metadata['name']}"
        # One that this run makes anew is replaced; another one goes.
        change = "replacement" if (namespace, resource) in run.replaced else "destroy"
        if change in rule.before:
            await _Taking(None, rule, run, resource, namespace, change).of_owner(old)

    return hook_of_run(_HOOK, before)


class _Taking:
    """The snapshots before one change of one object."""

    def __init__(
        self,
        component: pulumi.Resource | None,
        rule: SnapshotRule,
        run: Run,
        resource: str,
        namespace: str,
        change: str,
    ) -> None:
        self._component = component
        self._rule = rule
        self._run = run
        self.resource = resource
        self._namespace = namespace
        self.change = change

    async def of_owner(self, owner: Object) -> None:
        """Takes one of each claim that a workload mounts, of all the ordinals it has had.

        Args:
            owner: The workload as it was.

        Raises:
            StatefastError: one was not taken, or is not ready in ten minutes.
        """
        await self.of(await self.ask(lambda api: [name for name, _ in _claims(api, owner)]))

    async def of(self, claims: Iterable[str]) -> None:
        """Takes one of each of these claims, unless this run has done so.

        Args:
            claims: Their names.

        Raises:
            StatefastError: see `of_owner`.
        """
        taken: dict[str, str] = {}
        for claim in claims:
            if (self._namespace, claim) not in self._run.snapshots:
                taken[claim] = await self.ask(partial(self._take, claim))
                self._say(f"{taken[claim]} is being taken, before {self.change}")
        for name in taken.values():
            await self._wait(name)
        for claim in taken:
            self._run.snapshots.add((self._namespace, claim))
            await self._prune(claim)

    def _take(self, claim: str, api: Client) -> str:
        said = {OWNER: owner_of_run(), TAKEN_BEFORE: self.change}
        return take(api, self._namespace, claim, self._rule.class_name, said)

    def _ours(self, there: Iterable[Object], claim: str) -> Sequence[Object]:
        """The snapshots of a claim that this stack took by such a rule, newest first."""
        found = []
        for item in there:
            annotations = item["metadata"].get("annotations") or {}
            of = item["spec"]["source"].get("persistentVolumeClaimName")
            ours = annotations.get(OWNER) == owner_of_run() and TAKEN_BEFORE in annotations
            ready = (item.get("status") or {}).get("readyToUse")
            if of == claim and ours and ready and "deletionTimestamp" not in item["metadata"]:
                found.append(item)
        return sorted(found, key=_age, reverse=True)

    async def _wait(self, name: str) -> None:
        look = partial(_progress, self._namespace, name)
        began = time.monotonic()
        while time.monotonic() - began < _READY_SECONDS:
            ready, trouble = await self.ask(look)
            if ready:
                self._say(f"{name} is ready")
                return
            if trouble:
                raise self._failure(
                    f"snapshot {name} failed ({trouble})",
                    f"mend what it needs, run kubectl delete volumesnapshot {name} -n"
                    f" {self._namespace}, and run again",
                )
            await asyncio.sleep(_EVERY_SECONDS)
        raise self._failure(
            f"snapshot {name} is not ready in ten minutes", "see what it waits for, and run again"
        )

    async def _prune(self, claim: str) -> None:
        """Deletes what is older than those that are kept; the newest is ready, and stays."""
        try:
            await asyncio.to_thread(self._delete_old, claim)
        except Unreadable as error:
            self._say(f"of claim {claim} that are too old stay: {error}")

    def _delete_old(self, claim: str) -> None:
        api = Client(self._rule.context)
        ours = self._ours(snapshots_of(api, self._namespace), claim)
        for old in ours[max(self._rule.keep, 1) :]:
            delete(api, self._namespace, old)

    async def ask(self, question: Callable[[Client], T]) -> T:
        try:
            return await asyncio.to_thread(lambda: question(Client(self._rule.context)))
        except (Unreadable, CannotTake) as error:
            raise self._failure(
                f"no snapshot could be taken: {error}",
                "see to it and run again, or take this out of snapshots, run up, and change it",
            ) from None

    def _failure(self, why: str, remedy: str) -> StatefastError:
        return StatefastError(
            self.resource,
            "snapshots.before",
            self.change,
            f"but {why}, so nothing was changed",
            remedy,
        )

    def _say(self, text: str) -> None:
        pulumi.log.info(f"{self.resource}: snapshot {text}", self._component)


def _progress(namespace: str, name: str, api: Client) -> tuple[bool, str]:
    return progress(api, namespace, name)


def _age(item: Object) -> tuple[str, str]:
    return str(item["metadata"].get("creationTimestamp")), str(item["metadata"]["name"])


async def _resolved(
    given: Mapping[str, Any] | Awaitable[Mapping[str, Any]] | None,
) -> Mapping[str, Any]:
    return await pulumi.Output.from_input(given or {}).future() or {}


def _images(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Which image becomes which; empty where none does."""
    return ", ".join(
        f"{before[name]} -> {image}"
        for name, image in after.items()
        if before.get(name, image) != image
    )


def _image_of(workload: Mapping[str, Any]) -> dict[str, str]:
    spec = ((workload.get("spec") or {}).get("template") or {}).get("spec") or {}
    several = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    return {it["name"]: str(it.get("image")) for it in several}


def _live(kind: str, namespace: str, name: str, api: Client) -> Object | None:
    path = _WORKLOADS.format(namespace=namespace, plural=_PLURALS[kind], name=name)
    try:
        # A list of the API says the kind once, and so does the engine.
        return {**api.get("getting the workload", path), "kind": kind}
    except NotThere:
        return None


def _read_last(owner: Object, api: Client) -> dict[str, str]:
    """By claim of a workload, which image would become which; claims that say none are left out."""
    wanted = {name: Image.of(image).stem for name, image in _image_of(owner).items()}
    found = {}
    for name, item in _claims(api, owner):
        said = read_record((item["metadata"].get("annotations") or {}).get(DATA, ""))
        last = {it: reads.image for it, reads in said.items() if isinstance(reads.image, str)}
        if change := _images({it: image for it, image in last.items() if image}, wanted):
            found[name] = change
    return found


def _claims(api: Client, owner: Object) -> list[tuple[str, Object]]:
    """The claims with a volume that a workload mounts, or did in one of its ordinals."""
    spec, metadata = owner["spec"], owner["metadata"]
    name = metadata["name"]
    templates = [it["metadata"]["name"] for it in spec.get("volumeClaimTemplates") or ()]
    stems = "|".join(re.escape(f"{template}-{name}") for template in templates)
    mounted = claims_of_pod((spec.get("template") or {}).get("spec") or {})
    path = f"/api/v1/namespaces/{metadata['namespace']}/persistentvolumeclaims"
    found = []
    for item in api.get("listing claims", path)["items"]:
        claim = item["metadata"]["name"]
        own = stems and re.fullmatch(rf"({stems})-\d+", claim)
        if (own or claim in mounted) and item["spec"].get("volumeName"):
            found.append((claim, item))
    return found
