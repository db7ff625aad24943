"""Shows rows as people read them on a terminal, and as programs do in a pipe."""

import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby

from rich.console import Console
from rich.text import Text

from .age import age
from .cluster import Row

__all__ = ["columns", "print_rows"]

_PHASE_STYLE = {"Bound": "green", "Pending": "yellow", "Lost": "bold red"}
_HEADINGS = [
    "NAMESPACE",
    "WORKLOAD",
    "PATTERN",
    "READY",
    "CLAIM",
    "CLASS",
    "SIZE",
    "RECLAIM",
    "PHASE",
]
_INDENT = "  "
_GAP = "  "


def print_rows(
    rows: list[Row], console: Console | None = None, now: datetime | None = None
) -> None:
    """Prints each workload with its claims below it, and what each waits for.

    On a terminal no line is wider than it unless a single name is, and no name is broken in two:
    names are for copying. Elsewhere there is one line a claim, whole, below a line of headings.
    """
    console, now = console or Console(), now or datetime.now(UTC)
    if not rows:
        console.print("No workloads of Statefast in this cluster.")
    elif console.is_terminal:
        for line in _blocks(rows, console.width, now):
            # Whatever is wider than the terminal is wrapped by it, and copied as one.
            console.print(line, soft_wrap=True)
    else:
        for text in columns([_HEADINGS, *(_cells(row) for row in rows)]):
            console.print(text, soft_wrap=True, highlight=False, markup=False)


def _cells(row: Row) -> list[str]:
    cells = [row.namespace, row.workload, row.pattern, row.ready, row.claim, row.class_name]
    # No blank within a cell, so that a program can tell the columns.
    cells += [row.size.replace(" ", ""), row.reclaim_policy, row.phase]
    return [cell or "-" for cell in cells]


def _blocks(rows: list[Row], width: int, now: datetime) -> Iterator[Text]:
    facts = [(row.size, row.class_name, row.reclaim_policy, row.phase) for row in rows]
    by_row = dict(zip(rows, columns(facts), strict=True))
    longest = max(len(row.claim) for row in rows)
    within = len(_INDENT) + longest + len(_GAP) + max(map(len, by_row.values())) <= width
    for place, ours in groupby(rows, key=lambda row: (row.stack, row.namespace)):
        stack, namespace = place
        yield Text(f"stack {stack}, namespace {namespace}", style="dim")
        for _, claims in groupby(ours, key=lambda row: row.workload):
            for row, line in _workload(list(claims), by_row, longest if within else None):
                yield line
                if row is not None:
                    yield from _waits(row, width, now)


def _workload(
    claims: list[Row], by_row: dict[Row, str], longest: int | None
) -> Iterator[tuple[Row | None, Text]]:
    """The lines of one workload; with the last one of a row, the row."""
    first = claims[0]
    done, _, wanted = first.ready.partition("/")
    title = Text.assemble(
        (first.workload, "bold"),
        f"{_GAP}{first.pattern}{_GAP}",
        (f"{first.ready} ready", "green" if done == wanted else "yellow"),
    )
    yield None, title
    for row in claims:
        if not row.claim:
            yield row, Text(f"{_INDENT}no claim", style="yellow")
            continue
        facts = by_row[row]
        said = facts[: len(facts) - len(row.phase)] if row.phase else facts
        phase = (row.phase, _PHASE_STYLE.get(row.phase, "default"))
        if longest is None:
            yield None, Text(f"{_INDENT}{row.claim}")
            yield row, Text.assemble(_INDENT * 2, said, phase)
        else:
            yield row, Text.assemble(_INDENT, row.claim.ljust(longest), _GAP, said, phase)


def _waits(row: Row, width: int, now: datetime) -> Iterator[Text]:
    for wait in row.waits:
        kind, _, name = wait.object.partition(" ")
        what = f"{kind.lower()} {name}" if name != row.claim else "it"
        since = f" for {age(wait.since, now)}" if wait.since else ""
        text = f"{what} waits{since}: {wait.message}"
        indent = _INDENT * 2
        for line in textwrap.wrap(text, max(width - len(indent), 40), break_long_words=False):
            yield Text(f"{indent}{line}", style="yellow")
        yield Text(f"{indent}{wait.command}", style="dim")


def columns(lines: Iterable[Iterable[str]]) -> list[str]:
    """The cells of each line padded to the widest of their column; none ends in blanks."""
    table = [list(line) for line in lines]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        _GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
