"""What kind of value an arg takes, read out of its TypedDict."""

import types
from collections.abc import Awaitable, Mapping, Sequence
from typing import (
    Any,
    ForwardRef,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    is_typeddict,
)

import pulumi

from ..errors import StatefastError

__all__ = ["check_kinds"]

_UNIONS = (Union, types.UnionType)
_WORDS: Mapping[type, str] = {str: "a text", int: "a whole number", bool: "true or false"}

# Field, value, and what it should have been.
Misfit = tuple[str, object, str]


def check_kinds(resource: str, args: Mapping[str, object], shape: type, path: str = "") -> None:
    """Refuses a value that is of another kind than its key takes.

    Python does not look at annotations: a text where a list belongs would become a list of
    letters, and the text `false` would be true. The args of a nested shape are left to whoever
    reads them, except that they are a mapping. None stands for a key that was not given.

    Raises:
        StatefastError: a value of another kind, or one that is known only later (an Output) where
            something has to be decided by it now.
    """
    hints = shape.__annotations__
    for key, value in args.items():
        if value is None or key not in hints:
            continue
        if misfit := _misfit(path + key, value, hints[key]):
            field, found, wanted = misfit
            raise StatefastError(resource, field, found, f"not {wanted}", _remedy(found, wanted))


def _misfit(field: str, value: object, kind: object) -> Misfit | None:
    if isinstance(kind, ForwardRef):
        # As the SDK writes the Output in an Input.
        fits = isinstance(value, pulumi.Output)
        return None if fits else (field, value, "known later")
    origin: Any = get_origin(kind) or kind
    if origin in (NotRequired, Required):
        return _misfit(field, value, get_args(kind)[0])
    if origin in _UNIONS:
        misfits = [_misfit(field, value, member) for member in get_args(kind)]
        return None if None in misfits else misfits[0]
    if origin in (Any, object, types.NoneType):
        return None
    if is_typeddict(origin) or origin is Mapping:
        return _of_mapping(field, value, get_args(kind))
    if origin is Sequence:
        return _of_list(field, value, get_args(kind))
    if origin is Awaitable:
        return None if isinstance(value, Awaitable) else (field, value, "known later")
    fits = isinstance(value, origin) and not (origin is int and isinstance(value, bool))
    return None if fits else (field, value, _WORDS.get(origin, f"a {origin.__name__}"))


def _of_mapping(field: str, value: object, kinds: tuple[Any, ...]) -> Misfit | None:
    if not isinstance(value, Mapping):
        return field, value, "a mapping"
    for key, item in value.items():
        if not isinstance(key, str):
            return f"{field}.{key}", key, "a text as a key"
        if kinds and (misfit := _misfit(f"{field}.{key}", item, kinds[1])):
            return misfit
    return None


def _of_list(field: str, value: object, kinds: tuple[Any, ...]) -> Misfit | None:
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        return field, value, "a list"
    misfits = (_misfit(f"{field}[{n}]", item, kinds[0]) for n, item in enumerate(value) if kinds)
    return next((misfit for misfit in misfits if misfit), None)


def _remedy(value: object, wanted: str) -> str:
    if isinstance(value, pulumi.Output | Awaitable):
        return "give a plain value: it decides what is made, so it has to be known at preview"
    if wanted == "a list" and isinstance(value, str):
        return f"write [{value!r}]"
    if wanted == "a text" and isinstance(value, bool | int | float):
        return "put it in quotes"
    if wanted in (_WORDS[int], _WORDS[bool]) and isinstance(value, str):
        return f"write {wanted}, without quotes"
    return f"write {wanted}"
