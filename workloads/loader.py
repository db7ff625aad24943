"""Reads a workload file: YAML in, checked dataclass out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from statefast.errors import StatefastError
from statefast.schema.nearest import nearest
from statefast.schema.read import Args, read_args

from .environment import EnvValue, read_env, with_sources
from .shape import MountArgs, WorkloadFileArgs

__all__ = ["WorkloadFile", "WorkloadFiles", "load_workload", "workload_names"]

FOLDER = Path(__file__).parent

# What is not handed on as it is: config may say it as well, or it has another form here.
_OWN = (
    "image",
    "resources",
    "config_files",
    "volumes",
    "env",
    "env_sources",
    "secrets",
    "quorum",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadFile:
    """One application, as its file describes it.

    Attributes:
        args: What both components take as it is here.
        image: Its image, which config may replace.
    """

    name: str
    args: Args
    image: str
    volumes: Sequence[MountArgs]
    env: Mapping[str, EnvValue]
    env_sources: Args
    config_files: Mapping[str, str]
    resources: Args
    secrets: Sequence[str]
    quorum: bool

    @property
    def headless_suffix(self) -> str:
        """The headless Service is `<name>-<suffix>`."""
        return str(self.args.get("headless_suffix", "headless"))


class WorkloadFiles:
    """The files of one run, each read once however many workloads it is for.

    Args:
        folder: Where they are.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._read: dict[str, WorkloadFile] = {}

    def load(self, name: str, *, asked_by: str) -> WorkloadFile:
        """See `load_workload`."""
        if name not in self._read:
            self._read[name] = load_workload(name, asked_by=asked_by, folder=self._folder)
        return self._read[name]


def workload_names(folder: Path = FOLDER) -> list[str]:
    """The names of the files there are, without ending."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_workload(name: str, *, asked_by: str, folder: Path = FOLDER) -> WorkloadFile:
    """Reads `<name>.yaml`.

    Args:
        name: Name of the file without its ending.
        asked_by: Whose setting named it, for errors.
        folder: Where the files are.

    Raises:
        StatefastError: no such file, broken YAML, or a field that is unknown or wrong.
    """
    if name not in workload_names(folder):
        raise StatefastError(
            asked_by,
            "workload",
            name,
            f"but there is no file workloads/{name}.yaml",
            nearest(name, workload_names(folder)),
        )
    resource = f"workloads/{name}.yaml"
    try:
        content = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else "the file"
        problem = getattr(error, "problem", None) or str(error)
        raise StatefastError(resource, line, problem, "not valid YAML", "correct it") from None
    return _read(resource, name, content)


def _read(resource: str, name: str, content: object) -> WorkloadFile:
    given = read_args(resource, with_sources(resource, content), WorkloadFileArgs)
    return WorkloadFile(
        name=name,
        args={key: value for key, value in given.items() if key not in _OWN},
        image=given["image"],
        volumes=given.get("volumes", ()),
        env=read_env(resource, given.get("env", {})),
        env_sources=given.get("env_sources", {}),
        config_files=given.get("config_files", {}),
        resources=given.get("resources", {}),
        secrets=given.get("secrets", ()),
        quorum=given.get("quorum", False),
    )
