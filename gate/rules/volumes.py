"""Rules for PersistentVolumes."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from ..values import Hidden
from .common import Rule, change, unreadable, whole

__all__ = ["PATCH_RULES", "RULES"]

_POLICY = ("spec", "persistentVolumeReclaimPolicy")


def goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A volume is deleted or made again; its reclaim policy says whether the disk goes too."""
    if edit.action not in (Action.DELETE, Action.REPLACE) or not edit.readable:
        return
    if edit.old.retain_on_delete:
        yield Finding(
            rule="volume-retained",
            severity=Severity.SAFE if edit.action is Action.DELETE else Severity.DOWNTIME,
            said="stays in the cluster"
            if edit.action is Action.DELETE
            else "stays, so `up` fails to make it again",
            changes=() if edit.action is Action.DELETE else whole(edit),
        )
    # A volume made by hand is kept unless it says otherwise.
    elif edit.lives(*_POLICY) in (None, "Retain"):
        yield Finding(
            rule="volume-unbound",
            severity=Severity.AT_RISK,
            said="the disk stays, and its claim loses it",
            changes=whole(edit),
        )
    else:
        yield Finding(
            rule="volume-deleted",
            severity=Severity.LOST,
            said="the disk is destroyed with it",
            changes=whole(edit),
        )


def policy_flips(edit: Edit, context: Context) -> Iterator[Finding]:
    """From now on the disk goes with its claim."""
    if edit.action is not Action.UPDATE or not edit.readable:
        return
    old, new = edit.was(*_POLICY) or "Retain", edit.wants(*_POLICY)
    if new not in (None, "Retain", old):
        yield Finding(
            rule="volume-goes-from-now-on",
            severity=Severity.AT_RISK,
            said="its reclaim policy is not known before `up`"
            if isinstance(new, Hidden)
            else "from now on the disk is destroyed when its claim is deleted",
            changes=(change(edit, "reclaim_policy", old, new),),
        )


RULES: Sequence[Rule] = (unreadable, goes, policy_flips)
PATCH_RULES: Sequence[Rule] = (unreadable, policy_flips)
