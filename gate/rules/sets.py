"""Rules for StatefulSets, whose claims the stack does not know."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..library import Change
from ..severity import Severity
from ..templates import replicas, templates
from ..values import Hidden, look, text
from .common import (
    Rule,
    change,
    cluster_policy,
    differing,
    fate_of_claims,
    taking_claims,
    unreadable,
    whole,
)

__all__ = ["PATCH_RULES", "RULES"]

_POLICY = ("spec", "persistentVolumeClaimRetentionPolicy")
_WHEN_DELETED = (*_POLICY, "whenDeleted")
_WHEN_SCALED = (*_POLICY, "whenScaled")
_ORPHAN = ("metadata", "annotations", "pulumi.com/deletionPropagationPolicy")


def _selector(tree: object) -> object:
    labels = look(tree, "spec", "selector", "matchLabels")
    if not isinstance(labels, dict):
        return labels
    return ",".join(f"{key}={text(value)}" for key, value in sorted(labels.items()))


def _fields(edit: Edit) -> Iterator[tuple[str, object, object]]:
    """What the provider replaces a set for, in the components' words."""
    old, new = edit.old.inputs, edit.new.inputs
    for field, path, default in (
        ("name", ("metadata", "name"), None),
        ("namespace", ("metadata", "namespace"), None),
        ("pod_management", ("spec", "podManagementPolicy"), "OrderedReady"),
        ("headless_suffix", ("spec", "serviceName"), None),
        ("revision_history_limit", ("spec", "revisionHistoryLimit"), 10),
    ):
        yield field, look(old, *path) or default, look(new, *path) or default
    yield "app", _selector(old), _selector(new)
    before, after = templates(old), templates(new)
    if isinstance(before, Hidden) or isinstance(after, Hidden):
        yield "volumes", before if isinstance(before, Hidden) else "", Hidden.UNKNOWN
        return
    yield "volumes", ", ".join(before), ", ".join(after)
    for name in before.keys() & after.keys():
        yield from before[name].fields(name, after[name])


def _orphans(edit: Edit) -> bool:
    """Whether pods and claims outlive the set; the provider reads it from the old inputs."""
    return text(look(edit.old.inputs, *_ORPHAN)).casefold() == "orphan"


def _deletes_claims(edit: Edit) -> bool:
    """Whether the claims go when the set that lives now is deleted."""
    policies = cluster_policy(edit, *_WHEN_DELETED)
    return bool(policies - {"Retain"}) and not _orphans(edit)


def deleted(edit: Edit, context: Context) -> Iterator[Finding]:
    """A set leaves the stack; its retention policy says what becomes of its claims."""
    if edit.action is not Action.DELETE or not edit.readable:
        return
    if not edit.goes or _orphans(edit):
        yield Finding(
            rule="set-retained",
            severity=Severity.SAFE,
            said="leaves the stack; its pods run on and its claims stay",
        )
    elif _deletes_claims(edit):
        severity, said = fate_of_claims(edit, context)
        yield Finding(
            rule="set-deleted-with-claims",
            severity=severity,
            said=f"its claims are deleted with it (whenDeleted): {said}",
            changes=taking_claims(whole(edit)),
        )
    else:
        yield Finding(
            rule="set-deleted",
            severity=Severity.DOWNTIME,
            said="its pods go; its claims stay in the cluster with their data",
            changes=whole(edit),
        )


def replaced(edit: Edit, context: Context) -> Iterator[Finding]:
    """A set is deleted and made again; what it finds then depends on what its claims are called."""
    if edit.action is not Action.REPLACE or not edit.readable:
        return
    changes = differing(edit, _fields(edit))
    # A size in a template is of no claim there is: consent to the rest is consent to it.
    changes = tuple(its for its in changes if not _is_size(its)) or changes
    if edit.goes and _deletes_claims(edit):
        severity, said = fate_of_claims(edit, context)
        yield Finding(
            rule="set-replaced-with-claims",
            severity=severity,
            said=f"its claims are deleted with the old set (whenDeleted): {said}",
            changes=taking_claims(changes),
        )
    elif _starts_empty(edit, context):
        yield Finding(
            rule="set-starts-empty",
            severity=Severity.AT_RISK,
            said="the new set does not find the old claims and starts on empty ones"
            + ("" if context.namespace_goes(edit.namespace) else "; the old claims stay"),
            changes=changes,
        )
    elif not edit.goes:
        yield Finding(
            rule="set-wedged",
            severity=Severity.DOWNTIME,
            said="the old set stays, so `up` fails to make it again, and fails after a revert too",
            changes=changes,
        )
    elif _orphans(edit) and _selector(edit.old.inputs) == _selector(edit.new.inputs):
        yield Finding(
            rule="set-replaced-under-its-pods",
            severity=Severity.ROLLS_PODS,
            said="made again under its running pods (orphan); its claims stay",
            changes=changes,
        )
    else:
        yield Finding(
            rule="set-replaced",
            severity=Severity.DOWNTIME,
            said=f"all pods stop at once; the claims stay and are found again{_keeps(changes)}",
            changes=changes,
        )


