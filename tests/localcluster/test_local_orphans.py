"""Plugins whose CLI is gone are told from those that still serve one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from localcluster.layout import Workspace
from localcluster.orphans import orphans
from tests.localcluster.conftest import eventually

PLUGIN = "pulumi-resource-kubernetes"

Start = Callable[..., int]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace((tmp_path / "work").resolve())


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    for name in (PLUGIN, "another"):
        shutil.copy("/bin/sleep", tmp_path / name)
    return tmp_path


@pytest.fixture
def start(workspace: Workspace) -> Iterator[Start]:
    """Starts a program, by default with the home of the workspace, and ends it afterwards."""
    with ExitStack() as ends:

        def started(*argv: str | Path, home: Path = workspace.pulumi_home) -> int:
            child = ends.enter_context(
                subprocess.Popen(
                    [str(word) for word in argv],
                    env={**os.environ, "PULUMI_HOME": str(home)},
                )
            )
            ends.callback(child.kill)
            return child.pid

        yield started


def pids(workspace: Workspace) -> list[int]:
    return [process.pid for _, process in orphans(workspace)]


def test_a_plugin_without_its_cli_is_an_orphan(
    workspace: Workspace, programs: Path, start: Start
) -> None:
    provider = start(programs / PLUGIN, "60")
    host = start(sys.executable, "-c", "import time; time.sleep(60)  # localcluster.language_host")
    eventually(lambda: sorted(pids(workspace)) == sorted([provider, host]))


def test_what_is_no_plugin_of_this_workspace_is_left_alone(
    workspace: Workspace, programs: Path, start: Start
) -> None:
    start(programs / "another", "60")
    start(programs / PLUGIN, "60", home=workspace.folder / "elsewhere")
    last = start(programs / PLUGIN, "60")
    eventually(lambda: pids(workspace) == [last])


def test_a_plugin_that_serves_a_cli_is_none(
    workspace: Workspace, programs: Path, start: Start
) -> None:
    cli, said = programs / "pulumi", programs / "pid"
    # An interpreter under the name of the CLI, which starts the plugin and waits.
    cli.symlink_to(shutil.which("sh") or "/bin/sh")
    start(cli, "-c", f"{programs / PLUGIN} 60 & echo $! > {said}; wait")
    eventually(lambda: said.exists() and said.read_text().strip())
    child = int(said.read_text())
    try:
        assert pids(workspace) == []
    finally:
        os.kill(child, 9)
