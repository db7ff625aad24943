"""Checks what people give against its shape, in code and in files, and reads it out of files.

Python does not look at annotations: a misspelt key would be dropped without a word, a text where
a list belongs would become a list of letters, and the text `false` would be true.
"""

import re
import types
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, ForwardRef, Union, get_args, get_origin, is_typeddict

import pulumi

from ..errors import MISSING, StatefastError
from .collected import Collected
from .named import component_of
from .nearest import nearest
from .shape import (
    Between,
    Form,
    Limit,
    OneOf,
    alternatives_of,
    camel,
    keys_of,
)

__all__ = ["Args", "check_args", "read_args"]

Args = dict[str, Any]

_UNIONS = (Union, types.UnionType)
_WORDS: Mapping[type, str] = {str: "a text", int: "a whole number", bool: "true or false"}
# Files write both kinds of variables under one key (workloads/environment.py).
_WRITTEN = {"envSources": "env"}


def check_args(resource: str, args: object, shape: type, path: str = "") -> None:
    """Refuses args that do not fit their shape, those of nested shapes included.

    Args:
        resource: Whose args they are; opens each sentence.
        args: As given. None stands for a key that was not given.
        shape: The TypedDict they should fit.
        path: What leads to them, e.g. `ports[0].`.

    Raises:
        StatefastError: an unknown or a missing key, a value of another kind or beyond its limits,
            or one that is known only later (an Output) where something has to be decided by it
            now. All of them, where there are several.
    """
    _Walk(resource, lambda key: key, "argument").start(args, shape, path)


def read_args(
    resource: str, given: object, shape: type, path: str = "", *, without: Collection[str] = ()
) -> Args:
    """Reads what a file or stack config gives into args.

    Args:
        resource: Who is configured; opens each sentence.
        given: As YAML or JSON has it, its keys in camelCase. None is an empty mapping.
        shape: The TypedDict to fit.
        path: What leads to it, e.g. `scheduling.`.
        without: Keys of the shape that cannot be given here.

    Returns:
        The args, under the keys of the shape; keys that were not given, or are null, left out.

    Raises:
        StatefastError: as `check_args`, in the spelling of files.
    """
    value = {} if given is None else given
    return _Walk(resource, camel, "key", without).start(value, shape, path)


