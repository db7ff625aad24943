"""The shape of a VolumeSnapshotClass."""

from typing import Any, cast

import pytest

from statefast import StatefastError, VolumeSnapshotClass, VolumeSnapshotClassArgs
from tests.recording import Registered, run
from tests.unit.samples import parents

CEPH: dict[str, Any] = {"driver": "ceph-rbd", "parameters": {"clusterID": "ceph"}}
CSI = "csi.storage.k8s.io"


def child(**given: Any) -> Registered:
    args = cast("VolumeSnapshotClassArgs", given)
    recording = run(lambda: VolumeSnapshotClass("snaps", args))
    assert parents(recording) == {
        "VolumeSnapshotClass snaps": "statefast:index:VolumeSnapshotClass::snaps"
    }
    (made,) = recording.objects()
    return made


def test_snapshots_are_kept_and_can_be_taken_and_deleted() -> None:
    made = child(**CEPH)
    assert made.type == "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass"
    assert made.inputs["apiVersion"] == "snapshot.storage.k8s.io/v1"
    assert made.inputs["driver"] == "rbd.csi.ceph.com"
    assert made.inputs["deletionPolicy"] == "Retain"
    assert made.inputs["parameters"] == {
        "clusterID": "ceph",
        f"{CSI}/snapshotter-secret-name": "csi-rbd-secret",
        f"{CSI}/snapshotter-secret-namespace": "ceph-csi",
    }
    mark = "snapshot.storage.kubernetes.io/is-default-class"
    assert made.metadata["annotations"][mark] == "false"
    assert child(**CEPH, default=True).metadata["annotations"][mark] == "true"


def test_rook_knows_its_cluster_and_its_secret() -> None:
    assert child(driver="rook-cephfs").inputs["parameters"] == {
        "clusterID": "rook-ceph",
        f"{CSI}/snapshotter-secret-name": "rook-csi-cephfs-provisioner",
        f"{CSI}/snapshotter-secret-namespace": "rook-ceph",
    }


def test_a_driver_that_needs_nothing_is_told_nothing() -> None:
    assert "parameters" not in child(driver="hostpath").inputs


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"driver": "local-path"}, "driver is 'local-path', but it takes no snapshots"),
        ({"driver": "ceph-rbd"}, r"parameters\.clusterID is missing"),
        ({**CEPH, "deletion_policy": "Keep"}, "deletion_policy is 'Keep'"),
        ({"driver": "custom"}, "provisioner is missing"),
        ({"driver": "aws-ebs", "parameters": {"lockDuration": "1"}}, "without lockMode"),
        ({**CEPH, "deletionPolicy": "Retain"}, "did you mean 'deletion_policy'"),
        ({}, "driver is missing"),
    ],
)
def test_wrong_args_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(StatefastError, match=said):
        VolumeSnapshotClass.check("snaps", cast("VolumeSnapshotClassArgs", given))
