"""What several rules need: findings about the whole object, and fields put side by side."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..library import DELETES_CLAIMS, Change
from ..severity import Severity
from ..templates import templates
from ..values import Hidden, look, text

__all__ = [
    "DEFAULT",
    "Rule",
    "change",
    "cluster_policy",
    "differing",
    "fate",
    "fate_of_claims",
    "taking_claims",
    "unreadable",
    "whole",
]

# From one object and the rest of its preview to what is to be said about it.
Rule = Callable[[Edit, Context], Iterator[Finding]]

DEFAULT = "(default)"


def change(edit: Edit, field: str, old: object, new: object) -> Change:
    """One change of the object, for its owner to consent to."""
    return Change(
        resource=edit.resource,
        field=field,
        old=text(old) or DEFAULT,
        new=text(new) or DEFAULT,
        uid=edit.uid,
    )


def whole(edit: Edit) -> tuple[Change, ...]:
    """The change of an object that is no more."""
    return (change(edit, "object", "exists", edit.action.value),)


def differing(edit: Edit, fields: Iterable[tuple[str, object, object]]) -> tuple[Change, ...]:
    """The fields that differ, as changes; the whole object where no known field does."""
    found = tuple(change(edit, field, old, new) for field, old, new in fields if old != new)
    return found or whole(edit)


def taking_claims(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes where the claims go along, which their owner has to say as well."""
    return tuple(replace(its, taking=DELETES_CLAIMS) for its in changes)


def fate(kept: bool | None) -> tuple[Severity, str]:
    """What becomes of a volume whose claim is deleted."""
    if kept:
        return (
            Severity.AT_RISK,
            "the volume stays without a claim (Released), and no new claim finds it by itself",
        )
    if kept is None:
        return (
            Severity.LOST,
            "the volume goes with its claim unless its class says Retain, and its class is not"
            " in this stack",
        )
    return Severity.LOST, "the volume is destroyed with its claim"


def fate_of_claims(edit: Edit, context: Context) -> tuple[Severity, str]:
    """What becomes of the volumes of a set whose claims are deleted: the worst of its templates."""
    read = templates(edit.old.inputs) or templates(edit.old.outputs)
    if isinstance(read, Hidden):
        return fate(None)
    if not read:
        return Severity.DOWNTIME, "the set has no volumes"
    return max(
        fate(context.keeps_volume(template.storage_class_name)) for template in read.values()
    )


def cluster_policy(edit: Edit, *path: str) -> set[str]:
    """What the object and the cluster say of a policy: where they differ, both may count."""
    return {text(look(tree, *path)) for tree in (edit.old.inputs, edit.old.outputs)} - {""}


def unreadable(edit: Edit, context: Context) -> Iterator[Finding]:
    """Nobody can tell from this preview what happens to the object."""
    if edit.action is Action.UNKNOWN or not edit.readable:
        yield Finding(
            rule="unreadable",
            severity=Severity.AT_RISK,
            said=f"it is {edit.action.value}, and the preview does not show from what to what",
            changes=whole(edit),
        )
