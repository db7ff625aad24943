"""The process that the program of this project has to itself."""

import gc

__all__ = ["short_lived"]

# The defaults are for processes that stay: 700, 10, 10.
_THRESHOLDS = 100_000, 50, 1_000


def short_lived() -> None:
    """Says that this process ends after seconds and keeps nearly all that it makes.

    With the defaults of Python a seventh of its CPU goes into looking for garbage, in a stack of a
    hundred workloads. It is looked for all the same, as a growth of hours is waited for in here.
    """
    gc.set_threshold(*_THRESHOLDS)
