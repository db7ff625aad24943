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


def main() -> None:
    """Runs the command line."""
    app()
