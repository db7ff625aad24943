"""Stacks that begin without the CLI, as the first one of their cluster began with it.

`pulumi stack init` takes as long as a preview, and each test has a stack of its own. Their key is
kept as in a Vault and not derived from a passphrase, which is a third of the CPU of a preview.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from localcluster.files import private_folder
from localcluster.stacks import LocalStack

from .keeper import KEEPER

__all__ = ["prepare"]


@dataclass(frozen=True)
class _First:
    """What the CLI writes for a new stack: its name is in the state, and in what is selected."""

    owner: str
    state: str
    selected: str
    key: Mapping[str, str]

    @staticmethod
    def of(stack: LocalStack) -> "_First":
        """What is there of a stack that the CLI has just made."""
        stack.run("stack", "change-secrets-provider", KEEPER, quiet=True)
        written = yaml.safe_load(_config(stack).read_text())
        return _First(
            owner=stack.owner,
            state=stack.state_file.read_text(),
            selected=_selected(stack).read_text(),
            key={name: text for name, text in written.items() if name != "config"},
        )

    def again(self, stack: LocalStack) -> None:
        """Makes another one, with the same key."""
        folders = (stack.folder, stack.state_file.parent, _selected(stack).parent)
        for folder in folders:
            private_folder(folder)
        _config(stack).write_text(yaml.safe_dump(dict(self.key)))
        for file, text in ((stack.state_file, self.state), (_selected(stack), self.selected)):
            file.write_text(re.sub(rf"\b{re.escape(self.owner)}(?=\")", stack.owner, text))


# By the folder of the workspace.
_firsts: dict[Path, _First] = {}


def prepare(stack: LocalStack, config: Mapping[str, Any]) -> None:
    """Writes the folder of a stack anew, and makes the stack if there is none."""
    folder = stack.workspace.folder
    is_new = not stack.state_file.exists()
    if is_new and folder in _firsts:
        _firsts[folder].again(stack)
    stack.prepare(config)
    if is_new and folder not in _firsts:
        _firsts[folder] = _First.of(stack)


def _config(stack: LocalStack) -> Path:
    return stack.folder / f"Pulumi.{stack.name}.yaml"


def _selected(stack: LocalStack) -> Path:
    """Where the CLI keeps which stack is selected in a folder."""
    project, _, _ = stack.owner.partition("/")
    key = hashlib.sha1(str(stack.folder / "Pulumi.yaml").encode()).hexdigest()  # noqa: S324  its name
    return stack.workspace.pulumi_home / "workspaces" / f"{project}-{key}-workspace.json"
