"""A stack of the walk: its config, its runs, and their untimely ends."""

import contextlib
import copy
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import yaml

from localcluster.layout import PROJECT, Workspace
from tests.engine.conftest import Config, Deployment

from .said import Run

__all__ = ["Stack", "edit_file", "program_copy"]

SECONDS = 240
_TO_BE_REREAD = ("workloads",)


def program_copy(folder: Path) -> Path:
    """The program with workload files that may be edited."""
    folder.mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(PROJECT / name, folder / name)
    for name in ("statefast", "settings"):
        (folder / name).symlink_to(PROJECT / name)
    for name in _TO_BE_REREAD:
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


class Stack:
    """One stack.

    Attributes:
        config: As its owner has it now.
        good: As it was in the last `up` that ended well; None before.
        last: The last run of the program.
    """

    def __init__(self, workspace: Workspace, name: str, namespace: str, program: Path) -> None:
        self._workspace, self._program = workspace, program
        self.namespace = namespace
        self.place = Deployment(workspace, name, program)
        self.config: Config = {}
        self.good: Config | None = None
        self.last: Run | None = None
        self.refresh = False

    @property
    def name(self) -> str:
        """Name of the stack now."""
        return self.place.stack.name

    @property
    def is_empty(self) -> bool:
        """Whether its state has nothing in it that could say what there was."""
        file = self.place.stack.state_file
        state: Any = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return not ((state.get("checkpoint") or {}).get("latest") or {}).get("resources")

    def get(self, *path: str) -> Any:
        """A value of the config; None where there is none."""
        found: Any = self.config
        for index, key in enumerate(path):
            if not isinstance(found, dict):
                return None
            found = found.get(key if index else f"statefast:{key}")
        return found

    def edit(self, path: list[str], value: Any) -> bool:
        """Sets one value of the config; None takes it away. False where there is no such place."""
        keys = [f"statefast:{path[0]}", *path[1:]]
        found = self.config
        workloads = self.config.get("statefast:workloads") or {}
        if path[0] == "workloads" and len(path) > 2 and path[1] not in workloads:
            return False
        for key in keys[:-1]:
            found = found.setdefault(key, {})
            if not isinstance(found, dict):
                return False
        if value is None:
            return found.pop(keys[-1], None) is not None
        found[keys[-1]] = copy.deepcopy(value)
        return True

    def run(self, *arguments: str, seconds: float = SECONDS) -> Run:
        """Runs pulumi; ends it where it takes too long."""
        self.place.stack.prepare(self.config)
        child = self._start(*arguments)
        late = False
        try:
            text = child.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            late = True
            text = self._end(child, signal.SIGKILL)
        return self._run(arguments, text, None if late else child.returncode, late=late)

    def interrupted(self, *arguments: str, after: float, by: str) -> Run:
        """Runs pulumi and ends it, and all it started, after so many seconds."""
        self.place.stack.prepare(self.config)
        child = self._start(*arguments)
        code: int | None = None
        try:
            text = child.communicate(timeout=after)[0]
            code = child.returncode
        except subprocess.TimeoutExpired:
            text = self._end(child, signal.Signals[by])
        return self._run(arguments, text, code)

    def cancel(self) -> None:
        """Takes away the lock that an ended run has left."""
        self.place.stack.run("cancel", "--yes", quiet=True, check=False)

    def rename(self, name: str) -> None:
        """`pulumi stack rename`: the settings go along, with the salt of the secrets."""
        self.place.stack.prepare(self.config)
        self.place.stack.run("stack", "rename", name, quiet=True)
        before = self.place.stack.folder
        self.place = Deployment(self._workspace, name, self._program)
        self.place.stack.folder.mkdir(parents=True, exist_ok=True)
        file = f"Pulumi.{name}.yaml"
        shutil.copy(before / file, self.place.stack.folder / file)
        self.place.stack.prepare(self.config)
        self.place.stack.run("stack", "select", name, quiet=True)

    def forget(self) -> None:
        """The state is lost, as that of a laptop."""
        self.place.stack.prepare(self.config)
        self.place.stack.run("stack", "rm", "--force", "--yes", self.name, quiet=True, check=False)
        for file in (self._workspace.stacks / ".pulumi").glob(f"*/statefast/{self.name}.json*"):
            file.unlink()
        (self.place.stack.folder / f"Pulumi.{self.name}.yaml").unlink(missing_ok=True)

    def _start(self, *arguments: str) -> "subprocess.Popen[str]":
        return self.place.stack.start(*arguments, quiet=True)

    def _end(self, child: "subprocess.Popen[str]", by: signal.Signals) -> str:
        family = _descendants(child.pid)
        for pid in (child.pid, *family):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, by)
        try:
            text = child.communicate(timeout=30)[0]
        except subprocess.TimeoutExpired:
            child.kill()
            text = child.communicate()[0]
        # A provider that goes on alone would write for three minutes more (docs/engine.md 35).
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.cancel()
        return text

    def _run(
        self, arguments: tuple[str, ...], text: str, code: int | None, *, late: bool = False
    ) -> Run:
        verb = arguments[0]
        program = verb in ("up", "preview") or "--run-program" in arguments
        run = Run(verb=verb, text=text, code=code, program=program, late=late)
        if program:
            self.last = run
        if verb == "up" and code == 0:
            self.good = copy.deepcopy(self.config)
        return run


def _descendants(pid: int) -> list[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError, IndexError):
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rpartition(")")[2].split()[1]
                )
    found, grown = {pid}, True
    while grown:
        new = {child for child, parent in parents.items() if parent in found} - found
        grown = bool(new)
        found |= new
    return sorted(found - {pid})


def edit_file(path: Path, keys: list[str], value: Any) -> bool:
    """Sets one value of a YAML file; a number among the keys is a place in a list."""
    content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = content
    for key in keys[:-1]:
        if isinstance(found, list):
            if int(key) >= len(found):
                return False
            found = found[int(key)]
        else:
            found = found.setdefault(key, {})
    last: Any = int(keys[-1]) if isinstance(found, list) else keys[-1]
    if value is None:
        if isinstance(found, list) or last not in found:
            return False
        del found[last]
    elif isinstance(found, list) and last >= len(found):
        found.append(value)
    else:
        found[last] = value
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return True
