"""Retention `snapshot`: nothing goes before a snapshot of it is there and ready."""

import json
from collections.abc import Iterator

import pytest

from .conftest import Config, Deployment

ZOOKEEPER: Config = {"storage": {"size": "1Gi"}, "replicas": 2}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "1Gi"}}


@pytest.fixture
def stack(deployment: Deployment) -> Iterator[Deployment]:
    """A stack whose claims go, on a class whose volumes go with them."""
    name = f"snap-{deployment.name}"
    deployment.kubectl(
        "create",
        "-f",
        "-",
        stdin=f"""
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshotClass
metadata:
  name: {name}
  annotations: {{snapshot.storage.kubernetes.io/is-default-class: "true"}}
driver: rbd.csi.ceph.com
deletionPolicy: Retain
""",
    )
    deployment.config["statefast:retention"] = "snapshot"
    deployment.config["statefast:storageClass"]["reclaimPolicy"] = "Delete"
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    yield deployment
    deployment.workspace.cluster.faults.unlink(missing_ok=True)
    deployment.kubectl("delete", "volumesnapshotclass", name)


def sources(deployment: Deployment) -> dict[str, bool]:
    """By claim, whether its snapshot is ready."""
    return {
        item["spec"]["source"]["persistentVolumeClaimName"]: item["status"]["readyToUse"]
        for item in deployment.list("volumesnapshot").values()
    }


def test_a_plain_destroy_is_refused_and_one_with_the_program_leaves_snapshots(
    stack: Deployment,
) -> None:
    data = stack.data()
    assert len(data) == 3
    assert set(stack.up().changes) == {"unchanged"}

    refused = stack.pulumi("destroy", "--yes", "--skip-preview")
    assert refused.code != 0
    assert "--run-program" in refused.text
    assert stack.data() == data
    assert len(stack.list("pod")) == 3

    done = stack.pulumi("destroy", "--yes", "--skip-preview", "--run-program")
    assert done.code == 0, done.text
    assert sources(stack) == dict.fromkeys(data, True)
    stack.kubectl("wait", "pvc", "--all", "--for=delete", "--timeout=60s")
    assert stack.data() == {}


def test_a_removed_workload_leaves_its_claims_until_the_stack_goes(stack: Deployment) -> None:
    data = stack.data()
    stack.workloads(mysql=MYSQL).up()
    assert list(stack.uids("statefulset")) == []
    assert stack.data() == data

    done = stack.pulumi("destroy", "--yes", "--skip-preview", "--run-program")
    assert done.code == 0, done.text
    assert sources(stack) == dict.fromkeys(data, True)


def test_a_snapshot_that_fails_stops_the_deletion(stack: Deployment) -> None:
    data = stack.data()
    stack.workspace.cluster.faults.write_text(
        json.dumps({"snapshot": {"fail": -1, "message": "the pool is read only"}})
    )

    result = stack.pulumi("destroy", "--yes", "--skip-preview", "--run-program")

    assert result.code != 0
    assert "the pool is read only" in result.text
    assert "no claim was deleted" in result.text
    assert stack.data() == data


def test_retained_claims_are_not_parted_with_by_an_edit(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    deployment.config["statefast:retention"] = "snapshot"
    deployment.refused("retention", "promised to be retained")
