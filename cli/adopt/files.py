"""The files of a program, as they are and as adoption wants them."""

import fcntl
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..convert.render import config_text, file_text
from ..steps import Failed
from .edit import added

__all__ = ["Files", "read_files", "write_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What a program says of a stack.

    Attributes:
        folder: Of the program.
        project: Its name.
        stack: Name of the stack.
        config: Of the stack; empty where it has no file.
        text: Of its file; empty where it has none.
    """

    folder: Path
    project: str
    stack: str
    config: Mapping[str, Any]
    text: str

    @property
    def config_path(self) -> str:
        """Of the config, within the folder."""
        return f"Pulumi.{self.stack}.yaml"

    @property
    def workloads(self) -> Mapping[str, Any]:
        """What config says of workloads."""
        found: Mapping[str, Any] = self.config.get("statefast:workloads") or {}
        return found

    def wanted(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The config that there is to be: what is said already, and what is missing there."""
        said = {**config, **self.config}
        said["statefast:workloads"] = {**config["statefast:workloads"], **self.workloads}
        return said

    @property
    def owner(self) -> str:
        """What the objects of the stack say of whose they are."""
        return f"{self.project}/{self.config.get('statefast:formerStack') or self.stack}"

    def missing(
        self, config: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]
    ) -> tuple[dict[str, str], list[str]]:
        """Path to content of what is to be written, and what is there and says something else.

        Args:
            config: As it is to be.
            files: Workload files that are to be there, by name.
        """
        texts: dict[str, str] = {}
        wrong = list(self._unfit())
        for name, said in files.items():
            path, text = f"workloads/{name}.yaml", file_text(said)
            there = self.folder / path
            if not there.exists():
                texts[path] = text
            elif there.read_text(encoding="utf-8") != text:
                wrong.append(
                    f"{path} is there and says something else: move it away if it is of another"
                    " application"
                )
        space = str(self.config.get("statefast:namespace") or config["statefast:namespace"])
        if space.replace("{stack}", self.stack) != config["statefast:namespace"]:
            wrong.append(
                f"{self.config_path} is of namespace {space}, and a stack has one: choose another"
                " with --stack"
            )
        lacks = {k: _less(self.config.get(k), it) for k, it in config.items()}
        lacks = {key: value for key, value in lacks.items() if value}
        made = added(self.text, lacks, config) if self.text else config_text(config)
        if lacks and made is None:
            wrong.append(
                f"{self.config_path} is in a form that is not edited for you: add to it, and run"
                f" this again\n{config_text(lacks).partition(chr(10))[2].rstrip()}"
            )
        elif lacks and made is not None:
            texts[self.config_path] = made
        return texts, wrong

    def _unfit(self) -> Iterator[str]:
        """Config of a stack that keeps nothing, or asks nobody what there is."""
        if "true" in str(self.config.get("statefast:ephemeral")).lower():
            yield (
                f"{self.config_path} says ephemeral: true, and with that stack its claims go:"
                " choose another with --stack, or write false"
            )
        if self.config.get("statefast:preflight") in ("off", False):
            yield (
                f"{self.config_path} says preflight: off, so its preview would not see what is"
                " there and make it anew: leave it out"
            )


def _less(has: object, wants: Any) -> Any:  # noqa: ANN401  any YAML
    """What is wanted and is not there; None where something else is."""
    if isinstance(wants, Mapping) and isinstance(has, Mapping):
        return {key: value for key, value in wants.items() if key not in has}
    if isinstance(wants, list) and isinstance(has, list):
        return [it for it in wants if it not in has]
    return wants if has is None else None


def read_files(folder: Path, stack: str) -> Files:
    """Reads what a program says of a stack.

    Raises:
        Failed: there is no program, or its files are no YAML.
    """

    def loaded(path: Path) -> Mapping[str, Any]:
        try:
            found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, yaml.YAMLError) as error:
            raise Failed(f"{path} cannot be read: {type(error).__name__}.") from None
        if not isinstance(found, Mapping):
            raise Failed(f"{path} has no keys.")
        return found

    # A stack is named after its organisation and project as well, its file is not.
    stack = stack.rpartition("/")[2]
    project = folder / "Pulumi.yaml"
    if not project.is_file():
        raise Failed(
            f"No Pulumi.yaml in {folder}: run this in the folder of the program that is to have"
            " the workloads, or name it with --into."
        )
    path = folder / f"Pulumi.{stack}.yaml"
    config: Sequence[Any] | Mapping[str, Any] = (
        loaded(path).get("config") or {} if path.is_file() else {}
    )
    return Files(
        folder=folder,
        project=str(loaded(project).get("name") or ""),
        stack=stack,
        config=config if isinstance(config, Mapping) else {},
        text=path.read_text(encoding="utf-8") if path.is_file() else "",
    )


def write_files(folder: Path, texts: Mapping[str, str], read: Mapping[str, str]) -> None:
    """Writes each file whole, the config last: with it the others are known to be ours.

    Args:
        folder: Of the program.
        texts: By path in it, what they are to be.
        read: By path, what they were when that was made; of one that was not there, nothing.

    Raises:
        Failed: one cannot be written, or is another one by now.
    """
    try:
        # Whoever else adopts here at this moment would write the same files.
        with (folder / "Pulumi.yaml").open(encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for name, text in texts.items():
                # A link stays one.
                path = (folder / name).resolve()
                if _text(path) not in (read.get(name, ""), text):
                    raise Failed(f"{path} was written by somebody meanwhile: run this again")
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_name(f"{path.name}.part")
                part.write_text(text, encoding="utf-8")
                if path.exists():
                    shutil.copymode(path, part)
                part.replace(path)
    except OSError as error:
        raise Failed(f"{folder} cannot be written: {error.strerror}.") from None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
