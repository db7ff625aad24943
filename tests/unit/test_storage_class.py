"""The shape of a StorageClass."""

from typing import Any, cast

import pytest

from statefast import StatefastError, StorageClass, StorageClassArgs
from statefast.safety.plan.names import Names
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


def test_one_of_another_stack_is_taken_with_all_its_fields(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its annotations and labels have a manager, who would not let go of one."""
    names = Names(forced=frozenset({("StorageClass", "rbd")}))
    monkeypatch.setattr("statefast.storage.storage_class.plan_names", lambda *_: names)
    annotations = inputs(**CEPH)["metadata"]["annotations"]
    assert annotations["pulumi.com/patchForce"] == "true"
    assert annotations["pulumi.com/patchFieldManager"].startswith("statefast-pulumi-")
    monkeypatch.setattr("statefast.storage.storage_class.plan_names", lambda *_: Names())
    assert "pulumi.com/patchForce" not in inputs(**CEPH)["metadata"]["annotations"]


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
        (
            {"driver": "local-path", "allow_volume_expansion": True},
            "local-path cannot grow volumes",
        ),
        ({"driver": "custom", "provisioner": "a b"}, "'a b', not the name of a provisioner"),
        ({**EBS, "parameters": {"": "x"}}, "parameters is '', not a name"),
        ({**CEPH, "reclaim_policy": "Recycle"}, "reclaim_policy is 'Recycle'"),
        ({**CEPH, "volume_binding_mode": "Never"}, "volume_binding_mode is 'Never'"),
        ({**CEPH, "reclaimPolicy": "Retain"}, "did you mean 'reclaim_policy'"),
        ({}, "driver is missing"),
    ],
)
def test_wrong_args_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(StatefastError, match=said):
        StorageClass.check("rbd", cast("StorageClassArgs", given))


def test_a_static_class_needs_no_provisioner() -> None:
    StorageClass.check("fixed", {"driver": "custom", "provisioner": "kubernetes.io/no-provisioner"})


def test_the_driver_brings_its_mount_options_and_others_replace_them() -> None:
    assert inputs(**CEPH)["mountOptions"] == ["discard"]
    assert inputs(**CEPH, mount_options=["noatime"])["mountOptions"] == ["noatime"]
    assert "mountOptions" not in inputs(**CEPH, mount_options=[])
    assert "mountOptions" not in inputs(driver="hostpath")


def test_topologies_are_terms_of_labels() -> None:
    made = inputs(
        driver="aws-ebs",
        allowed_topologies=[
            {"topology.kubernetes.io/zone": ["a", "b"]},
            {"topology.k8s.aws/zone-id": ["c"]},
        ],
    )
    assert made["allowedTopologies"] == [
        {"matchLabelExpressions": [{"key": "topology.kubernetes.io/zone", "values": ["a", "b"]}]},
        {"matchLabelExpressions": [{"key": "topology.k8s.aws/zone-id", "values": ["c"]}]},
    ]
    assert "allowedTopologies" not in inputs(**CEPH, allowed_topologies=[])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("zone", "allowed_topologies is 'zone', not a list"),
        ([{}], r"allowed_topologies\[0\] is {}, not a mapping from labels"),
        ([{"a b": ["x"]}], r"allowed_topologies\[0\] is 'a b', not the key of a label"),
        ([{"example.com/rack": []}], r"allowed_topologies\[0\].example.com/rack is \[\]"),
        ([{"rack": ["1", 2]}], r"rack\[1\] is 2, not a text; put it in quotes"),
        ([{"rack": ["1", "1"]}], "one is there twice"),
        ([{"rack": ["1"]}, {"rack": ["1"]}], r"allowed_topologies\[1\] is .* there already"),
    ],
)
def test_topologies_no_api_server_would_have_are_refused(given: object, said: str) -> None:
    with pytest.raises(StatefastError, match=said):
        StorageClass.check("rbd", cast("StorageClassArgs", {**CEPH, "allowed_topologies": given}))


def test_a_label_the_driver_does_not_know_is_refused_with_the_nearest() -> None:
    zones = [{"topology.kubernetes.io/zone": ["a"]}]
    with pytest.raises(StatefastError, match=r"did you mean 'topology.gke.io/zone'\?"):
        StorageClass.check("pd", {"driver": "gce-pd", "allowed_topologies": zones})


def test_a_rook_of_another_namespace_is_still_a_rook() -> None:
    rook = {"driver": "rook-ceph-rbd", "parameters": {"pool": "a"}}
    made = inputs(**rook, provisioner="storage.rbd.csi.ceph.com")
    assert made["provisioner"] == "storage.rbd.csi.ceph.com"
    with pytest.raises(StatefastError, match=r"provisions with rook-ceph\.rbd"):
        inputs(**rook, provisioner="storage.cephfs.csi.ceph.com")


@pytest.mark.parametrize("options", ["discard", [""], [3]])
def test_mount_options_are_texts_in_a_list(options: object) -> None:
    with pytest.raises(StatefastError, match=r"mount_options(\[0\])? is "):
        StorageClass.check("rbd", cast("StorageClassArgs", {**CEPH, "mount_options": options}))


def test_a_name_too_long_for_the_label_that_carries_it_is_refused() -> None:
    with pytest.raises(StatefastError, match=r"labels\.app.* not the value of a label; .* 63 "):
        StorageClass.check("x" * 64, cast("StorageClassArgs", CEPH))
