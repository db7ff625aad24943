"""The process that the program of this project has to itself."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pulumi

__all__ = ["DEBUG", "short_lived"]

# Set to anything: the SDK sends its lines for `pulumi up --debug`.
DEBUG = "STATEFAST_DEBUG"
# The defaults are for processes that stay: 700, 10, 10.
_THRESHOLDS = 100_000, 50, 1_000
# Of which six or seven are the SDK's own, and not kept.
_FRAMES = 12


@contextmanager
def short_lived() -> Iterator[None]:
    """For what registers all resources, in a process that then ends after seconds.

    Nearly all that it makes is kept: with the defaults of Python a seventh of its CPU goes into
    looking for garbage, in a stack of a hundred workloads. It is looked for all the same, as a
    growth of hours is waited for in here.

    A resource's place in the program is told by the nearest frames of the stack. The SDK sends the
    whole stack with each resource, and the engine keeps it: a quarter of the state of a large
    stack, written anew after each step, is frames of the interpreter and of the SDK. What fails is
    shown with all its frames, as that is done outside.

    The SDK sends the engine three or four lines about each resource, whether `--debug` asks for
    them or not, and waits for an answer to each. They are sent where STATEFAST_DEBUG is set.
    """
    gc.set_threshold(*_THRESHOLDS)
    if not os.environ.get(DEBUG):
        pulumi.log.debug = lambda *_, **__: None
    sys.tracebacklimit = _FRAMES
    try:
        yield
    finally:
        del sys.tracebacklimit
