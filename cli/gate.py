"""`statefast gate`: what the command line takes; what it does is in the gate."""

from typing import TYPE_CHECKING, Annotated

import typer

__all__ = ["gate"]


def gate(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="Output of `pulumi preview --json --show-replacement-steps --show-sames`, one"
            " file a stack; - or none for standard input.",
            show_default=False,
        ),
    ] = None,
    stack: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FILE", help="A preview with the name of its stack."),
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option(
            help="Least verdict that fails: rolls-pods, downtime, data-at-risk, data-lost."
        ),
    ] = "data-at-risk",
    comment: Annotated[
        str | None, typer.Option(metavar="FILE", help="Writes the Markdown comment; - to print it.")
    ] = None,
    json: Annotated[
        str | None, typer.Option(metavar="FILE", help="Writes the report as JSON; - to print it.")
    ] = None,
) -> None:
    """Judges what a preview would do to the data; fails when that is too much."""
    if TYPE_CHECKING:
        from gate.command import run
    else:
        # In a checkout, too, the console script knows the gate by the name it is installed under.
        from statefast_gate.command import run

    sources: list[tuple[str | None, str]] = [(None, file) for file in files or ()]
    for named in stack or ():
        name, equals, file = named.partition("=")
        if not (name and equals and file):
            raise typer.BadParameter(f"{named!r} is not NAME=FILE", param_hint="--stack")
        sources.append((name, file))
    raise typer.Exit(run(sources or [(None, "-")], fail_on, comment, json))
