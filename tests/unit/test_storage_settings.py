"""Config of the storage class, and of the classes beside it."""

from typing import Any

import pytest

from settings.storage import StorageClassSettings, read_storage_class
from statefast import StatefastError

CLASS: dict[str, Any] = {
    "name": "gp3",
    "driver": "aws-ebs",
    "snapshotClass": {"name": "gp3-snapshots"},
    "attributesClasses": [{"name": "fast", "parameters": {"iops": "6000"}}],
}


def read(**changes: Any) -> StorageClassSettings:
    settings = read_storage_class({**CLASS, **changes})
    assert settings is not None
    settings.check()
    return settings


def test_no_class_is_none() -> None:
    assert read_storage_class({}) is None


def test_what_is_not_said_is_left_to_the_component() -> None:
    settings = read(snapshotClass=None, attributesClasses=None)
    assert settings.args == {"driver": "aws-ebs"}
    assert settings.snapshot_classes == {}
    assert settings.attributes_classes == {}


def test_every_key_reaches_its_arg() -> None:
    zones = [{"topology.kubernetes.io/zone": ["a", "b"]}]
    settings = read(
        allowedTopologies=zones,
        mountOptions=[],
        demote=["gp2"],
        default=True,
        snapshotClass={
            "name": "snaps",
            "deletionPolicy": "Delete",
            "default": True,
            "parameters": {"lockMode": "governance"},
        },
    )
    assert settings.args["allowed_topologies"] == zones
    assert settings.args["mount_options"] == []
    assert settings.args["demote"] == ["gp2"]
    assert settings.snapshot_classes == {
        "snaps": {
            "driver": "aws-ebs",
            "parameters": {"lockMode": "governance"},
            "deletion_policy": "Delete",
            "default": True,
        }
    }
    assert settings.attributes_classes == {
        "fast": {"driver": "aws-ebs", "parameters": {"iops": "6000"}}
    }


def test_a_custom_driver_is_the_driver_of_all_three() -> None:
    settings = read(driver="custom", provisioner="csi.example.com")
    assert settings.args["provisioner"] == "csi.example.com"
    assert settings.snapshot_classes["gp3-snapshots"]["provisioner"] == "csi.example.com"
    assert settings.attributes_classes["fast"]["provisioner"] == "csi.example.com"


def test_an_attributes_class_of_ours_is_found_by_its_short_name() -> None:
    settings = read()
    assert settings.attributes_class_name("fast").startswith("fast-")
    assert settings.attributes_class_name("theirs") == "theirs"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"allowedTopologies": "a"}, "storageClass: allowedTopologies is 'a', not a list"),
        (
            {"allowedTopologies": [{"topology.gke.io/zone": ["a"]}]},
            r"allowedTopologies\[0\] is 'topology.gke.io/zone', but the driver knows no such label",
        ),
        ({"mountOptions": "noatime"}, "mountOptions is 'noatime', not a list"),
        ({"demote": "gp2"}, "demote is 'gp2', not a list"),
        ({"demote": ["gp2"]}, "but this class is not default"),
        ({"snapshotClass": {}}, r"snapshotClass\.name is missing"),
        ({"snapshotClass": {"name": "a", "policy": "b"}}, r"snapshotClass\.policy is 'b'"),
        ({"snapshotClass": {"name": "a", "deletionPolicy": "x"}}, r"snapshotClass\.deletionPol"),
        ({"snapshotClass": {"name": "A"}}, "VolumeSnapshotClass A: name is 'A'"),
        ({"driver": "local-path"}, "VolumeSnapshotClass gp3-snapshots: .* takes no snapshots"),
        ({"attributesClasses": {"name": "a"}}, "attributesClasses is .* not a list"),
        ({"attributesClasses": [{"name": "a"}]}, "parameters is missing; it has no default"),
        (
            {"attributesClasses": CLASS["attributesClasses"] * 2},
            r"attributesClasses\[1\]\.name is 'fast', but another one has that name",
        ),
        (
            {"attributesClasses": [{"name": "a", "parameters": {"iop": "1"}}]},
            "VolumeAttributesClass a: .* did you mean 'iops'",
        ),
        ({"snapshotClasses": {}}, "did you mean 'snapshotClass'"),
    ],
)
def test_wrong_config_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(StatefastError, match=said):
        read(**changes)
