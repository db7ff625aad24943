"""Components where a name is asked for: the same objects as by name, made after them."""

from typing import Any, cast

import pulumi
import pytest

from statefast import (
    ClaimOwner,
    ClaimOwnerArgs,
    PersistentDeployment,
    PersistentStatefulSet,
    StatefastError,
    StorageClass,
    VolumeAttributesClass,
    VolumeClaim,
    VolumeClaimArgs,
    VolumeSnapshotClass,
    WorkloadNamespace,
)
from tests.recording import Recording, run

CLASS: Any = {"driver": "ceph-rbd", "parameters": {"clusterID": "c", "pool": "p"}}
SNAPSHOTS: Any = {"driver": "ceph-rbd", "parameters": {"clusterID": "c"}}
ATTRIBUTES: Any = {"driver": "aws-ebs", "parameters": {"iops": "4000"}}


def program(*, by_name: bool) -> Recording:
    def made() -> None:
        parts: dict[str, Any] = {
            "namespace": WorkloadNamespace("data", {}),
            "storage": StorageClass("rbd", CLASS),
            "snapshots": VolumeSnapshotClass("snaps", SNAPSHOTS),
            "attributes": VolumeAttributesClass("fast", ATTRIBUTES),
        }
        opts = pulumi.ResourceOptions(depends_on=list(parts.values())) if by_name else None
        if by_name:
            parts = {key: it.object_name for key, it in parts.items()}
        owner: ClaimOwnerArgs = {
            "namespace": parts["namespace"],
            "retention": "snapshot",
            "snapshot_class_name": parts["snapshots"],
        }
        ClaimOwner("claims", owner, opts)
        claim: VolumeClaimArgs = {
            "namespace": parts["namespace"],
            "size": "1Gi",
            "storage_class_name": parts["storage"],
            "volume_attributes_class_name": parts["attributes"],
        }
        existing: Any = VolumeClaim("shared", claim, opts)
        args: Any = {"namespace": parts["namespace"], "image": "app:1"}
        own: Any = {"name": "vol", "mount_path": "/data", "size": "1Gi"}
        own |= {"storage_class_name": parts["storage"]}
        taken: Any = {"name": "in", "mount_path": "/in"}
        taken["existing_claim"] = existing.object_name if by_name else existing
        zk: Any = {**args, "volumes": [own]}
        PersistentStatefulSet.check("zk", zk)
        PersistentStatefulSet.preflight("zk", zk | {"volumes": (own,)})
        PersistentStatefulSet("zk", zk, opts)
        PersistentDeployment("app", args | {"volumes": [own, taken]}, opts)

    return run(made)


def test_the_objects_are_those_that_names_make() -> None:
    component, name = program(by_name=False), program(by_name=True)
    inputs = [{it.urn: it.inputs for it in made.resources} for made in (component, name)]
    assert inputs[0] == inputs[1]


def test_whoever_names_a_component_is_made_after_it() -> None:
    made = program(by_name=False)
    (zk,) = (it for it in made.resources if it.kind == "PersistentStatefulSet")
    assert {urn.rpartition("::")[2] for urn in zk.dependencies} >= {"data", "rbd"}
    (app,) = (it for it in made.resources if it.kind == "PersistentDeployment")
    assert {urn.rpartition("::")[2] for urn in app.dependencies} >= {"data", "rbd", "shared"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (lambda: pulumi.Output.from_input("data"), "namespace is '<Output>', not a name"),
        (lambda: StorageClass("rbd", CLASS), "namespace is '<StorageClass>', not a name"),
    ],
    ids=["known-later", "another-component"],
)
def test_what_has_no_name_yet_is_refused_with_what_has(given: Any, sentence: str) -> None:
    def made() -> None:
        VolumeClaim("vol", cast("Any", {"namespace": given(), "size": "1Gi"}))

    with pytest.raises(StatefastError) as refused:
        run(made)
    said = str(refused.value)
    assert sentence in said
    assert "give the WorkloadNamespace component of this program itself" in said
