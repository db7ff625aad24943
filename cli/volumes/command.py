"""`statefast volumes`: what there is of data, and what keeps it."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ..options import Context, Namespace, Output, OutputOption, StackOption

__all__ = ["volumes"]


def volumes(
    namespace: Namespace = None,
    context: Context = None,
    stack: StackOption = None,
    output: OutputOption = Output.TABLE,
    picture: Annotated[
        Path | None,
        typer.Option("--svg", help="Draws them into this file as well.", dir_okay=False),
    ] = None,
) -> None:
    """Shows every volume: used, size, class, reclaim policy, retention, last snapshot."""
    # Imported here: the client is the slowest thing this program can load.
    from ..api import ClusterError
    from .picture import svg
    from .rows import read_volumes
    from .table import print_volumes

    try:
        rows = read_volumes(namespace, context, stack)
    except ClusterError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    now = datetime.now(UTC)
    if picture is not None:
        try:
            picture.write_text(svg(rows, now), encoding="utf-8")
        except OSError as error:
            typer.echo(f"{picture} cannot be written: {error.strerror}.", err=True)
            raise typer.Exit(1) from None
    if output is Output.JSON:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False))
    else:
        print_volumes(rows, now)
