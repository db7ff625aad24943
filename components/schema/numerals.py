"""The numbers of Kubernetes: quantities as people write them, and as the API server does.

The grammar is `k8s.io/apimachinery/pkg/api/resource`: a decimal number with an SI suffix
(n u m k M G T P E), a binary one (Ki Mi Gi Ti Pi Ei) or an exponent.
"""

import re
from fractions import Fraction

__all__ = ["binary_text", "parse_quantity", "whole_bytes"]

_NUMBER = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+))([eE][+-]?\d{1,2}|[KMGTPE]i|[numkMGTPE])?", re.ASCII
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}


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


def whole_bytes(quantity: object) -> int:
    """The bytes of a quantity as an object of the cluster has it; 0 where it has none."""
    return int(parse_quantity(str(quantity))) if quantity else 0


def binary_text(size: int) -> str:
    """Bytes as the API server writes them back in binary units: 1610612736 is `1536Mi`."""
    for suffix, unit in reversed(_BINARY.items()):
        if size >= unit and size % unit == 0:
            return f"{size // unit}{suffix}"
    return str(size)
