"""Rules for PersistentVolumeClaims, and for the patches that retained claims are."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from ..sizes import compare, same_size
from ..values import Hidden, joined, look, text
from .common import Rule, change, differing, fate, unreadable, whole

__all__ = ["PATCH_RULES", "RULES", "SIZE"]

SIZE = ("spec", "resources", "requests", "storage")
_CLASS = ("spec", "storageClassName")
# What the provider replaces a claim for (`forceNew` in its diff.go), in the components' words.
_REPLACING = (
    ("name", ("metadata", "name")),
    ("namespace", ("metadata", "namespace")),
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


def _fields(edit: Edit) -> Iterator[tuple[str, object, object]]:
    for field, path in _REPLACING:
        old, new = edit.was(*path), edit.wants(*path)
        # Left out is left to the cluster: no change that anybody asked for.
        if new is not None:
            yield field, joined(old), joined(new)


def deleted(edit: Edit, context: Context) -> Iterator[Finding]:
    """A claim leaves the stack: kept, or its volume goes by the policy it was born with."""
    if edit.action is not Action.DELETE or not edit.readable:
        return
    if edit.old.retain_on_delete:
        # What goes with its namespace is said of the namespace.
        if context.namespace_goes(edit.namespace):
            return
        yield Finding(
            rule="claim-retained",
            severity=Severity.SAFE,
            said="the claim leaves the stack and stays in the cluster with its data",
        )
        return
    severity, said = fate(
        context.keeps_volume(edit.lives(*_CLASS), edit.lives("spec", "volumeName"))
    )
    yield Finding(rule="claim-deleted", severity=severity, said=said, changes=whole(edit))


def replaced(edit: Edit, context: Context) -> Iterator[Finding]:
    """A claim is deleted and made again: the new one is empty."""
    if edit.action is not Action.REPLACE or not edit.readable:
        return
    changes = differing(edit, _fields(edit))
    moves = context.moves(edit) or edit.old_name != edit.new_name
    if edit.old.retain_on_delete and moves:
        yield Finding(
            rule="claim-left-behind",
            severity=Severity.AT_RISK,
            said="the claim stays in the cluster and a new, empty one takes its place",
            changes=changes,
        )
    elif edit.old.retain_on_delete:
        yield Finding(
            rule="claim-wedged",
            severity=Severity.DOWNTIME,
            said="the claim stays, so `up` fails to make it again, and fails after a revert too",
            changes=changes,
        )
    else:
        kept = context.keeps_volume(edit.lives(*_CLASS), edit.lives("spec", "volumeName"))
        severity, said = fate(kept)
        yield Finding(
            rule="claim-replaced",
            severity=severity,
            said=f"{said}; a new, empty one is made",
            changes=changes,
        )


def patch_deleted(edit: Edit, context: Context) -> Iterator[Finding]:
    """A patch leaves the stack: the claim itself is never deleted by that."""
    if edit.action is not Action.DELETE or context.namespace_goes(edit.namespace):
        return
    if edit.old.retain_on_delete or look(edit.old.inputs, "spec") is None:
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
    if edit.action is not Action.REPLACE or not edit.readable:
        return
    yield Finding(
        rule="claim-left-behind",
        severity=Severity.AT_RISK,
        said="the claim stays in the cluster and a new, empty one takes its place",
        changes=differing(edit, _fields(edit)),
    )


def resized(edit: Edit, context: Context) -> Iterator[Finding]:
    """A size changes in place: it may grow, where its class lets it, and never shrink."""
    if edit.action is not Action.UPDATE or not edit.readable:
        return
    old, new = edit.was(*SIZE), edit.wants(*SIZE)
    if new is None or same_size(old, new):
        return
    # Another hand may have grown it since: an autoresizer, an operator.
    has = edit.lives(*SIZE)
    if compare(old, has) == 1:
        old = has
    its = (change(edit, "size", old, new),)
    direction = compare(old, new)
    class_name = edit.lives(*_CLASS)
    if direction is None:
        yield Finding(
            rule="size-unknown",
            severity=Severity.AT_RISK,
            said="its size is not known before `up`, so nobody can tell whether it would shrink",
            changes=its,
        )
    elif direction < 0:
        yield Finding(
            rule="claim-shrinks",
            severity=Severity.AT_RISK,
            said="no volume can shrink: the API server refuses, and `up` ends half way",
            changes=its,
        )
    elif context.can_grow(class_name) is False:
        yield Finding(
            rule="class-cannot-grow",
            severity=Severity.AT_RISK,
            said=f"class {text(class_name)} lets no claim grow, which the preview does not show:"
            " `up` fails half way",
            changes=its,
        )
    elif context.can_grow(class_name) is None:
        yield Finding(
            rule="claim-grows",
            severity=Severity.SAFE,
            said="grows in place; whether its class lets it is not to be seen in this stack",
        )
    else:
        yield Finding(rule="claim-grows", severity=Severity.SAFE, said="grows in place")


def frozen(edit: Edit, context: Context) -> Iterator[Finding]:
    """An update that the API server is going to refuse: `up` ends half way."""
    if edit.action is not Action.UPDATE or not edit.readable:
        return
    # To the provider no field of a patch forces a replacement; to the API server all are frozen.
    fields = (*_FROZEN, *_REPLACING[2:]) if edit.kind.is_patch else _FROZEN
    changes = []
    for field, path in fields:
        old, new = edit.was(*path), edit.wants(*path)
        if new is not None and new != old and not isinstance(new, Hidden):
            changes.append(change(edit, field, joined(old), joined(new)))
    if changes:
        yield Finding(
            rule="claim-refused",
            severity=Severity.DOWNTIME,
            said="the API server lets no claim change this: `up` ends half way, the data stays",
            changes=tuple(changes),
        )


def unknown(edit: Edit, context: Context) -> Iterator[Finding]:
    """A field that decides over replacement is not known yet: `up` may do more than is shown."""
    if edit.action is not Action.UPDATE:
        return
    changes = tuple(
        change(edit, field, joined(edit.was(*path)), edit.wants(*path))
        for field, path in _REPLACING
        if isinstance(edit.wants(*path), Hidden)
    )
    if changes:
        yield Finding(
            rule="claim-unknown",
            severity=Severity.AT_RISK,
            said="what decides whether the claim is replaced is not known before `up`",
            changes=changes,
        )


RULES: Sequence[Rule] = (unreadable, deleted, replaced, resized, frozen, unknown)
PATCH_RULES: Sequence[Rule] = (
    unreadable,
    patch_deleted,
    patch_replaced,
    resized,
    frozen,
    unknown,
)
