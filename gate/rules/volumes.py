"""Rules for PersistentVolumes."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from ..values import Hidden, look
from .common import Rule, by_the_guard, change, risk, unread, unruled, whole

__all__ = ["PATCH_RULES", "RULES"]

_POLICY = ("spec", "persistentVolumeReclaimPolicy")
_CLAIM = ("spec", "claimRef")
# Judged below, or harmless: how it is mounted, and how large it calls itself.
_KNOWN = {
    "capacity",
    "claimRef",
    "mountOptions",
    "persistentVolumeReclaimPolicy",
    "volumeAttributesClassName",
}


def goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A volume is deleted or made again; its reclaim policy says whether the disk goes too."""
    if edit.action not in (Action.DELETE, Action.REPLACE) or not edit.told:
        return
    if edit.old.retain_on_delete:
        leaves = edit.action is Action.DELETE
        if not leaves and not (edit.keeps_place and context.clusters.moves(edit) is False):
            yield risk("volume-left-behind", "stays, and another one takes its place", whole(edit))
            return
        yield Finding(
            rule="volume-retained",
            severity=Severity.SAFE if leaves else Severity.DOWNTIME,
            said="stays in the cluster" if leaves else "stays, so `up` fails to make it again",
            changes=() if leaves else whole(edit),
        )
    # A volume made by hand is kept unless it says otherwise.
    elif edit.lives(*_POLICY) in (None, "Retain"):
        yield risk("volume-unbound", "the disk stays, and its claim loses it", whole(edit))
    else:
        yield Finding(
            rule="volume-deleted",
            severity=Severity.LOST,
            said="the disk is destroyed with it",
            changes=whole(edit),
        )


def policy_flips(edit: Edit, context: Context) -> Iterator[Finding]:
    """From now on the disk goes with its claim."""
    if edit.action not in (Action.UPDATE, Action.REPLACE) or not edit.told:
        return
    sides = edit.sides(*_POLICY)
    old, new = edit.lives(*_POLICY), edit.becomes(*_POLICY)
    if new == "Retain" or (sides.same and (new is not None or edit.kind.is_patch)):
        return
    if edit.action is Action.REPLACE and sides.new is None:
        return
    if old == new and old is not None:
        return
    yield risk(
        "volume-goes-from-now-on",
        "from now on the disk is destroyed when its claim is deleted"
        if isinstance(new, str)
        else "what becomes of the disk when its claim is deleted is not to be seen",
        (change(edit, "reclaim_policy", old, Hidden(is_secret=False) if new is None else new),),
    )


def rebound(edit: Edit, context: Context) -> Iterator[Finding]:
    """It is handed to another claim, or to whichever asks first."""
    if edit.action is Action.UPDATE and edit.told and not edit.sides(*_CLAIM).same:
        sides = edit.sides(*_CLAIM)
        yield risk(
            "volume-rebound",
            "its data goes to another claim (claimRef), or to whichever asks first",
            (change(edit, "claim_ref", sides.old, sides.new),),
        )


def patch_goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A patch lets go of what it set."""
    spec = look(edit.old.inputs, "spec")
    if edit.action in (Action.DELETE, Action.REPLACE) and edit.goes and spec is not None:
        yield risk(
            "volume-patch-lets-go",
            "the volume stays, without what was set here: its claim, or the policy that keeps it",
            whole(edit),
        )


def patch_made(edit: Edit, context: Context) -> Iterator[Finding]:
    """A patch is applied to a volume that lives, and that the preview does not show."""
    if edit.action not in (Action.CREATE, Action.REPLACE):
        return
    if edit.wants(*_POLICY) not in (None, "Retain"):
        yield risk(
            "volume-goes-from-now-on",
            "from now on the disk may be destroyed when its claim is deleted",
        )
    if edit.wants(*_CLAIM) is None:
        return
    if by_the_guard(edit):
        yield Finding(
            rule="volume-handed-back",
            severity=Severity.SAFE,
            said="goes back to the claim it remembers, which the guard has read in the cluster",
        )
    else:
        yield risk(
            "volume-rebound",
            "a volume that this preview does not show is handed to a claim; whose it was is not to"
            " be seen",
        )


# Everything else says which disk it is, and who may have it.
_unruled = unruled(
    _KNOWN, "volume-unknown", "it may be another disk, or one that no pod reaches any more"
)

RULES: Sequence[Rule] = (unread, goes, policy_flips, rebound, _unruled)
PATCH_RULES: Sequence[Rule] = (
    unread,
    policy_flips,
    rebound,
    _unruled,
    patch_goes,
    patch_made,
)
