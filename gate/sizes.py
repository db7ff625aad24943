"""Sizes of volumes, as a preview has them."""

from .library import parse_quantity
from .values import Hidden

__all__ = ["compare", "same_size"]


def compare(old: object, new: object) -> int | None:
    """Whether a size grows (1), shrinks (-1) or stays (0); None where that is not known."""
    if isinstance(old, Hidden) or isinstance(new, Hidden):
        return None
    try:
        before, after = parse_quantity(str(old)), parse_quantity(str(new))
    except ValueError:
        return None
    return (after > before) - (after < before)


def same_size(old: object, new: object) -> bool:
    """Whether two texts are one size: `8192Mi` is `8Gi`."""
    return old == new or compare(old, new) == 0
