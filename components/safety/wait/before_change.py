"""Snapshots before a change: taken and ready before it goes on, and no more of them than are kept.

A hook of the engine takes them (decision 0029). What a hook raises stops the change. Before a
workload is deleted, by a replacement or a destroy, the hook goes by what the workload says of
itself in the state, since no program may have it any more.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self, TypeVar

import pulumi

from ...errors import StatefastError
from ..preflight import owner_of_run
from ..read.client import Client, Object, Unreadable
from ..read.live import OWNER
from ..run import Run, this_run
from .group_taking import TakenGroup, group_progress, take_group
from .hooks import hook_of_run
from .kept import delete_older
from .of_workload import (
    Pod,
    bound_claims,
    claims_of,
    image_of,
    images,
    live_workload,
    pod_of,
    pods_of,
    read_last,
)
from .rule import RULE, SnapshotRule
from .taking import TAKEN_BEFORE, CannotTake, Lasting, driver_of_claim, progress, take

__all__ = ["deletion_hook", "growth_hook", "image_hook"]

T = TypeVar("T")

_HOOK = "statefast-snapshot-before-deletion"
_READY_SECONDS = 600.0
_EVERY_SECONDS = 0.5


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
        live = await taking.ask(partial(live_workload, kind, namespace, name))
        if live is None:
            # It was destroyed, and its claims say which image read them last.
            last = await taking.ask(partial(read_last, new))
            for change in dict.fromkeys(last.values()):
                claims = [claim for claim, read in last.items() if read == change]
                said = f"image {change}"
                again = _Taking(component, rule, run, taking.resource, namespace, said)
                await again.of(pods_of(new, claims))
        elif change := images(image_of(live), image_of(new)):
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
        taking = _Taking(component, rule, run, resource, namespace, f"growth to {size}")
        pod = pod_of(run, namespace, claim)
        # The other claims of its pod may grow at the same time.
        async with run.locks.setdefault((namespace, pod.claims), asyncio.Lock()):
            if len(pod.claims) > 1:
                there = await taking.ask(lambda api: bound_claims(api, namespace, pod.claims))
                pod = replace(pod, claims=there)
            await taking.of([pod], only=claim)

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
        self._unsaid: list[str] = []

    async def of_owner(self, owner: Object) -> None:
        """Takes one of each claim that a workload mounts, of all the ordinals it has had.

        Args:
            owner: The workload as it was.

        Raises:
            StatefastError: one was not taken, or is not ready in ten minutes.
        """
        names = await self.ask(lambda api: [name for name, _ in claims_of(api, owner)])
        await self.of(pods_of(owner, names))

    async def of(self, pods: Iterable[Pod], only: str = "") -> None:
        """Takes one of the claims of each pod, unless this run has done so.

        Args:
            pods: The claims that belong together.
            only: The claim that is about to change; the others are taken where they are of one
                moment with it. Empty where all are.

        Raises:
            StatefastError: see `of_owner`.
        """
        taken: list[_Taken] = []
        for pod in pods:
            missing = [it for it in (only and [only]) or pod.claims if not self._has(it)]
            if missing:
                begun = await self.ask(partial(self._take, pod, missing))
                self._unsaid += [f"{it.name} is being taken, before {self.change}" for it in begun]
                while self._unsaid:
                    self._say(self._unsaid.pop(0))
                taken.extend(begun)
        for one in taken:
            await self._wait(one)
        claims = [claim for one in taken for claim in one.claims]
        self._run.snapshots |= {(self._namespace, claim) for claim in claims}
        if claims:
            await self._prune(claims)

    def _has(self, claim: str) -> bool:
        return (self._namespace, claim) in self._run.snapshots

    def _take(self, pod: Pod, missing: Sequence[str], api: Client) -> list["_Taken"]:
        """Asks for a group of the claims of a pod, or where there can be none for one of each that
        is missing.
        """
        said = {OWNER: owner_of_run(), TAKEN_BEFORE: self.change}
        taken, left = [], list(missing)
        for driver, claims in self._by_driver(pod, api).items():
            if len(claims) < 2 or not set(claims) & set(left):
                continue
            try:
                group = take_group(
                    api, self._namespace, pod.name, claims, driver, self._rule.group_class, said
                )
            except (Unreadable, CannotTake) as error:
                self._not_of_one_moment(claims, str(error))
                continue
            taken.append(_Taken.group(group))
            left = [claim for claim in left if claim not in claims]
        for claim in left:
            name = take(api, self._namespace, claim, self._rule.class_name, said)
            taken.append(_Taken.single(self._namespace, name, claim))
        return taken

    def _by_driver(self, pod: Pod, api: Client) -> Mapping[str, Sequence[str]]:
        """The claims of a pod by their driver; nothing where it has one claim alone."""
        if len(pod.claims) < 2:
            return {}
        found: dict[str, list[str]] = {}
        for claim in pod.claims:
            try:
                found.setdefault(driver_of_claim(api, self._namespace, claim), []).append(claim)
            except CannotTake as error:
                self._not_of_one_moment(pod.claims, str(error))
        if len(found) > 1:
            self._not_of_one_moment(pod.claims, f"they are of several drivers, {_and(found)}")
        return found

    def _not_of_one_moment(self, claims: Iterable[str], why: str) -> None:
        """Says so, once in a run.

        Raises:
            CannotTake: the owner asks for no others.
        """
        if self._rule.group_class:
            raise CannotTake(
                f"{why}, and VolumeGroupSnapshotClass {self._rule.group_class} is to take"
                f" {_and(claims)} at one moment"
            )
        if why not in self._run.said:
            self._run.said.add(why)
            # This is a thread, and only the loop can speak.
            self._unsaid.append(f"of {_and(claims)} will not be of one moment: {why}")

    async def _wait(self, taken: "_Taken") -> None:
        name = taken.name
        began, trouble_of = time.monotonic(), Lasting()
        while time.monotonic() - began < _READY_SECONDS:
            ready, said = await self.ask(taken.progress)
            if ready:
                self._say(f"{name} is ready")
                return
            if trouble := trouble_of(said):
                raise self._failure(
                    f"snapshot {name} failed ({trouble})",
                    f"mend what it needs, run kubectl delete {taken.kind} {name} -n"
                    f" {self._namespace}, and run again",
                )
            await asyncio.sleep(_EVERY_SECONDS)
        raise self._failure(
            f"snapshot {name} is not ready in ten minutes", "see what it waits for, and run again"
        )

    async def _prune(self, claims: Sequence[str]) -> None:
        """Deletes what is older than those that are kept; the newest is ready, and stays."""

        def prune() -> None:
            api = Client(self._rule.context)
            delete_older(api, self._namespace, claims, self._rule.keep, owner_of_run())

        try:
            await asyncio.to_thread(prune)
        except (Unreadable, CannotTake) as error:
            self._say(f"of {_and(claims)} that are too old stay: {error}")

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What was asked for: a snapshot of one claim, or of several."""

    name: str
    kind: str
    claims: tuple[str, ...]
    progress: Callable[[Client], tuple[bool, str]]

    @classmethod
    def group(cls, taken: TakenGroup) -> Self:
        return cls(
            name=taken.name,
            kind="volumegroupsnapshot",
            claims=taken.claims,
            progress=lambda api: group_progress(api, taken),
        )

    @classmethod
    def single(cls, namespace: str, name: str, claim: str) -> Self:
        return cls(
            name=name,
            kind="volumesnapshot",
            claims=(claim,),
            progress=lambda api: progress(api, namespace, name),
        )


def _and(texts: Iterable[str]) -> str:
    return " and ".join(texts)


async def _resolved(
    given: Mapping[str, Any] | Awaitable[Mapping[str, Any]] | None,
) -> Mapping[str, Any]:
    return await pulumi.Output.from_input(given or {}).future() or {}
