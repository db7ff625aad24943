"""Snapshots, restores and clones by the real snapshot controller and sidecars."""

import json
from typing import Any

import pytest

from localcluster.layout import Workspace
from statefast import VolumeSnapshotClassArgs
from statefast.drivers.catalogue import DRIVERS
from statefast.storage.snapshot_class import VolumeSnapshotClass
from tests.recording import run

from .conftest import Config, Deployment
from .parts import DryRun, Parts, part

CLASS = {"driver": "ceph-rbd", "parameters": {"clusterID": "test"}}


@pytest.fixture
def parts(deployment: Deployment) -> Parts:
    return Parts(deployment.workspace, deployment.name)


def snapshot_class(parts: Parts, **changes: Any) -> Config:
    return part("VolumeSnapshotClass", parts.name, **{**CLASS, **changes})


def take(parts: Parts, claim: str, name: str) -> str:
    """Takes a snapshot of a claim; the name of its content, once it can be used."""
    parts.apply(
        f"""
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: {{name: {name}, namespace: {parts.name}}}
spec:
  volumeSnapshotClassName: {parts.name}
  source: {{persistentVolumeClaimName: {claim}}}
"""
    )
    parts.wait(f"volumesnapshot/{name}", "--for=jsonpath={.status.readyToUse}=true")
    content: str = parts.get("volumesnapshot", name)["status"]["boundVolumeSnapshotContentName"]
    return content


def origin(parts: Parts, claim: str) -> dict[str, str]:
    """What the driver made the volume of a claim from."""
    books = json.loads((parts.workspace.cluster.folder / "csi.json").read_text())
    handle = parts.get("pv", parts.volumes()[claim][1])["spec"]["csi"]["volumeHandle"]
    volume = books["volumes"][handle]
    return {key: volume[key] for key in ("snapshot", "clone") if key in volume}


def test_a_snapshot_is_taken_restored_and_a_claim_cloned(parts: Parts) -> None:
    before = [parts.storage(), snapshot_class(parts), parts.claim("data")]
    parts.components(*before).up()
    parts.wait_bound("data")
    content = take(parts, "data", "monday")

    made = {"size": "2Gi"}
    parts.components(
        *before,
        parts.claim("restored", data_source={"snapshot": "monday"}, **made),
        parts.claim("cloned", data_source={"claim": "data"}, **made),
        parts.claim(
            "populated",
            data_source_ref={
                "api_group": "snapshot.storage.k8s.io",
                "kind": "VolumeSnapshot",
                "name": "monday",
            },
            **made,
        ),
    ).up()
    parts.wait_bound("restored", "cloned", "populated")

    handle = parts.get("volumesnapshotcontent", content)["status"]["snapshotHandle"]
    source = parts.get("pv", parts.volumes()["data"][1])["spec"]["csi"]["volumeHandle"]
    assert origin(parts, "restored") == {"snapshot": handle}
    assert origin(parts, "populated") == {"snapshot": handle}
    assert origin(parts, "cloned") == {"clone": source}
    assert origin(parts, "data") == {}
    assert "updated" not in parts.up().changes


@pytest.mark.parametrize(
    ("given", "other"),
    [
        ({"data_source": {"claim": "data"}}, {"data_source": {"claim": "cloned"}}),
        (
            {
                "data_source_ref": {
                    "api_group": "",
                    "kind": "PersistentVolumeClaim",
                    "name": "data",
                }
            },
            {"data_source_ref": {"api_group": "example.com", "kind": "Backup", "name": "data"}},
        ),
    ],
    ids=["source", "reference"],
)
def test_the_source_of_a_claim_stays_what_it_was(
    parts: Parts, given: Config, other: Config
) -> None:
    before = [parts.storage(), parts.claim("data")]

    def cloned(**args: Any) -> Parts:
        return parts.components(*before, parts.claim("cloned", **args))

    cloned(**given).up()
    parts.wait_bound("cloned")
    volumes, made_from = parts.volumes(), origin(parts, "cloned")
    source = parts.get("pvc", "cloned")["spec"]["dataSource"]

    assert "immutable" in cloned(**other).preview(ok=False).text
    cloned(size="2Gi", **given).up()
    # Taken away from the program; the claim keeps it.
    cloned(size="2Gi").up()

    parts.wait_capacity("cloned", "2Gi")
    assert parts.volumes() == volumes
    assert origin(parts, "cloned") == made_from
    assert parts.get("pvc", "cloned")["spec"]["dataSource"] == source


def test_what_becomes_of_a_snapshot_is_the_class_s_word(parts: Parts) -> None:
    def made(policy: str) -> str:
        snapshots = snapshot_class(parts, deletion_policy=policy)
        parts.components(parts.storage(), snapshots, parts.claim("data")).up()
        parts.wait_bound("data")
        return take(parts, "data", policy.lower())

    kept = made("Retain")
    gone = made("Delete")

    parts.kubectl("delete", "volumesnapshot", "retain", "delete")

    left = parts.kubectl("get", "volumesnapshotcontent", "-o", "name", namespace=False)
    assert kept in left
    assert gone not in left


def test_a_snapshot_class_is_edited_in_place(parts: Parts) -> None:
    parts.components(snapshot_class(parts)).up()
    before = parts.get("volumesnapshotclass", parts.name)
    assert before["deletionPolicy"] == "Retain"
    assert before["parameters"]["csi.storage.k8s.io/snapshotter-secret-name"] == "csi-rbd-secret"

    parameters = {"clusterID": "test", "snapshotNamePrefix": "kept-"}
    edited = snapshot_class(parts, deletion_policy="Delete", default=True, parameters=parameters)
    parts.components(edited).up()

    after = parts.get("volumesnapshotclass", parts.name)
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["deletionPolicy"] == "Delete"
    assert after["parameters"]["snapshotNamePrefix"] == "kept-"
    mark = "snapshot.storage.kubernetes.io/is-default-class"
    assert after["metadata"]["annotations"][mark] == "true"
    parts.components().up()
    assert parts.name not in parts.list("volumesnapshotclass")


@pytest.mark.parametrize("driver", [name for name, found in DRIVERS.items() if found.snapshots])
def test_the_api_server_has_no_warning_for_the_snapshot_class_of(
    workspace: Workspace, driver: str
) -> None:
    found = DRIVERS[driver].snapshot
    assert found is not None
    args: VolumeSnapshotClassArgs = {"driver": driver, "parameters": dict(found.required)}
    if driver == "custom":
        args["provisioner"] = "csi.example.com"
    recording = run(lambda: VolumeSnapshotClass("fine", args))
    with DryRun(workspace) as server:
        ((_, answer),) = server.answers(recording.objects())
    assert (answer.status, answer.warnings) == (201, ()), answer.message
