"""Locks of a stack whose `pulumi` was killed: nobody else would ever take them away.

The file backend writes one file a lock, with the pid and the host of who holds it.
"""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

from .layout import Workspace
from .processes import start_ticks

__all__ = ["drop_dead"]


def drop_dead(workspace: Workspace, stack: str) -> list[int]:
    """Removes the locks of a stack that are held by processes which are gone.

    Args:
        workspace: Where the stack's state is.
        stack: Name of the stack.

    Returns:
        The pids that held them.
    """
    dropped = []
    for lock in (workspace.stacks / ".pulumi" / "locks").rglob("*.json"):
        if lock.parent.name != stack:
            continue
        for pid in _holder(lock):
            if start_ticks(pid) is None:
                lock.unlink(missing_ok=True)
                dropped.append(pid)
    return dropped


def _holder(lock: Path) -> Iterator[int]:
    """The pid that a lock names, if it is one of this machine."""
    try:
        said = json.loads(lock.read_text(encoding="utf-8"))
        if said["hostname"] == socket.gethostname():
            yield int(said["pid"])
    except (OSError, ValueError, TypeError, KeyError):
        return
