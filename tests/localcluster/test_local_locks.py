"""Locks of killed runs go; those of runs that live stay."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from localcluster.layout import Workspace
from localcluster.stack_locks import drop_dead


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def dead() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def lock(workspace: Workspace, content: object, stack: str = "dev") -> Path:
    folder = workspace.stacks / ".pulumi/locks/organization/statefast" / stack
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{len(list(folder.iterdir()))}.json"
    file.write_text(json.dumps(content))
    return file


def test_the_lock_of_a_killed_run_goes(workspace: Workspace, dead: int) -> None:
    file = lock(workspace, {"pid": dead, "hostname": socket.gethostname()})
    assert drop_dead(workspace, "dev") == [dead]
    assert not file.exists()


def test_every_other_lock_stays(workspace: Workspace, dead: int) -> None:
    here = socket.gethostname()
    files = [
        lock(workspace, {"pid": os.getpid(), "hostname": here}),
        lock(workspace, {"pid": dead, "hostname": "elsewhere"}),
        lock(workspace, {"pid": dead, "hostname": here}, stack="prod"),
        lock(workspace, ["unreadable"]),
        lock(workspace, {"pid": None, "hostname": here}),
    ]
    assert drop_dead(workspace, "dev") == []
    assert all(file.exists() for file in files)


def test_a_workspace_without_locks_has_none(workspace: Workspace) -> None:
    assert drop_dead(workspace, "dev") == []
