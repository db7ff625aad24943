"""Rules for PersistentVolumeClaims, and for the patches that the claims of this project are."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..library import Change
from ..severity import Severity
from ..sizes import compare, same_size
from ..values import Hidden, conceals, joined, look, text
from .common import Field, Rule, by_the_guard, change, differing, fate, risk, unread, unruled, whole

__all__ = ["PATCH_RULES", "RULES", "SIZE", "fate_of"]

SIZE = ("spec", "resources", "requests", "storage")
_CLASS = ("spec", "storageClassName")
_ELSEWHERE = (("name", ("metadata", "name")), ("namespace", ("metadata", "namespace")))
# What the provider replaces a claim for (`forceNew` in its diff.go), in the components' words.
_REPLACING = (
    ("storage_class_name", _CLASS),
    ("access_modes", ("spec", "accessModes")),
    ("volume_name", ("spec", "volumeName")),
    ("selector", ("spec", "selector")),
)
# What the API server refuses to change, and the provider sends all the same.
_FROZEN = (
    ("volume_mode", ("spec", "volumeMode")),
    ("data_source", ("spec", "dataSource")),
    ("data_source_ref", ("spec", "dataSourceRef")),
)
# Judged above, or harmless: quotas and another quality of the same volume.
_KNOWN = {path[1] for _, path in (*_REPLACING, *_FROZEN)} | {
    "resources",
    "volumeAttributesClassName",
}


def _fields(edit: Edit) -> Iterator[Field]:
    for name, path in (*_ELSEWHERE, *_REPLACING):
        yield Field(name, edit.sides(*path), joined)


def fate_of(edit: Edit, context: Context) -> tuple[Severity, str]:
    """What becomes of the volume of a claim that is deleted."""
    return fate(context.keeps_volume(edit, edit.lives(*_CLASS), edit.lives("spec", "volumeName")))


def deleted(edit: Edit, context: Context) -> Iterator[Finding]:
    """A claim leaves the stack: kept, or its volume goes by the policy it was born with."""
    if edit.action is not Action.DELETE or not edit.told:
        return
    if edit.old.retain_on_delete:
        # What goes with its namespace or its owner is said of that.
        if not context.goes_with_another(edit):
            yield Finding(
                rule="claim-retained",
                severity=Severity.SAFE,
                said="the claim leaves the stack and stays in the cluster with its data",
            )
        return
    severity, said = fate_of(edit, context)
    yield Finding(rule="claim-deleted", severity=severity, said=said, changes=whole(edit))


def replaced(edit: Edit, context: Context) -> Iterator[Finding]:
    """A claim is deleted and made again: the new one is empty."""
    if edit.action is not Action.REPLACE or not edit.told:
        return
    changes = differing(edit, _fields(edit))
    if not edit.old.retain_on_delete:
        severity, said = fate_of(edit, context)
        yield Finding(
            rule="claim-replaced",
            severity=severity,
            said=f"{said}; a new, empty one is made",
            changes=changes,
        )
    elif context.clusters.moves(edit) is False and edit.keeps_place:
        yield Finding(
            rule="claim-wedged",
            severity=Severity.DOWNTIME,
            said="the claim stays, so `up` fails to make it again, and fails after a revert too",
            changes=changes,
        )
    else:
        yield risk(
            "claim-left-behind",
            "the claim stays in the cluster and a new, empty one takes its place",
            changes,
        )


def made_again(edit: Edit, context: Context) -> Iterator[Finding]:
    """A claim that the stack has lost is made anew: it is not the one that the data was in."""
    if edit.action is not Action.CREATE:
        return
    if edit.is_missed:
        yield risk(
            "claim-made-again",
            "the cluster has lost the claim, and a new, empty one takes its place; where its volume"
            " is still there (Released), the new one has to name it",
        )
    elif edit.old.pending_replacement:
        kept = edit.old.retain_on_delete
        yield Finding(
            rule="claim-made-again",
            severity=Severity.DOWNTIME if kept else Severity.SAFE,
            said="an earlier run was to replace it and kept it, so `up` fails to make it again;"
            " `statefast doctor` says how to heal this"
            if kept
            else "an earlier run deleted it; nothing more is deleted now",
        )


def patch_made_again(edit: Edit, context: Context) -> Iterator[Finding]:
    """As a whole claim, but where the guard of this project has looked for its volume."""
    if edit.action is not Action.CREATE or not edit.is_missed:
        return
    if by_the_guard(edit):
        yield Finding(
            rule="claim-made-again",
            severity=Severity.SAFE,
            said="the cluster has lost the claim, and it is made again on what the guard has found",
        )
    else:
        yield from made_again(edit, context)


def patch_deleted(edit: Edit, context: Context) -> Iterator[Finding]:
    """A patch leaves the stack: the claim itself is never deleted by that."""
    if edit.action is not Action.DELETE or context.goes_with_another(edit):
        return
    if edit.old.retain_on_delete or (edit.told and look(edit.old.inputs, "spec") is None):
        yield Finding(
            rule="claim-patch-deleted",
            severity=Severity.SAFE,
            said="the claim leaves the stack and stays in the cluster with its data",
        )
    else:
        yield Finding(
            rule="claim-patch-lets-go",
            severity=Severity.DOWNTIME,
            said="the claim stays; `up` fails, since no claim can let go of its size",
            changes=whole(edit),
        )


def patch_replaced(edit: Edit, context: Context) -> Iterator[Finding]:
    """Only another name, namespace or cluster replaces a patch: it makes another claim."""
    if edit.action is Action.REPLACE and edit.told:
        yield risk(
            "claim-left-behind",
            "the claim stays in the cluster and a new, empty one takes its place",
            differing(edit, _fields(edit)),
        )


def resized(edit: Edit, context: Context) -> Iterator[Finding]:
    """A size changes in place: it may grow, where its class lets it, and never shrink."""
    if edit.action is not Action.UPDATE or not edit.told:
        return
    sides = edit.sides(*SIZE)
    old, new, has = edit.was(*SIZE), sides.new, edit.lives(*SIZE)
    # Somebody else may have grown it since: an autoresizer, an operator.
    if compare(old, has) == 1:
        old = has
    direction = compare(old, new)
    stays = sides.same or (new is not None and same_size(sides.old, new))
    if stays and direction in (0, None):
        return
    its = (change(edit, "size", old, new),)
    if new is None:
        yield risk(
            "claim-lets-go",
            "its size is no longer asked for, and no claim can be without: `up` fails half way",
            its,
        )
    elif direction is None:
        yield risk(
            "size-unknown",
            "its size is not known before `up`, so nobody can tell whether it would shrink",
            its,
        )
    elif direction < 0:
        yield risk(
            "claim-shrinks",
            "no volume can shrink: the API server refuses, and `up` ends half way",
            its,
        )
    else:
        yield _grows(edit, context, its)


def _grows(edit: Edit, context: Context, its: tuple[Change, ...]) -> Finding:
    allowed = context.can_grow(edit)
    class_name = text(edit.lives(*_CLASS)) or "of no name"
    if isinstance(allowed, Hidden):
        return risk(
            "class-unknown",
            "grows, and the preview does not show which class it has, or whether that lets it",
            its,
        )
    if allowed is False:
        return risk(
            "class-cannot-grow",
            f"class {class_name} lets no claim grow, which the preview does not show:"
            " `up` fails half way",
            its,
        )
    unseen = (
        "; whether its class lets it is not to be seen in this stack" if allowed is None else ""
    )
    return Finding(rule="claim-grows", severity=Severity.SAFE, said=f"grows in place{unseen}")


def frozen(edit: Edit, context: Context) -> Iterator[Finding]:
    """An update that the API server is going to refuse: `up` ends half way."""
    if edit.action is not Action.UPDATE or not edit.told:
        return
    # To the provider no field of a patch forces a replacement; to the API server all are frozen.
    fields = (*_FROZEN, *_REPLACING) if edit.kind.is_patch else _FROZEN
    changes = tuple(
        change(edit, name, joined(sides.old), joined(sides.new))
        for name, path in fields
        for sides in (edit.sides(*path),)
        # Left out is left to the cluster, which keeps it.
        if not sides.same and sides.new is not None
    )
    if changes:
        yield Finding(
            rule="claim-refused",
            severity=Severity.DOWNTIME,
            said="the API server lets no claim change this: `up` ends half way, the data stays",
            changes=changes,
        )


def believed(edit: Edit, context: Context) -> Iterator[Finding]:
    """An update in which a field changes, or may, that a claim is replaced for.

    The engine cannot ask a provider whose config is not known yet, and shows an update.
    """
    if edit.action is not Action.UPDATE or not edit.told:
        return
    # A patch is replaced for nothing else, and refused what is another value.
    places = {name for name, _ in _ELSEWHERE}
    found = [
        its
        for its in _fields(edit)
        if not its.same
        and (not edit.kind.is_patch or its.name in places or conceals(its.sides.new))
    ]
    if found or edit.word.replacing:
        yield risk(
            "claim-unknown",
            "the preview shows an update, and `up` may replace the claim for this: what it is or"
            " which cluster it is in is not known yet",
            differing(edit, found),
        )


_unruled = unruled(_KNOWN, "claim-unruled", "a field changes that the gate has no rule for")

RULES: Sequence[Rule] = (
    unread,
    deleted,
    replaced,
    made_again,
    resized,
    frozen,
    believed,
    _unruled,
)
PATCH_RULES: Sequence[Rule] = (
    unread,
    patch_made_again,
    patch_deleted,
    patch_replaced,
    resized,
    frozen,
    believed,
    _unruled,
)
