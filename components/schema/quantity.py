"""Sizes of claims as people write them, refused in one sentence where they are none."""

from ..errors import StatefastError
from .numerals import binary_text, parse_quantity

__all__ = ["binary_text", "parse_quantity", "storage_bytes", "storage_size"]

# The largest value the API server keeps exactly (int64).
_LARGEST = 2**63 - 1


def storage_bytes(resource: str, field: str, value: object) -> int:
    """The size of a claim in bytes.

    Args:
        resource: Who asks, for the error sentence.
        field: The field the value stands in.
        value: A quantity such as `8Gi`; whole bytes, more than zero.

    Raises:
        StatefastError: not a quantity, zero or negative, or not whole bytes.
    """
    remedy = "write a number and a unit without a space, like '8Gi'"
    if not isinstance(value, str):
        raise StatefastError(resource, field, value, "not a quantity in quotes", remedy)
    try:
        size = parse_quantity(value)
    except ValueError:
        raise StatefastError(resource, field, value, "not a Kubernetes quantity", remedy) from None
    if size <= 0:
        raise StatefastError(resource, field, value, "not more than zero", remedy)
    if size.denominator != 1 or size > _LARGEST:
        raise StatefastError(resource, field, value, "not a whole number of bytes", remedy)
    return int(size)


def storage_size(resource: str, field: str, value: object) -> str:
    """The size of a claim in the one form it is written and waited for.

    A driver reports what it made in binary units, and the provider compares texts: `8192Mi`
    would wait for ever for a volume of `8Gi`.

    Raises:
        StatefastError: see `storage_bytes`.
    """
    return binary_text(storage_bytes(resource, field, value))
