"""Rules for StatefulSets whose members decide by majority: who could outvote whom."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..library import Members, majorities_meet, one_at_a_time
from ..severity import Severity
from ..values import conceals, text
from .common import Rule, change

__all__ = ["RULES"]

_ANNOTATION = ("metadata", "annotations", "statefast/quorum")
# The program takes the steps, and refuses what it cannot take.
_BY_ITSELF = "one at a time"
_MEMBERS = ("metadata", "annotations", "statefast/members")
_COUNT = ("spec", "replicas")
_FIRST = ("spec", "ordinals", "start")


def outvoted(edit: Edit, context: Context) -> Iterator[Finding]:
    """Members come or go by more than the majorities allow: those without data could decide."""
    if edit.action not in (Action.UPDATE, Action.REPLACE) or not edit.told:
        return
    said = (edit.was(*_ANNOTATION), edit.wants(*_ANNOTATION))
    if not {"true", _BY_ITSELF} & set(map(text, said)) and not conceals(list(said)):
        return
    old = _members(edit.lives(*_FIRST), edit.lives(*_COUNT))
    count, first = edit.wants(*_COUNT), edit.wants(*_FIRST)
    if edit.kind.is_patch:
        # What a patch does not name stays as it is.
        count = edit.lives(*_COUNT) if count is None else count
        first = edit.lives(*_FIRST) if first is None else first
    new = _members(first, count)
    if old is not None and not old.count:
        # Nobody decides while all are away, and those that were there have the data.
        old = Members.read(text(edit.lives(*_MEMBERS)))
    if new is not None and (old == new or not new.count):
        return
    if old is None or new is None:
        yield Finding(
            rule="quorum-unknown",
            severity=Severity.AT_RISK,
            said="how many members of its quorum there will be is not known before `up`, so members"
            " without data may outvote the others",
            changes=() if new is None else (change(edit, "replicas", 0, new.count),),
        )
        return
    if majorities_meet(old, new):
        return
    moved = old.first != new.first
    steps = [str(its) if moved else str(its.count) for its in (old, *one_at_a_time(old, new))]
    if said[1] == _BY_ITSELF and edit.action is Action.UPDATE:
        yield Finding(
            rule="quorum-steps",
            severity=Severity.ROLLS_PODS,
            said=f"members come and go one at a time in this one `up`: {' -> '.join(steps)}",
        )
        return
    yield Finding(
        rule="quorum-outvoted",
        severity=Severity.AT_RISK,
        said="members without the last writes could outvote those that have them, and the writes"
        f" would be lost; one member at a time they stay: {' -> '.join(steps)}",
        changes=(
            change(
                edit,
                "ordinals" if moved else "replicas",
                str(old) if moved else old.count,
                str(new) if moved else new.count,
            ),
        ),
    )


def _members(first: object, count: object) -> Members | None:
    """The members; None where they are not known."""
    first, count = first or 0, 1 if count is None else count
    if not isinstance(first, int | float) or not isinstance(count, int | float):
        return None
    return Members(int(first), int(count))


RULES: Sequence[Rule] = (outvoted,)