def _starts_empty(edit: Edit, context: Context) -> bool:
    before, after = templates(edit.old.inputs), templates(edit.new.inputs)
    if isinstance(before, Hidden) or isinstance(after, Hidden):
        return True
    if not before:
        return False
    # Claims are called <template>-<set>-<ordinal>.
    place = edit.old_name, edit.namespace
    return (
        context.moves(edit)
        or place != (edit.new_name, edit.new_namespace or edit.namespace)
        or not before.keys() <= after.keys()
    )


def _is_size(its: Change) -> bool:
    return its.field.startswith("volumes.") and its.field.endswith(".size")


def _keeps(changes: Sequence[Change]) -> str:
    """What a template no longer says stays true of the claims that are there."""
    if any(its.field.startswith("volumes.") for its in changes):
        return ", and they keep the size and class they have"
    return ""


def scaled_in(edit: Edit, context: Context) -> Iterator[Finding]:
    """Fewer replicas: the claims of those that go stay, unless whenScaled says Delete."""
    if edit.action is not Action.UPDATE or not edit.readable:
        return
    old, new = replicas(edit.old.inputs), replicas(edit.new.inputs)
    if isinstance(old, Hidden) or isinstance(new, Hidden):
        if old != new:
            yield Finding(
                rule="replicas-unknown",
                severity=Severity.ROLLS_PODS,
                said="how many replicas there will be is not known before `up`",
            )
        fewer = True
    else:
        fewer = isinstance(old, int | float) and isinstance(new, int | float) and new < old
    # The policy that comes with the new number is the one that counts.
    policy = edit.wants(*_WHEN_SCALED)
    if not fewer or old == new:
        return
    its = (change(edit, "replicas", old, new),)
    if policy not in (None, "Retain"):
        severity, said = fate_of_claims(edit, context)
        yield Finding(
            rule="set-scaled-in-with-claims",
            severity=severity,
            said=f"the claims of the replicas that go are deleted (whenScaled): {said}",
            changes=taking_claims(its),
        )
    elif not isinstance(new, Hidden):
        yield Finding(
            rule="set-scaled-in",
            severity=Severity.ROLLS_PODS if new else Severity.DOWNTIME,
            said="some pods stop; their claims stay" if new else "all pods stop; the claims stay",
            changes=its,
        )


def policy_flips(edit: Edit, context: Context) -> Iterator[Finding]:
    """From now on a deletion, a replacement or a scale-in would take claims along."""
    if edit.action is not Action.UPDATE or not edit.readable:
        return
    for path, field, when in (
        (_WHEN_DELETED, "when_deleted", "a deletion or replacement of the set"),
        (_WHEN_SCALED, "when_scaled", "every scale-in"),
    ):
        old, new = edit.was(*path) or "Retain", edit.wants(*path) or "Retain"
        if old == "Retain" != new:
            yield Finding(
                rule="claims-go-from-now-on",
                severity=Severity.AT_RISK,
                said=f"from now on {when} deletes its claims",
                changes=(change(edit, field, old, new),),
            )


def rolls(edit: Edit, context: Context) -> Iterator[Finding]:
    """Another pod template: the pods restart one after the other."""
    if edit.action is not Action.UPDATE or not edit.readable:
        return
    if edit.was("spec", "template") != edit.wants("spec", "template"):
        yield Finding(
            rule="set-rolls",
            severity=Severity.ROLLS_PODS,
            said="its pods restart one after the other on the volumes they have",
        )


def unknown(edit: Edit, context: Context) -> Iterator[Finding]:
    """A field that decides over replacement is not known yet: `up` may do more than is shown."""
    if edit.action is not Action.UPDATE or not edit.readable:
        return
    changes = tuple(
        change(edit, field, old, new)
        for field, old, new in _fields(edit)
        if isinstance(new, Hidden) and old != new
    )
    if changes:
        yield Finding(
            rule="set-unknown",
            severity=Severity.AT_RISK,
            said="what decides whether the set is replaced is not known before `up`",
            changes=changes,
        )


RULES: Sequence[Rule] = (unreadable, deleted, replaced, scaled_in, policy_flips, rolls, unknown)
PATCH_RULES: Sequence[Rule] = (unreadable, scaled_in, policy_flips, rolls)
