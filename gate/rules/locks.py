"""Rules for the locks that keep an object: protect, retainOnDelete, import, hooks."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from ..state import EMPTY
from .common import Rule, change, risk

__all__ = ["RULES"]

_STAYS = (Action.NOTHING, Action.UPDATE, Action.REPLACE, Action.UNKNOWN)


def protect_dropped(edit: Edit, context: Context) -> Iterator[Finding]:
    """`protect` goes: the engine looks at both states, so one change can drop it and replace."""
    if _stays(edit) and edit.old.protect and not edit.new.protect:
        said = "from now on nothing keeps a change from deleting it"
        if edit.action is Action.REPLACE:
            said = "its protection is dropped in the very change that replaces it"
        yield risk("protect-dropped", said, (change(edit, "protect", True, False),))


def retain_dropped(edit: Edit, context: Context) -> Iterator[Finding]:
    """`retainOnDelete` goes: the engine looks at the old state, so this change is still safe."""
    if _stays(edit) and edit.old.retain_on_delete and not edit.new.retain_on_delete:
        yield risk(
            "retain-dropped",
            "from now on it is deleted when it leaves the stack",
            (change(edit, "retain_on_delete", True, False),),
        )


def import_dropped(edit: Edit, context: Context) -> Iterator[Finding]:
    """`import` goes, with which the engine refuses a replacement: usual after an import."""
    if _stays(edit) and edit.old.import_id and not edit.new.import_id:
        yield Finding(
            rule="import-dropped",
            severity=Severity.SAFE,
            said="from now on the engine no longer refuses to replace it",
        )


def hook_dropped(edit: Edit, context: Context) -> Iterator[Finding]:
    """What runs before it is deleted goes, like the snapshot that is taken of it."""
    gone = edit.old.hooks - edit.new.hooks
    if _stays(edit) and gone:
        yield risk(
            "hook-dropped",
            "from now on it is deleted without what ran before, like a snapshot of it",
            (change(edit, "before_delete", "+".join(sorted(gone)), "nothing"),),
        )


def _stays(edit: Edit) -> bool:
    """Whether the resource stays in the stack, with both its states to be compared."""
    return edit.action in _STAYS and edit.old is not EMPTY and edit.new is not EMPTY


RULES: Sequence[Rule] = (protect_dropped, retain_dropped, import_dropped, hook_dropped)
