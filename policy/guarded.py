"""In a stack with a guard, the guard has seen whatever holds data."""

from collections.abc import Iterator, Mapping
from typing import Any

from statefast.errors import StatefastError
from statefast.program.names import Names
from statefast.safety.read.live import OWNER

from .facts import UNKNOWN, Facts
from .pods import mounts_in
from .rule import Stack
from .where import Where

__all__ = ["seen_by_the_guard"]

_HOLDS = ("Deployment", "PersistentVolumeClaim", "StatefulSet")


def seen_by_the_guard(stack: Stack, where: Where) -> Iterator[tuple[StatefastError, Facts]]:
    """What was registered before the guard, or past it, is not guarded: its mark tells."""
    del where
    for guard in stack.guards:
        only, left_out = _names(guard, "only"), _names(guard, "except")
        for facts in stack.objects:
            if facts.patch or facts.kind not in _HOLDS or _is_seen(facts):
                continue
            if _is_named(left_out, facts) or (only and not _is_named(only, facts)):
                continue
            if facts.kind == "Deployment" and not any(True for _ in mounts_in(facts)):
                continue
            yield (
                StatefastError(
                    facts.title,
                    f"metadata.annotations[{OWNER}]",
                    None,
                    "so the guard of this stack has not seen it, and an edit may take its data",
                    "let it depend on the guard, or let its provider do so; or name it in except",
                ),
                facts,
            )


def _is_seen(facts: Facts) -> bool:
    mark = facts.get("metadata", "annotations", OWNER)
    return mark is UNKNOWN or bool(mark)


def _names(guard: Facts, key: str) -> Names:
    return Names(str(name) for name in guard.each(key) if name is not UNKNOWN)


def _is_named(names: Names, facts: Facts) -> bool:
    labels: Any = facts.peek("metadata", "labels")
    known = dict(labels) if isinstance(labels, Mapping) else {}
    logical = facts.urn.rpartition("::")[2]
    return names.has(
        facts.kind, facts.namespace or "", facts.name or "", logical, {"labels": known}
    )
