"""The shape of a StorageClass."""

from typing import Any, cast

from components import StorageClass, StorageClassArgs
from tests.recording import Recording, run
from tests.unit.samples import parents

CEPH = {"driver": "ceph-rbd", "parameters": {"clusterID": "ceph", "pool": "kubernetes"}}
EBS = {"driver": "custom", "provisioner": "ebs.csi.aws.com"}


def args(**given: object) -> StorageClassArgs:
    return cast("StorageClassArgs", given)


def record(name: str = "rbd", **given: object) -> Recording:
    return run(lambda: StorageClass(name, args(**given)))


def inputs(**given: object) -> dict[str, Any]:
    return record(**given).one_class().inputs


def test_registers_one_class_under_the_component() -> None:
    recording = record(**CEPH)
    assert parents(recording) == {
        "StorageClass rbd": "statefast:index:StorageClass::rbd",
    }
    assert recording.kinds() == ["StorageClass rbd"]
