"""The node itself: what `kubectl` does with its pods, and what is left when it is killed."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcluster import cluster, status
from localcluster.layout import Workspace
from localcluster.processes import recorded, start_ticks
from localcluster.real.node import cgroup
from tests.engine.conftest import Deployment

from .databases import eventually

CGROUPS = Path("/sys/fs/cgroup")


@pytest.fixture(scope="module")
def pod(workspace: Workspace) -> Iterator[Deployment]:
    """A namespace with a pod that says a word and listens."""
    place = Deployment(workspace, f"node-{os.urandom(3).hex()}")
    place.kubectl("create", "namespace", place.name, namespace=False)
    eventually(lambda: "default" in place.list("serviceaccount"), "the namespace is ready")
    server = "echo a word; exec redis-server --save '' --protected-mode no"
    place.kubectl("run", "one", "--image=redis:8.2.1", "--command", "--", "sh", "-c", server)
    place.wait("pod/one", "--for=condition=Ready")
    yield place
    place.kubectl("delete", "namespace", place.name, "--wait=false", namespace=False)


def test_every_part_runs(workspace: Workspace, pod: Deployment) -> None:
    rows = {row.name: row for row in status.rows(workspace.cluster)}
    assert "kwok" not in rows
    assert all(row.pid for row in rows.values())
    tcp = [place for row in rows.values() for place in row.addresses if "sock" not in place]
    assert [place.startswith("127.0.0.1:") for place in tcp] == [True]
    for part in ("nodelink", "kubelet", "containerd", "csinode"):
        assert part in cluster.logs(workspace, None, 1)


def test_kubectl_reaches_into_a_pod(pod: Deployment) -> None:
    assert "a word" in pod.kubectl("logs", "one")
    assert pod.kubectl("exec", "one", "--", "redis-cli", "ping").strip() == "PONG"
    with subprocess.Popen(
        ["kubectl", "-n", pod.name, "port-forward", "pod/one", ":6379", "--address=127.0.0.1"],
        env=pod.environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as forward:
        try:
            assert forward.stdout is not None
            port = forward.stdout.readline().split(" -> ")[0].rpartition(":")[2]
            script = f"exec 3<>/dev/tcp/127.0.0.1/{port}; echo PING >&3; head -1 <&3"
            said = subprocess.run(
                ["bash", "-c", script], capture_output=True, text=True, timeout=20
            )
            assert said.stdout.strip() == "+PONG"
        finally:
            forward.terminate()


def test_the_address_of_the_node_is_no_pods(workspace: Workspace, pod: Deployment) -> None:
    # A bridge goes by the lowest hardware address of its ports, and changes when that pod goes: the
    # others then lose the node, and its DNS, for up to half a minute.
    node = recorded(workspace.cluster, "nodelink")
    assert node is not None
    inside = next(pid for pid in _below(node.pid) if _program(pid) == "kubelet")
    words = ["nsenter", "-t", str(inside), "-n", "ip", "-json", "link"]
    said = subprocess.run(words, capture_output=True, text=True, check=True)
    links = {link["ifname"]: link["address"] for link in json.loads(said.stdout)}
    bridge = links.pop("pods0")
    assert any(name.startswith("veth") for name in links)
    assert bridge not in links.values()


def test_a_node_that_is_killed_leaves_nothing(workspace: Workspace, pod: Deployment) -> None:
    node = recorded(workspace.cluster, "nodelink")
    assert node is not None
    inside = _below(node.pid)
    assert len(inside) > 3
    os.kill(node.pid, signal.SIGKILL)
    eventually(lambda: not [pid for pid in inside if start_ticks(pid)], "its processes end", 10)
    folder = str(workspace.cluster.folder)
    assert folder not in subprocess.run(["losetup", "-a"], capture_output=True, text=True).stdout
    assert folder not in Path("/proc/self/mountinfo").read_text()
    assert "dead" in {row.state for row in status.rows(workspace.cluster) if row.name == "nodelink"}

    assert "controllers" in cluster.up(workspace)
    # Not what the API server knew of it before: the container is another one.
    eventually(lambda: _restarts(pod) > 0, "the container is started again")
    pod.wait("pod/one", "--for=condition=Ready")


@pytest.mark.parametrize("part", ["kubelet", "csinode"])
def test_a_node_ends_with_each_of_its_parts(
    workspace: Workspace, part: str, pod: Deployment
) -> None:
    node = recorded(workspace.cluster, "nodelink")
    assert node is not None
    (one,) = [pid for pid in _below(node.pid) if _program(pid) == part]
    os.kill(one, signal.SIGKILL)
    eventually(lambda: not node.alive(), "the node has ended", 10)
    assert "controllers" in cluster.up(workspace)
    pod.wait("pod/one", "--for=condition=Ready")


def test_down_takes_the_cgroups_along(workspace: Workspace, pod: Deployment) -> None:
    group = cgroup(workspace.cluster)
    assert [*CGROUPS.glob(f"*/{group}"), *CGROUPS.glob(group)]
    cluster.down(workspace)
    assert not [*CGROUPS.glob(f"*/{group}"), *CGROUPS.glob(group)]
    cluster.up(workspace)
    pod.wait("pod/one", "--for=condition=Ready")


def _restarts(pod: Deployment) -> int:
    count: int = pod.list("pod")["one"]["status"]["containerStatuses"][0]["restartCount"]
    return count


def _below(pid: int) -> list[int]:
    """The processes that a process started, and theirs."""
    try:
        own = (Path("/proc") / str(pid) / "task").iterdir()
        found = [int(word) for task in own for word in (task / "children").read_text().split()]
    except OSError:
        return []
    return [*found, *(each for child in found for each in _below(child))]


def _program(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "exe").readlink().name
    except OSError:
        return ""
