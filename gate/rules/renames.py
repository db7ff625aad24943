"""Rules for renames, which a preview shows as one object deleted and another one created."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..mounts import POD_SPECS, mounts_of
from ..severity import Severity
from ..templates import templates
from ..values import Hidden
from .common import Rule, change, goes_on_as, risk

__all__ = ["RULES", "TWINS"]


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
        yield risk(
            "renamed-in-the-stack",
            f"the same object comes back as {twin.urn.name}: an alias of the old name keeps it,"
            " without one `up` deletes it",
            its,
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
    is_workload = edit.kind.name in POD_SPECS
    if is_workload and not _has_data(edit):
        return
    like = context.likeness.renamed_to(edit)
    if like is None or (is_workload and _finds_all(edit, like)):
        return
    yield goes_on_as(edit, like, "the data does not move along")


def _has_data(edit: Edit) -> bool:
    """Whether a workload mounts what outlives its pods, as asked for or in the cluster."""
    kind, lives = edit.kind.name, edit.old.outputs
    if mounts_of(kind, edit.old.inputs) or mounts_of(kind, lives).sources:
        return True
    made = templates(lives) if kind == "StatefulSet" else {}
    return isinstance(made, Hidden) or bool(made)


def _finds_all(gone: Edit, come: Edit) -> bool:
    """Whether a workload mounts the very claims that another one did."""
    if come.kind.name not in POD_SPECS or gone.namespace != come.new_namespace:
        return False
    old = mounts_of(gone.kind.name, gone.old.inputs)
    new = mounts_of(come.kind.name, come.new.inputs)
    if any(its.startswith("template ") for its in old.sources):
        # Claims of a template are called after their set.
        return False
    return old.is_read and new.is_read and bool(old.claims) and old.sources <= new.sources


RULES: Sequence[Rule] = (same_object, renamed)
TWINS: Sequence[Rule] = (same_object,)
