"""Checks that every component makes of its args before it registers anything."""

from collections.abc import Mapping, Sequence

from ..errors import MISSING, StatefastError
from .fields import nearest
from .kinds import check_kinds

__all__ = ["ACCESS_MODES", "DELETE_AT_ONCE", "RETENTIONS", "access_modes", "check_keys", "one_of"]

ACCESS_MODES = ("ReadWriteOnce", "ReadWriteOncePod", "ReadOnlyMany", "ReadWriteMany")

RETENTIONS = ("retain", "delete", "snapshot")

# For objects that nothing has to outlive. The provider's default, foreground, leaves the object
# for a moment after its deletion, and the provider can miss the end of it and wait ten minutes
# (docs/engine.md 15). In the background it is gone at once.
DELETE_AT_ONCE = {"pulumi.com/deletionPropagationPolicy": "background"}


def check_keys(resource: str, args: Mapping[str, object], shape: type, path: str = "") -> None:
    """Refuses keys the args type does not have, names those that are required and absent, and
    refuses values of another kind than they take.

    A TypedDict is a plain dict when the program runs: a misspelt key would be dropped without
    a word, and with it whatever it was meant to protect.

    Raises:
        StatefastError: an unknown or a missing key, or a value of another kind.
    """
    if not isinstance(args, Mapping):
        raise StatefastError(
            resource, path.rstrip(".") or "args", args, "not a mapping", "write a mapping"
        )
    known = list(_annotations(shape))
    for key, value in args.items():
        if key not in known:
            raise StatefastError(
                resource, path + key, value, "but there is no such argument", nearest(key, known)
            )
    for key in sorted(getattr(shape, "__required_keys__", ())):
        if args.get(key) is None:
            raise StatefastError(resource, path + key, MISSING, "", "it has no default, give it")
    check_kinds(resource, args, shape, path)


def _annotations(shape: type) -> Mapping[str, object]:
    return getattr(shape, "__annotations__", {})


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
