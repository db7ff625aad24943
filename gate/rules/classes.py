"""Rules for classes of volumes and snapshots: no volume is touched by any of them."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from ..values import text
from .common import Rule

__all__ = ["RULES"]


def remade(edit: Edit, context: Context) -> Iterator[Finding]:
    """A class is made again: what exists keeps what it was born with."""
    if edit.action is Action.REPLACE:
        yield Finding(
            rule="class-remade",
            severity=Severity.SAFE,
            said="is made again; what exists keeps what it was born with",
        )


def removed(edit: Edit, context: Context) -> Iterator[Finding]:
    """A class goes: what exists stays, and nothing new is made of it."""
    if edit.action is Action.DELETE:
        yield Finding(
            rule="class-removed",
            severity=Severity.SAFE,
            said="leaves the stack and stays"
            if edit.old.retain_on_delete
            else "goes; what exists stays, but cannot grow, and new claims of it wait",
        )


def deletes_from_now_on(edit: Edit, context: Context) -> Iterator[Finding]:
    """New volumes of the class go with their claims; those that exist do not."""
    if edit.action not in (Action.UPDATE, Action.REPLACE):
        return
    for field in ("reclaimPolicy", "deletionPolicy"):
        old, new = edit.was(field), edit.wants(field)
        if old == "Retain" and new != "Retain":
            yield Finding(
                rule="class-deletes-from-now-on",
                severity=Severity.SAFE,
                said=f"{field} {text(old)} -> {text(new) or 'Delete'} holds for what is made from"
                " now on",
            )


RULES: Sequence[Rule] = (remade, removed, deletes_from_now_on)
