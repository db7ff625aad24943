"""Compute resources of a container, checked as the API server checks them."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NotRequired, TypedDict

from ..errors import MISSING, StatefastError
from ..schema.label_syntax import check_qualified_name
from ..schema.nearest import nearest
from ..schema.quantity import parse_quantity

__all__ = ["ResourcesArgs", "resources"]

_BYTES = ("memory", "ephemeral-storage")
_PLAIN = ("cpu", *_BYTES)
_HUGE = "hugepages-"


class ResourcesArgs(TypedDict):
    """Compute resources of a container. Editing them rolls pods."""

    requests: NotRequired[Mapping[str, str]]
    """What is reserved, e.g. `{"cpu": "250m", "memory": "512Mi"}`. Default: the limits."""
    limits: NotRequired[Mapping[str, str]]
    """What is allowed at most. Default: no limit."""


def resources(
    resource: str, given: ResourcesArgs | None, field: str = "resources"
) -> dict[str, object]:
    """Requests and limits in the form of the API, those that are not given left out.

    Raises:
        StatefastError: no quantity, an unknown resource, or more reserved than allowed.
    """
    if not given:
        return {}
    requests = _read(resource, f"{field}.requests", given.get("requests") or {})
    limits = _read(resource, f"{field}.limits", given.get("limits") or {})
    for name, size in requests.items():
        if name in limits and size > limits[name]:
            raise StatefastError(
                resource,
                f"{field}.requests.{name}",
                (given.get("requests") or {})[name],
                f"but its limit is {(given.get('limits') or {})[name]}",
                "raise the limit, or reserve less",
            )
    for name in requests.keys() | limits.keys():
        # Nodes never share out more of these than they have.
        if name not in _PLAIN and requests.get(name, limits.get(name)) != limits.get(name):
            raise StatefastError(
                resource,
                f"{field}.limits.{name}",
                MISSING if name not in limits else (given.get("limits") or {})[name],
                "",
                "give the same amount in requests and limits",
            )
        if name.startswith(_HUGE) and not {"cpu", "memory"} & (requests.keys() | limits.keys()):
            raise StatefastError(
                resource,
                f"{field}.limits.{name}",
                (given.get("limits") or {})[name],
                "but huge pages are never given alone",
                "give cpu or memory as well",
            )
    kept = {"requests": given.get("requests"), "limits": given.get("limits")}
    return {key: dict(value) for key, value in kept.items() if value}


def _read(resource: str, field: str, given: Mapping[str, str]) -> dict[str, Fraction]:
    sizes = {}
    for name, text in given.items():
        where = f"{field}.{name}"
        if name not in _PLAIN and not name.startswith(_HUGE):
            if "/" not in name:
                raise StatefastError(
                    resource, where, text, "but there is no such resource", nearest(name, _PLAIN)
                )
            check_qualified_name(resource, where, name)
        try:
            size = parse_quantity(text)
        except (ValueError, TypeError):
            raise StatefastError(
                resource,
                where,
                text,
                "not a Kubernetes quantity",
                "write it like '512Mi' or '250m'",
            ) from None
        if size < 0 or (name != "cpu" and size.denominator != 1):
            raise StatefastError(
                resource, where, text, "not an amount there can be", "write a whole one"
            )
        sizes[name] = size
    return sizes
