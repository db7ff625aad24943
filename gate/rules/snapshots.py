"""Rules for VolumeSnapshots and their contents: the copies one hopes never to need."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from .common import Rule, change, unreadable, whole

__all__ = ["RULES"]

_POLICY = ("spec", "deletionPolicy")


def goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A snapshot is deleted or taken anew; its deletion policy says whether the copy goes."""
    if edit.action not in (Action.DELETE, Action.REPLACE) or not edit.readable:
        return
    if edit.old.retain_on_delete:
        yield Finding(rule="snapshot-retained", severity=Severity.SAFE, said="stays in the cluster")
        return
    if edit.kind.name == "VolumeSnapshotContent":
        kept: bool | None = edit.lives(*_POLICY) == "Retain"
    else:
        kept = context.keeps_snapshot(edit.lives("spec", "volumeSnapshotClassName"))
    anew = "; a new one is taken of what is there now" if edit.action is Action.REPLACE else ""
    if kept:
        yield Finding(
            rule="snapshot-unbound",
            severity=Severity.AT_RISK,
            said=f"the copy stays in the storage, and nothing in the cluster names it{anew}",
            changes=whole(edit),
        )
    else:
        unless = " unless its class says Retain" if kept is None else ""
        yield Finding(
            rule="snapshot-deleted",
            severity=Severity.LOST,
            said=f"the copy is destroyed{unless}{anew}",
            changes=whole(edit),
        )


def policy_flips(edit: Edit, context: Context) -> Iterator[Finding]:
    """From now on the copy goes with the object."""
    if edit.action is not Action.UPDATE or not edit.readable:
        return
    old, new = edit.was(*_POLICY), edit.wants(*_POLICY)
    if old == "Retain" != new and new is not None:
        yield Finding(
            rule="snapshot-goes-from-now-on",
            severity=Severity.AT_RISK,
            said="from now on the copy is destroyed with its object",
            changes=(change(edit, "deletion_policy", old, new),),
        )


RULES: Sequence[Rule] = (unreadable, goes, policy_flips)
