"""Autoscalers of any kind: what has a scaleTargetRef scales what that names."""

from collections.abc import Iterator
from functools import lru_cache

from statefast.errors import MISSING, StatefastError

from .facts import UNKNOWN, Facts
from .rule import Stack
from .things import Thing, may_be_one
from .turns import number_of

__all__ = ["autoscaled"]

_REF = ("spec", "scaleTargetRef")
# Kubernetes' own, and that of KEDA, which takes 100 where nothing is written.
_MOST = ("maxReplicas", "maxReplicaCount")
_KINDS = ("HorizontalPodAutoscaler", "ScaledObject")


def autoscaled(stack: Stack, thing: Thing, problem: str) -> Iterator[tuple[StatefastError, Facts]]:
    """The autoscalers that may give an object a second pod.

    Args:
        stack: All objects.
        thing: The object.
        problem: Why it must not have one, e.g. `claim vol is ReadWriteOnce`.
    """
    for scaler in _scalers(stack):
        if not any(_scales(stack, part, scaler, thing) for part in scaler.parts):
            continue
        said = [
            (value, part, f"spec.{field}")
            for field in _MOST
            for value, part in scaler.said("spec", field)
        ]
        for value, part, field in said or [(MISSING, scaler.first, f"spec.{_MOST[0]}")]:
            number = number_of(value)
            if value is not UNKNOWN and (number is None or number > 1):
                error = StatefastError(
                    part.title,
                    field,
                    value if number is None else number,
                    f"but it scales {thing.title}, and {problem}",
                    "write 1, or leave the autoscaler out",
                )
                yield error, part


@lru_cache(maxsize=1)
def _scalers(stack: Stack) -> list[Thing]:
    return [thing for thing in stack.things if any(map(_may_scale, thing.parts))]


def _may_scale(part: Facts) -> bool:
    # Of other kinds whatever is unknown is no news.
    return part.kind in _KINDS or part.peek(*_REF) not in (None, UNKNOWN)


def _scales(stack: Stack, part: Facts, scaler: Thing, thing: Thing) -> bool:
    if not _may_scale(part):
        return False
    kind, name = part.get(*_REF, "kind"), part.get(*_REF, "name")
    if name is UNKNOWN:
        return stack.needs(part, thing)
    if (
        name is None
        or kind not in (thing.kind, UNKNOWN, None)
        or not may_be_one(scaler.namespace, thing.namespace)
    ):
        return False
    # What is called nobody knows what may be called so: asked for, so that its owner is told.
    return name == (thing.name or thing.first.get("metadata", "name"))
