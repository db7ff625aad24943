"""The shape of args, read out of their TypedDict: keys, kinds, which are required, and limits.

The TypedDict is the one place that says them. What checks args, what reads files and what
documents both ask here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NotRequired, Required, get_args, get_origin

__all__ = [
    "Between",
    "Form",
    "Key",
    "OneOf",
    "alternatives",
    "alternatives_of",
    "camel",
    "keys_of",
    "limit",
]


@dataclass(frozen=True, slots=True)
class Between:
    """A number within bounds."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class OneOf:
    """A text of a closed set; for a list, each of its texts."""

    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A text of a certain form, with an example."""

    pattern: str
    like: str


Limit = Between | OneOf | Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a shape."""

    kind: object
    required: bool
    limit: Limit | None


_LIMITS: dict[type, dict[str, Limit]] = {}
_ALTERNATIVES: dict[type, tuple[tuple[str, ...], ...]] = {}


def limit(shape: type, **limits: Limit) -> None:
    """Narrows what keys of a shape take, beyond their kind. It is said beside the shape.

    Raises:
        KeyError: the shape has no such key.
    """
    for key in limits:
        shape.__annotations__[key]
    _LIMITS.setdefault(shape, {}).update(limits)
    keys_of.cache_clear()


def alternatives(shape: type, *sets: tuple[str, ...]) -> None:
    """Of the keys in these sets, those of one set are given, and none of the others.

    Raises:
        KeyError: the shape has no such key.
    """
    for key in (key for keys in sets for key in keys):
        shape.__annotations__[key]
    _ALTERNATIVES[shape] = sets


def alternatives_of(shape: type) -> tuple[tuple[str, ...], ...]:
    """The sets of keys of which one is given; none where all can stand together."""
    return _ALTERNATIVES.get(shape, ())


@cache
def keys_of(shape: type) -> Mapping[str, Key]:
    """The keys of a shape, in the order of their definition."""
    required: frozenset[str] = getattr(shape, "__required_keys__", frozenset())
    limits = _limits(shape)
    return {
        name: Key(kind=_plain_kind(kind), required=name in required, limit=limits.get(name))
        for name, kind in getattr(shape, "__annotations__", {}).items()
    }


def _plain_kind(kind: object) -> object:
    """A kind without the mark of whether its key is required."""
    return get_args(kind)[0] if get_origin(kind) in (NotRequired, Required) else kind


def camel(key: str) -> str:
    """A key as files write it: `volume_binding_mode` is `volumeBindingMode`."""
    head, *rest = key.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _limits(shape: type) -> dict[str, Limit]:
    """Those of the shape and of the shapes it extends.

    A TypedDict does not know its bases (before Python 3.12): a shape extends another if it has all
    of its keys, of the same kinds.
    """
    own = getattr(shape, "__annotations__", {})
    found: dict[str, Limit] = {}
    for other, limits in _LIMITS.items():
        if all(own.get(key) == kind for key, kind in other.__annotations__.items()):
            found |= limits
    return found
