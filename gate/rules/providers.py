"""Rules for the providers of Kubernetes: one that points elsewhere takes all its objects along."""

from collections.abc import Iterator, Sequence

from ..clusters import DECIDING, stays
from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from .common import Field, Rule, differing, risk

__all__ = ["RULES"]


def points_elsewhere(edit: Edit, context: Context) -> Iterator[Finding]:
    """An update under which all objects may go on in another cluster."""
    if edit.action not in (Action.UPDATE, Action.UNKNOWN):
        return
    if not edit.told or edit.action is Action.UNKNOWN:
        yield risk("provider-unknown", "which cluster it points to is not to be seen")
    elif not stays(edit.sides):
        moved = [its for name in DECIDING if not (its := Field(name, edit.sides(name))).same]
        names = " and ".join(its.name for its in moved)
        yield risk(
            "provider-elsewhere",
            f"its {names} may point to another cluster, where all that this stack has is made anew"
            " and empty, while the old one goes on",
            differing(edit, moved),
        )


RULES: Sequence[Rule] = (points_elsewhere,)
