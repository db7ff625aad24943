"""Checks that every component makes of its args before it registers anything."""

from collections.abc import Sequence

from ..errors import StatefastError
from .nearest import nearest

__all__ = ["ACCESS_MODES", "DELETE_AT_ONCE", "RETENTIONS", "access_modes", "one_of"]

ACCESS_MODES = ("ReadWriteOnce", "ReadWriteOncePod", "ReadOnlyMany", "ReadWriteMany")

RETENTIONS = ("retain", "delete", "snapshot")

# For objects that nothing has to outlive. The provider's default, foreground, leaves the object
# for a moment after its deletion, and the provider can miss the end of it and wait ten minutes
# (docs/engine.md 15). In the background it is gone at once.
DELETE_AT_ONCE = {"pulumi.com/deletionPropagationPolicy": "background"}


def one_of(resource: str, field: str, value: object, allowed: Sequence[str]) -> str:
    """The value, if it is one of a closed set.

    Raises:
        StatefastError: it is not.
    """
    if isinstance(value, str) and value in allowed:
        return value
    raise StatefastError(
        resource, field, value, "not one of the choices", nearest(str(value), allowed)
    )


def access_modes(resource: str, field: str, value: object) -> tuple[str, ...]:
    """The access modes of a claim; `ReadWriteOnce` when absent.

    Raises:
        StatefastError: not a list, empty, an unknown mode, or ReadWriteOncePod beside another
            (the API server refuses that: KEP-2485).
    """
    if value is None:
        return ("ReadWriteOnce",)
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        raise StatefastError(
            resource, field, value, "not a list of modes", "write it like ['ReadWriteOnce']"
        )
    modes = tuple(one_of(resource, field, mode, ACCESS_MODES) for mode in value)
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        raise StatefastError(
            resource,
            field,
            list(modes),
            "but ReadWriteOncePod cannot stand beside another mode",
            "give it alone",
        )
    return modes
