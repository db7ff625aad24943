"""Snapshots before a change: ready before it goes on, N kept, and what fails stops the change."""

import json
from collections.abc import Iterator

import pytest

from .conftest import Config, Deployment
from .test_guard_consents import asked_for
from .test_restore import take

REDIS: Config = {"storage": {"size": "1Gi"}, "replicas": 2}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "1Gi"}}
CLAIMS = ("mysql-vol", "redis-vol-redis-0", "redis-vol-redis-1")


@pytest.fixture
def stack(deployment: Deployment) -> Iterator[Deployment]:
    """A set of two and a Deployment, with snapshots before everything, of which two are kept."""
    deployment.snapshot_class(deletionPolicy="Delete")
    every = ["image", "growth", "replacement", "destroy"]
    deployment.config["statefast:snapshots"] = {"before": every, "keep": 2}
    deployment.workloads(redis=REDIS, mysql=MYSQL).up()
    yield deployment
    deployment.workspace.cluster.faults.unlink(missing_ok=True)


def taken(deployment: Deployment) -> dict[str, list[str]]:
    """By claim, before which changes its snapshots that are ready were taken, in their order."""
    found: dict[str, list[str]] = {}
    items = deployment.list("volumesnapshot").values()
    for item in sorted(items, key=lambda it: it["metadata"]["creationTimestamp"]):
        if item.get("status", {}).get("readyToUse"):
            change = item["metadata"].get("annotations", {}).get("statefast/taken-before", "hand")
            found.setdefault(item["spec"]["source"]["persistentVolumeClaimName"], []).append(change)
    return found


def test_each_change_has_its_snapshots_and_the_newest_are_kept(stack: Deployment) -> None:
    data = stack.data()
    assert taken(stack) == {}
    assert set(stack.up().changes) == {"unchanged"}

    stack.workloads(redis={**REDIS, "image": "redis:8.2.0"}, mysql=MYSQL).up()
    first = taken(stack)
    assert set(first) == {"redis-vol-redis-0", "redis-vol-redis-1"}
    assert all(len(changes) == 1 and "-> redis:8.2.0" in changes[0] for changes in first.values())
    (images,) = first["redis-vol-redis-0"]

    grown = {"storage": {"size": "2Gi"}}
    stack.workloads(redis={**REDIS, "image": "redis:8.2.0", **grown}, mysql={**MYSQL, **grown}).up()
    assert taken(stack) == {
        "mysql-vol": ["growth to 2Gi"],
        "redis-vol-redis-0": [images, "growth to 2Gi"],
        "redis-vol-redis-1": [images, "growth to 2Gi"],
    }
    # What is no change takes none.
    assert set(stack.up().changes) == {"unchanged"}
    stack.workloads(redis={**REDIS, "image": "redis:8.2.0", **grown, "minReadySeconds": 1}).up()
    # Of a workload that leaves, by what the state says of it.
    assert taken(stack)["mysql-vol"] == ["growth to 2Gi", "destroy"]

    refused = stack.pulumi("destroy", "--yes", "--skip-preview")
    assert refused.code != 0
    assert "--run-program" in refused.text
    done = stack.pulumi("destroy", "--yes", "--skip-preview", "--run-program")
    assert done.code == 0, done.text
    assert taken(stack) == {
        "mysql-vol": ["growth to 2Gi", "destroy"],
        "redis-vol-redis-0": ["growth to 2Gi", "destroy"],
        "redis-vol-redis-1": ["growth to 2Gi", "destroy"],
    }
    assert stack.data() == data

    # Between a destroy and an `up` it is the claims that say what read them.
    stack.workloads(redis={**REDIS, **grown, "image": "redis:8.4.0"}).up()
    assert all("-> redis:8.4" in taken(stack)[claim][-1] for claim in CLAIMS[1:])
    assert stack.data() == data


def test_a_snapshot_that_fails_stops_the_change(stack: Deployment) -> None:
    faults = stack.workspace.cluster.faults
    faults.write_text(json.dumps({"snapshot": {"fail": -1, "message": "the pool is read only"}}))
    before, pods = stack.get("statefulset", "redis")["metadata"]["generation"], stack.uids("pod")

    stack.workloads(redis={**REDIS, "image": "redis:8.2.0"}, mysql=MYSQL)
    said = stack.up(ok=False).text

    assert "the pool is read only" in said
    assert "Traceback" not in said
    assert stack.get("statefulset", "redis")["metadata"]["generation"] == before
    assert stack.uids("pod") == pods

    faults.unlink()
    stack.kubectl("delete", "volumesnapshot", "--all")
    stack.up()
    assert set(taken(stack)) == {"redis-vol-redis-0", "redis-vol-redis-1"}


def test_a_replacement_has_its_snapshots_and_those_of_others_stay(stack: Deployment) -> None:
    stack.config["statefast:snapshots"] = {"before": ["replacement"], "keep": 1}
    stack.workloads(redis=REDIS).up()
    take(stack, "redis-vol-redis-0", "by-hand")
    data = stack.data()

    for management in ("OrderedReady", "Parallel"):
        stack.workloads(redis={**REDIS, "podManagementPolicy": management})
        stack.config["statefast:consent"] = [asked_for(stack.refused("pod_management_policy"))]
        assert stack.up().changes["replaced"] == 1

    assert {name: changes for name, changes in taken(stack).items() if "redis" in name} == {
        "redis-vol-redis-0": ["hand", "replacement"],
        "redis-vol-redis-1": ["replacement"],
    }
    assert stack.data() == data
    done = stack.pulumi("destroy", "--yes", "--skip-preview", "--run-program")
    assert done.code == 0, done.text
    assert taken(stack)["redis-vol-redis-1"] == ["replacement"]
