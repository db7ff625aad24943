"""What several rules need: findings about the whole object, and fields put side by side."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..folders import digest
from ..library import DELETES_CLAIMS, Change
from ..severity import Severity
from ..sides import Sides
from ..values import Hidden, conceals, look, text

__all__ = [
    "DEFAULT",
    "ORPHAN",
    "Field",
    "Rule",
    "by_the_guard",
    "change",
    "differing",
    "fate",
    "goes_on_as",
    "risk",
    "taking_claims",
    "unread",
    "unruled",
    "whole",
]

# From one object and the rest of its preview to what is to be said about it.
Rule = Callable[[Edit, Context], Iterator[Finding]]

DEFAULT = "(default)"
# How the types of this project begin.
_COMPONENTS = "statefast:index:"
# Of the provider: what a deletion does to what the object owns.
ORPHAN = ("metadata", "annotations", "pulumi.com/deletionPropagationPolicy")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an edit, in the words of whoever wrote it."""

    name: str
    sides: Sides
    shown: Callable[[object], object] = text

    @property
    def same(self) -> bool:
        """Whether it is known to stay what it is."""
        return self.sides.same


def change(edit: Edit, field: str, old: object, new: object) -> Change:
    """One change of the object, for its owner to consent to."""
    return Change(
        resource=edit.resource,
        field=field,
        old=_shown(old) or DEFAULT,
        new=_shown(new) or DEFAULT,
        uid=edit.uid,
    )


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        # A Hidden in it is written as people read it, which keeps it from being consented to.
        return json.dumps(value, sort_keys=True, default=str)
    return text(value)


def whole(edit: Edit) -> tuple[Change, ...]:
    """The change of an object that is no more; a consent to any update would be good for ever."""
    if edit.action not in (Action.DELETE, Action.REPLACE):
        return ()
    return (change(edit, "object", "exists", edit.action.value),)


def differing(edit: Edit, fields: Iterable[Field]) -> tuple[Change, ...]:
    """The fields that are not known to stay, as changes; the whole object where all do."""
    found = tuple(
        change(edit, its.name, *(_said(edit, its, side) for side in (its.sides.old, its.sides.new)))
        for its in fields
        if not its.same
    )
    return found or whole(edit)


def _said(edit: Edit, field: Field, value: object) -> object:
    """A value in a consent: what has no short form is told from others and not shown."""
    shown = field.shown(value)
    if isinstance(value, dict | list) and not shown:
        if conceals(value):
            return Hidden(is_secret=not conceals(value, secrets=False))
        return f"#{digest(value, edit.uid)}"
    return shown


def goes_on_as(edit: Edit, like: Edit, what: str) -> Finding:
    """An object leaves, and another one may go on in its place without its data.

    Args:
        edit: The one that leaves.
        like: The one that comes.
        what: What becomes of the data, after a colon.
    """
    name = like.new_name or like.urn.name
    said = f"may go on as {name}, which starts empty: {what}"
    return risk("renamed", said, (change(edit, "name", edit.name, name),))


def by_the_guard(edit: Edit) -> bool:
    """Whether a component of this project makes it, whose guard reads the cluster before."""
    parents = edit.urn.parents
    return parents.startswith(_COMPONENTS) or f"${_COMPONENTS}" in parents


def taking_claims(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes where the claims go along, which their owner has to say as well."""
    return tuple(replace(its, taking=DELETES_CLAIMS) for its in changes)


def risk(rule: str, said: str, changes: tuple[Change, ...] = ()) -> Finding:
    """A finding of data at risk."""
    return Finding(rule=rule, severity=Severity.AT_RISK, said=said, changes=changes)


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


def unread(edit: Edit, context: Context) -> Iterator[Finding]:
    """Nobody can tell from this preview what happens to the object."""
    if edit.action is Action.UNKNOWN or not edit.told:
        yield risk(
            "unreadable",
            f"it is {edit.action.value}, and the preview does not show from what to what; a"
            " newer `pulumi` or its log may",
            whole(edit),
        )
    elif edit.lacks:
        yield risk(
            "unreadable",
            f"no {edit.kind.name} is without {edit.lacks}, and the preview shows none: what else it"
            " leaves out nobody can tell",
        )
    elif edit.action is Action.UPDATE and not edit.is_explained:
        yield risk(
            "unreadable",
            "it is updated, and what changes is not to be seen; `pulumi preview --diff` may tell",
        )
    elif edit.action is not Action.CREATE and edit.changes_type:
        yield risk(
            "unreadable",
            f"an alias makes it of another kind of object ({edit.old.type[:80]}), and no preview"
            " shows what becomes of that",
            whole(edit),
        )


def unruled(known: Collection[str], rule: str, said: str) -> Rule:
    """A rule for every field of a spec that is not among those known: none is harmless by default.

    Args:
        known: Fields that other rules judge, or that are harmless.
        rule: Name of the rule.
        said: What may happen.
    """

    def found(edit: Edit, context: Context) -> Iterator[Finding]:
        if edit.action is not Action.UPDATE or not edit.told:
            return
        trees = [look(state.inputs, "spec") for state in (edit.old, edit.new)]
        if any(isinstance(tree, Hidden) for tree in trees):
            fields = [Field("spec", edit.sides("spec"))]
        else:
            keys = {key for tree in trees if isinstance(tree, dict) for key in tree} - set(known)
            fields = [Field(key, edit.sides("spec", key)) for key in sorted(keys)]
        if any(not its.same for its in fields):
            yield risk(rule, said, differing(edit, fields))

    return found
