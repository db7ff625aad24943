"""What a killed `pulumi` leaves behind: its language host and its providers.

Our own host ends by itself. A provider, or a host of the user's own, notices within minutes or not
at all. They are no parts, and no file speaks of them.
"""

import os
from pathlib import Path

from .layout import Workspace
from .processes import Process, boot_id, start_ticks

__all__ = ["orphans"]

_PROC = Path("/proc")
_CLI = "pulumi"
_PROGRAMS = ("pulumi-resource-", "pulumi-language-", "pulumi-analyzer-")
# What the script in `bin` starts (toolchain.py).
_OUR_HOST = "localcluster.language_host"


def orphans(workspace: Workspace) -> list[tuple[str, Process]]:
    """Finds the plugins that serve no `pulumi` any more.

    They are recognised by what only they can have: this workspace's PULUMI_HOME in their
    environment, the program of a plugin, and no `pulumi` above them.

    Args:
        workspace: Where they were started.

    Returns:
        The orphans, each with the name of its program.
    """
    home = f"PULUMI_HOME={workspace.pulumi_home}".encode()
    found = []
    for entry in _PROC.iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        name = _plugin(entry)
        ticks = start_ticks(int(entry.name))
        if not name or ticks is None or home not in _words(entry / "environ"):
            continue
        if not _has_cli_above(entry):
            found.append((name, Process(int(entry.name), ticks, boot_id(), (name,))))
    return found


def _plugin(entry: Path) -> str:
    """Name of the plugin that a process runs; empty where it runs none."""
    words = [word.decode(errors="replace") for word in _words(entry / "cmdline")]
    if not words:
        return ""
    if any(_OUR_HOST in word for word in words):
        return _OUR_HOST
    # A script is an argument of its interpreter.
    names = [Path(word).name for word in words[:2]]
    return next((name for name in names if name.startswith(_PROGRAMS)), "")


def _has_cli_above(entry: Path) -> bool:
    while (above := _parent(entry)) > 1:
        entry = _PROC / str(above)
        words = _words(entry / "cmdline")
        if words and Path(words[0].decode(errors="replace")).name == _CLI:
            return True
    return False


def _parent(entry: Path) -> int:
    try:
        stat = (entry / "stat").read_text()
    except OSError:
        return 0
    # The second field is the program's name in parentheses, which may itself hold anything.
    return int(stat.rpartition(")")[2].split()[1])


def _words(file: Path) -> list[bytes]:
    """The texts of a file in which each ends with a zero byte; none where it cannot be read."""
    try:
        return [word for word in file.read_bytes().split(b"\0") if word]
    except OSError:
        return []
