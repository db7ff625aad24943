"""`statefast convert`: Kubernetes manifests in, a workload file and stack config out."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["convert"]

_CONFIG, _WORKLOADS = "Pulumi.{}.yaml", "workloads"


def convert(
    files: Annotated[
        list[typer.FileText],
        typer.Argument(help="Rendered manifests; - is standard input.", metavar="FILE..."),
    ],
    stack: Annotated[
        str, typer.Option("--stack", "-s", help="Name of the stack whose config it becomes.")
    ] = "dev",
    into: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the program; the files are written there. Default: nothing is written.",
            file_okay=False,
            exists=True,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Prints all of it as JSON.")] = False,
) -> None:
    """Turns manifests of any age into a workload file and the config of a stack.

    Nothing in a cluster is read or changed. Claims keep their names, so that the workload finds the
    data that is there.
    """
    from rich.console import Console

    from .check import Unchecked, problems
    from .manifests import ConvertError, parse
    from .render import config_text, file_text, print_program
    from .whole import convert as whole

    try:
        program = whole(parse((it.name, it.read()) for it in files))
    except ConvertError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if not program.workloads:
        for note in program.notes:
            typer.echo(f"{note.where}: {note.text}.", err=True)
        typer.echo("Nothing here owns a volume: there is nothing to convert.", err=True)
        raise typer.Exit(2)
    try:
        refused = problems(program, into or Path())
    except Unchecked:
        refused = []
        typer.echo(
            "Not checked by the program, which is not in this folder: run this in it, or name it"
            " with --into.",
            err=True,
        )
    written = {
        f"{_WORKLOADS}/{name}.yaml": file_text(said) for name, said in program.files().items()
    }
    written[_CONFIG.format(stack)] = config_text(program.config(stack))
    if as_json:
        said = {
            "files": written,
            "needs": list(program.stays),
            "notes": [asdict(note) for note in program.notes],
            "refused": refused,
        }
        typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
    else:
        print_program(program, written, Console())
    if into is not None:
        _write(into, written)
    if refused:
        typer.echo("\n".join(["", "As it is, the program refuses it:", *refused]), err=True)
        raise typer.Exit(1)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Writes all of the files, or none.

    Raises:
        Exit: one of them is there, or cannot be written.
    """
    there = [name for name in files if (folder / name).exists()]
    if there:
        typer.echo(
            f"Nothing is written: {', '.join(there)} exists already; move it away, or copy what is"
            " above into it.",
            err=True,
        )
        raise typer.Exit(2)
    try:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        typer.echo(f"{folder} cannot be written: {error.strerror}; choose another.", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"Written to {folder}: {', '.join(files)}.", err=True)
