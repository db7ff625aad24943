"""A real cluster: what runs, what it can do, what it survives."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
import typer

from localcluster import build, cluster, gotool, parts, ports, processes, status
from localcluster.__main__ import status as show_status
from localcluster.api import ApiError
from localcluster.errors import LocalClusterError
from localcluster.files import read_json
from localcluster.layout import PROJECT, Cluster, Workspace
from tests.localcluster import objects
from tests.localcluster.conftest import api, command, eventually, pids

pytestmark = pytest.mark.engine

PROGRAMS = [part.name for part in parts.CLUSTER_PARTS if part.package]


def fresh() -> str:
    return f"x{uuid.uuid4().hex[:8]}"


def bound_claim(of: Cluster) -> str:
    client, name = api(of), fresh()
    objects.storage_class(client)
    objects.claim(client, name)
    objects.pod(client, name, claim=name)
    eventually(lambda: objects.phase(client, f"{objects.CLAIMS}/{name}") == "Bound")
    eventually(lambda: objects.phase(client, f"{objects.PODS}/{name}") == "Running")
    return name


def volume(of: Cluster) -> str:
    """A claim with a volume and no pod: the scheduler takes a second to see that one is bound."""
    client, name = api(of), fresh()
    objects.storage_class(client, "at-once", binding="Immediate")
    objects.claim(client, name, of="at-once")
    eventually(lambda: objects.phase(client, f"{objects.CLAIMS}/{name}") == "Bound")
    return name


def listening(of: Cluster) -> list[str]:
    return [address for row in status.rows(of) for address in row.addresses]


def port(of: Cluster) -> int:
    return int(read_json(of.facts)["port"])


def test_nothing_listens_outside_the_loopback_interface(running: Workspace) -> None:
    tcp = [address for address in listening(running.cluster) if "sock" not in address]
    assert tcp == [f"127.0.0.1:{port(running.cluster)}"]


def test_every_file_is_private(running: Workspace) -> None:
    cluster_folder = running.cluster.folder
    assert stat.S_IMODE(cluster_folder.stat().st_mode) == 0o700
    files = [path for path in cluster_folder.rglob("*") if not path.is_symlink()]
    assert len(files) > 30
    assert [path for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_a_request_without_the_token_is_refused(running: Workspace) -> None:
    (token := running.cluster.pki / "token").rename(aside := token.with_name("aside"))
    token.write_text("guessed")
    try:
        with pytest.raises(ApiError, match="Unauthorized"):
            api(running.cluster).get("/version")
    finally:
        aside.rename(token)


def test_an_up_of_a_running_cluster_is_immediate_and_changes_nothing(running: Workspace) -> None:
    before = pids(running.cluster)
    began = time.monotonic()
    done = command(running, "up")
    took = time.monotonic() - began
    assert (done.returncode, done.stderr) == (0, "the cluster runs already\n")
    assert pids(running.cluster) == before
    # Half a second on an idle machine; tests of others may run beside this one.
    assert took < 2.5


def test_the_commands_about_a_running_cluster(running: Workspace) -> None:
    table = command(running, "status")
    assert table.returncode == 0
    assert table.stdout.count("running") == len(PROGRAMS)
    where = command(running, "kubeconfig")
    assert where.stdout.splitlines()[-1] == str(running.cluster.kubeconfig)
    assert "kube-apiserver" in command(running, "logs").stdout
    assert len(command(running, "logs", "etcd", "--lines", "1").stdout.splitlines()) == 1
    wrong = command(running, "logs", "nonsense")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("localcluster: there is no log of 'nonsense': choose one of ")


def test_a_volume_is_bound_grown_snapshotted_and_restored(running: Workspace) -> None:
    client, name = api(running.cluster), bound_claim(running.cluster)
    assert objects.capacity(client, name) == "1Gi"
    objects.claim(client, name, size="3Gi")
    eventually(lambda: objects.capacity(client, name) == "3Gi")
    objects.snapshot(client, name, claim=name)
    eventually(lambda: objects.snapshot_ready(client, name))
    restored = fresh()
    objects.claim(client, restored, size="3Gi", source=name)
    objects.pod(client, restored, claim=restored)
    eventually(lambda: objects.phase(client, f"{objects.CLAIMS}/{restored}") == "Bound")


def test_the_driver_fails_as_told(running: Workspace) -> None:
    client, name, full = api(running.cluster), bound_claim(running.cluster), fresh()
    running.cluster.faults.write_text(json.dumps({"expand": {"fail": 2, "message": "not today"}}))
    try:
        objects.claim(client, name, size="2Gi")
        eventually(lambda: "not today" in "".join(events(running, name)))
        eventually(lambda: objects.capacity(client, name) == "2Gi", seconds=60)
    finally:
        running.cluster.faults.unlink()
    objects.storage_class(client, "full", {"fail": "provision"})
    objects.claim(client, full, of="full")
    objects.pod(client, full, claim=full)
    eventually(lambda: "pool is full" in "".join(events(running, full)))
    assert objects.phase(client, f"{objects.CLAIMS}/{full}") == "Pending"


def events(workspace: Workspace, name: str) -> list[str]:
    found = api(workspace.cluster).get(
        f"/api/v1/namespaces/default/events?fieldSelector=involvedObject.name={name}"
    )
    return [str(event.get("message")) for event in (found or {}).get("items", [])]


# What starts again with a part: a scheduler whose API server is another one may end itself later,
# and a sidecar ends with its driver.
DRAWN_ALONG = {
    "kube-apiserver": {"kube-scheduler"},
    "csidriver": {"csi-provisioner", "csi-resizer", "csi-snapshotter"},
}


@pytest.mark.parametrize("part", PROGRAMS)
def test_a_killed_part_is_healed(running: Workspace, part: str) -> None:
    name = volume(running.cluster)
    before = pids(running.cluster)
    os.kill(before[part], signal.SIGKILL)
    eventually(lambda: processes.running(running.cluster, part) is None)
    with pytest.raises(typer.Exit) as ended:
        show_status(running.folder)
    assert ended.value.exit_code == 3
    assert cluster.up(running)
    now = pids(running.cluster)
    assert {name for name in now if now[name] != before[name]} == {part, *DRAWN_ALONG.get(part, ())}
    client = api(running.cluster)
    assert objects.phase(client, f"{objects.CLAIMS}/{name}") == "Bound"
    objects.claim(client, name, size="2Gi", of="at-once")
    eventually(lambda: objects.capacity(client, name) == "2Gi")
    if part == "kube-scheduler":
        bound_claim(running.cluster)
        return
    # All the others take part in this as well.
    name = volume(running.cluster)
    objects.pod(client, name, claim=name)
    eventually(lambda: objects.phase(client, f"{objects.PODS}/{name}") == "Running")


def test_down_keeps_objects_and_volumes(running: Workspace) -> None:
    name = volume(running.cluster)
    credentials = command(
        running,
        "exec",
        "--",
        "kubectl",
        "-n",
        "ceph-csi",
        "get",
        "secret",
        "csi-rbd-secret",
        "-o",
        "jsonpath={.data.userKey}",
    ).stdout
    assert len(credentials) > 30
    before, old = pids(running.cluster), port(running.cluster)
    stopped = cluster.down(running)
    assert sorted(stopped) == sorted(PROGRAMS)
    assert not [pid for pid in before.values() if processes.start_ticks(pid) is not None]
    assert ports.is_free(old)
    assert pids(running.cluster) == {}
    cluster.up(running)
    client = api(running.cluster)
    assert objects.phase(client, f"{objects.CLAIMS}/{name}") == "Bound"
    objects.claim(client, name, size="5Gi", of="at-once")
    eventually(lambda: objects.capacity(client, name) == "5Gi")


def test_a_port_taken_meanwhile_is_replaced(running: Workspace) -> None:
    cluster.down(running)
    old = port(running.cluster)
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind((ports.HOST, old))
        thief.listen()
        cluster.up(running)
    assert port(running.cluster) != old
    assert f"127.0.0.1:{port(running.cluster)}" in running.cluster.kubeconfig.read_text()
    bound_claim(running.cluster)


def test_lost_records_of_processes_are_no_loss(running: Workspace) -> None:
    before = pids(running.cluster)
    name = volume(running.cluster)
    shutil.rmtree(running.cluster.run)
    cluster.up(running)
    assert not [pid for pid in before.values() if processes.start_ticks(pid) is not None]
    assert objects.phase(api(running.cluster), f"{objects.CLAIMS}/{name}") == "Bound"


def test_two_ups_at_once_start_one_cluster_beside_another(
    running: Workspace, workspace: Workspace
) -> None:
    two_ups_at_once_start_one(workspace)
    assert not workspace.pulumi_home.exists()
    assert port(workspace.cluster) != port(running.cluster)
    assert not set(pids(workspace.cluster).values()) & set(pids(running.cluster).values())
    name = bound_claim(workspace.cluster)
    assert api(running.cluster).get(f"{objects.CLAIMS}/{name}") is None
    stolen = (workspace.cluster.pki / "token").read_text()
    assert stolen != (running.cluster.pki / "token").read_text()
    cluster.down(workspace, delete=True)
    assert not workspace.folder.exists()
    bound_claim(running.cluster)


def two_ups_at_once_start_one(workspace: Workspace) -> None:
    argv = [sys.executable, "-m", "localcluster", "up", "--cluster-only"]
    argv += ["--state", str(workspace.folder)]
    both = [
        subprocess.Popen(argv, cwd=PROJECT, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = sorted(child.communicate(timeout=120)[1] for child in both)
    assert [child.returncode for child in both] == [0, 0], said
    assert "the cluster runs already" in said[0] + said[1]
    assert "waiting for it" in said[0] + said[1]


def test_an_interrupted_up_stops_what_it_started_and_the_next_one_starts(
    workspace: Workspace,
) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        interrupt(workspace, number)
    cluster.up(workspace, cluster_only=True)


def interrupt(workspace: Workspace, number: signal.Signals) -> None:
    """Starts an `up`, ends it once its API server has been started, and looks what is left."""
    argv = [sys.executable, "-m", "localcluster", "up", "--cluster-only"]
    argv += ["--state", str(workspace.folder)]
    with subprocess.Popen(argv, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as child:
        eventually(lambda: "kube-apiserver" in pids(workspace.cluster))
        started = pids(workspace.cluster)
        child.send_signal(number)
        said = child.communicate(timeout=60)[1]
    assert child.returncode == 128 + number
    assert "Traceback" not in said
    assert not [pid for pid in started.values() if processes.start_ticks(pid) is not None]
    assert processes.strays(workspace.cluster, build.programs_folder()) == []


def test_a_part_that_cannot_start_is_told_with_its_log(workspace: Workspace) -> None:
    workspace.cluster.folder.mkdir(parents=True)
    (workspace.cluster.folder / "etcd").write_text("no folder")
    with pytest.raises(LocalClusterError) as caught:
        cluster.up(workspace, cluster_only=True)
    first, *tail = str(caught.value).splitlines()
    log = workspace.cluster.log / "etcd.log"
    assert first == f"etcd ended as soon as it was started: see {log}"
    assert "not a directory" in "".join(tail)
    assert pids(workspace.cluster) == {}
    assert processes.strays(workspace.cluster, build.programs_folder()) == []


def test_delete_leaves_files_of_others_alone(workspace: Workspace) -> None:
    workspace.folder.mkdir(parents=True)
    (workspace.folder / "notes.txt").write_text("mine")
    workspace.cluster.folder.mkdir()
    done = command(workspace, "down", "--delete")
    assert done.returncode == 0
    assert "is kept: it holds files that are not the cluster's" in done.stderr
    assert [path.name for path in workspace.folder.iterdir()] == ["notes.txt"]
    (workspace.folder / "notes.txt").unlink()


def test_the_csi_drivers_own_tests(tmp_path: Path) -> None:
    if shutil.which("go") is None:
        pytest.skip("needs Go")
    module = tmp_path / "sim"
    shutil.copytree(PROJECT / "localcluster/go/sim", module)
    for command_line in (["go", "vet", "./csidriver"], ["go", "test", "./csidriver"]):
        done = subprocess.run(
            command_line,
            cwd=module,
            env=gotool.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    unformatted = subprocess.run(
        ["gofmt", "-l", "."], cwd=module, capture_output=True, text=True, check=True
    )
    assert unformatted.stdout == ""
