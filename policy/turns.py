"""Whether the pods of an object run one at a time, by what its kind does with them."""

from collections.abc import Iterator, Mapping

from statefast.errors import StatefastError

from .facts import UNKNOWN, Facts
from .pods import Path, text_of
from .things import Thing

__all__ = ["OTHERWISE", "in_turn", "number_of"]

OTHERWISE = "use a StatefulSet, or access mode ReadWriteMany"
# Where a kind says how many of its pods run at once.
_REPLICAS: Path = ("spec", "replicas")
_COUNTS: Mapping[str, Path] = {
    "CronJob": ("spec", "jobTemplate", "spec", "parallelism"),
    "Job": ("spec", "parallelism"),
}
# A kind that stops a pod before it starts the next one, if a field says so: that field, the value
# that says it, what it is by default, and what the others do.
_FIELDS: Mapping[str, tuple[Path, str, str, str]] = {
    "Deployment": (
        ("spec", "strategy", "type"),
        "Recreate",
        "RollingUpdate",
        "a new pod would wait for ever for the old one's volume",
    ),
    "CronJob": (
        ("spec", "concurrencyPolicy"),
        "Forbid",
        "Allow",
        "a run may start before the last one has ended",
    ),
}
# Kinds that never start a pod before the one it takes the place of has stopped.
_ALWAYS = ("Job", "Pod", "ReplicaSet", "ReplicationController", "StatefulSet")


# Kinds of other makers that do with their pods what the kind of that name does.
_LIKE_OURS = frozenset({("apps.kruise.io", "StatefulSet")})


def _kind(thing: Thing) -> str:
    """The kind, where its name says what it does with its pods; else none of those known here."""
    first = thing.first
    is_like_ours = (first.group, thing.kind) in _LIKE_OURS
    return thing.kind if first.native or is_like_ours else ""


def in_turn(thing: Thing, problem: str) -> Iterator[tuple[StatefastError, Facts]]:
    """What lets two pods of an object run at once.

    Args:
        thing: The object.
        problem: Why they must not, e.g. `claim vol is ReadWriteOnce`.
    """
    yield from _order(thing, problem)
    path = _COUNTS.get(_kind(thing), _REPLICAS)
    for value, part in thing.said(*path):
        number = number_of(value)
        if number is not None and number > 1:
            error = StatefastError(
                part.title,
                text_of(path),
                number,
                f"but {problem}, and one node at a time can mount it",
                f"write 1, or {OTHERWISE}",
            )
            yield error, part


def _order(thing: Thing, problem: str) -> Iterator[tuple[StatefastError, Facts]]:
    kind = _kind(thing)
    if kind in _FIELDS:
        path, good, default, why = _FIELDS[kind]
        for value, part in thing.said(*path) or [(default, thing.first)]:
            if value not in (good, UNKNOWN):
                error = StatefastError(
                    part.title, text_of(path), value, f"but {problem}, and {why}", f"write {good}"
                )
                yield error, part
    elif kind not in _ALWAYS:
        why = (
            "it runs a pod on every node"
            if kind == "DaemonSet"
            else "whether it stops a pod before it starts the next one is not known"
        )
        error = StatefastError(
            thing.title,
            "kind",
            thing.kind,
            f"but {problem}, and {why}",
            f"{OTHERWISE}, or list the claim in this rule's setting shared",
        )
        yield error, thing.first


def number_of(value: object) -> int | None:
    """A count, in whichever way it is written; None where it is none."""
    if isinstance(value, str) and value.strip().isdigit():
        return int(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
        return int(value)
    return None
