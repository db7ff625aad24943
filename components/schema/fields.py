"""Reads what people write, key by key, and refuses the rest with the nearest valid name."""

import re
from collections.abc import Mapping, Sequence

from ..errors import MISSING, StatefastError
from .collected import Collected
from .nearest import nearest

__all__ = ["Fields", "flag", "whole_number"]


def whole_number(resource: str, field: str, value: object, *, low: int, high: int) -> int:
    """An integer within bounds; a float without a fraction counts.

    A component called from another language gets its integers as floats: the SDK maps every
    plain number so.

    Raises:
        StatefastError: not a whole number, or out of bounds.
    """
    remedy = f"write a whole number from {low} to {high}"
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 != 0:
        raise StatefastError(resource, field, value, "not a whole number", remedy)
    number = int(value)
    if not low <= number <= high:
        raise StatefastError(resource, field, number, "out of bounds", remedy)
    return number


def flag(resource: str, field: str, value: object) -> bool:
    """True or false, and not the words in quotes.

    Raises:
        StatefastError: it is neither.
    """
    if not isinstance(value, bool):
        raise StatefastError(
            resource, field, value, "neither true nor false", "write true or false, unquoted"
        )
    return value


class Fields:
    """One mapping a person wrote. Every getter removes its key; `done` refuses what is left.

    Args:
        resource: Who is being configured; opens each error sentence.
        value: The mapping as YAML or JSON gave it.
        path: Where the mapping stands, e.g. `storage`; put before each key in errors.
    """

    def __init__(self, resource: str, value: object, path: str = "") -> None:
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise StatefastError(
                resource, path or "the whole entry", value, "not a mapping", "write keys and values"
            )
        self.resource = resource
        self.path = path
        self._left: dict[str, object] = {str(key): item for key, item in value.items()}
        self._known: list[str] = []

    def name_of(self, key: str) -> str:
        """The key with the path that leads to it."""
        return f"{self.path}.{key}" if self.path else key

    def fail(self, key: str, value: object, problem: str, remedy: str) -> StatefastError:
        """An error about one key of this mapping."""
        return StatefastError(self.resource, self.name_of(key), value, problem, remedy)

    def take(self, key: str, default: object = MISSING) -> object:
        """The raw value; `default` when the key is absent or null."""
        self._known.append(key)
        value = self._left.pop(key, None)
        return default if value is None else value

    def text(
        self,
        key: str,
        default: str | None = None,
        *,
        pattern: str | None = None,
        like: str = "",
        optional: bool = False,
    ) -> str:
        """A string. Without a default it must be there, unless `optional` ("" then).

        Raises:
            StatefastError: missing, not a string, or not matching `pattern`.
        """
        absent: object = MISSING if default is None and not optional else default or ""
        value = self.take(key, absent)
        example = f"write it like {like!r}" if like else "write a text"
        if value is MISSING:
            raise self.fail(key, MISSING, "", example)
        if not isinstance(value, str):
            raise self.fail(key, value, "not a text", f"{example}, in quotes if need be")
        if pattern is not None and (value or not optional) and not re.fullmatch(pattern, value):
            raise self.fail(key, value, "not in the form expected", example)
        return value

    def integer(self, key: str, default: int, *, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self.take(key, default)
        return whole_number(self.resource, self.name_of(key), value, low=low, high=high)

    def boolean(self, key: str, default: bool) -> bool:
        """True or false, and not the words in quotes."""
        return flag(self.resource, self.name_of(key), self.take(key, default))

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One word of a closed set."""
        value = self.take(key, MISSING if default is None else default)
        if value is MISSING:
            raise self.fail(key, MISSING, "", f"write one of {', '.join(allowed)}")
        if value not in allowed:
            raise self.fail(key, value, "not one of the choices", nearest(str(value), allowed))
        return str(value)

    def texts(self, key: str, allowed: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of strings, each from `allowed` if that is given; empty when absent."""
        value = self.take(key, ())
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise self.fail(key, value, "not a list", "write a list of texts")
        for item in value:
            if not isinstance(item, str):
                raise self.fail(key, item, "not a text", "write a list of texts")
            if allowed is not None and item not in allowed:
                raise self.fail(key, item, "not one of the choices", nearest(item, allowed))
        return tuple(value)

    def text_map(self, key: str) -> dict[str, str]:
        """A mapping from text to text; numbers and booleans must be quoted, as in Kubernetes."""
        value = self.take(key, {})
        if not isinstance(value, Mapping):
            raise self.fail(key, value, "not a mapping", "write keys and values")
        for name, item in value.items():
            if not isinstance(item, str):
                raise self.fail(f"{key}.{name}", item, "not a text", "put it in quotes")
        return {str(name): str(item) for name, item in value.items()}

    def group(self, key: str) -> "Fields":
        """A nested mapping; empty when absent."""
        return Fields(self.resource, self.take(key, {}), self.name_of(key))

    def groups(self, key: str) -> list["Fields"]:
        """A list of nested mappings; empty when absent."""
        value = self.take(key, ())
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise self.fail(key, value, "not a list", "write a list of mappings")
        return [
            Fields(self.resource, item, f"{self.name_of(key)}[{index}]")
            for index, item in enumerate(value)
        ]

    def entries(self, key: str) -> dict[str, object]:
        """A mapping whose keys are the user's own; empty when absent."""
        value = self.take(key, {})
        if not isinstance(value, Mapping):
            raise self.fail(key, value, "not a mapping", "write keys and values")
        return {str(name): item for name, item in value.items()}

    def __contains__(self, key: str) -> bool:
        """Whether the key was given and is not null; asking makes it a known one."""
        self._known.append(key)
        if self._left.get(key) is None:
            self._left.pop(key, None)
        return key in self._left

    def done(self) -> None:
        """Refuses every key nobody asked for.

        Raises:
            StatefastError: a key is left; the sentence names the nearest known one.
        """
        unknown = Collected()
        for key, value in self._left.items():
            unknown.add(
                self.fail(
                    key, value, "but there is no such key", nearest(key, dict.fromkeys(self._known))
                )
            )
        unknown.done()
