"""Rules for Deployments that mount claims."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from ..values import Hidden, look, text
from .common import Rule, change, whole

__all__ = ["RULES"]


def _claims(tree: object) -> set[str]:
    found = look(tree, "spec", "template", "spec", "volumes")
    names = [
        look(item, "persistentVolumeClaim", "claimName")
        for item in (found if isinstance(found, list) else [])
    ]
    return {text(name) for name in names if name is not None}


def stops(edit: Edit, context: Context) -> Iterator[Finding]:
    """Its pods stop; the claims they mount are objects of their own."""
    if edit.goes and _claims(edit.old.inputs):
        yield Finding(
            rule="deployment-stops",
            severity=Severity.DOWNTIME,
            said="its pods stop; the claims they mount are judged by themselves",
            changes=whole(edit),
        )


def mounts_another(edit: Edit, context: Context) -> Iterator[Finding]:
    """It lets go of a claim and mounts another one: it starts on other data."""
    if edit.action not in (Action.UPDATE, Action.REPLACE):
        return
    old, new = _claims(edit.old.inputs), _claims(edit.new.inputs) - {Hidden.UNKNOWN.value}
    left, taken = sorted(old - new), sorted(new - old)
    if left and taken:
        yield Finding(
            rule="deployment-mounts-another-claim",
            severity=Severity.AT_RISK,
            said=f"starts on the data of {', '.join(taken)} and leaves that of {', '.join(left)}",
            changes=(change(edit, "claim", "+".join(left), "+".join(taken)),),
        )


def rolls(edit: Edit, context: Context) -> Iterator[Finding]:
    """Another pod template: the pods restart on the volumes they have."""
    template = ("spec", "template")
    if (
        edit.action is Action.UPDATE
        and _claims(edit.old.inputs)
        and edit.was(*template) != edit.wants(*template)
    ):
        yield Finding(
            rule="deployment-rolls",
            severity=Severity.ROLLS_PODS,
            said="its pods restart on the volumes they have",
        )


RULES: Sequence[Rule] = (stops, mounts_another, rolls)
