"""Rules for objects that go on elsewhere, whatever they are: what is there is not theirs."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from ..state import EMPTY
from .common import Field, Rule, change, differing, risk, whole

__all__ = ["LEFT_BEHIND", "RULES"]


def moves(edit: Edit, context: Context) -> Iterator[Finding]:
    """Another provider under an update, or under no change at all.

    The engine cannot ask a provider whose config is not known yet, and shows no replacement.
    """
    if edit.action not in (Action.NOTHING, Action.UPDATE):
        return
    if edit.old is EMPTY or edit.new is EMPTY or context.clusters.moves(edit) is False:
        return
    names = [its.provider.rpartition("::")[2] for its in (edit.old, edit.new)]
    yield risk(
        "goes-elsewhere",
        "goes on under a provider of which the preview does not show that it writes to the same"
        " cluster: in another one it is made anew, and empty",
        (change(edit, "provider", *names),) if names[0] != names[1] else (),
    )


def left_behind(edit: Edit, context: Context) -> Iterator[Finding]:
    """What is replaced and retained stays where it is, with all that was made of it."""
    if edit.action is not Action.REPLACE or not edit.told or not edit.old.retain_on_delete:
        return
    if edit.keeps_place and context.clusters.moves(edit) is False:
        yield Finding(
            rule="retained-and-replaced",
            severity=Severity.DOWNTIME,
            said="stays, so `up` fails to make it again",
            changes=whole(edit),
        )
        return
    fields = [Field(key, edit.sides("metadata", key)) for key in ("name", "namespace")]
    yield risk(
        "left-behind",
        "stays where it is with all that belongs to it, and the new one starts without that",
        differing(edit, fields),
    )


RULES: Sequence[Rule] = (moves,)
LEFT_BEHIND: Sequence[Rule] = (left_behind,)
