"""Stacks of this program on the embedded cluster, apart from the checkout.

Pulumi writes into the folder of the project it runs: the salt of a stack's secrets goes into its
config file. So each stack gets a folder of its own in the workspace, whose project points back at
the program; the checkout stays as it was.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import LocalClusterError
from .files import private_folder
from .layout import PROJECT, Workspace

__all__ = ["LocalStack"]

_SALT = "encryptionsalt"
# What the CLI writes into a stack's file, and opens its secrets by.
_OF_SECRETS = (_SALT, "secretsprovider", "encryptedkey")
# A step that has begun, or goes on, with nothing to add.
_SAYS_NOTHING = re.compile(r" \S{1,2} +\S+:\S+ .*\w+ing \(\d+s\)( Skipping await logic)?")
# What the engine says where the provider is the one that was built here (docs/localcluster.md):
# nobody who reads it can do anything about it.
_VERSION = re.compile(r".*warning: resource plugin kubernetes is expected to have version .*")


@dataclass(frozen=True)
class LocalStack:
    """One stack in a workspace.

    Attributes:
        workspace: Where its cluster, state and folder are.
        name: Name of the stack.
        project: Folder of the program, with its Pulumi.yaml and Pulumi.<stack>.yaml.
    """

    workspace: Workspace
    name: str
    project: Path = PROJECT

    @property
    def folder(self) -> Path:
        """The folder `pulumi` runs in."""
        return self.workspace.folder / "stacks" / self.name

    @property
    def owner(self) -> str:
        """The stack as the objects that it makes name it."""
        return f"{_read(self.project / 'Pulumi.yaml')['name']}/{self.name}"

    @property
    def state_file(self) -> Path:
        """Where its state lies, once there is a stack."""
        return self.workspace.stacks / ".pulumi/stacks" / f"{self.owner}.json"

    def prepare(self, config: Mapping[str, Any] | None = None) -> None:
        """Writes the folder anew from the project, and makes the stack if there is none.

        Args:
            config: Stack config instead of that in Pulumi.<stack>.yaml.

        Raises:
            LocalClusterError: The project has no such stack, or holds values that only their
                owner's passphrase can open.
        """
        private_folder(self.folder)
        project = _read(self.project / "Pulumi.yaml")
        project["main"] = str(self.project)
        project["runtime"]["options"]["virtualenv"] = str(PROJECT / ".venv")
        (self.folder / "Pulumi.yaml").write_text(_dump(project), encoding="utf-8")

        file = self.folder / f"Pulumi.{self.name}.yaml"
        written = _read(file) if file.exists() else {}
        kept = {key: written[key] for key in _OF_SECRETS if key in written}
        settings = {"config": dict(config)} if config is not None else self.settings()
        file.write_text(_dump(settings | kept), encoding="utf-8")
        if not self.state_file.exists():
            self.run("stack", "init", self.name, quiet=True)

    def settings(self) -> dict[str, Any]:
        """The stack's file of the project.

        Raises:
            LocalClusterError: there is none, or it takes a passphrase.
        """
        source = self.project / f"Pulumi.{self.name}.yaml"
        if not source.exists():
            raise LocalClusterError(
                f"there is no stack {self.name}: write {source.name}, or name another stack"
            )
        text = source.read_text(encoding="utf-8")
        if "secure:" in text:
            raise LocalClusterError(
                f"{source.name} has encrypted values that only your own passphrase opens: run"
                f" plain `pulumi up -s {self.name}` against your own cluster"
            )
        settings = _read(source)
        settings.pop(_SALT, None)
        return settings

    def run(
        self, *arguments: str, quiet: bool = False, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Runs `pulumi` on this stack.

        Args:
            arguments: What follows `pulumi`.
            quiet: Whether to keep what it prints instead of showing it.
            check: Whether failure is an error.

        Raises:
            LocalClusterError: `pulumi` failed, and `check` is set.
        """
        with self._running(*arguments, quiet=quiet) as child:
            said = child.communicate()[0]
        if check and child.returncode:
            why = f":\n{said.strip()}" if quiet else ""
            raise LocalClusterError(f"`pulumi {arguments[0]}` failed{why}")
        return subprocess.CompletedProcess(arguments, child.returncode, said)

    def follow(self, *arguments: str) -> None:
        """Runs `pulumi` where nobody watches a terminal, and leaves out the lines that say nothing.

        There each change of a resource's status is a line of its own, most of them without a word
        on what is waited for.

        Raises:
            LocalClusterError: `pulumi` failed.
        """
        with self._running(*arguments, quiet=True) as child:
            for line in child.stdout or ():
                if not any(each.fullmatch(line.rstrip()) for each in (_SAYS_NOTHING, _VERSION)):
                    print(line, end="", flush=True)
        if child.returncode:
            raise LocalClusterError(f"`pulumi {arguments[0]}` failed")

    @contextmanager
    def _running(self, *arguments: str, quiet: bool) -> Iterator[subprocess.Popen[str]]:
        """`pulumi` until it has ended; whoever ends this command ends that one."""
        with self.start(*arguments, quiet=quiet) as child:
            try:
                yield child
            except BaseException:
                child.kill()
                raise

    def start(self, *arguments: str, quiet: bool = False) -> subprocess.Popen[str]:
        """Starts `pulumi` on this stack; see `run`."""
        from .toolchain import environment

        return subprocess.Popen(  # noqa: S603  the CLI of this workspace
            ["pulumi", *arguments],  # noqa: S607  found on the PATH made for it
            cwd=self.folder,
            env=environment(self.workspace),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            text=True,
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        raise LocalClusterError(f"{path.name} is not valid YAML{line}: correct it") from None
    return dict(content or {})


def _dump(content: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True)
