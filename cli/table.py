"""Shows rows as a table that fits a terminal."""

from rich import box
from rich.console import Console
from rich.table import Table

from .cluster import Row

__all__ = ["print_rows"]

_PHASE_STYLE = {"Bound": "green", "Pending": "yellow", "Lost": "bold red"}


def print_rows(rows: list[Row], console: Console | None = None) -> None:
    """Prints one line a claim; a workload's name stands once, above its claims."""
    console = console or Console()
    if not rows:
        console.print("No workloads of Statefast in this cluster.")
        return
    namespaces = sorted({row.namespace for row in rows})
    title = f"namespace {namespaces[0]}" if len(namespaces) == 1 else None
    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    if title is None:
        table.add_column("namespace")
    # Names are for copying: a long one folds and is never cut.
    for heading in ("workload", "pattern", "ready", "claim", "class"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("pattern", "ready"))
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("reclaim", no_wrap=True)
    table.add_column("phase", no_wrap=True)
    last = ("", "")
    for row in rows:
        first = (row.namespace, row.workload) != last
        last = (row.namespace, row.workload)
        done, _, wanted = row.ready.partition("/")
        ready = f"[{'green' if done == wanted else 'yellow'}]{row.ready}[/]"
        cells = [row.namespace] if title is None else []
        cells += [row.workload, row.pattern, ready]
        table.add_row(
            *(cells if first else [""] * len(cells)),
            row.claim or "[yellow]none[/]",
            row.class_name,
            row.size,
            row.reclaim_policy,
            f"[{_PHASE_STYLE.get(row.phase, 'default')}]{row.phase}[/]",
        )
    console.print(table)
