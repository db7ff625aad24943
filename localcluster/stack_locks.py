"""Locks of a stack whose `pulumi` was killed: nobody else would ever take them away.

The file backend writes one file a lock, with the pid and the host of who holds it.
"""

import json
import socket
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
        pid = _holder(lock)
        if pid is not None and start_ticks(pid) is None:
            lock.unlink(missing_ok=True)
            dropped.append(pid)
    return dropped


def _holder(lock: Path) -> int | None:
    """The pid that a lock names, if it is one of this machine."""
    try:
        said = json.loads(lock.read_text(encoding="utf-8"))
        return int(said["pid"]) if said["hostname"] == socket.gethostname() else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
