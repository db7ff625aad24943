"""The parameters a driver knows in one of its classes, and what each may be."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import MISSING, StatefastError
from ..schema.nearest import nearest

__all__ = ["ParameterSpec"]

_BOOLEANS = ("true", "false")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSpec:
    """What one class of a driver can be told.

    Attributes:
        required: Parameters that must be given, with an example each.
        defaults: Parameters that may be left out, with what they are then.
        optional: Parameters that may be given and have no default.
        choices: Values a parameter is limited to.
        booleans: Parameters that are `true` or `false`.
        numbers: Parameters that are whole numbers.
        octals: Parameters that are file permissions, in octal digits.
        numbered: Prefixes of parameters that end in a number, like `tagSpecification_1`.
        needs: Parameters that mean nothing without another one, and which that is.
        apart: Pairs of parameters of which the driver takes one.
        open: True where the names of the parameters are the user's own.
    """

    required: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    booleans: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    octals: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    apart: tuple[tuple[str, str], ...] = ()
    open: bool = False

    @property
    def known(self) -> list[str]:
        """The names of all its parameters, the required ones first."""
        names = [*self.required, *self.defaults, *self.optional, *self.choices]
        return list(dict.fromkeys([*names, *self.booleans, *self.numbers, *self.octals]))

    def complete(self, resource: str, driver: str, given: Mapping[str, object]) -> dict[str, str]:
        """What is given, checked, over the defaults.

        Args:
            resource: Who asks, for the error sentence.
            driver: Name of the driver, likewise.
            given: Parameters by name.

        Raises:
            StatefastError: one is missing, unknown, without the one it needs, or has a value the
                driver does not know.
        """
        for key, example in self.required.items():
            if not given.get(key):
                raise StatefastError(
                    resource, f"parameters.{key}", MISSING, "", f"write it like {example!r}"
                )
        checked = {
            str(key): self._checked(resource, driver, str(key), value)
            for key, value in given.items()
        }
        complete = {**self.defaults, **checked}
        for key, other in self.needs.items():
            if key in checked and other not in complete:
                raise StatefastError(
                    resource,
                    f"parameters.{key}",
                    checked[key],
                    f"but it means nothing without {other}",
                    f"give {other} too",
                )
        for key, other in self.apart:
            if key in checked and other in checked:
                raise StatefastError(
                    resource,
                    f"parameters.{key}",
                    checked[key],
                    f"but {other} is given too and driver {driver} takes one of the two",
                    "remove one",
                )
        return complete

    def _checked(self, resource: str, driver: str, key: str, value: object) -> str:
        where = f"parameters.{key}"
        if not self.open and key not in self.known and not self._is_numbered(key):
            raise StatefastError(
                resource,
                where,
                value,
                f"but driver {driver} has no such parameter",
                nearest(key, self.known),
            )
        if not key:
            raise StatefastError(resource, "parameters", key, "not a name", "name the parameter")
        if not isinstance(value, str):
            raise StatefastError(resource, where, value, "not a text", "put it in quotes")
        allowed = _BOOLEANS if key in self.booleans else self.choices.get(key)
        if allowed is not None and value not in allowed:
            raise StatefastError(
                resource, where, value, "not one of the choices", nearest(value, allowed)
            )
        if key in self.numbers and not re.fullmatch("[0-9]+", value):
            raise StatefastError(
                resource, where, value, "not a whole number", "write digits, in quotes"
            )
        if key in self.octals and not re.fullmatch("[0-7]{1,4}", value):
            raise StatefastError(resource, where, value, "not file permissions", "write '0770'")
        return value

    def _is_numbered(self, key: str) -> bool:
        return any(re.fullmatch(re.escape(prefix) + "[0-9]+", key) for prefix in self.numbered)
