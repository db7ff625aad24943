"""Kubernetes quantities: sizes as people write them, compared as numbers.

The grammar is `k8s.io/apimachinery/pkg/api/resource`: a decimal number with an SI suffix
(n u m k M G T P E), a binary one (Ki Mi Gi Ti Pi Ei) or an exponent.
"""

import re
from fractions import Fraction

from .errors import StatefastError

__all__ = ["binary_text", "parse_quantity", "storage_bytes", "storage_size"]

_NUMBER = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+))([eE][+-]?\d{1,2}|[KMGTPE]i|[numkMGTPE])?", re.ASCII
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
# The largest value the API server keeps exactly (int64).
_LARGEST = 2**63 - 1


def parse_quantity(text: str) -> Fraction:
    """The exact value of a quantity, e.g. `1.5Gi` is 1610612736 and `100m` is 1/10.

    Raises:
        ValueError: the text is not a Kubernetes quantity.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a Kubernetes quantity")
    number, suffix = Fraction(match[1]), match[2] or ""
    if suffix in _BINARY:
        return number * _BINARY[suffix]
    power = _DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:])
    return number * Fraction(f"1e{power}")


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


def binary_text(size: int) -> str:
    """Bytes as the API server writes them back in binary units: 1610612736 is `1536Mi`."""
    for suffix, unit in reversed(_BINARY.items()):
        if size >= unit and size % unit == 0:
            return f"{size // unit}{suffix}"
    return str(size)


def storage_size(resource: str, field: str, value: object) -> str:
    """The size of a claim in the one form it is written and waited for.

    A driver reports what it made in binary units, and the provider compares texts: `8192Mi`
    would wait for ever for a volume of `8Gi`.

    Raises:
        StatefastError: see `storage_bytes`.
    """
    return binary_text(storage_bytes(resource, field, value))
