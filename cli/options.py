"""Options that several commands have."""

from enum import StrEnum
from typing import Annotated

import typer

__all__ = ["Context", "Namespace", "Output", "OutputOption", "StackOption", "StateFile"]


class Output(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"


Namespace = Annotated[
    str | None, typer.Option("--namespace", "-n", help="Only this namespace. Default: all.")
]
Context = Annotated[
    str | None, typer.Option(help="Context of the kubeconfig. Default: the current one.")
]
StackOption = Annotated[
    str | None,
    typer.Option("--stack", "-s", help="Only this stack, or project/stack. Default: all."),
]
OutputOption = Annotated[
    Output, typer.Option("--output", "-o", help="How: for people, or as JSON.")
]
StateFile = Annotated[
    typer.FileText,
    typer.Argument(help="What `pulumi stack export` prints; standard input by default."),
]
