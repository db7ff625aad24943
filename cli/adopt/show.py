"""The plan as people read it."""

import textwrap
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ..convert.render import STYLES
from ..steps import show_steps
from ..table import columns
from .plan import Plan
from .proof import command

__all__ = ["show"]

# In a pipe a note is one line.
_ONE_LINE = 10_000


def show(console: Console, left: Plan, context: str | None, folder: Path) -> None:
    """Prints all of it; no name is broken in two.

    Args:
        console: Where to.
        left: The plan.
        context: Of the kubeconfig, for the commands.
        folder: Of the program.
    """
    where = f"stack {left.stack}, namespace {left.namespace}"
    if left.takes:
        console.print(Text(f"{where} takes over, as the objects they are:", style="bold"))
        cells = [[it.kind, it.name, it.size, f"of {it.hands}"] for it in left.takes]
        for line in columns(cells):
            console.print(Text(f"  {line}"), soft_wrap=True)
    if left.has:
        console.print(Text(f"{where} has already:", style="bold"))
        for line in left.has:
            console.print(Text(f"  {line}"), soft_wrap=True)
    for kind, notes in groupby(left.notes, key=lambda it: it.kind):
        console.print(Text(f"{kind}:", style=STYLES[kind]))
        for note in notes:
            _wrapped(console, f"{note.where}: {note.text}")
    _list(console, "its pods go on needing, and no stack makes", "blue", left.needs)
    _list(console, "in the way", "bold red", left.in_the_way)
    _list(console, "consents, all of them", "bold", left.consents, whole=True)
    _list(console, "write", "bold", left.write, whole=True)
    if not left.in_the_way:
        show_steps(console, left.steps, context)
        if not left.done:
            console.print(Text("take over:", style="bold"))
            stack = left.stack.rpartition("/")[2]
            console.print(Text("  # nothing is replaced or deleted", style="dim"))
            for verb in ("preview", "up"):
                console.print(Text(f"  {command(stack, folder, verb)}"), soft_wrap=True)


def _list(
    console: Console, title: str, style: str, lines: Iterable[str], *, whole: bool = False
) -> None:
    """Lines below a title; what is for copying is not wrapped."""
    for index, line in enumerate(lines):
        if index == 0:
            console.print(Text(f"{title}:", style=style))
        if whole:
            console.print(Text(f"  {line}"), soft_wrap=True)
        else:
            first, _, rest = line.partition("\n")
            _wrapped(console, first)
            for more in rest.splitlines():
                console.print(Text(f"  {more}"), soft_wrap=True)


def _wrapped(console: Console, text: str) -> None:
    width = max(console.width - 4, 40) if console.is_terminal else _ONE_LINE
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    for index, line in enumerate(lines):
        console.print(Text(("    " if index else "  ") + line), soft_wrap=True)
