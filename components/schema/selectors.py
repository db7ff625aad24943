"""Label selectors: what the API server accepts of them."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from ..errors import StatefastError
from .label_syntax import check_label_key, check_label_value
from .shape import OneOf, limit

__all__ = ["RequirementArgs", "SelectorArgs", "label_selector"]

_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
_WITHOUT_VALUES = ("Exists", "DoesNotExist")


class RequirementArgs(TypedDict):
    """One more condition of a selector."""

    key: str
    """Key of the label."""
    operator: str
    """`In`, `NotIn`, `Exists` or `DoesNotExist`."""
    values: NotRequired[Sequence[str]]
    """What the label may be or not be, for `In` and `NotIn`."""


limit(RequirementArgs, operator=OneOf(_OPERATORS))


class SelectorArgs(TypedDict):
    """Labels that an object has to have; all conditions have to fit."""

    match_labels: NotRequired[Mapping[str, str]]
    """Labels and their values."""
    match_expressions: NotRequired[Sequence[RequirementArgs]]
    """More conditions."""


def label_selector(resource: str, field: str, given: object) -> dict[str, Any]:
    """A selector, checked, in the words of the SDK.

    Raises:
        StatefastError: a key is unknown, a label is not one, or nothing is selected.
    """
    if not isinstance(given, Mapping):
        raise StatefastError(
            resource, field, given, "not a mapping", "write it like {'match_labels': {…}}"
        )
    labels = given.get("match_labels") or {}
    expressions = given.get("match_expressions") or ()
    if not labels and not expressions:
        raise StatefastError(
            resource, field, dict(given), "but it selects nothing", "give labels, or leave it out"
        )
    read: dict[str, Any] = {}
    if labels:
        read["match_labels"] = {
            check_label_key(resource, f"{field}.match_labels", key): check_label_value(
                resource, f"{field}.match_labels.{key}", value
            )
            for key, value in labels.items()
        }
    if expressions:
        read["match_expressions"] = [
            _requirement(resource, f"{field}.match_expressions[{index}]", one)
            for index, one in enumerate(expressions)
        ]
    return read


def _requirement(resource: str, where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    operator = given["operator"]
    values = given.get("values") or ()
    if bool(values) is (operator in _WITHOUT_VALUES):
        raise StatefastError(
            resource,
            f"{where}.values",
            list(values),
            f"but operator {operator} takes {'none' if values else 'one at least'}",
            "remove them" if values else "give values",
        )
    read = {
        "key": check_label_key(resource, f"{where}.key", given["key"]),
        "operator": operator,
    }
    if values:
        return {
            **read,
            "values": [check_label_value(resource, f"{where}.values", one) for one in values],
        }
    return read
