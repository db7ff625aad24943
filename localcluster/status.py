"""What runs, where it listens, what it weighs."""

from dataclasses import dataclass

import psutil
from rich.console import Console
from rich.table import Table

from . import processes
from .control_plane import part_names
from .files import read_json
from .layout import Cluster


@dataclass(frozen=True)
class Row:
    """One part as it is now. Without a pid it does not run."""

    name: str
    pid: int | None
    state: str
    megabytes: float
    addresses: tuple[str, ...]


def rows(cluster: Cluster) -> list[Row]:
    """Looks at every part of a cluster.

    Args:
        cluster: The cluster.

    Returns:
        One row a part, in the order of starting.
    """
    real = bool(read_json(cluster.facts).get("real"))
    return [_row(cluster, name) for name in part_names(real=real)]


def _row(cluster: Cluster, name: str) -> Row:
    process = processes.running(cluster, name)
    if process is None:
        state = "dead" if processes.recorded(cluster, name) else "stopped"
        return Row(name, None, state, 0.0, ())
    try:
        seen = psutil.Process(process.pid)
        # A node's pods are its own; the other parts start nothing.
        every = (seen, *seen.children(recursive=True))
        megabytes = sum(one.memory_info().rss for one in every) / 2**20
        addresses = _listening(seen)
    except psutil.Error:
        return Row(name, None, "dead", 0.0, ())
    return Row(name, process.pid, "running", megabytes, addresses)


def _listening(process: psutil.Process) -> tuple[str, ...]:
    tcp = {
        f"{connection.laddr.ip}:{connection.laddr.port}"
        for connection in process.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    # Of a unix socket the system knows the path at the listening end alone.
    unix = {str(c.laddr) for c in process.net_connections(kind="unix") if c.laddr}
    return (*sorted(tcp), *sorted(unix))


def show(found: list[Row]) -> None:
    """Prints the table.

    Args:
        found: The rows.
    """
    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=True)
    total = sum(row.megabytes for row in found)
    table.add_column("part", footer="total")
    table.add_column("pid", justify="right")
    table.add_column("state")
    table.add_column("memory", justify="right", footer=f"{total:.0f} MB", no_wrap=True)
    table.add_column("listening on", overflow="fold")
    for row in found:
        alive = row.pid is not None
        table.add_row(
            row.name,
            str(row.pid) if alive else "-",
            row.state if alive else f"[red]{row.state}[/red]",
            f"{row.megabytes:.0f} MB" if alive else "-",
            ", ".join(row.addresses),
        )
    Console().print(table)
