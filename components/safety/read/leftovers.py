"""Claims of this stack that none of its workloads mounts any more: renamed, removed, switched.

They are kept; a workload of a new name starts with empty ones. Whoever renames should read that
before and not after: in the run that does it, it is a warning, with the consent to go on.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..consent import Change
from ..preflight import Reader, Warns, owner_of_run
from ..run import Mount
from .cluster import Object
from .elsewhere import retained_claims
from .live import LiveClaim, LiveWorkload
from .lost_claims import lost_claims, mounts
from .memory import memory_of_run

__all__ = ["Wanted", "note_leftovers"]

_KINDS = ("stateful sets", "deployments")
_MOST_NAMES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one workload mounts, now or when it has more replicas.

    Attributes:
        mounts: The claims; of a StatefulSet those of every ordinal.
        first_ordinal: Where the ordinals start: no replica ever comes before.
    """

    mounts: Sequence[Mount]
    first_ordinal: int

    def names(self, claim: str) -> bool:
        """Whether a claim of this name is one of them."""
        return any(
            mount.names(claim)
            and (not mount.of_set or int(claim.removeprefix(mount.claim)) >= self.first_ordinal)
            for mount in self.mounts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """A claim that a workload leaves behind in this run.

    Attributes:
        name: With its namespace, where that is another than the stack's.
        instance: The workload.
    """

    name: str
    instance: str
    uid: str


def note_leftovers(
    reader: Reader,
    namespace: str,
    workloads: Mapping[str, Wanted],
    retention: str,
    consents: Sequence[str] = (),
) -> None:
    """Says which claims are left behind, if any, and which workloads start empty beside them.

    Args:
        reader: Collects the notes.
        namespace: Of the stack.
        workloads: The workloads that the stack has, by name.
        retention: Of the stack.
        consents: What the owner agreed to.
    """
    claims = reader.read("claims", namespace, "whether claims are left behind")
    if claims is None:
        # What the stack made itself is known without any right.
        claims = memory_of_run().within("claims", namespace)
    lives = _living(reader, namespace)
    ours = {name: item for name, item in claims.items() if _is_ours(LiveClaim.of(item), lives)}
    left = {
        name: ours[name]
        for name in sorted(ours)
        if not any(wanted.names(name) for wanted in workloads.values())
    }
    if left:
        until = "" if retention == "retain" else " until the stack is destroyed"
        reader.note(
            f"claims of no workload of this stack are kept with their data{until}: {_shown(left)}"
        )
    if retention == "retain":
        _note_owned(reader, namespace, left)
        had = {_instance(item, lives) for item in ours.values()}
        new = sorted(
            name
            for name, wanted in workloads.items()
            if name not in had and any(not mount.existing for mount in wanted.mounts)
        )
        living = {live.name for live in lives}
        # Claims of a workload that went in an earlier run are no news. A stack without any comes
        # back, and may come back under another name.
        here = [
            _Left(name=name, instance=_instance(item, lives), uid=item["metadata"]["uid"])
            for name, item in left.items()
            if not living or _instance(item, lives) in living
        ]
        there = _left_elsewhere(reader, namespace, living) if new else ()
        lost = _left_without_claim(reader, namespace, workloads, lives, consents) if new else ()
        # One that goes on under its name with other claims is refused by itself (same_claims,
        # moved).
        leaving = [it for it in (*here, *there, *lost) if it.instance not in workloads]
        _warn_of_empty(reader, new, leaving, consents)


def _left_elsewhere(reader: Reader, namespace: str, living: Collection[str]) -> Iterator[_Left]:
    """What is left where the stack was before it moved, under the same rule."""
    found = [it for it in retained_claims(reader) if it.namespace != namespace]
    places = {it.namespace for it in found}
    lives = {place: {live.name for live in _living(reader, place)} for place in places}
    nothing_lives = not any((living, *lives.values()))
    for it in found:
        if nothing_lives or it.instance in lives[it.namespace]:
            yield _Left(name=f"{it.namespace}/{it.name}", instance=it.instance, uid=it.uid)


def _left_without_claim(
    reader: Reader,
    namespace: str,
    workloads: Mapping[str, Wanted],
    lives: Sequence[LiveWorkload],
    consents: Sequence[str],
) -> Iterator[_Left]:
    """What is left on volumes whose claims somebody deleted since the last run."""
    for lost in lost_claims(reader, namespace, lives, consents):
        if any(it.names(lost.name) for it in workloads.values()):
            # Refused, or taken back, by whoever wants it.
            continue
        on = ", ".join(volume.name for volume in lost.volumes)
        place = "" if lost.namespace == namespace else f"{lost.namespace}/"
        yield _Left(
            name=f"{place}{lost.name}{f' ({on})' if on else ''}",
            instance=lost.workload,
            uid=" ".join([lost.uid, *(volume.uid for volume in lost.volumes)]),
        )


def _warn_of_empty(
    reader: Reader, new: Iterable[str], leaving: Sequence[_Left], consents: Sequence[str]
) -> None:
    """Warns of workloads without a claim, while others lose theirs: that may be a rename."""
    if not leaving:
        return
    names = _shown([it.name for it in leaving])
    moved = " and the namespace" if any("/" in it.name for it in leaving) else ""
    before = " or ".join(sorted({repr(it.instance) for it in leaving}))
    for workload in new:
        change = Change(
            resource=f"workload {workload}",
            field="claims",
            old=names,
            new="new and empty",
            uid=" ".join(it.uid for it in leaving),
        )
        if not change.allowed(consents):
            reader.note(
                Warns(
                    f"workload {workload} would start with new and empty volumes, and the data of"
                    f" {before} would be left in {names}; if that is the same application, write"
                    f" its name{moved} back, or consent to this one change by adding"
                    f" {change.consent!r} to consent"
                )
            )


def _living(reader: Reader, namespace: str) -> Sequence[LiveWorkload]:
    """The workloads of this stack that live; of the last run where none can be listed."""
    found: list[LiveWorkload] = []
    for kind in _KINDS:
        cluster = reader.readable(kind, namespace)
        listed = (
            cluster.list(kind, namespace)
            if cluster is not None
            else memory_of_run().within(kind, namespace)
        )
        lives = [LiveWorkload.of(item) for item in listed.values()]
        found += [live for live in lives if live.owner == owner_of_run()]
    return found


def _is_ours(claim: LiveClaim, lives: Iterable[LiveWorkload]) -> bool:
    """Whether the claim is this stack's: it says so, or says nothing and a workload mounts it."""
    if claim.owner:
        return claim.owner == owner_of_run()
    return any(mounts(live, claim.name) for live in lives)


def _instance(item: Object, lives: Iterable[LiveWorkload]) -> str:
    claim = LiveClaim.of(item)
    return claim.instance or next((it.name for it in lives if mounts(it, claim.name)), "")


def _shown(names: Collection[str]) -> str:
    more = len(names) - _MOST_NAMES
    said = ", ".join(list(names)[:_MOST_NAMES])
    return f"{said} and {more} more" if more > 0 else said


def _note_owned(reader: Reader, namespace: str, left: Mapping[str, Object]) -> None:
    """Claims of the time when the stack was ephemeral, which no program edits any more."""
    for name, item in left.items():
        owner = LiveClaim.of(item).claim_owner
        if owner:
            reader.note(
                f"claim {name} is deleted by whoever deletes ConfigMap {owner}, which this stack"
                f" does not any more; to part them: kubectl patch pvc {name} -n {namespace}"
                """ --type=json -p '[{"op":"remove","path":"/metadata/ownerReferences"}]'"""
            )
