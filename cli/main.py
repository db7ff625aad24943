"""`statefast`: the console script."""

from typing import Annotated

import typer

from .gate import gate

__all__ = ["app", "main"]

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
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="Only this namespace. Default: all.")
    ] = None,
    context: Annotated[
        str | None, typer.Option(help="Context of the kubeconfig. Default: the current one.")
    ] = None,
) -> None:
    """Shows each workload with its claims: ready, class, size, reclaim policy, phase."""
    # Imported here: the client is the slowest thing this program can load.
    from .cluster import ClusterError, read_rows
    from .table import print_rows

    try:
        rows = read_rows(namespace, context)
    except ClusterError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    print_rows(rows)


app.command()(gate)


@app.command()
def doctor(
    state: Annotated[
        typer.FileText,
        typer.Argument(help="What `pulumi stack export` prints; standard input by default."),
    ] = "-",  # type: ignore[assignment]
) -> None:
    """Recognises a stack wedged on a claim that was to be replaced, and says how to heal it."""
    from .doctor import NotAState, find_wedged, remedy

    try:
        wedged = find_wedged(state.read())
    except NotAState as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if not wedged:
        typer.echo("No claim of this stack waits for a replacement.")
        return
    typer.echo("\n\n".join(remedy(claim) for claim in wedged))
    raise typer.Exit(1)


def main() -> None:
    """Runs the command line."""
    app()