class _Walk:
    """One way through args, which collects what is wrong with them.

    Args:
        resource: Whose they are.
        spelling: How a key of a shape is written.
        word: What an entry is called.
        without: Keys of the topmost shape that are unknown here.
    """

    def __init__(
        self,
        resource: str,
        spelling: Callable[[str], str],
        word: str,
        without: Collection[str] = (),
    ) -> None:
        self._resource = resource
        self._spelling = spelling
        self._word = word
        self._without = without
        self._wrong = Collected()

    def start(self, value: object, shape: type, path: str) -> Args:
        """What was read.

        Raises:
            StatefastError: what is wrong.
        """
        if not isinstance(value, Mapping):
            field = path.rstrip(".") or ("args" if self._word == "argument" else "the whole entry")
            raise self._error(field, value, "not a mapping", "write a mapping")
        read = self._mapping(path, value, shape, self._without)
        self._wrong.done()
        return read

    def _error(self, field: str, value: object, problem: str, remedy: str) -> StatefastError:
        return StatefastError(self._resource, field, value, problem, remedy)

    def _refuse(self, field: str, value: object, wanted: str) -> object:
        self._wrong.add(self._error(field, value, f"not {wanted}", _remedy(value, wanted)))
        return value

    def _mapping(
        self,
        path: str,
        given: Mapping[object, object],
        shape: type,
        without: Collection[str] = (),
    ) -> Args:
        keys = keys_of(shape)
        known = {self._spelling(name): name for name in keys if name not in without}
        read: Args = {}
        for written, value in given.items():
            if written not in known:
                self._wrong.add(
                    self._error(
                        f"{path}{written}",
                        value,
                        f"but there is no such {self._word}",
                        nearest(str(written), known),
                    )
                )
            elif value is not None:
                name = known[str(written)]
                field = path + _WRITTEN.get(str(written), str(written))
                read[name] = self._value(field, value, keys[name].kind)
                self._limit(field, value, keys[name].limit)
        for name, key in keys.items():
            written = self._spelling(name)
            if key.required and name not in without and given.get(written) is None:
                remedy = "it has no default, give it"
                self._wrong.add(self._error(path + written, MISSING, "", remedy))
        self._choose(path, read, alternatives_of(shape))
        return read

    def _choose(self, path: str, read: Args, sets: Sequence[tuple[str, ...]]) -> None:
        """Holds the keys that were given against the sets of which one is to be given."""
        among = {key for keys in sets for key in keys}
        given = {key: value for key, value in read.items() if key in among}
        # An empty list or text stands for nothing.
        chosen = {key for key, value in given.items() if value not in ("", [])}
        if sets and chosen not in [set(keys) for keys in sets]:
            ways = [" and ".join(self._spelling(key) for key in keys) for keys in sets]
            said = {self._spelling(key): value for key, value in given.items()}
            self._wrong.add(
                self._error(
                    path.rstrip("."),
                    said or MISSING,
                    "not one of its forms" if said else "",
                    f"give {', or '.join(ways)}",
                )
            )

    def _value(self, field: str, value: object, kind: object) -> object:
        origin: Any = get_origin(kind) or kind
        if origin in _UNIONS:
            return self._one_of_kinds(field, value, get_args(kind))
        if origin in (Any, object):
            return value
        if is_typeddict(origin):
            if not isinstance(value, Mapping):
                return self._refuse(field, value, "a mapping")
            return self._mapping(f"{field}.", value, origin)
        if origin is Mapping:
            return self._entries(field, value, get_args(kind))
        if origin is Sequence:
            return self._items(field, value, get_args(kind))
        if not _fits(value, kind, origin):
            self._refuse(field, value, _WORDS.get(origin, f"a {_name(origin)}"))
        return value

    def _one_of_kinds(self, field: str, value: object, kinds: Sequence[object]) -> object:
        if isinstance(value, pulumi.Output | Awaitable | pulumi.Resource) and (
            component := component_of(kinds)
        ):
            said = f"<{type(value).__name__}>"
            remedy = (
                f"give the {component} component of this program itself, or its name as a plain"
                " text: it is held against the cluster, so it has to be known at preview"
            )
            self._wrong.add(self._error(field, said, "not a name", remedy))
            return value
        before, misfits = self._wrong, []
        for kind in kinds:
            self._wrong = Collected()
            read = self._value(field, value, kind)
            attempt, self._wrong = self._wrong, before
            if not attempt:
                return read
            misfits.append(attempt)
        # The first kind is the one that people mean: the others are for what is known later.
        with before.going_on():
            misfits[0].done()
        return value

    def _entries(self, field: str, value: object, kinds: Sequence[object]) -> object:
        if not isinstance(value, Mapping):
            return self._refuse(field, value, "a mapping")
        read: Args = {}
        for key, item in value.items():
            if not isinstance(key, str):
                self._refuse(f"{field}.{key}", key, "a text as a key")
            else:
                read[key] = self._value(f"{field}.{key}", item, kinds[1]) if kinds else item
        return read

    def _items(self, field: str, value: object, kinds: Sequence[object]) -> object:
        if isinstance(value, str | bytes) or not isinstance(value, Sequence):
            return self._refuse(field, value, "a list")
        kind = kinds[0] if kinds else Any
        return [self._value(f"{field}[{n}]", item, kind) for n, item in enumerate(value)]

    def _limit(self, field: str, value: object, limit: Limit | None) -> None:
        """Holds a value of the right kind against its limits; the others are refused already."""
        if isinstance(limit, Between) and isinstance(value, int) and not isinstance(value, bool):
            if not limit.low <= value <= limit.high:
                remedy = f"write a whole number from {limit.low} to {limit.high}"
                self._wrong.add(self._error(field, value, "out of bounds", remedy))
        elif isinstance(limit, OneOf):
            items = [value] if isinstance(value, str) else value
            for item in items if isinstance(items, Sequence) else ():
                if isinstance(item, str) and item not in limit.choices:
                    remedy = nearest(item, limit.choices)
                    self._wrong.add(self._error(field, item, "not one of the choices", remedy))
        elif (
            isinstance(limit, Form)
            and isinstance(value, str)
            and not re.fullmatch(limit.pattern, value)
        ):
            remedy = f"write it like {limit.like!r}"
            self._wrong.add(self._error(field, value, "not in the form expected", remedy))


def _fits(value: object, kind: object, origin: type) -> bool:
    if isinstance(kind, ForwardRef):
        # As the SDK writes the Output in an Input.
        return isinstance(value, pulumi.Output)
    if origin is Awaitable:
        return isinstance(value, Awaitable)
    if origin is types.NoneType:
        return value is None
    return isinstance(value, origin) and not (origin is int and isinstance(value, bool))


def _name(origin: object) -> str:
    return getattr(origin, "__name__", "value that is known later")


def _remedy(value: object, wanted: str) -> str:
    if isinstance(value, pulumi.Output | Awaitable):
        return (
            "give a plain value, e.g. the name that a component was made with: it decides what is"
            " made and is held against the cluster, so it has to be known at preview"
        )
    if wanted == "a list" and isinstance(value, str):
        return f"write [{value!r}]"
    if wanted.startswith("a text") and isinstance(value, bool | int | float):
        return "put it in quotes"
    if wanted in (_WORDS[int], _WORDS[bool]) and isinstance(value, str):
        return f"write {wanted}, without quotes"
    return f"write {wanted}"
