"""Reads what a conversion made as the program would, so that nobody is given what is refused."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from statefast.errors import StatefastError
from statefast.pod.security import RESTRICTED
from statefast.schema.collected import StatefastErrors

from .render import file_text
from .whole import Program

__all__ = ["Unchecked", "importing_from", "problems"]


class Unchecked(Exception):
    """The program is not here to ask."""


def problems(made: Program, folder: Path) -> list[str]:
    """What the program would refuse, one sentence each.

    A workload that needs more than the restricted standard allows is told so, and may have it.

    Args:
        made: The conversion.
        folder: Of the program.

    Raises:
        Unchecked: the program is not there.
    """
    refused = _refused(made, folder)
    beyond = [it for it in refused if RESTRICTED in it.problem]
    for workload in made.workloads:
        fields = [it.field for it in beyond if it.resource.endswith(f" {workload.name}")]
        if fields:
            workload.config["restricted"] = False
            made.notes.todo(
                f"workload {workload.name}",
                f"restricted is false, for {fields[0]}: its namespace has to allow that",
            )
    if beyond:
        refused = _refused(made, folder)
    return [it.sentence for it in refused]


def _refused(made: Program, program: Path) -> list[StatefastError]:
    if not (program / "Pulumi.yaml").is_file() or not (program / "settings").is_dir():
        raise Unchecked
    with importing_from(program), tempfile.TemporaryDirectory() as folder:
        from settings import Settings
        from workloads import WorkloadFiles

        for name, said in made.files().items():
            Path(folder, f"{name}.yaml").write_text(file_text(said), encoding="utf-8")
        config = made.config("converted")
        try:
            Settings.parse(
                {k: v if isinstance(v, str) else json.dumps(v) for k, v in config.items()},
                WorkloadFiles(Path(folder)),
            )
        except StatefastErrors as refused:
            return list(refused.errors)
        except StatefastError as refused:
            return [refused]
    return []


@contextmanager
def importing_from(program: Path) -> Iterator[None]:
    """A console script has the folder of the program on no path."""
    sys.path.insert(0, str(program.resolve()))
    try:
        yield
    finally:
        sys.path.pop(0)
