"""`python -m localcluster demo`: three ZooKeepers grow in place, then lose their node."""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from . import cluster
from .errors import LocalClusterError
from .layout import Workspace
from .processes import recorded
from .real.needs import require
from .stacks import LocalStack

__all__ = ["demo"]

_NAME = "demo"
_MEMBERS = 3
_ZNODES = 100
_SMALL, _LARGE = "100Mi", "200Mi"
_PATIENCE = 120.0
_CLIENT = ("zkCli.sh", "-server", "127.0.0.1:2181")


def demo(
    record: Annotated[
        Path | None,
        typer.Option("--record", help="Also write what it prints as an SVG.", show_default=False),
    ] = None,
) -> None:
    """Grow a real ZooKeeper in place, kill its node, and read its data back. Linux, as root."""
    require()
    with tempfile.TemporaryDirectory(prefix="statefast-demo-") as folder:
        workspace = Workspace.at(Path(folder))
        show = _Show(Console(record=record is not None, width=88, highlight=False))
        try:
            _play(workspace, show)
        finally:
            cluster.down(workspace, delete=True)
    if record is not None:
        show.console.save_svg(str(record), title="python -m localcluster demo")


class _Show:
    """The story, a line at a time, with when it was."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._began = time.monotonic()

    def __call__(self, text: str) -> None:
        minutes, seconds = divmod(round(time.monotonic() - self._began), 60)
        self.console.print(f"[dim]{minutes}:{seconds:02}[/dim]  {text}")


def _play(workspace: Workspace, show: _Show) -> None:
    show("a control plane, and a node that runs pods")
    cluster.up(workspace, real=True)
    stack = LocalStack(workspace, _NAME)
    ensemble = _Ensemble(stack)

    show(f"[bold]pulumi up[/bold]: {_MEMBERS} ZooKeepers, each with a volume of {_SMALL}")
    ensemble.up(_SMALL)
    ensemble.write()
    show(f"{_ZNODES} znodes written; every member has {ensemble.counted()}; df: {ensemble.df()}")
    before = ensemble.identities()

    show(f"[bold]storage.size: {_SMALL} → {_LARGE}[/bold], pulumi up")
    ensemble.up(_LARGE)
    show(
        f"df in the pods: {ensemble.df()}; no pod restarted: {_yes(ensemble.identities(), before)}"
    )

    show("[bold]kill -9[/bold] of the node, with every pod, mount and process on it")
    node = recorded(workspace.cluster, "nodelink")
    if node is None:
        raise LocalClusterError("the node does not run")
    os.kill(node.pid, signal.SIGKILL)
    _until(lambda: not node.alive(), "the node has ended")
    cluster.up(workspace)
    _until(lambda: ensemble.restarted(before), "the containers are started again")
    _until(ensemble.ready, "the members are ready")
    counts = ensemble.counted()
    show(f"the node is back, and so is the quorum: every member has {counts} of {_ZNODES} znodes")
    if counts != _ZNODES:
        raise LocalClusterError(f"{_ZNODES - counts} znodes are lost")
    show("[green]nothing was lost[/green]")


def _yes(now: object, before: object) -> str:
    return "true" if now == before else "false"


class _Ensemble:
    """The pods, through kubectl."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._pods = [f"zookeeper-{n}" for n in range(_MEMBERS)]

    def up(self, size: str) -> None:
        self._stack.prepare(
            {
                "statefast:namespace": _NAME,
                "statefast:environment": _NAME,
                "statefast:storageClass": {
                    "name": "rbd",
                    "driver": "ceph-rbd",
                    "parameters": {"clusterID": _NAME, "pool": _NAME},
                },
                "statefast:workloads": {
                    "zookeeper": {"replicas": _MEMBERS, "storage": {"size": size}}
                },
            }
        )
        self._stack.run("up", "--yes", "--skip-preview", "--suppress-progress", quiet=True)
        _until(self.ready, "the members are ready")

    def write(self) -> None:
        commands = "".join(f"create /znode-{n} kept\n" for n in range(_ZNODES))
        self._kubectl("exec", "-i", self._pods[0], "--", *_CLIENT, stdin=commands)

    def counted(self) -> int:
        """How many znodes the member with the fewest has."""
        return min(self._of(pod) for pod in self._pods)

    def df(self) -> str:
        """The size of each file system."""
        words = ("--", "df", "-BM", "--output=size", "/data")
        return ", ".join(self._kubectl("exec", pod, *words).split()[-1] for pod in self._pods)

    def identities(self) -> dict[str, tuple[str, int]]:
        """By pod, which one it is and how often it was started again."""
        return {
            item["metadata"]["name"]: (
                item["metadata"]["uid"],
                item["status"]["containerStatuses"][0]["restartCount"],
            )
            for item in self._items()
        }

    def restarted(self, before: dict[str, tuple[str, int]]) -> bool:
        """Whether each container is another one. What was known of those before is no sign."""
        return all(now[1] > before[name][1] for name, now in self.identities().items())

    def ready(self) -> bool:
        """Whether all members serve."""
        conditions = [
            (each["type"], each["status"])
            for item in self._items()
            for each in item["status"].get("conditions", ())
        ]
        return conditions.count(("Ready", "True")) == _MEMBERS

    def _items(self) -> list[Any]:
        found: list[Any] = json.loads(self._kubectl("get", "pods", "-o", "json"))["items"]
        return found

    def _of(self, pod: str) -> int:
        said = self._kubectl("exec", "-i", pod, "--", *_CLIENT, stdin="sync /\nls /\n")
        return said.count("znode-")

    def _kubectl(self, *words: str, stdin: str | None = None) -> str:
        from .toolchain import environment

        done = subprocess.run(  # noqa: S603  the kubectl of this workspace
            ["kubectl", "-n", _NAME, *words],  # noqa: S607  found on the PATH made for it
            env=environment(self._stack.workspace),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LocalClusterError(f"kubectl {words[0]} failed: {done.stderr.strip()}")
        return done.stdout


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise LocalClusterError(f"{what}: not after {_PATIENCE:.0f} s")
        time.sleep(0.3)
