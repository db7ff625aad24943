"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Real", "State"]

State = Annotated[
    Path | None,
    typer.Option(
        "--state",
        envvar="STATEFAST_STATE",
        help="The folder of the cluster and its stacks. [default: .statefast in the project]",
        show_default=False,
    ),
]

Real = Annotated[
    bool,
    typer.Option(
        "--real",
        envvar="STATEFAST_REAL",
        help="Run pods on a real node, with volumes that hold bytes. Linux, as root.",
    ),
]
