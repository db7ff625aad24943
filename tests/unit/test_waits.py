"""What is not done, in the words of Kubernetes and of the driver, with the next command."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from cli.cluster import rows_of
from cli.table import print_rows
from cli.waits import Events, claim_waits, pod_waits

from .test_table import claim, volume, workload

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NOBODY = Events([])


def event(
    kind: str, name: str, message: str, when: str = "2026-03-04T11:00:00Z", **given: Any
) -> Any:
    return {
        "metadata": {"name": f"e-{when}", "namespace": "data"},
        "involvedObject": {"kind": kind, "name": name},
        "type": "Warning",
        "reason": "Failed",
        "lastTimestamp": when,
        "message": message,
        **given,
    }


def of(name: str = "zk-vol-zk-0", **changes: Any) -> dict[str, Any]:
    found = claim(name, "zk")
    found["status"] |= changes
    return found


CONDITION = {"lastTransitionTime": "2026-03-04T11:57:00Z", "message": "waiting for  the node"}


@pytest.mark.parametrize(
    ("given", "since", "message"),
    [
        (of(phase="Pending"), "", "has no volume yet"),
        (of(phase="Lost"), "", "has lost its volume pv-zk-vol-zk-0"),
        (
            of(conditions=[{"type": "FileSystemResizePending", **CONDITION}]),
            "2026-03-04T11:57:00Z",
            "FileSystemResizePending (waiting for the node)",
        ),
        (
            of(conditions=[{"type": "ModifyVolumeError", "message": "no such iops"}]),
            "",
            "ModifyVolumeError (no such iops)",
        ),
        (of(capacity={"storage": "4Gi"}), "", "its volume has not grown yet, and nobody says why"),
    ],
)
def test_a_claim_says_what_it_waits_for(given: Any, since: str, message: str) -> None:
    (wait,) = claim_waits(given, NOBODY)
    assert (wait.since, wait.message) == (since, message)
    assert wait.command == "kubectl describe pvc zk-vol-zk-0 -n data"


def test_a_claim_that_is_done_waits_for_nothing() -> None:
    assert claim_waits(of(), NOBODY) == []
    assert claim_waits(of(conditions=[{"type": "Unused"}]), NOBODY) == []


def test_the_last_warning_says_more() -> None:
    events = Events(
        [
            event("PersistentVolumeClaim", "zk-vol-zk-0", "older", "2026-03-04T10:00:00Z"),
            event("PersistentVolumeClaim", "zk-vol-zk-0", "the pool\nis full", count=7),
            event("PersistentVolumeClaim", "zk-vol-zk-0", "fine", "2026-03-04T11:30:00Z", type="x"),
            event("Pod", "zk-vol-zk-0", "another object"),
        ]
    )
    (wait,) = claim_waits(of(phase="Pending"), events)
    assert wait.message == "has no volume yet: the pool is full (Failed, 7 times)"
    leaving = of()
    leaving["metadata"]["deletionTimestamp"] = "2026-03-04T11:00:00Z"
    assert "once no pod mounts it" in claim_waits(leaving, events)[0].message


def pod(name: str = "zk-0", **status: Any) -> dict[str, Any]:
    volumes = [
        {"name": "v", "persistentVolumeClaim": {"claimName": f"zk-vol-{name}"}},
        {"name": "t"},
    ]
    return {
        "metadata": {
            "name": name,
            "namespace": "data",
            "creationTimestamp": "2026-03-04T11:00:00Z",
            "labels": {"app.kubernetes.io/instance": "zk"},
        },
        "spec": {"volumes": volumes},
        "status": status,
    }


FULL = {
    "type": "PodScheduled",
    "status": "False",
    "message": "0/3 nodes are available: 3 Insufficient cpu.",
}
READY = {"type": "Ready", "status": "True"}


def test_a_pod_says_what_it_waits_for() -> None:
    assert pod_waits(pod(conditions=[READY]), NOBODY) == []
    (wait,) = pod_waits(pod(conditions=[FULL]), NOBODY)
    assert wait.message == "has no node: 0/3 nodes are available: 3 Insufficient cpu."
    assert wait.since == "2026-03-04T11:00:00Z"
    crash = {
        "name": "zk",
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 137}},
        "restartCount": 4,
    }
    events = Events([event("Pod", "zk-0", "Back-off restarting")])
    (wait,) = pod_waits(pod(containerStatuses=[crash]), events)
    assert wait.message.startswith("container zk CrashLoopBackOff, exit code 137: Back-off")
    assert wait.command == "kubectl logs zk-0 -n data --previous --all-containers"
    starting = {"name": "zk", "state": {"waiting": {"reason": "ContainerCreating"}}}
    (wait,) = pod_waits(pod(containerStatuses=[starting]), NOBODY)
    assert wait.message == "is not ready"


@pytest.mark.parametrize("width", [80, 120])
def test_it_stands_below_the_claim(width: int) -> None:
    names = ["zk-vol-zk-0", "zk-vol-zk-1"]
    rows = rows_of(
        {"stateful-set": [workload("zk", 0, 2)]},
        [of(names[0]), of(names[1], phase="Pending")],
        [volume(name) for name in names],
        [pod("zk-0", conditions=[READY]), pod("zk-1", conditions=[FULL])],
        [event("PersistentVolumeClaim", names[1], "the pool is full")],
    )
    assert [len(row.waits) for row in rows] == [0, 2]
    out = StringIO()
    print_rows(rows, Console(file=out, width=width, force_terminal=True, no_color=True), NOW)
    lines = [it.replace("\x1b[1m", "").replace("\x1b[0m", "") for it in out.getvalue().split("\n")]
    at = next(n for n, line in enumerate(lines) if names[1] in line)
    text = "\n".join(line.replace("\x1b[2m", "") for line in lines[at + 1 :])
    assert "it waits: has no volume yet: the pool is full (Failed)" in text
    assert "pod zk-1 waits for 1h: has no node" in text
    assert "    kubectl describe pod zk-1 -n data" in text
    assert max(map(len, text.split("\n"))) <= width


def test_a_pod_that_is_selected_by_other_labels_is_found() -> None:
    taken = workload("zk", 0, 1)
    taken["spec"]["selector"] = {"matchLabels": {"app": "former"}}
    waiting = pod("zk-0", conditions=[FULL])
    waiting["metadata"]["labels"] = {"app": "former"}
    rows = rows_of({"stateful-set": [taken]}, [of("zk-vol-zk-0")], [], [waiting])
    assert [len(row.waits) for row in rows] == [1]
