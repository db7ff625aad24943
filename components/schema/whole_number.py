"""Whole numbers whose bounds depend on other args."""

from ..errors import StatefastError

__all__ = ["whole_number"]


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
