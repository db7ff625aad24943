"""Rules for renames, which a preview shows as one object deleted and another one created."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from .common import Rule, change

__all__ = ["RULES"]


def same_object(edit: Edit, context: Context) -> Iterator[Finding]:
    """Another logical name for the same object: it is made, and then deleted under the old one."""
    twin = context.twin(edit) if edit.action is Action.DELETE else None
    if twin is None:
        return
    its = (change(edit, "logical name", edit.urn.name, twin.urn.name),)
    if twin.kind.is_patch and (edit.kind.is_patch or not edit.goes):
        yield Finding(
            rule="renamed-in-the-stack",
            severity=Severity.SAFE,
            said=f"goes on as {twin.urn.name}",
        )
    elif edit.goes and not edit.kind.is_patch:
        yield Finding(
            rule="renamed-in-the-stack",
            severity=Severity.AT_RISK,
            said=f"the same object comes back as {twin.urn.name}: an alias of the old name keeps"
            " it, without one `up` deletes it",
            changes=its,
        )
    else:
        yield Finding(
            rule="renamed-in-the-stack",
            severity=Severity.DOWNTIME,
            said=f"stays, so `up` fails to make it as {twin.urn.name}; an alias of the old name"
            " takes it along",
            changes=its,
        )


def renamed(edit: Edit, context: Context) -> Iterator[Finding]:
    """An object goes and one like it comes under another name: it starts without the data."""
    if edit.action is not Action.DELETE or context.twin(edit) is not None:
        return
    if context.is_of_staying_set(edit.namespace, edit.name):
        return
    like = context.created_like(edit)
    if like is not None:
        name = like.new_name or like.urn.name
        yield Finding(
            rule="renamed",
            severity=Severity.AT_RISK,
            said=f"looks like a rename to {name}, which starts empty: the data does not move along",
            changes=(change(edit, "name", edit.name, name),),
        )


RULES: Sequence[Rule] = (same_object, renamed)
