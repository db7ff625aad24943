"""Rules for StatefulSets that go, or are made again: the stack does not know their claims."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..library import Change
from ..severity import Severity
from ..sides import Sides
from ..templates import templates
from ..values import Hidden, look, text
from .common import ORPHAN, Field, Rule, differing, fate, risk, taking_claims, whole

__all__ = ["RULES", "claims_go", "fate_of_claims", "fields"]

WHEN_DELETED = ("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")


def _app(selector: object) -> object:
    labels = look(selector, "matchLabels")
    if not isinstance(labels, dict) or look(selector, "matchExpressions") is not None:
        return selector
    return ",".join(f"{key}={text(value)}" for key, value in sorted(labels.items()))


def fields(edit: Edit) -> Iterator[Field]:
    """What the provider replaces a set for (its diff.go), in the components' words."""
    for name, path, default in (
        ("name", ("metadata", "name"), None),
        ("namespace", ("metadata", "namespace"), None),
        ("pod_management_policy", ("spec", "podManagementPolicy"), "OrderedReady"),
        ("headless_suffix", ("spec", "serviceName"), None),
        ("revision_history_limit", ("spec", "revisionHistoryLimit"), 10),
    ):
        sides = edit.sides(*path)
        old, new = (default if its is None else its for its in (sides.old, sides.new))
        # What is on neither side stays so, whatever its default; the word counts for that, too.
        yield Field(name, replace(sides, old=old, new=new) if sides.old != sides.new else sides)
    yield Field("app", edit.sides("spec", "selector"), _app)
    yield from _template_fields(edit)


def _template_fields(edit: Edit) -> Iterator[Field]:
    sides = edit.sides("spec", "volumeClaimTemplates")
    before, after = templates(edit.old.inputs), templates(edit.new.inputs)
    if sides.same or isinstance(before, Hidden) or isinstance(after, Hidden):
        yield Field("volumes", sides)
        return
    yield Field("volumes", Sides(", ".join(before), ", ".join(after)))
    kept = before.keys() & after.keys()
    found = [
        Field(name, Sides(old, new))
        for its in sorted(kept)
        for name, old, new in before[its].fields(its, after[its])
    ]
    yield from found
    if kept == before.keys() | after.keys() and all(its.same for its in found):
        # Something else in them: a label, a source.
        yield Field("volumes", sides)


def _orphans(edit: Edit) -> bool:
    """Whether pods and claims outlive the set; the provider reads it from the old inputs."""
    return text(look(edit.old.inputs, *ORPHAN)).casefold() == "orphan"


def claims_go(edit: Edit, context: Context) -> bool | None:
    """Whether the claims go when the set that lives now is deleted; None where nobody can tell."""
    if _orphans(edit):
        return False
    trees = [edit.old.inputs, edit.old.outputs]
    # A patch that turns the policy does so before the set goes.
    trees += [its.new.inputs for its in context.patches_of(edit)]
    policies = [look(tree, *WHEN_DELETED) for tree in trees]
    found = [its for its in policies if its is not None]
    # Where the two differ, both may count; an API server since 1.27 writes the policy out.
    if any(its != "Retain" for its in found):
        return True
    return False if found else None


def fate_of_claims(edit: Edit, context: Context) -> tuple[Severity, str]:
    """What becomes of the volumes of a set whose claims are deleted: the worst of its templates."""
    read = templates(edit.old.inputs) or templates(edit.old.outputs)
    if isinstance(read, Hidden):
        return fate(None)
    if not read:
        return Severity.AT_RISK, "which ones is not to be seen"
    return max(
        fate(context.keeps_volume(edit, template.storage_class_name)) for template in read.values()
    )


def deleted(edit: Edit, context: Context) -> Iterator[Finding]:
    """A set leaves the stack; its retention policy says what becomes of its claims."""
    if edit.action is not Action.DELETE or not edit.told:
        return
    go = claims_go(edit, context)
    if not edit.goes or _orphans(edit):
        yield Finding(
            rule="set-retained",
            severity=Severity.SAFE,
            said="leaves the stack; its pods run on and its claims stay",
        )
    elif go is False:
        yield Finding(
            rule="set-deleted",
            severity=Severity.DOWNTIME,
            said="its pods go; its claims stay in the cluster with their data",
            changes=whole(edit),
        )
    else:
        severity, said = fate_of_claims(edit, context)
        yield Finding(
            rule="set-deleted-with-claims",
            severity=severity if go else Severity.AT_RISK,
            said=f"its claims are deleted with it (whenDeleted): {said}" if go else _UNREAD_POLICY,
            changes=taking_claims(whole(edit)),
        )


_UNREAD_POLICY = (
    "whether its claims are deleted with it (whenDeleted) is not to be seen; `pulumi refresh` and"
    " another preview may show it"
)


def replaced(edit: Edit, context: Context) -> Iterator[Finding]:
    """A set is deleted and made again; what it finds then depends on what its claims are called."""
    if edit.action is not Action.REPLACE or not edit.told:
        return
    changes = differing(edit, fields(edit))
    # A size in a template is of no claim there is: consent to the rest is consent to it.
    changes = tuple(its for its in changes if not _is_size(its)) or changes
    go = claims_go(edit, context)
    if edit.goes and go is not False:
        severity, said = fate_of_claims(edit, context)
        yield Finding(
            rule="set-replaced-with-claims",
            severity=severity if go else Severity.AT_RISK,
            said=f"its claims are deleted with the old set (whenDeleted): {said}"
            if go
            else _UNREAD_POLICY,
            changes=taking_claims(changes),
        )
    if _starts_empty(edit, context):
        yield risk(
            "set-starts-empty",
            "the new set does not find the old claims and starts on empty ones"
            + ("" if edit.goes and go is not False else "; the old claims stay"),
            changes,
        )
    elif edit.goes and go is not False:
        return
    elif not edit.goes:
        yield Finding(
            rule="set-wedged",
            severity=Severity.DOWNTIME,
            said="the old set stays, so `up` fails to make it again, and fails after a revert too",
            changes=changes,
        )
    elif _orphans(edit) and edit.sides("spec", "selector").same:
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
        if not edit.sides("spec", "volumeClaimTemplates").same:
            return True
        before = after = {}
    # Claims are called <template>-<set>-<ordinal>.
    return (
        context.clusters.moves(edit) is not False
        or not edit.keeps_place
        or not before.keys() <= after.keys()
    )


def _is_size(its: Change) -> bool:
    return its.field.startswith("volumes.") and its.field.endswith(".size")


def _keeps(changes: Sequence[Change]) -> str:
    """What a template no longer says stays true of the claims that are there."""
    if any(its.field.startswith("volumes.") for its in changes):
        return ", and they keep the size and class they have"
    return ""


def believed(edit: Edit, context: Context) -> Iterator[Finding]:
    """An update in which a field changes, or may, that a set is replaced for.

    The engine cannot ask a provider whose config is not known yet, and shows an update.
    """
    if edit.action is not Action.UPDATE or not edit.told:
        return
    its = [field for field in fields(edit) if not field.same]
    if its or edit.word.replacing:
        yield risk(
            "set-unknown",
            "the preview shows an update, and `up` may replace the set for this: what it is or"
            " which cluster it is in is not known yet",
            differing(edit, its),
        )


RULES: Sequence[Rule] = (deleted, replaced, believed)
