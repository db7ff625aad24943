"""Classes of storage on the real API server: accepted, edited, made again, made default."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from localcluster.layout import Workspace
from statefast import StorageClass, StorageClassArgs
from statefast.drivers.catalogue import DRIVERS
from statefast.safety.plan.default_class import default_classes
from statefast.schema.kubernetes import DEFAULT_ANNOTATIONS
from tests.recording import run

from .conftest import Deployment
from .parts import DryRun, Parts, part

IS_DEFAULT, OLDER = DEFAULT_ANNOTATIONS
ZONES = [{"topology.kubernetes.io/zone": ["a", "b"]}, {"example.com/rack": ["1"]}]


def needed(driver: str) -> dict[str, Any]:
    """The least a driver has to be told."""
    given: dict[str, Any] = {"driver": driver, "parameters": dict(DRIVERS[driver].storage.required)}
    return given | ({"provisioner": "csi.example.com"} if driver == "custom" else {})


@pytest.fixture
def parts(deployment: Deployment) -> Parts:
    return Parts(deployment.workspace, deployment.name)


def test_the_class_of_every_driver_is_made_and_unmade(parts: Parts) -> None:
    names = {driver: f"{driver}-{parts.name}" for driver in DRIVERS}
    parts.components(*(part("StorageClass", names[driver], **needed(driver)) for driver in DRIVERS))

    parts.up()

    made = parts.list("storageclass")
    for driver, name in names.items():
        assert made[name]["provisioner"] == (DRIVERS[driver].provisioner or "csi.example.com")
        assert made[name].get("mountOptions", []) == list(DRIVERS[driver].mount_options)
    assert set(parts.up().changes) == {"unchanged"}
    parts.components().up()
    assert not set(names.values()) & set(parts.list("storageclass"))


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_api_server_has_no_warning_for_the_class_of(workspace: Workspace, driver: str) -> None:
    args = cast("StorageClassArgs", needed(driver))
    recording = run(lambda: StorageClass("fine", args))
    with DryRun(workspace) as server:
        for _, answer in server.answers(recording.objects()):
            assert (answer.status, answer.warnings) == (201, ()), answer.message


def test_a_class_is_made_again_and_its_volumes_stay(parts: Parts) -> None:
    parts.components(parts.storage(), parts.claim("data")).up()
    volumes = parts.volumes()

    for change in (
        {"parameters": {"clusterID": "test", "pool": "other"}},
        {"driver": "custom", "provisioner": "csi.example.com", "parameters": {}},
        {"reclaim_policy": "Delete"},
        {"volume_binding_mode": "WaitForFirstConsumer"},
    ):
        before = parts.get("storageclass", parts.class_name)
        parts.components(parts.storage(**change), parts.claim("data"))
        if "reclaim_policy" in change:
            assert "replace" in parts.preview().text
        parts.up()

        after = parts.get("storageclass", parts.class_name)
        assert after["metadata"]["uid"] != before["metadata"]["uid"]
        assert after != before
        assert parts.volumes() == volumes
        assert parts.get("pvc", "data")["status"]["phase"] == "Bound"


def test_a_class_is_edited_in_place(parts: Parts) -> None:
    parts.components(parts.storage(), parts.claim("data")).up()
    volumes, before = parts.volumes(), parts.get("storageclass", parts.class_name)
    edits: list[tuple[dict[str, Any], str, object]] = [
        ({"mount_options": ["noatime"]}, "mountOptions", ["noatime"]),
        ({"mount_options": []}, "mountOptions", None),
        ({"allow_volume_expansion": False}, "allowVolumeExpansion", False),
        ({"allowed_topologies": ZONES}, "allowedTopologies", 2),
    ]

    for change, field, expected in edits:
        parts.components(parts.storage(**change), parts.claim("data")).up()

        after = parts.get("storageclass", parts.class_name)
        found = after.get(field)
        assert (len(found) if field == "allowedTopologies" else found) == expected
        assert after["metadata"]["uid"] == before["metadata"]["uid"]
        assert parts.volumes() == volumes


@pytest.fixture
def other(parts: Parts) -> Iterator[str]:
    """A default class of somebody else's."""
    name = f"other-{parts.name}"
    parts.apply(
        f"""
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: {name}, annotations: {{{IS_DEFAULT}: "true", {OLDER}: "true"}}}}
provisioner: csi.example.com
"""
    )
    yield name
    parts.kubectl("delete", "storageclass", name, parts.class_name, "--ignore-not-found")


def defaults(parts: Parts) -> list[str]:
    return default_classes(parts.list("storageclass"))


def test_a_second_default_class_is_refused_and_nothing_is_touched(parts: Parts, other: str) -> None:
    result = parts.components(parts.storage(default=True, preflight={})).up(ok=False)

    (error,) = result.errors
    assert f"{other} is the default class of the cluster" in error
    assert f"demote: [{other}]" in error
    assert "Traceback" not in result.text
    assert defaults(parts) == [other]


def test_a_default_class_that_is_named_is_put_down_for_good(parts: Parts, other: str) -> None:
    ours = parts.storage(default=True, demote=[other], preflight={})
    of_default_class = part("VolumeClaim", "data", namespace=parts.name, size="1Gi")
    parts.components(ours, of_default_class).up()

    assert defaults(parts) == [parts.class_name]
    assert parts.get("pvc", "data")["spec"]["storageClassName"] == parts.class_name
    assert "updated" not in parts.components(ours, of_default_class).up().changes
    parts.destroy()
    left = parts.list("storageclass")[other]["metadata"]["annotations"]
    assert (left[IS_DEFAULT], left[OLDER]) == ("false", "false")


def test_one_program_makes_one_default_class(parts: Parts) -> None:
    another = part("StorageClass", f"more-{parts.name}", driver="hostpath", default=True)

    result = parts.components(parts.storage(default=True), another).up(ok=False)

    assert f"this program makes {parts.class_name} the default class already" in result.text
    assert "Traceback" not in result.text
    assert f"more-{parts.name}" not in parts.list("storageclass")


def test_config_makes_the_class_and_those_beside_it(deployment: Deployment) -> None:
    name = deployment.name
    deployment.config["statefast:storageClass"] |= {
        "mountOptions": ["noatime"],
        "allowedTopologies": ZONES,
        "snapshotClass": {"name": name, "parameters": {"clusterID": "test"}},
        "attributesClasses": [{"name": name, "parameters": {"maxReadIops": "1000"}}],
    }
    deployment.up()

    made = deployment.get("storageclass", f"rbd-{name}")
    assert made["mountOptions"] == ["noatime"]
    assert len(made["allowedTopologies"]) == 2
    assert deployment.get("volumesnapshotclass", name)["driver"] == "rbd.csi.ceph.com"
    beside = [found for found in deployment.list("volumeattributesclass") if found[:-9] == name]
    assert len(beside) == 1
    assert set(deployment.up().changes) == {"unchanged"}
