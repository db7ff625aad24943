"""Rules for autoscalers: a scale-in takes claims along where their StatefulSet says so."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..values import look
from .common import Field, Rule, differing, risk

__all__ = ["RULES"]

_TARGET = ("spec", "scaleTargetRef")
_WHEN_SCALED = ("spec", "persistentVolumeClaimRetentionPolicy", "whenScaled")


def scales_in(edit: Edit, context: Context) -> Iterator[Finding]:
    """It may scale a set in, whose claims may be deleted then (whenScaled)."""
    if edit.action not in (Action.CREATE, Action.UPDATE, Action.REPLACE):
        return
    fields = [
        Field(name, edit.sides("spec", key))
        for name, key in (
            ("target", "scaleTargetRef"),
            ("min_replicas", "minReplicas"),
            ("max_replicas", "maxReplicas"),
        )
    ]
    if edit.action is Action.UPDATE and all(its.same for its in fields):
        return
    kind, name = edit.wants(*_TARGET, "kind"), edit.wants(*_TARGET, "name")
    if isinstance(kind, str) and kind != "StatefulSet":
        return
    if isinstance(name, str) and _keeps_claims(edit, name, context):
        return
    yield risk(
        "scaler-takes-claims",
        "scales a StatefulSet of which the preview does not show that it keeps the claims of"
        " replicas that go (whenScaled: Retain)",
        () if edit.action is Action.CREATE else differing(edit, fields),
    )


def _keeps_claims(edit: Edit, name: str, context: Context) -> bool:
    for its in context.of_kind("StatefulSet"):
        here = its.namespace == edit.namespace and context.cluster(its) == context.cluster(edit)
        if here and name in (its.old_name, its.new_name):
            if its.lacks or not its.told:
                return False
            if look(its.new.inputs, *_WHEN_SCALED) == "Retain":
                return True
            trees = (its.new.inputs, its.new.outputs, its.old.inputs, its.old.outputs)
            # The API server takes one that is not given for Retain.
            return all(look(tree, *_WHEN_SCALED) in (None, "Retain") for tree in trees)
    return False


RULES: Sequence[Rule] = (scales_in,)
