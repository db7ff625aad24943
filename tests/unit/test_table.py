"""The table people read: what the cluster says, joined and rendered."""

import subprocess
import sys
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from cli.cluster import Row, rows_of
from cli.table import print_rows
from localcluster.layout import PROJECT


def workload(name: str, ready: int, replicas: int = 3) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "namespace": "data",
            "annotations": {"statefast/stack": "statefast/dev"},
        },
        "spec": {"replicas": replicas},
        "status": {"readyReplicas": ready} if ready else {},
    }


def claim(name: str, instance: str, size: str = "8Gi", has: str | None = "8Gi") -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "namespace": "data",
            "labels": {"app.kubernetes.io/instance": instance},
        },
        "spec": {
            "storageClassName": "rbd",
            "volumeName": f"pv-{name}",
            "resources": {"requests": {"storage": size}},
        },
        "status": {"phase": "Bound", "capacity": {"storage": has}} if has else {"phase": "Pending"},
    }


def volume(of: str) -> dict[str, Any]:
    return {
        "metadata": {"name": f"pv-{of}"},
        "spec": {"persistentVolumeReclaimPolicy": "Retain"},
    }


def test_claims_are_joined_to_their_workload_in_the_order_of_ordinals() -> None:
    names = [f"zk-vol-zk-{n}" for n in (10, 2, 0)]
    rows = rows_of(
        {"stateful-set": [workload("zk", 3)], "deployment": [workload("web", 0, 1)]},
        [claim(name, "zk") for name in names],
        [volume(name) for name in names],
    )
    assert [(row.workload, row.claim) for row in rows] == [
        ("web", ""),
        ("zk", "zk-vol-zk-0"),
        ("zk", "zk-vol-zk-2"),
        ("zk", "zk-vol-zk-10"),
    ]
    assert rows[0].ready == "0/1"
    assert rows[1] == Row(
        stack="statefast/dev",
        namespace="data",
        workload="zk",
        pattern="stateful-set",
        ready="3/3",
        claim="zk-vol-zk-0",
        class_name="rbd",
        size="8Gi",
        reclaim_policy="Retain",
        phase="Bound",
    )


def test_a_claim_that_is_growing_shows_both_sizes() -> None:
    rows = rows_of(
        {"stateful-set": [workload("zk", 3)]},
        [claim("a-0", "zk", "12Gi", "8Gi"), claim("a-1", "zk", "12Gi", None)],
        [],
    )
    assert [row.size for row in rows] == ["8Gi → 12Gi", "- → 12Gi"]


def test_a_workload_of_nobody_is_not_shown_however_it_is_labelled() -> None:
    theirs = workload("web", 1, 1)
    theirs["metadata"]["labels"] = {"app.kubernetes.io/part-of": "statefast"}
    del theirs["metadata"]["annotations"]
    assert rows_of({"deployment": [theirs]}, [], []) == []


LONG = "zookeeper-transaction-log-zookeeper-production-0"
_FOUND = rows_of(
    {
        "stateful-set": [workload("zookeeper-production", 2), workload("zk", 3)],
        "deployment": [workload("web", 1, 1)],
    },
    [claim(LONG, "zookeeper-production"), *(claim(f"vol-zk-{n}", "zk", "12Gi") for n in (0, 1))],
    [volume(LONG), volume("vol-zk-0"), volume("vol-zk-1")],
)
# What they wait for is in test_waits.
ROWS = [replace(row, waits=()) for row in _FOUND]


def printed(rows: list[Row], width: int, *, terminal: bool = True) -> list[str]:
    out = StringIO()
    print_rows(rows, Console(file=out, width=width, force_terminal=terminal, color_system=None))
    return out.getvalue().splitlines()


def test_a_terminal_shows_the_claims_below_their_workload() -> None:
    assert printed(ROWS, 100) == [
        "stack statefast/dev, namespace data",
        "web  deployment  1/1 ready",
        "  no claim",
        "zk  stateful-set  3/3 ready",
        "  vol-zk-0                                          8Gi → 12Gi  rbd  Retain  Bound",
        "  vol-zk-1                                          8Gi → 12Gi  rbd  Retain  Bound",
        "zookeeper-production  stateful-set  2/3 ready",
        "  zookeeper-transaction-log-zookeeper-production-0  8Gi         rbd  Retain  Bound",
    ]


@pytest.mark.parametrize("width", [50, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_name_is_cut(width: int) -> None:
    lines = printed(ROWS, width)
    names = {row.claim for row in ROWS if row.claim}
    assert all(len(line) <= width for line in lines if line.strip() not in names)
    for name in names:
        assert sum(name in line for line in lines) == 1


def test_a_pipe_gets_a_line_for_each_claim_with_the_same_columns() -> None:
    lines = [line.split() for line in printed(ROWS, 20, terminal=False)]
    assert {len(line) for line in lines} == {9}
    assert lines[0][:2] == ["NAMESPACE", "WORKLOAD"]
    assert lines[-1] == [
        *("data", "zookeeper-production", "stateful-set", "2/3", LONG, "rbd", "8Gi", "Retain"),
        "Bound",
    ]


def test_an_empty_cluster_is_said_to_be_empty() -> None:
    assert printed([], 80) == ["No workloads of Statefast in this cluster."]


def test_what_reads_the_cluster_does_without_the_sdk() -> None:
    modules = "cli.main, cli.cluster, cli.table, cli.volumes.rows, cli.volumes.table"
    code = f"import sys, {modules}; print('pulumi' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
