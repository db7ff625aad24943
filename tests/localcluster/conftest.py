"""Clusters of these tests' own, beside whatever else runs on the machine."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from localcluster import build, cluster, processes
from localcluster.api import Api
from localcluster.files import read_json
from localcluster.layout import Cluster, Workspace
from tests.engine.quick import without_logs


@contextmanager
def stopped_afterwards(folder: Path) -> Iterator[Workspace]:
    workspace = Workspace(folder.resolve())
    try:
        yield workspace
    finally:
        cluster.down(workspace, delete=True)
        left = processes.strays(workspace.cluster, build.programs_folder())
        assert left == []


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace whose cluster is gone after the test, whatever the test did."""
    with stopped_afterwards(tmp_path / "work") as made:
        yield made


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A cluster that several tests use, in a folder too deep for the path of a socket."""
    folder = tmp_path_factory.mktemp("deep") / ("deep" * 25) / "work"
    with stopped_afterwards(folder) as made:
        cluster.up(made)
        without_logs(made)
        yield made


@pytest.fixture
def running(shared: Workspace) -> Workspace:
    """The shared cluster, healed of what the test before did to it."""
    cluster.up(shared)
    return shared


def api(of: Cluster) -> Api:
    """A client of the cluster as it is now."""
    return Api(of, int(read_json(of.facts)["port"]))


def eventually(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    """Waits for something that has to come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def command(workspace: Workspace, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `python -m localcluster`."""
    return subprocess.run(
        [sys.executable, "-m", "localcluster", *arguments],
        env={**os.environ, "STATEFAST_STATE": str(workspace.folder)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


def pids(of: Cluster) -> dict[str, int]:
    """The pid of every recorded part."""
    return {file.stem: json.loads(file.read_text())["pid"] for file in of.run.glob("*.json")}
