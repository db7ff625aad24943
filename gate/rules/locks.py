"""Rules for the locks that keep an object: protect, retainOnDelete, import."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from .common import Rule, change

__all__ = ["RULES"]

_STAYS = (Action.NOTHING, Action.UPDATE, Action.REPLACE)


def protect_dropped(edit: Edit, context: Context) -> Iterator[Finding]:
    """`protect` goes: the engine looks at both states, so one change can drop it and replace."""
    if _stays(edit) and edit.old.protect and not edit.new.protect:
        said = "from now on nothing keeps a change from deleting it"
        if edit.action is Action.REPLACE:
            said = "its protection is dropped in the very change that replaces it"
        yield Finding(
            rule="protect-dropped",
            severity=Severity.AT_RISK,
            said=said,
            changes=(change(edit, "protect", True, False),),
        )


def retain_dropped(edit: Edit, context: Context) -> Iterator[Finding]:
    """`retainOnDelete` goes: the engine looks at the old state, so this change is still safe."""
    if _stays(edit) and edit.old.retain_on_delete and not edit.new.retain_on_delete:
        yield Finding(
            rule="retain-dropped",
            severity=Severity.AT_RISK,
            said="from now on it is deleted when it leaves the stack",
            changes=(change(edit, "retain_on_delete", True, False),),
        )


def import_dropped(edit: Edit, context: Context) -> Iterator[Finding]:
    """`import` goes, with which the engine refuses a replacement: usual after an import."""
    if _stays(edit) and edit.old.import_id and not edit.new.import_id:
        yield Finding(
            rule="import-dropped",
            severity=Severity.SAFE,
            said="from now on the engine no longer refuses to replace it",
        )


def _stays(edit: Edit) -> bool:
    """Whether the resource stays in the stack, with both its states to be compared."""
    return edit.action in _STAYS and bool(edit.old.inputs) and bool(edit.new.inputs)


RULES: Sequence[Rule] = (protect_dropped, retain_dropped, import_dropped)
