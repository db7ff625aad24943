"""The shortest history: steps are left out as long as what was found is still found."""

from collections.abc import Callable, Sequence

from .steps import Step

__all__ = ["shortest"]


def shortest(
    steps: Sequence[Step], found_by: Callable[[Sequence[Step]], bool], tries: int
) -> tuple[list[Step], int]:
    """A history from which no step can be left out, if there were tries enough.

    Args:
        steps: A history that ends with the finding.
        found_by: Walks a history and says whether the finding is there.
        tries: How often it may be asked.

    Returns:
        The history, and how many tries were left.
    """
    kept = list(steps)
    size = max(1, (len(kept) - 1) // 2)
    while tries and len(kept) > 1:
        # The last step is where it shows; those before it go first from the end, since a
        # beginning that deploys nothing finds nothing.
        start = len(kept) - 1
        shrunk = False
        while start > 0 and tries:
            begin = max(0, start - size)
            without = kept[:begin] + kept[start:]
            tries -= 1
            if found_by(without):
                kept, shrunk = without, True
            start = begin
        if size == 1 and not shrunk:
            break
        size = max(1, size // 2)
    return kept, tries
