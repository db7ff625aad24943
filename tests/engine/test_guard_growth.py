"""Growth that does not go smoothly: slow, failing half way, too large, taken back."""

import json
from collections.abc import Iterator

import pytest

from .conftest import Config, Deployment

ZOOKEEPER: Config = {"storage": {"size": "8Gi"}, "replicas": 3}


def faults(deployment: Deployment, plan: Config) -> None:
    """What the driver is to do wrong."""
    deployment.workspace.cluster.faults.write_text(json.dumps(plan))


@pytest.fixture
def faulty(deployment: Deployment) -> Iterator[Deployment]:
    yield deployment
    deployment.workspace.cluster.faults.unlink(missing_ok=True)


def test_a_driver_that_fails_half_way_leaves_what_a_second_up_finishes(faulty: Deployment) -> None:
    faulty.workloads(zookeeper=ZOOKEEPER).up()
    data, pods = faulty.data(), faulty.uids("pod")
    faults(faulty, {"expand": {"fail": -1}})

    faulty.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "12Gi"}})
    faulty.config["statefast:growthSeconds"] = 3
    error, *_ = faulty.up(ok=False).errors
    assert "is '12Gi'" in error
    assert "has 8Gi" in error
    assert "after 3 seconds" in error
    assert faulty.capacities() == dict.fromkeys(data, "8Gi")

    faults(faulty, {})
    del faulty.config["statefast:growthSeconds"]
    assert "updated" not in faulty.up().changes
    assert faulty.capacities() == dict.fromkeys(data, "12Gi")
    assert faulty.data() == data
    assert faulty.uids("pod") == pods


def test_a_growth_that_cannot_end_is_taken_back(faulty: Deployment) -> None:
    """KEP-1790: the wish may go down again while the volume has not grown."""
    faulty.workloads(zookeeper=ZOOKEEPER).up()
    data = faulty.data()
    faults(faulty, {"expand": {"fail": -1, "code": "OUT_OF_RANGE"}})
    error, *_ = (
        faulty.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "900Gi"}}).up(ok=False).errors
    )
    assert "is '900Gi'" in error
    assert "has 8Gi and its driver cannot make it larger" in error
    for claim in data:
        infeasible = "{.status.allocatedResourceStatuses.storage}=ControllerResizeInfeasible"
        faulty.wait(f"pvc/{claim}", f"--for=jsonpath={infeasible}")

    faulty.workloads(zookeeper=ZOOKEEPER).refused("'8Gi'", "no volume can shrink", up=True)
    faults(faulty, {})
    faulty.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "10Gi"}}).up()

    for claim in data:
        faulty.wait_capacity(claim, "10Gi")
    assert faulty.data() == data


def test_a_slow_driver_is_waited_for(faulty: Deployment) -> None:
    faulty.workloads(zookeeper=ZOOKEEPER).up()
    data = faulty.data()
    faults(faulty, {"expand": {"delay": "2s"}})

    faulty.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "12Gi"}}).up()

    assert faulty.capacities() == dict.fromkeys(data, "12Gi")
    assert faulty.data() == data


def test_growth_image_and_replicas_in_one_edit(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    data, owner = deployment.data(), deployment.uids("statefulset")

    deployment.workloads(
        zookeeper={
            "storage": {"size": "12Gi"},
            "replicas": 4,
            "image": "zookeeper:3.9.3",
            "labels": {"team": "storage"},
        }
    ).up()

    now = deployment.data()
    assert {name: now[name] for name in data} == data
    assert len(now) == 4
    assert deployment.uids("statefulset") == owner
    for claim in now:
        deployment.wait_capacity(claim, "12Gi")


def test_grown_by_hand_destroyed_and_back(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    data = deployment.data()
    change = '{"spec": {"resources": {"requests": {"storage": "16Gi"}}}}'
    for claim in data:
        deployment.kubectl("patch", "pvc", claim, "-p", change)
        deployment.wait_capacity(claim, "16Gi")
    deployment.destroy()

    deployment.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "12Gi"}}).up()

    assert deployment.data() == data
    requests = [item["spec"]["resources"] for item in deployment.list("pvc").values()]
    assert requests == [{"requests": {"storage": "16Gi"}}] * 3
