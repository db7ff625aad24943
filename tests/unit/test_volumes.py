"""The volumes of a cluster: claims, volumes, snapshots and kubelets joined, and shown."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from cli.age import age
from cli.volumes.picture import svg
from cli.volumes.rows import VolumeRow, volume_rows
from cli.volumes.table import print_volumes, short

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
GIB = 2**30


def claim(name: str, instance: str = "zk", **given: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": "data",
        "labels": {"app.kubernetes.io/instance": instance},
        "annotations": {"statefast/stack": "statefast/dev", "statefast/retention": "retain"},
    }
    if given.get("leaving"):
        metadata["deletionTimestamp"] = "2026-03-04T00:00:00Z"
    return {
        "metadata": metadata,
        "spec": {
            "storageClassName": "rbd",
            "volumeName": given.get("volume", f"pv-{name}"),
            "resources": {"requests": {"storage": given.get("size", "8Gi")}},
        },
        "status": {"phase": "Bound", "capacity": {"storage": "8Gi"}},
    }


def volume(of: str, phase: str = "Bound") -> dict[str, Any]:
    return {
        "metadata": {"name": f"pv-{of}"},
        "spec": {
            "capacity": {"storage": "8Gi"},
            "storageClassName": "rbd",
            "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {"namespace": "data", "name": of},
        },
        "status": {"phase": phase},
    }


def snapshot(of: str, when: str, ready: bool = True) -> dict[str, Any]:
    return {
        "metadata": {"name": f"{of}-{when}", "namespace": "data"},
        "spec": {"source": {"persistentVolumeClaimName": of}},
        "status": {"readyToUse": ready, "creationTime": when},
    }


def stats(**used: int) -> dict[str, Any]:
    return {
        "pods": [
            {"volume": [{"pvcRef": {"namespace": "data", "name": name}, "usedBytes": size}]}
            for name, size in used.items()
        ]
        + [{"volume": [{"name": "tmp", "usedBytes": 7}]}, {}]
    }


def rows() -> list[VolumeRow]:
    names = ["zk-vol-zk-10", "zk-vol-zk-2"]
    foreign = claim("other")
    foreign["metadata"]["annotations"] = {}
    return volume_rows(
        [*map(claim, names), claim("db-vol", "db", size="12Gi", leaving=True), foreign],
        [*map(volume, names), volume("db-vol"), volume("old", "Released"), volume("x", "Bound")],
        [
            snapshot("zk-vol-zk-2", "2026-03-04T09:00:00Z"),
            snapshot("zk-vol-zk-2", "2026-03-01T09:00:00Z"),
            snapshot("zk-vol-zk-2", "2026-03-04T11:00:00Z", ready=False),
        ],
        [stats(**{"zk-vol-zk-2": int(7.9 * GIB), "zk-vol-zk-10": GIB})],
    )


def test_everything_that_is_known_of_a_volume_is_in_its_row() -> None:
    found = {row.claim: row for row in rows()}
    assert list(found) == ["db-vol", "zk-vol-zk-2", "zk-vol-zk-10", "old"]
    zk = found["zk-vol-zk-2"]
    assert (zk.workload, zk.ordinal, zk.volume) == ("zk", 2, "pv-zk-vol-zk-2")
    assert (zk.asked, zk.size, zk.used) == (8 * GIB, 8 * GIB, int(7.9 * GIB))
    # The last one that is ready.
    assert zk.snapshot == "2026-03-04T09:00:00Z"
    db = found["db-vol"]
    assert (db.ordinal, db.asked, db.size, db.used) == (None, 12 * GIB, 8 * GIB, None)
    assert (db.phase, db.snapshot) == ("Terminating", "")
    old = found["old"]
    assert (old.stack, old.phase, old.volume, old.reclaim_policy) == (
        "",
        "Released",
        "pv-old",
        "Retain",
    )


def printed(width: int, *, terminal: bool = True) -> list[str]:
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, no_color=True)
    print_volumes(rows(), NOW, console)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_is_never_too_narrow_for_a_name(width: int) -> None:
    lines = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in printed(width)]
    text = "\n".join(lines)
    for name in ("db-vol", "zk-vol-zk-2", "zk-vol-zk-10", "old"):
        assert any(name in line.split() for line in text.split("\n")), text
    assert "8Gi → 12Gi" in text
    assert "7.9Gi of 8Gi" in text
    assert "snapshot 3h" in text
    assert "volumes that no claim has any more" in text


def test_a_pipe_has_one_line_a_volume() -> None:
    lines = printed(80, terminal=False)
    assert lines[0].split()[:3] == ["NAMESPACE", "WORKLOAD", "CLAIM"]
    assert len(lines) == 5
    assert len({len(line.split()) for line in lines}) == 1


def test_without_a_volume_it_says_so() -> None:
    out = StringIO()
    print_volumes([], NOW, Console(file=out))
    assert "No volumes" in out.getvalue()


def test_the_picture_has_a_bar_for_each() -> None:
    root = ET.fromstring(svg(rows(), NOW))  # noqa: S314  our own
    texts = ["".join(it.itertext()) for it in root if it.tag.endswith("text")]
    assert {"db-vol", "zk-vol-zk-2", "zk-vol-zk-10", "old (Released)"} <= set(texts)
    bars = [it for it in root if it.tag.endswith("rect")][1:]
    assert len(bars) == 2 * 4
    assert [it.get("fill") for it in bars[1::2]].count("#ef9a9a") == 1


def test_sizes_and_ages_are_short() -> None:
    assert [short(it) for it in (0, 1023, 1536, 8 * GIB)] == ["0B", "1023B", "1.5Ki", "8Gi"]
    ages = ("2026-03-04T11:59:30Z", "2026-03-04T11:30:00Z", "2026-03-01T12:00:00Z", "")
    assert [age(it, NOW) for it in ages] == ["30s", "30m", "3d", "none"]
