"""What `pulumi stack export` prints, read."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

__all__ = ["NotAState", "of_resources"]

_Found = TypeVar("_Found")


class NotAState(Exception):
    """The text is not what `pulumi stack export` prints; one sentence says why."""


def of_resources(text: str, find: Callable[[dict[str, Any]], Iterable[_Found]]) -> list[_Found]:
    """What is found in the resources of a stack, in the order of its state.

    Args:
        text: What `pulumi stack export` printed.
        find: What there is to find in one resource.

    Raises:
        NotAState: it is something else.
    """
    try:
        resources: list[dict[str, Any]] = json.loads(text)["deployment"].get("resources") or []
        return [found for item in resources for found in find(item)]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotAState(
            "This is not a stack's state: give what `pulumi stack export` prints, from a file or"
            " standard input."
        ) from None
