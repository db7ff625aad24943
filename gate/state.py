"""A resource before or after, and the engine's own word on what differs between the two."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["EMPTY", "State", "Word", "dotted"]

# The engine writes `spec.containers[0].image` and `metadata.annotations["a.b/c"]`, the provider
# `metadata.annotations.a.b/c`.
_BRACKETS = re.compile(r'\[(?:"((?:[^"\\]|\\.)*)"|(\d+|\*))\]')


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A resource as the engine knows it.

    Attributes:
        type: Its type; another one than that of its URN where an alias changed it.
        provider: URN of its provider, without the id.
        failed: Whether the last `up` made it and gave up waiting for it.
        pending_replacement: Whether an earlier run deleted it and did not come to make it again.
        hooks: Names of what runs before it is deleted.
        sources: URNs of what its metadata is made of.
    """

    id: str = ""
    type: str = ""
    inputs: Mapping[str, object]
    outputs: Mapping[str, object]
    protect: bool = False
    retain_on_delete: bool = False
    import_id: str = ""
    provider: str = ""
    failed: bool = False
    pending_replacement: bool = False
    hooks: frozenset[str] = field(default_factory=frozenset)
    sources: frozenset[str] = field(default_factory=frozenset)


EMPTY = State(inputs={}, outputs={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the engine says of a step, beside the two states.

    Attributes:
        reasons: Why it replaces the object: paths, or `provider`.
        differs: Paths that differ, see `dotted`; None where it does not say.
        replacing: Those of them that the object is replaced for.
    """

    reasons: frozenset[str] = frozenset()
    differs: Sequence[str] | None = None
    replacing: Sequence[str] = ()

    def on(self, path: Iterable[str | int]) -> bool | None:
        """Whether anything at, in or around a path differs; None where the engine is silent."""
        if self.differs is None:
            return None
        here = ".".join(str(key) for key in path) + "."
        return self.within(here) or any(here.startswith(f"{its}.") for its in self.differs)

    def within(self, here: str) -> bool:
        """Whether something at or in a path differs, written with a dot at its end."""
        return any(f"{its}.".startswith(here) for its in self.differs or ())


def dotted(path: str) -> str:
    """A path in one way of writing: `spec.containers.0.image`."""
    return _BRACKETS.sub(_key, path).lstrip(".")


def _key(match: re.Match[str]) -> str:
    quoted, index = match.groups()
    return f".{index}" if quoted is None else "." + re.sub(r"\\(.)", r"\1", quoted)
