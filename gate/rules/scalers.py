"""Rules for autoscalers of any kind: a scale-in takes claims along where the set says so."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..values import look
from .common import Field, Rule, differing, risk, unread

__all__ = ["RULES"]

_TARGET = ("spec", "scaleTargetRef")
_WHEN_SCALED = ("spec", "persistentVolumeClaimRetentionPolicy", "whenScaled")


def scales_in(edit: Edit, context: Context) -> Iterator[Finding]:
    """It may scale a set in, whose claims may be deleted then (whenScaled)."""
    known = edit.kind.group == "autoscaling" or edit.kind.name == "ScaledObject"
    trees = (edit.old.inputs, edit.new.inputs)
    if not known and all(look(tree, *_TARGET) is None for tree in trees):
        return
    if edit.action is Action.UNKNOWN or not edit.told:
        yield from unread(edit, context)
        return
    if edit.action not in (Action.CREATE, Action.UPDATE, Action.REPLACE):
        return
    fields = [
        Field(name, edit.sides("spec", key))
        for name, key in (
            ("target", "scaleTargetRef"),
            ("min_replicas", "minReplicas"),
            ("max_replicas", "maxReplicas"),
            # KEDA's.
            ("min_replicas", "minReplicaCount"),
            ("max_replicas", "maxReplicaCount"),
            ("idle_replicas", "idleReplicaCount"),
        )
    ]
    if edit.action is Action.UPDATE and all(its.same for its in fields):
        return
    kind, name = edit.wants(*_TARGET, "kind"), edit.wants(*_TARGET, "name")
    if isinstance(kind, str) and kind != "StatefulSet":
        return
    if isinstance(name, str):
        named = [
            its
            for its in context.of_kind("StatefulSet")
            if name in (its.old_name, its.new_name)
            and context.cluster(its) == context.cluster(edit)
        ]
        # KEDA takes one whose kind is not named for a Deployment.
        if kind is None and edit.kind.group != "autoscaling" and not named:
            return
        here = [its for its in named if its.namespace == edit.namespace]
        if here and _keeps_claims(here[0]):
            return
    yield risk(
        "scaler-takes-claims",
        "scales a StatefulSet of which the preview does not show that it keeps the claims of"
        " replicas that go (whenScaled: Retain)",
        () if edit.action is Action.CREATE else differing(edit, fields),
    )


def _keeps_claims(its: Edit) -> bool:
    if its.lacks or not its.told:
        return False
    if look(its.new.inputs, *_WHEN_SCALED) == "Retain":
        return True
    trees = (its.new.inputs, its.new.outputs, its.old.inputs, its.old.outputs)
    # The API server takes one that is not given for Retain.
    return all(look(tree, *_WHEN_SCALED) in (None, "Retain") for tree in trees)


RULES: Sequence[Rule] = (scales_in,)
