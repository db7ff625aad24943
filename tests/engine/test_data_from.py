"""A review stack on a copy of production data: one line of config, and production is untouched."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Config, Deployment
from .test_restore import take

ZOOKEEPER: Config = {"storage": {"size": "2Gi"}, "replicas": 3}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "2Gi"}}
CLAIMS = ("zookeeper-vol-zookeeper-0", "mysql-vol")


@pytest.fixture
def production(deployment: Deployment) -> Deployment:
    """A stack with snapshots that go with whoever deletes them, of two of its claims."""
    deployment.snapshot_class(deletionPolicy="Delete")
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    for claim in CLAIMS:
        take(deployment, claim, f"{claim}-monday")
    return deployment


@pytest.fixture
def review(production: Deployment) -> Iterator[Deployment]:
    """A review stack of one replica each, smaller than production."""
    place = Deployment(production.workspace, f"pr-{production.name[-20:].strip('-')}")
    place.config["statefast:ephemeral"] = True
    place.config["statefast:dataFrom"] = production.name
    place.config["statefast:storageClass"]["reclaimPolicy"] = "Delete"
    place.workloads(
        zookeeper={"storage": {"size": "1Gi"}, "replicas": 1},
        mysql={"pattern": "deployment", "storage": {"size": "1Gi"}},
    )
    yield place
    place.kubectl("delete", "namespace", place.name, "--wait=false", namespace=False)
    place.kubectl("delete", "storageclass", f"rbd-{place.name}", "--ignore-not-found")


def books(deployment: Deployment) -> Any:
    """What the storage has."""
    return json.loads((deployment.workspace.cluster.folder / "csi.json").read_text())


def source(deployment: Deployment, claim: str) -> str:
    """The volume whose snapshot the volume of this claim was made from."""
    kept = books(deployment)
    snapshot = kept["volumes"][deployment.data()[claim].handle].get("snapshot")
    return str(kept["snapshots"][snapshot]["volume"]) if snapshot else ""


def test_a_review_stack_starts_on_a_copy_and_its_end_leaves_production_alone(
    production: Deployment, review: Deployment
) -> None:
    data, snapshots = production.data(), production.uids("volumesnapshot")
    # Those of tests before go with their namespaces meanwhile.
    handles = {it.handle for it in data.values()}
    in_storage = {
        key: it for key, it in books(production)["snapshots"].items() if it["volume"] in handles
    }
    assert in_storage

    said = " ".join(review.preview().text.split())
    assert f"{production.name}/{CLAIMS[0]}-monday (taken " in said
    review.up()

    for claim in CLAIMS:
        assert source(review, claim) == data[claim].handle
    assert review.capacities() == dict.fromkeys(CLAIMS, "2Gi")
    copies = review.data()
    assert set(review.up().changes) == {"unchanged"}
    refreshed = review.pulumi("up", "--yes", "--skip-preview", "--suppress-progress", "--refresh")
    assert set(refreshed.changes) == {"unchanged"}, refreshed.text
    # A newer snapshot is for stacks to come.
    take(production, CLAIMS[0], "tuesday")
    assert set(review.up().changes) == {"unchanged"}
    assert review.data() == copies

    review.destroy()
    review.kubectl("wait", "pvc", "--all", "--for=delete", "--timeout=60s")
    assert review.list("volumesnapshot") == {}
    contents = review.list("volumesnapshotcontent").values()
    assert all(it["spec"]["volumeSnapshotRef"]["namespace"] != review.name for it in contents)
    assert production.data() == data
    assert in_storage.items() <= books(production)["snapshots"].items()
    found = production.list("volumesnapshot")
    assert {name: found[name]["metadata"]["uid"] for name in snapshots} == snapshots
    assert all(it["status"]["readyToUse"] for it in found.values())
    assert set(production.up().changes) == {"unchanged"}


def test_no_claim_starts_empty_for_want_of_a_snapshot(
    production: Deployment, review: Deployment
) -> None:
    review.config["statefast:workloads"]["zookeeper"]["replicas"] = 2
    review.refused("statefast:dataFrom", f"{production.name}/zookeeper-vol-zookeeper-1", "empty")
    # Nor is one that is there taken for a copy.
    del review.config["statefast:dataFrom"]
    review.up()
    review.config["statefast:dataFrom"] = production.name
    review.refused("statefast:dataFrom", "did not start on data of")
