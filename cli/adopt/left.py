"""What adoption leaves where it is, and what its owner should know of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..api import Object
from ..convert.notes import Note, Notes
from .hands import hands_of
from .live import Live, called

if TYPE_CHECKING:
    from .plan import Given

__all__ = ["left"]


def left(given: "Given", found: Sequence[Object]) -> Iterator[Note]:
    """What holds data here and is not taken, and what else the owner should know.

    Args:
        given: What lives, and what was made of it.
        found: What is taken, or had already.
    """
    live, notes = given.live, Notes()
    names = {called(it) for it in found}
    for claim in live.claims:
        where = called(claim)
        if where in names:
            continue
        name = claim["metadata"]["name"]
        by = live.mounts(name)
        if name in given.made.beyond:
            notes.stays(where, "is of an ordinal that does not run: the stack takes it with that")
        elif by:
            notes.stays(where, f"is of {', '.join(by)}, which is not taken")
        else:
            notes.todo(
                where,
                "holds data, maybe, and nothing mounts it: a workload of the stack takes it by"
                f" storage.volumes.<volume>.claimName: {_base(name)}",
            )
    going = [
        it["metadata"]["name"]
        for it in found
        if it["kind"] == "PersistentVolumeClaim"
        and "deletionTimestamp" in (_volume_of(live, it).get("metadata") or {})
    ]
    if going:
        notes.todo(
            f"volumes of {', '.join(going)}",
            "were deleted, and go with their claims: nothing here takes that back; copy the data",
        )
    fleeting = [
        it["metadata"]["name"]
        for it in found
        if it["kind"] == "PersistentVolumeClaim" and _fleeting(live, it)
    ]
    if fleeting:
        notes.todo(
            f"volumes of {', '.join(fleeting)}",
            "have the reclaim policy Delete, as until now: whoever deletes such a claim deletes its"
            " volume; statefast doctor says how to keep them",
        )
    for release in given.releases.values():
        rest = [it for it in release.objects if it not in names]
        if rest:
            notes.stays(f"Helm release {release.name}", f"made {', '.join(rest)} as well")
        if release.records:
            notes.todo(
                f"Helm release {release.name}",
                "is for nobody to install any more: take it out of whatever does (CI, a timer);"
                " until the up helm would take the objects again",
            )
        if not release.records and not release.away:
            notes.todo(
                f"Helm release {release.name}",
                f"has no record in namespace {release.namespace}: if Helm keeps them elsewhere"
                " (HELM_DRIVER), take them away there, else a later helm uninstall deletes",
            )
    if given.old is not None:
        notes.todo(
            f"stack {given.old.name}",
            "has them in its program: take them out before its next up, which would make them"
            " again, or take them up",
        )
    for item in live.more:
        if item["kind"] == "StorageClass":
            notes.todo(
                called(item),
                "is the whole cluster's, and goes where this stack is destroyed: volumes stay, and"
                " new claims of anybody wait for it",
            )
    if live.home is not None and (whose := _home_of(given, live.home)):
        notes.todo(
            f"Namespace {live.namespace}",
            f"is {whose}, and takes every claim in it along where that deletes it: see that it"
            " stays",
        )
    for kind in live.unread:
        notes.todo(f"kind {kind}", "may not be listed, and is not looked at")
    for said in given.said:
        notes.changed("the guard", said.rstrip("."))
    yield from notes


def _home_of(given: "Given", home: Object) -> str:
    """Who else may delete the namespace; empty where nobody is known to.

    No stack of this program deletes one, and what the former stack has it forgets.
    """
    hands = hands_of(home)
    if hands.stack or hands.release in given.releases:
        return ""
    if hands.release[1]:
        return f"of Helm release {hands.release[1]}"
    if hands.back:
        return f"written by {hands.back}"
    had = given.old is not None and given.old.has("Namespace", "", given.live.namespace)
    if hands.state and not given.gone and not had:
        return f"applied by {hands.state}"
    return ""


def _fleeting(live: Live, claim: Object) -> bool:
    spec = _volume_of(live, claim).get("spec") or {}
    return bool(spec.get("persistentVolumeReclaimPolicy") == "Delete")


def _volume_of(live: Live, claim: Object) -> Mapping[str, Any]:
    found: Mapping[str, Any] = live.volumes.get(claim["spec"].get("volumeName", ""), {})
    return found


def _base(claim: str) -> str:
    """What a claim template would be called, of a claim that a set made."""
    stem, _, ordinal = claim.rpartition("-")
    return f"{claim}, or {stem.partition('-')[0]} in a set" if ordinal.isdecimal() else claim
