"""The table people read: what the cluster says, joined and rendered."""

from io import StringIO
from typing import Any

from rich.console import Console

from cli.cluster import Row, rows_of
from cli.table import print_rows


def workload(name: str, ready: int, replicas: int = 3) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "data"},
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


def test_the_table_fits_eighty_columns_and_cuts_no_name() -> None:
    long = "zookeeper-transaction-log-zookeeper-production-0"
    rows = rows_of(
        {"stateful-set": [workload("zookeeper-production", 3)]},
        [claim(long, "zookeeper-production")],
        [volume(long)],
    )
    out = StringIO()
    print_rows(rows, Console(file=out, width=80))
    lines = out.getvalue().splitlines()
    assert max(len(line) for line in lines) <= 80
    start = next(line for line in lines if "claim" in line).index("claim")
    end = next(line for line in lines if "claim" in line).index("class")
    assert long in "".join(line[start:end].strip() for line in lines[4:])


def test_an_empty_cluster_is_said_to_be_empty() -> None:
    out = StringIO()
    print_rows([], Console(file=out, width=80))
    assert out.getvalue() == "No workloads of Statefast in this cluster.\n"
