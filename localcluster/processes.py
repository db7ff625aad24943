"""Processes that outlive the command which started them, told apart by more than a number.

A pid alone says nothing: it is used again after the process ended, and after a reboot. A process
is known here by its pid, its start time in clock ticks since boot, and the boot it was started
in. (Not by a time of day: that moves when the clock is set, and a running etcd would look dead.)
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from .files import private_folder, read_json, write_json
from .layout import Cluster

_PROC = Path("/proc")
_DELETED = " (deleted)"

# Processes this very command started: they have to be reaped here, or they stay as zombies
# for as long as the command runs.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Process:
    """A process that this package started, as its file in `run/` describes it."""

    pid: int
    started: int
    boot: str
    argv: tuple[str, ...]

    def alive(self) -> bool:
        """Says whether this very process still runs.

        Returns:
            False when it ended, even when its pid is in use again.
        """
        child = _children.get(self.pid)
        if child is not None and child.poll() is not None:
            _children.pop(self.pid, None)
        return self.boot == boot_id() and self.started == start_ticks(self.pid)


def boot_id() -> str:
    """Names the current run of the operating system.

    Returns:
        The kernel's boot id.
    """
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


def start_ticks(pid: int) -> int | None:
    """Reads when a process was started.

    Args:
        pid: The process.

    Returns:
        Clock ticks since boot; None when there is no such process, or only its zombie.
    """
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The second field is the program's name in parentheses, which may itself hold anything.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def start(cluster: Cluster, name: str, argv: Sequence[str]) -> Process:
    """Starts a part in a session of its own, so that Ctrl-C in the terminal does not reach it.

    Args:
        cluster: Its folder becomes the working folder; the log goes to `log/<name>.log`.
        name: The part's name.
        argv: The program's path and its arguments.

    Returns:
        The process, already written down in `run/<name>.json`.
    """
    log = private_folder(cluster.log) / f"{name}.log"
    if log.exists():
        # The log of the run before: after a crash it says why.
        log.replace(log.with_suffix(".log.1"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        child = subprocess.Popen(  # noqa: S603  a program built here
            list(argv),
            cwd=cluster.folder,
            env=_environment(cluster),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            umask=0o077,
        )
    finally:
        os.close(descriptor)
    _children[child.pid] = child
    # None when it ended at once; what waits for the part will find it dead.
    process = Process(child.pid, start_ticks(child.pid) or 0, boot_id(), tuple(argv))
    write_json(private_folder(cluster.run) / f"{name}.json", asdict(process))
    return process


def _environment(cluster: Cluster) -> dict[str, str]:
    # Nothing of the user's own: several parts read settings from ETCD_*, KWOK_* or ~/.kwok.
    return {"PATH": os.defpath, "HOME": str(cluster.folder), "TMPDIR": str(cluster.folder)}


def recorded(cluster: Cluster, name: str) -> Process | None:
    """Reads which process a part runs in.

    Args:
        cluster: The cluster.
        name: The part's name.

    Returns:
        What `run/<name>.json` says, alive or not; None when there is no such file.
    """
    fields = read_json(cluster.run / f"{name}.json")
    try:
        return Process(
            int(fields["pid"]),
            int(fields["started"]),
            str(fields["boot"]),
            tuple(str(word) for word in fields["argv"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def running(cluster: Cluster, name: str) -> Process | None:
    """Finds the living process of a part.

    Args:
        cluster: The cluster.
        name: The part's name.

    Returns:
        The process, or None when the part does not run.
    """
    process = recorded(cluster, name)
    if process is None or not process.alive():
        return None
    # A copy of a cluster's folder speaks of the processes of the original.
    return process if _folder(process.pid) == str(cluster.folder) else None


def _folder(pid: int) -> str:
    try:
        return str((_PROC / str(pid) / "cwd").readlink()).removesuffix(_DELETED)
    except OSError:
        return ""


def forget(cluster: Cluster, name: str) -> None:
    """Removes the file about a part's process.

    Args:
        cluster: The cluster.
        name: The part's name.
    """
    (cluster.run / f"{name}.json").unlink(missing_ok=True)


def strays(cluster: Cluster, programs: Path) -> list[tuple[str, Process]]:
    """Finds processes of this cluster which no file in `run/` speaks of.

    That is what a lost `run/` leaves behind, or a cluster folder removed under a running
    cluster. They are recognised by what only they can have: a program from our own cache, run
    inside this very cluster folder. Never by name.

    Args:
        cluster: The cluster.
        programs: The folder that holds all built parts.

    Returns:
        The strays, each with the name of its program.
    """
    known = {
        process.pid
        for file in cluster.run.glob("*.json")
        if (process := running(cluster, file.stem)) is not None
    }
    found = []
    for entry in _PROC.iterdir():
        if not entry.name.isdigit() or int(entry.name) in known:
            continue
        pid = int(entry.name)
        if _folder(pid) != str(cluster.folder):
            continue
        try:
            program = str((entry / "exe").readlink()).removesuffix(_DELETED)
        except OSError:
            continue
        ticks = start_ticks(pid)
        if Path(program).is_relative_to(programs) and ticks is not None:
            found.append((Path(program).name, Process(pid, ticks, boot_id(), (program,))))
    return found


def stop(processes: Iterable[Process], grace: float = 10.0) -> list[Process]:
    """Ends processes: SIGTERM to all, and SIGKILL to those that take too long.

    Args:
        processes: Processes that do not depend on each other.
        grace: Seconds between the two signals.

    Returns:
        Those that had to be killed.
    """
    left = [process for process in processes if process.alive()]
    for process in left:
        _signal(process, signal.SIGTERM)
    killed: list[Process] = []
    deadline = time.monotonic() + grace
    while left := [process for process in left if process.alive()]:
        if time.monotonic() > deadline and not killed:
            killed = left
            for process in left:
                _signal(process, signal.SIGKILL)
        time.sleep(0.02)
    return killed


def _signal(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process.pid, number)


def log_tail(cluster: Cluster, name: str, lines: int = 20) -> list[str]:
    """Reads the end of a part's log.

    Args:
        cluster: The cluster.
        name: The part's name.
        lines: How many lines.

    Returns:
        At most that many lines; none when there is no log.
    """
    try:
        with (cluster.log / f"{name}.log").open("rb") as file:
            file.seek(0, os.SEEK_END)
            # Long lines are rare: 400 bytes each is plenty and keeps a log of gigabytes cheap.
            file.seek(max(0, file.tell() - 400 * lines))
            return file.read().decode(errors="replace").splitlines()[-lines:]
    except OSError:
        return []
