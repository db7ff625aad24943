"""Rules for StatefulSets that live on: how many there are, and what becomes of their claims."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..library import Change
from ..severity import Severity
from ..templates import number
from ..values import Hidden, conceals, look, text
from .common import ORPHAN, Rule, change, risk, taking_claims, unruled, whole
from .sets import WHEN_DELETED, fate_of_claims

__all__ = ["PATCH_RULES", "RULES"]

_WHEN_SCALED = ("spec", "persistentVolumeClaimRetentionPolicy", "whenScaled")
_START = ("spec", "ordinals", "start")
# Judged here, in `sets` or in `workloads`, or harmless.
_KNOWN = {
    "minReadySeconds",
    "ordinals",
    "persistentVolumeClaimRetentionPolicy",
    "podManagementPolicy",
    "replicas",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "template",
    "updateStrategy",
    "volumeClaimTemplates",
}


def _before(edit: Edit) -> object:
    """How many replicas there are, at the most that anybody says."""
    found = [look(tree, "spec", "replicas") for tree in (edit.old.inputs, edit.old.outputs)]
    known = [number(its) for its in found if its is not None]
    if conceals(known):
        return next(its for its in known if isinstance(its, Hidden))
    numbers = [its for its in known if isinstance(its, int | float)]
    # A set that lives has a number: one that is missing was not written down.
    return max(numbers) if numbers else Hidden(is_secret=False)


def _after(edit: Edit) -> object:
    """How many there would be; what is no longer asked for is left to whoever scales it."""
    sides = edit.sides("spec", "replicas")
    if sides.new is None and not sides.same:
        return Hidden(is_secret=False)
    if sides.new is None:
        return _before(edit) if edit.action is Action.UPDATE else 1
    return number(sides.new)


def _as_many(edit: Edit, policy: object) -> bool:
    """Whether the number is known to stay, though it is hidden: wherever it is named, or nowhere.

    Hidden everywhere it may be another one in the cluster, which matters where claims go with it.
    """
    sides, has = edit.sides("spec", "replicas"), look(edit.old.outputs, "spec", "replicas")
    hidden = {isinstance(its, Hidden) for its in (sides.old, sides.new, has) if its is not None}
    return sides.same and (sides.new is None or (hidden == {True} and policy == "Retain"))


def scaled_in(edit: Edit, context: Context) -> Iterator[Finding]:
    """Fewer replicas: the claims of those that go stay, unless whenScaled says Delete."""
    if edit.action not in (Action.UPDATE, Action.REPLACE) or not edit.told:
        return
    old, new = _before(edit), _after(edit)
    # The policy that comes with the new number is the one that counts.
    policy = edit.becomes(*_WHEN_SCALED)
    # A set that lives has a number, and others may have made it larger than it was asked to be.
    unseen = not edit.kind.is_patch and look(edit.old.outputs, "spec", "replicas") is None
    unknown = (conceals([old, new]) or (unseen and policy != "Retain")) and not _as_many(
        edit, policy
    )
    fewer = unknown or (isinstance(old, int | float) and isinstance(new, int | float) and new < old)
    if not fewer and not _starts_later(edit):
        return
    its = (change(edit, "replicas", old, new),)
    if policy != "Retain":
        severity, said = fate_of_claims(edit, context)
        known = isinstance(policy, str)
        yield Finding(
            rule="set-scaled-in-with-claims",
            severity=severity if known or isinstance(policy, Hidden) else Severity.AT_RISK,
            said=f"the claims of the replicas that go are deleted (whenScaled): {said}"
            if known
            else "the claims of the replicas that go may be deleted: what becomes of them"
            " (whenScaled) is not to be seen",
            changes=taking_claims(its if fewer else _start_changes(edit)),
        )
    elif unknown:
        yield risk(
            "replicas-unknown",
            "how many replicas there will be is not known before `up`; claims stay, but all its"
            " pods may stop",
            its,
        )
    elif fewer:
        yield Finding(
            rule="set-scaled-in",
            severity=Severity.ROLLS_PODS if new else Severity.DOWNTIME,
            said="some pods stop; their claims stay" if new else "all pods stop; the claims stay",
            changes=its,
        )


def _starts_later(edit: Edit) -> bool:
    sides = edit.sides(*_START)
    if sides.same:
        return False
    return sides.old is sides.new or (sides.old or 0) != (sides.new or 0)


def _start_changes(edit: Edit) -> tuple[Change, ...]:
    sides = edit.sides(*_START)
    return (change(edit, "first_ordinal", sides.old or 0, sides.new or 0),)


def starts_elsewhere(edit: Edit, context: Context) -> Iterator[Finding]:
    """Other ordinals: pods of other names, with claims of other names."""
    if edit.action in (Action.UPDATE, Action.REPLACE) and edit.told and _starts_later(edit):
        yield risk(
            "set-starts-elsewhere",
            "pods get other ordinals (ordinals.start): those that are new start on other claims,"
            " and the claims of those that go are left",
            _start_changes(edit),
        )


def policy_flips(edit: Edit, context: Context) -> Iterator[Finding]:
    """From now on a deletion, a replacement or a scale-in would take claims along."""
    if edit.action not in (Action.UPDATE, Action.REPLACE) or not edit.told:
        return
    for path, field, when in (
        (WHEN_DELETED, "when_deleted", "a deletion or replacement of the set"),
        (_WHEN_SCALED, "when_scaled", "every scale-in"),
    ):
        sides = edit.sides(*path)
        old, new = edit.lives(*path), edit.becomes(*path)
        if new == "Retain" or (sides.same and (new is not None or edit.kind.is_patch)):
            continue
        if old == new and old is not None:
            continue
        known = isinstance(new, str)
        yield risk(
            "claims-go-from-now-on",
            f"from now on {when} deletes its claims"
            if known
            else f"whether {when} deletes its claims from now on is not to be seen",
            (change(edit, field, old or "Retain", new or Hidden(is_secret=False)),),
        )


def orphan_dropped(edit: Edit, context: Context) -> Iterator[Finding]:
    """`orphan` goes, which kept the claims of a set that deletes them (whenDeleted)."""
    if edit.action is not Action.UPDATE or not edit.told:
        return
    sides = edit.sides(*ORPHAN)
    was = text(sides.old).casefold() == "orphan"
    if was and not sides.same and edit.becomes(*WHEN_DELETED) != "Retain":
        yield risk(
            "claims-go-from-now-on",
            "from now on a deletion or replacement of the set deletes its claims",
            (change(edit, "deletion_propagation_policy", sides.old, sides.new),),
        )


def rolls(edit: Edit, context: Context) -> Iterator[Finding]:
    """Another pod template: the pods restart one after the other."""
    if edit.action is Action.UPDATE and edit.told and not edit.sides("spec", "template").same:
        yield Finding(
            rule="set-rolls",
            severity=Severity.ROLLS_PODS,
            said="its pods restart one after the other on the volumes they have",
        )


def patch_goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A patch lets go of what it set: numbers and policies fall back to what nobody shows."""
    if edit.action not in (Action.DELETE, Action.REPLACE) or not edit.goes:
        return
    spec = look(edit.old.inputs, "spec")
    deciding = ("ordinals", "persistentVolumeClaimRetentionPolicy", "replicas")
    if isinstance(spec, Hidden) or any(look(spec, key) is not None for key in deciding):
        yield risk(
            "set-patch-lets-go",
            "the set stays, without the replicas and the policy for claims that were set here; what"
            " they fall back to is not to be seen",
            whole(edit),
        )


def patch_made(edit: Edit, context: Context) -> Iterator[Finding]:
    """A patch is applied to a set that lives, and that the preview does not show."""
    if edit.action not in (Action.CREATE, Action.REPLACE):
        return
    policies = [edit.wants(*path) for path in (WHEN_DELETED, _WHEN_SCALED)]
    if any(its not in (None, "Retain") for its in policies):
        yield risk("claims-go-from-now-on", "from now on the set may delete its claims")
    counts = [edit.wants("spec", "replicas"), edit.wants(*_START)]
    if any(its is not None for its in counts):
        yield risk(
            "replicas-unknown",
            "sets the replicas of a set that this preview does not show; claims of those that go"
            " may be deleted (whenScaled)",
        )


_unruled = unruled(_KNOWN, "set-unruled", "a field changes that the gate has no rule for")

RULES: Sequence[Rule] = (
    scaled_in,
    starts_elsewhere,
    policy_flips,
    orphan_dropped,
    rolls,
    _unruled,
)
PATCH_RULES: Sequence[Rule] = (
    scaled_in,
    starts_elsewhere,
    policy_flips,
    orphan_dropped,
    rolls,
    _unruled,
    patch_goes,
    patch_made,
)
