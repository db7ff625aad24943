"""Shows volumes as people read them on a terminal, and as programs do in a pipe."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from rich.console import Console
from rich.text import Text

from statefast.schema.numerals import binary_text

from ..age import age
from ..table import columns
from .rows import VolumeRow

__all__ = ["print_volumes", "short"]

_HEADINGS = (
    "NAMESPACE",
    "WORKLOAD",
    "CLAIM",
    "VOLUME",
    "CLASS",
    "USED",
    "SIZE",
    "RECLAIM",
    "RETENTION",
    "PHASE",
    "SNAPSHOT",
)
_UNITS = ("B", "Ki", "Mi", "Gi", "Ti", "Pi")
_FULL, _NEARLY = 0.95, 0.80
_WIDE = "  "


def print_volumes(rows: Sequence[VolumeRow], now: datetime, console: Console | None = None) -> None:
    """Prints each workload with its volumes below it, and those that no claim has at the end.

    On a terminal no name is broken in two; elsewhere there is one line a volume, whole, below a
    line of headings.

    Args:
        rows: Sorted as `volume_rows` does.
        now: What the ages of snapshots are counted from.
        console: Where to; standard output by default.
    """
    console = console or Console()
    if not rows:
        console.print("No volumes of Statefast in this cluster.")
    elif console.is_terminal:
        for line in _blocks(rows, now, console.width):
            console.print(line, soft_wrap=True)
    else:
        for text in columns([_HEADINGS, *(_cells(row, now) for row in rows)]):
            console.print(text, soft_wrap=True, highlight=False, markup=False)


def short(size: int) -> str:
    """Bytes as people say them, e.g. `1.5Gi`."""
    amount, unit = float(size), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    text = f"{amount:.1f}".removesuffix(".0")
    return f"{text}{_UNITS[unit]}"


def _size(row: VolumeRow) -> str:
    """What the volume has; with what is asked for while that is not had."""
    has = binary_text(row.size) if row.size else "-"
    return has if row.size >= row.asked else f"{has} → {binary_text(row.asked)}"


def _cells(row: VolumeRow, now: datetime) -> list[str]:
    cells = [row.namespace, row.workload, row.claim, row.volume, row.class_name]
    cells += ["" if row.used is None else short(row.used), _size(row).replace(" ", "")]
    cells += [row.reclaim_policy, row.retention, row.phase, age(row.snapshot, now)]
    return [cell or "-" for cell in cells]


def _blocks(rows: Sequence[VolumeRow], now: datetime, width: int) -> Iterator[Text]:
    facts = columns([_facts(row, now) for row in rows])
    by_row = dict(zip(rows, facts, strict=True))
    longest = max(len(row.claim) for row in rows)
    within = 2 * len(_WIDE) + longest + max(map(len, facts)) <= width
    for place, ours in groupby(rows, key=lambda row: (row.stack, row.namespace)):
        stack, namespace = place
        said = f"stack {stack}" if stack else "volumes that no claim has any more"
        yield Text(f"{said}, namespace {namespace}", style="dim")
        for workload, volumes in groupby(ours, key=lambda row: row.workload):
            if workload:
                yield Text(workload, style="bold")
            for row in volumes:
                yield from _lines(row, by_row[row], longest if within else None)


def _lines(row: VolumeRow, facts: str, longest: int | None) -> Iterator[Text]:
    said = Text(facts)
    if row.used is not None and row.size:
        full = row.used / row.size
        style = "bold red" if full > _FULL else "yellow" if full > _NEARLY else "green"
        said.stylize(style, 0, len(short(row.used)))
    if longest is not None:
        yield Text.assemble(_WIDE, row.claim.ljust(longest), _WIDE, said)
    else:
        yield Text(f"{_WIDE}{row.claim}")
        yield Text.assemble(_WIDE * 2, said)
    if not row.stack:
        yield Text(f"{_WIDE * 2}volume {row.volume}", style="dim")


def _facts(row: VolumeRow, now: datetime) -> list[str]:
    used = f"{short(row.used)} of " if row.used is not None else ""
    retention = row.retention or "-"
    snapshot = f"snapshot {age(row.snapshot, now)}" if row.snapshot else "no snapshot"
    phase = row.phase if row.phase != "Bound" else ""
    facts = [f"{used}{_size(row)}", row.class_name or "-", row.reclaim_policy or "-", retention]
    return [*facts, snapshot, phase]
