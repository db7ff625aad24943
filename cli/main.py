"""`statefast`: the console script."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from .adopt.command import adopt
from .convert.command import convert
from .doctor.command import doctor
from .gate import gate
from .migrate.command import migrate
from .options import Context, Namespace, Output, OutputOption, StackOption, StateFile
from .volumes.command import volumes

__all__ = ["app"]


app = typer.Typer(
    help="Workloads that own their data on Kubernetes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def root() -> None:
    """Workloads that own their data on Kubernetes."""


@app.command()
def status(
    namespace: Namespace = None,
    context: Context = None,
    stack: StackOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Shows each workload with its claims, and what each that is not done waits for."""
    # Imported here: the client is the slowest thing this program can load.
    from .api import ClusterError
    from .cluster import read_rows
    from .table import print_rows

    try:
        rows = read_rows(namespace, context, stack)
    except ClusterError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if output is Output.JSON:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False))
    else:
        print_rows(rows)


app.command()(gate)
app.command()(convert)
app.command()(adopt)
app.command()(volumes)
app.command()(doctor)
app.command()(migrate)


@app.command()
def guard(
    state: StateFile = "-",  # type: ignore[assignment]
    explain: Annotated[
        bool, typer.Option("--explain", help="Says what the guard would keep, and what not.")
    ] = False,
    history: Annotated[
        list[Path] | None,
        typer.Option(
            help="Says which edits of the past it would have refused, instead: the folder"
            " .pulumi/history/<project>/<stack> of a file backend; or, once for each, files of"
            " `pulumi stack export --version`, the oldest first."
        ),
    ] = None,
) -> None:
    """Says of a stack what `statefast.guard()` would keep, and what it could not."""
    from .guard import explain as told
    from .state import NotAState

    if not explain:
        typer.echo("Write --explain: a stack is guarded by its program.", err=True)
        raise typer.Exit(2)
    try:
        if history:
            # Imported here: the rules of the guard come with the SDK.
            from .past import past
            from .past import told as said

            typer.echo("\n".join(said(past(history))))
            return
        found = told(state.read())
    except NotAState as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for guarded, word in ((True, "Guarded"), (False, "Not guarded")):
        lines = [f"  {it.object}: {it.why}" for it in found if it.guarded is guarded]
        typer.echo("\n".join([f"{word}: {len(lines)}", *lines]))
