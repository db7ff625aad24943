"""One command at a time: the rest wait, and say that they do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .files import private_folder
from .progress import say


@contextmanager
def held(path: Path, waiting: str) -> Iterator[None]:
    """Holds a lock.

    Args:
        path: The lock's file; its folder is made private.
        waiting: What to say when another command holds it.

    Yields:
        Once no other command holds it.
    """
    # Imported here: most commands of a cluster that runs need no lock.
    from filelock import FileLock, Timeout

    private_folder(path.parent)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(waiting)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
