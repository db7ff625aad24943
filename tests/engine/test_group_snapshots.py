"""The volumes of one pod are snapshotted at one moment where the driver can, and restored so."""

import json
from collections.abc import Iterator

import pytest

from .advice import up_with_refresh
from .conftest import Config, Deployment
from .test_restore import follow, made_from

ZOOKEEPER: Config = {
    "storage": {"size": "1Gi", "volumes": {"log": {"size": "1Gi"}}},
    "replicas": 2,
}
PODS = {
    f"zookeeper-{n}": {f"zookeeper-vol-zookeeper-{n}", f"zookeeper-log-zookeeper-{n}"}
    for n in range(2)
}


@pytest.fixture
def stack(deployment: Deployment) -> Iterator[Deployment]:
    """A set of two with two volumes each, of which one snapshot before a change is kept."""
    deployment.snapshot_class(deletionPolicy="Delete")
    every = ["image", "growth", "destroy"]
    deployment.config["statefast:snapshots"] = {"before": every, "keep": 1}
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    yield deployment
    deployment.kubectl("delete", "volumegroupsnapshotclass", "--all")


def make_class(deployment: Deployment) -> None:
    """Makes the class by which the driver takes snapshots of a group."""
    deployment.kubectl(
        "create",
        "-f",
        "-",
        stdin=f"""
apiVersion: groupsnapshot.storage.k8s.io/v1
kind: VolumeGroupSnapshotClass
metadata: {{name: {deployment.name}}}
driver: rbd.csi.ceph.com
deletionPolicy: Delete
""",
    )


def groups(deployment: Deployment) -> dict[str, tuple[str, dict[str, str]]]:
    """By pod: before which change its group was taken, and the snapshot of each claim.

    The moment is the driver's: it has to be one for all of a group.
    """
    books = json.loads((deployment.workspace.cluster.folder / "csi.json").read_text())["snapshots"]
    members = deployment.list("volumesnapshot").values()
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for name, group in deployment.list("volumegroupsnapshot").items():
        if "deletionTimestamp" in group["metadata"]:
            continue
        assert group["status"]["readyToUse"]
        of = {
            it["spec"]["source"]["persistentVolumeClaimName"]: it["metadata"]["name"]
            for it in members
            if it["metadata"]["ownerReferences"][0]["uid"] == group["metadata"]["uid"]
            and it["status"]["readyToUse"]
        }
        moments = {
            it["created"] for it in books.values() if group["metadata"]["uid"] in it["group"]
        }
        assert len(moments) == 1
        pod = name.rsplit("-", 2)[0]
        assert pod not in found
        found[pod] = group["metadata"]["annotations"]["statefast/taken-before"], of
    return found


def test_the_volumes_of_a_pod_are_of_one_moment_and_are_restored_by_claim(
    stack: Deployment,
) -> None:
    make_class(stack)
    stack.workloads(zookeeper={**ZOOKEEPER, "image": "zookeeper:3.9.5"}).up()
    first = groups(stack)
    assert {pod: set(of) for pod, (_, of) in first.items()} == PODS
    assert all("-> zookeeper:3.9.5" in change for change, _ in first.values())

    grown = {"storage": {"size": "2Gi", "volumes": {"log": {"size": "2Gi"}}}}
    stack.workloads(zookeeper={**ZOOKEEPER, "image": "zookeeper:3.9.5", **grown}).up()
    second = groups(stack)
    assert {pod: set(of) for pod, (_, of) in second.items()} == PODS
    assert {change for change, _ in second.values()} == {"growth to 2Gi"}

    before, (_, of) = stack.data(), second["zookeeper-1"]
    (group,) = {
        it["metadata"]["ownerReferences"][0]["name"]
        for name, it in stack.list("volumesnapshot").items()
        if name in of.values()
    }
    (claim, member), *_ = of.items()
    stack.workloads(zookeeper={**ZOOKEEPER, "restore": {claim: group}})
    stack.refused(f"restore.{claim}", f"of VolumeGroupSnapshot {group} name '{member}'")
    restored = {**ZOOKEEPER, "image": "zookeeper:3.9.5", **grown, "restore": of}
    stack.workloads(zookeeper=restored)
    follow(stack, stack.refused("restore.", "--replicas=1"))
    up_with_refresh(stack)
    for claim in of:
        assert made_from(stack, claim) == before[claim].handle
    assert set(stack.up().changes) == {"unchanged"}


def test_without_a_class_each_is_taken_by_itself_unless_one_is_asked_for(stack: Deployment) -> None:
    claims = set().union(*PODS.values())
    said = stack.workloads(zookeeper={**ZOOKEEPER, "image": "zookeeper:3.9.5"}).up().text
    # The engine shows what is said as it is said, and again at the end.
    assert (
        said.partition("Diagnostics:")[2].count(
            "driver rbd.csi.ceph.com has no VolumeGroupSnapshotClass"
        )
        == 1
    )
    taken = stack.list("volumesnapshot").values()
    assert {it["spec"]["source"]["persistentVolumeClaimName"] for it in taken} == claims
    assert stack.list("volumegroupsnapshot") == {}

    stack.config["statefast:snapshots"]["volumeGroupSnapshotClassName"] = stack.name
    before = stack.get("statefulset", "zookeeper")["metadata"]["generation"]
    stack.workloads(zookeeper={**ZOOKEEPER, "image": "zookeeper:3.9.6"})
    refused = " ".join(stack.up(ok=False).text.split())
    assert f"there is no VolumeGroupSnapshotClass {stack.name}" in refused
    assert stack.get("statefulset", "zookeeper")["metadata"]["generation"] == before
