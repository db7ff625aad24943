"""Storage classes that the program may make itself: a class that is missing is no news here."""

from collections.abc import Iterable

from ..safety.preflight import Reader

__all__ = ["with_own_classes"]


def with_own_classes(asks: Reader, names: Iterable[str]) -> None:
    """Lets the reader take classes for there that the cluster does not have yet.

    Whether the program makes them cannot be known while it runs. A pod whose class is missing
    waits, and loses nothing.

    Args:
        asks: The reader of an object.
        names: The classes that it names; empty for the default one.
    """
    found = asks.read("classes", "", "whether the storage classes let claims grow")
    if found is not None:
        asks.assume(name for name in names if not name or name not in found)
