"""`statefast doctor`: looks at a cluster, or at the state of a stack."""

import json
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.text import Text

from ..options import Context, Namespace, Output, OutputOption, StackOption
from .finding import Finding

__all__ = ["doctor", "print_findings"]

_State = Annotated[
    typer.FileText | None,
    typer.Argument(
        help="What `pulumi stack export` prints, also by a pipe. Default: the cluster is looked at."
    ),
]


def doctor(
    state: _State = None,
    namespace: Namespace = None,
    context: Context = None,
    stack: StackOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Finds what threatens data or keeps it from its pods, with the commands that help.

    In the cluster: rights, classes, drivers, snapshots, claims and volumes of the stacks, rollouts.
    In a state: claims whose replacement cannot come.
    """
    given = state or (sys.stdin if _is_given(sys.stdin) else None)
    if given is not None:
        _of_state(given.read())
        return
    # Imported here: the client is the slowest thing this program can load.
    from ..api import ClusterError
    from .read import read_facts
    from .rules import RULES

    try:
        facts = read_facts(namespace, context, stack)
    except ClusterError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    found = [finding for rule in RULES for finding in rule(facts)]
    if output is Output.JSON:
        typer.echo(json.dumps([asdict(it) for it in found], indent=2, ensure_ascii=False))
    else:
        print_findings(found, looked=len(facts.claims))
    if found:
        raise typer.Exit(1)


def print_findings(
    found: Sequence[Finding], *, looked: int, console: Console | None = None
) -> None:
    """Prints each finding, its commands below it on lines of their own.

    Args:
        found: In the order to be read.
        looked: How many claims of stacks were looked at.
        console: Where to.
    """
    console = console or Console()
    for finding in found:
        # No line is broken by us but between words, and a command never is: it is copied.
        console.print(Text.assemble((finding.about, "bold"), " ", finding.problem), highlight=False)
        for remedy in finding.remedies:
            console.print(Text(f"  {remedy}", style="cyan"), soft_wrap=True, highlight=False)
    word = "claim" if looked == 1 else "claims"
    said = f"{len(found)} found" if found else "Nothing found"
    console.print(f"{said}; {looked} {word} of stacks looked at.", highlight=False)


def _is_given(stream: TextIO) -> bool:
    """Whether something is handed over by a pipe or a file, be it empty."""
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def _of_state(text: str) -> None:
    from ..state import NotAState
    from .wedged import find_wedged, remedy

    try:
        wedged = find_wedged(text)
    except NotAState as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if not wedged:
        typer.echo("No claim of this stack waits for a replacement.")
        return
    typer.echo("\n\n".join(remedy(claim) for claim in wedged))
    raise typer.Exit(1)
