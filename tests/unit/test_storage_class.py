"""The shape of a StorageClass."""

from typing import Any, cast

import pytest

from components import StatefastError, StorageClass, StorageClassArgs
from tests.recording import Recording, Registered, run
from tests.unit.samples import parents

CEPH: dict[str, Any] = {
    "driver": "ceph-rbd",
    "parameters": {"clusterID": "ceph", "pool": "kubernetes"},
}
EBS: dict[str, Any] = {"driver": "custom", "provisioner": "ebs.csi.aws.com"}


def record(name: str = "rbd", **given: Any) -> Recording:
    return run(lambda: StorageClass(name, cast("StorageClassArgs", given)))


def inputs(**given: Any) -> dict[str, Any]:
    made: dict[str, Any] = child(**given).inputs
    return made


def child(**given: Any) -> Registered:
    (made,) = record(**given).objects()
    return made


def test_registers_one_class_under_the_component() -> None:
    recording = record(**CEPH)
    assert parents(recording) == {
        "StorageClass rbd": "statefast:index:StorageClass::rbd",
    }
    assert recording.kinds() == ["StorageClass rbd"]


def test_every_policy_is_set_explicitly_and_keeps_volumes() -> None:
    made = inputs(**CEPH)
    assert made["reclaimPolicy"] == "Retain"
    assert made["volumeBindingMode"] == "WaitForFirstConsumer"
    assert made["allowVolumeExpansion"] is True
    assert made["metadata"]["name"] == "rbd"
    annotations = made["metadata"]["annotations"]
    assert annotations["storageclass.kubernetes.io/is-default-class"] == "false"


def test_policies_the_api_server_freezes_replace_the_class() -> None:
    made = child(**CEPH)
    assert made.replace_on_changes == ["reclaimPolicy", "volumeBindingMode"]
    assert made.delete_before_replace


def test_a_class_that_cannot_grow_says_so_by_default() -> None:
    assert inputs(driver="local-path")["allowVolumeExpansion"] is False


def test_a_custom_driver_brings_its_own_provisioner_and_parameters() -> None:
    made = inputs(**EBS, parameters={"anything": "goes"})
    assert made["provisioner"] == "ebs.csi.aws.com"
    assert made["parameters"] == {"anything": "goes"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"driver": "custom"}, "provisioner is missing"),
        ({**CEPH, "provisioner": "other"}, "the driver provisions with rbd.csi.ceph.com"),
        ({"driver": "custom", "provisioner": "kubernetes.io/aws-ebs"}, "use driver aws-ebs"),
        ({"driver": "local-path", "expandable": True}, "local-path cannot grow volumes"),
        ({**CEPH, "reclaim_policy": "Recycle"}, "reclaim_policy is 'Recycle'"),
        ({**CEPH, "binding_mode": "Never"}, "binding_mode is 'Never'"),
        ({**CEPH, "reclaimPolicy": "Retain"}, "did you mean 'reclaim_policy'"),
        ({}, "driver is missing"),
    ],
)
def test_wrong_args_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(StatefastError, match=said):
        StorageClass.check("rbd", cast("StorageClassArgs", given))


def test_a_static_class_needs_no_provisioner() -> None:
    StorageClass.check("fixed", {"driver": "custom", "provisioner": "kubernetes.io/no-provisioner"})
