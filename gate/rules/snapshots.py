"""Rules for snapshots and their contents: the copies one hopes never to need."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from ..values import Hidden
from .common import Rule, change, risk, unread, unruled, whole

__all__ = ["RULES"]

_POLICY = ("spec", "deletionPolicy")


def goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A snapshot is deleted or taken anew; its deletion policy says whether the copy goes."""
    if edit.action not in (Action.DELETE, Action.REPLACE) or not edit.told:
        return
    if edit.old.retain_on_delete:
        yield Finding(rule="snapshot-retained", severity=Severity.SAFE, said="stays in the cluster")
        return
    kept: bool | None
    if edit.kind.name.endswith("Content"):
        kept = edit.lives(*_POLICY) == "Retain"
    elif edit.kind.name == "VolumeSnapshot":
        kept = context.keeps_snapshot(edit, edit.lives("spec", "volumeSnapshotClassName"))
    else:
        kept = None
    anew = "; a new one is taken of what is there now" if edit.action is Action.REPLACE else ""
    if kept:
        yield risk(
            "snapshot-unbound",
            f"the copy stays in the storage, and nothing in the cluster names it{anew}",
            whole(edit),
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
    """From now on the copy goes with the object; only a content has a policy of its own."""
    if not edit.kind.name.endswith("Content"):
        return
    if edit.action is Action.CREATE and edit.kind.is_patch:
        if edit.wants(*_POLICY) not in (None, "Retain"):
            yield risk("snapshot-goes-from-now-on", _FROM_NOW_ON)
        return
    if edit.action is not Action.UPDATE or not edit.told:
        return
    sides = edit.sides(*_POLICY)
    old, new = edit.lives(*_POLICY), edit.becomes(*_POLICY)
    if new == "Retain" or (sides.same and (new is not None or edit.kind.is_patch)):
        return
    if old == new and old is not None:
        return
    yield risk(
        "snapshot-goes-from-now-on",
        _FROM_NOW_ON if isinstance(new, str) else "whether the copy stays is not to be seen",
        (change(edit, "deletion_policy", old, Hidden(is_secret=False) if new is None else new),),
    )


_FROM_NOW_ON = "from now on the copy is destroyed with its object"


def patch_goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A patch lets go of what it set, like the policy that keeps the copy."""
    if edit.goes:
        yield risk("snapshot-patch-lets-go", "stays, without what was set here", whole(edit))


_unruled = unruled({"deletionPolicy"}, "snapshot-unknown", "it may be of another volume")

RULES: Sequence[Rule] = (unread, goes, policy_flips, _unruled)
PATCH_RULES: Sequence[Rule] = (unread, patch_goes, policy_flips, _unruled)
