"""The commands that are left for one claim on its way to another class, and back."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from statefast.safety.read.volume_commands import kept_from_all, reserved
from statefast.schema.annotations import HOLD

from ..steps import Step
from .copying import MOVES, claim_of, create, job_name, job_of, snapshot_of
from .found import WAIT_SECONDS, Refused, delete_claim, give_volume, name_of, pods_on
from .moving import (
    COPY_OF,
    Move,
    Target,
    by_name,
    finalizers_of,
    reference_of,
    said_of,
    true_conditions,
)

__all__ = ["Steps"]

_COPY_SECONDS = 3600
# From the first condition of a Job to its last one.
_END_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Steps:
    """What is left to do with one claim."""

    move: Move

    def begin(self) -> Iterator[Step]:
        """What can be done while the workload runs."""
        move = self.move
        old = move.old
        kept = old["spec"].get("persistentVolumeReclaimPolicy") == "Retain"
        if move.new is None and not (kept and said_of(old, MOVES) == move.place):
            why = f"volume {name_of(old)} outlives its claim, and is the one that moves"
            yield replace(self._mark(why), phase="prepare")

    def stop(self) -> Iterator[Step]:
        """Stops the pod of a set, and nothing makes it or its claim anew."""
        move = self.move
        if move.new is not None:
            return
        space = move.found.namespace
        if move.live is not None:
            # Of an attempt before, and what was written since is not in it.
            yield from self._clear()
        item = by_name(move.found.claims, move.claim)
        if item is not None and HOLD not in finalizers_of(item):
            finalizer = {"op": "add", "path": "/metadata/finalizers/-", "value": HOLD}
            yield self._step(
                f"claim {move.claim} is not made anew until its volume is there",
                f"kubectl patch pvc {move.claim} -n {space} --type=json -p '{_json([finalizer])}'",
            )
        if move.live is not None:
            yield self._step(
                "nor is its pod, from here on", delete_claim(move.live, "--wait=false")
            )
        for pod in pods_on(move.found, move.claim, move.workload):
            yield self._step(
                f"pod {name_of(pod)} stops, until its volume is there; the others run",
                f"kubectl delete pod {name_of(pod)} -n {space} --timeout={WAIT_SECONDS}s",
            )

    def leave(self) -> Iterator[Step]:
        """Deletes the claim of a Deployment, whose pods have stopped."""
        move = self.move
        if move.live is not None and move.new is None:
            yield from self._clear()
            yield self._step(
                f"claim {move.claim} goes, and its volume stays, Released", delete_claim(move.live)
            )

    def copy(self, target: Target) -> Iterator[Step]:
        """Fills the new volume, and gives it to the claim."""
        move = self.move
        fills = move.new is None
        if fills:
            yield from self._fill(target)
        yield from self._clear(filled=fills, by_snapshot=fills and target.by_snapshot(move.old))
        if move.held or move.lets_go or (fills and move.of_set):
            yield self._let_go()
        if fills or move.moving is not None:
            yield self._step("it has moved", f"kubectl annotate pv {name_of(move.old)} {MOVES}-")

    def back(self) -> Iterator[Step]:
        """Gives the claim its old volume again, and nothing the copy."""
        move = self.move
        old, space = move.old, move.found.namespace
        if move.new is not None:
            if move.moving is None:
                yield self._mark("it moves back")
            yield self._step(
                "the copy is for nobody",
                give_volume(move.new, space, kept_from_all(name_of(move.new))),
            )
        yield from self._clear()
        away = move.live is None
        if away and reference_of(old) != (space, move.claim):
            yield self._step(
                f"volume {name_of(old)} is for claim {move.claim} again",
                give_volume(old, space, move.claim),
            )
        if move.held or move.lets_go:
            yield self._let_go()
        if move.moving is not None or move.new is not None:
            yield self._step("it does not move", f"kubectl annotate pv {name_of(old)} {MOVES}-")

    def _let_go(self) -> Step:
        move = self.move
        return self._step(
            f"claim {move.claim} goes, and is made anew on that volume",
            f"kubectl patch pvc {move.claim} -n {move.found.namespace} --type=merge -p"
            ' \'{"metadata":{"finalizers":null}}\'',
        )

    def _fill(self, target: Target) -> Iterator[Step]:
        move = self.move
        space, (old_claim, new_claim) = move.found.namespace, move.beside
        old = move.old
        spec, size = old["spec"], old["spec"]["capacity"]["storage"]
        mounted = by_name(move.found.claims, old_claim)
        if reference_of(old) != (space, old_claim):
            yield self._step(
                f"volume {name_of(old)} is for claim {old_claim}, and no writer's",
                give_volume(old, space, old_claim),
            )
        if mounted is None:
            yield self._make(
                "which has it",
                claim_of(
                    old_claim,
                    space,
                    moves=move.place,
                    class_name=spec.get("storageClassName") or "",
                    modes=spec["accessModes"],
                    size=size,
                    volume=name_of(old),
                ),
            )
        snapshot = ""
        if target.by_snapshot(old):
            snapshot = move.claim
            yield from self._snapshot(target, old_claim)
        made = by_name(move.found.claims, new_claim)
        if made is None:
            yield self._make(
                f"a volume of class {target.class_name}",
                claim_of(
                    new_claim,
                    space,
                    moves=move.place,
                    class_name=target.class_name,
                    modes=target.access_modes or spec["accessModes"],
                    size=size,
                    snapshot=snapshot and move.snapshot,
                ),
            )
        job = move.job
        if job is None:
            if move.template is None:
                raise Refused(
                    f"{move.workload} is not there, and nobody knows as whom its files are read:"
                    " go --back"
                )
            yield self._make(
                "looks that the snapshot is on it" if snapshot else "copies every file",
                job_of(
                    move.claim,
                    space,
                    move.template,
                    source=old_claim,
                    target=new_claim,
                    copies=not snapshot,
                ),
            )
        ended = {it["type"] for it in true_conditions(job)}
        wait = f"kubectl wait job/{job_name(move.claim)} -n {space}"
        if not ended:
            yield self._step(
                "until it is done, or says why not",
                f"{wait} --for=jsonpath='{{.status.conditions[0].status}}'=True"
                f" --timeout={_COPY_SECONDS}s",
            )
        if "Complete" not in ended:
            # The first condition comes before the last, and may be that of a failure.
            yield self._step(
                "it is done", f"{wait} --for=condition=Complete --timeout={_END_SECONDS}s"
            )
        volume = (made or {}).get("spec", {}).get("volumeName") or (
            f"$(kubectl get pvc {new_claim} -n {space} -o jsonpath={{.spec.volumeName}})"
        )
        yield self._step(
            f"the copy is whole: it outlives its claim, and is for claim {move.claim}",
            _patch_volume(volume, COPY_OF, name_of(old), reserved(space, move.claim)),
        )

    def _snapshot(self, target: Target, of: str) -> Iterator[Step]:
        move = self.move
        space, name = move.found.namespace, move.snapshot
        taken = by_name(move.found.snapshots, name)
        # A new volume needs it no more.
        if by_name(move.found.claims, move.beside[1]) is not None:
            return
        if taken is None:
            yield self._make(
                "a snapshot, of a volume that nobody writes to",
                snapshot_of(of, name, space, target.snapshot_class, moves=move.place),
            )
        if taken is None or not (taken.get("status") or {}).get("readyToUse"):
            yield self._step(
                "until it can be restored",
                f"kubectl wait volumesnapshot/{name} -n {space}"
                f" --for=jsonpath='{{.status.readyToUse}}'=true --timeout={_COPY_SECONDS}s",
            )

    def _clear(self, *, filled: bool = False, by_snapshot: bool = False) -> Iterator[Step]:
        """Takes away what was made beside the claim; or will be, where it is to be filled."""
        move = self.move
        space, snapshot = move.found.namespace, move.snapshot
        old, new = move.beside
        for kind, name, is_there, how in (
            (
                "job",
                job_name(move.claim),
                move.job is not None or filled,
                " --cascade=foreground",
            ),
            ("pvc", new, move.has_claim(new) or filled, ""),
            ("pvc", old, move.has_claim(old) or filled, ""),
            ("volumesnapshot", snapshot, move.taken is not None or by_snapshot, ""),
        ):
            if is_there:
                yield self._step(
                    f"{kind} {name} is not needed any more",
                    f"kubectl delete {kind} {name} -n {space}{how} --timeout={WAIT_SECONDS}s",
                )

    def _make(self, why: str, item: dict[str, Any]) -> Step:
        return self._step(f"{item['kind']} {item['metadata']['name']}: {why}", create(item))

    def _mark(self, why: str) -> Step:
        move = self.move
        return self._step(why, _patch_volume(name_of(move.old), MOVES, move.place))

    def _step(self, why: str, command: str) -> Step:
        return Step(phase=self.move.phase, why=why, command=command)


def _patch_volume(name: str, key: str, value: str, reference: dict[str, Any] | None = None) -> str:
    """The command after which a volume outlives its claim, and says one thing more."""
    spec: dict[str, Any] = {"persistentVolumeReclaimPolicy": "Retain"}
    if reference is not None:
        spec["claimRef"] = reference
    patch = _json({"metadata": {"annotations": {key: value}}, "spec": spec})
    return f"kubectl patch pv {name} --type=merge -p '{patch}'"


def _json(value: Any) -> str:  # noqa: ANN401  what JSON has
    return json.dumps(value, separators=(",", ":"))
