"""Labels: what the API server accepts as their keys and values."""

import re

from ..errors import StatefastError

__all__ = ["check_label_key", "check_label_value", "check_qualified_name", "is_qualified_name"]

_LONGEST_DOMAIN = 253
_DOMAIN = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
_NAME = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
_KEY = re.compile(rf"((?P<domain>{_DOMAIN})/)?{_NAME}")
_VALUE = re.compile(rf"({_NAME})?")


def is_qualified_name(value: object) -> bool:
    """Whether it is a name, with or without a domain and a slash before it."""
    found = _KEY.fullmatch(value) if isinstance(value, str) else None
    return found is not None and len(found["domain"] or "") <= _LONGEST_DOMAIN


def check_label_key(resource: str, field: str, value: object) -> str:
    """The key of a label, with or without a domain before it.

    Raises:
        StatefastError: not such a key.
    """
    if isinstance(value, str) and is_qualified_name(value):
        return value
    raise StatefastError(
        resource, field, value, "not the key of a label", "write it like tier or example.com/tier"
    )


def check_qualified_name(resource: str, field: str, value: object) -> str:
    """The key of an annotation, the name of a resource or a protocol: anything with that syntax.

    Raises:
        StatefastError: not such a name.
    """
    if isinstance(value, str) and is_qualified_name(value):
        return value
    raise StatefastError(
        resource,
        field,
        value,
        "not a key that Kubernetes knows",
        "write it like 'example.com/name'",
    )


def check_label_value(resource: str, field: str, value: object) -> str:
    """The value of a label; an empty text is one.

    Raises:
        StatefastError: not such a value.
    """
    if isinstance(value, str) and _VALUE.fullmatch(value):
        return value
    raise StatefastError(
        resource,
        field,
        value,
        "not the value of a label",
        "use at most 63 letters, digits, dashes, underscores and dots, in quotes",
    )
