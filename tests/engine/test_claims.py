"""Claims of every kind on the real engine, and what editing each field does."""

from typing import Any

import pytest

from statefast import VolumeAttributesClass, VolumeAttributesClassArgs
from statefast.schema.args import ACCESS_MODES

from .conftest import Config, Deployment
from .parts import Parts, part


@pytest.fixture
def parts(deployment: Deployment) -> Parts:
    return Parts(deployment.workspace, deployment.name)


def test_every_access_mode_and_a_raw_device_are_bound(parts: Parts) -> None:
    claims = [
        parts.claim(mode.lower(), access_modes=[mode], volume_mode="Block") for mode in ACCESS_MODES
    ]
    files = parts.claim("files", volume_mode="Filesystem")
    parts.components(parts.storage(), *claims, files).up()

    parts.wait_bound("files", *(mode.lower() for mode in ACCESS_MODES))
    assert "updated" not in parts.up().changes
    for mode in ACCESS_MODES:
        volume = parts.get("pv", parts.volumes()[mode.lower()][1])
        assert volume["spec"]["volumeMode"] == "Block"
        assert volume["spec"]["accessModes"] == [mode]
    volume = parts.get("pv", parts.volumes()["files"][1])
    assert volume["spec"]["volumeMode"] == "Filesystem"


def there(parts: Parts, name: str, class_name: str = "") -> None:
    """A volume that is there, as an administrator makes it."""
    parts.apply(
        f"""
apiVersion: v1
kind: PersistentVolume
metadata: {{name: {name}, labels: {{tier: {name}}}}}
spec:
  capacity: {{storage: 1Gi}}
  accessModes: [ReadWriteOnce]
  storageClassName: "{class_name}"
  csi: {{driver: rbd.csi.ceph.com, volumeHandle: {name}}}
"""
    )


def test_a_claim_is_bound_to_a_volume_that_is_there(parts: Parts) -> None:
    # Of one and the same size and mode: only what is asked for can tell them apart.
    names = [f"{parts.name}-{number}" for number in range(4)]
    for name in names:
        there(parts, name, class_name=parts.class_name if name == names[3] else "")
    args: dict[str, Any] = {"namespace": parts.name, "size": "1Gi"}
    expressions = [{"key": "tier", "operator": "In", "values": [names[2]]}]
    parts.components(
        # A default class may not come between.
        parts.storage(default=True),
        part("VolumeClaim", "named", volume_name=names[1], **args),
        part("VolumeClaim", "labelled", selector={"match_labels": {"tier": names[0]}}, **args),
        part("VolumeClaim", "matched", selector={"match_expressions": expressions}, **args),
        parts.claim("of-class", volume_name=names[3]),
    ).up()

    # `up` has waited for it, so nothing here does.
    bound = {name: volume for name, (_, volume) in parts.volumes().items()}
    assert bound == {
        "named": names[1],
        "labelled": names[0],
        "matched": names[2],
        "of-class": names[3],
    }
    for claim in parts.list("pvc").values():
        assert claim["status"]["phase"] == "Bound"


BLOCK = {"volume_mode": "Block"}


# By claim, what is edited and what the API server says.
FIXED: list[tuple[str, dict[str, Any], str]] = [
    ("files", BLOCK, "immutable"),
    ("block", {"volume_mode": "Filesystem"}, "immutable"),
    ("files", {"access_modes": ["ReadWriteOncePod"]}, "immutable"),
    # Who bound the claim owns the field, and says so before its value is looked at.
    ("files", {"volume_name": "another"}, "conflict"),
    ("files", {"selector": {"match_labels": {"tier": "another"}}}, "immutable"),
    ("files", {"data_source": {"claim": "another"}}, "immutable"),
    # Nothing is read here: the state says where it was.
    ("files", {"namespace": "default"}, "has its data, and the one in 'default' starts empty"),
]


def test_what_a_claim_is_cannot_be_edited(parts: Parts) -> None:
    given: dict[str, dict[str, Any]] = {"files": {}, "block": BLOCK}

    def with_claims(changed: dict[str, dict[str, Any]]) -> Parts:
        claims = [parts.claim(name, **args) for name, args in {**given, **changed}.items()]
        return parts.components(parts.storage(), *claims)

    with_claims({}).up()
    volumes = parts.volumes()

    for name, change, said in FIXED:
        with_claims({name: {**given[name], **change}})
        assert said in parts.preview(ok=False).text, change
        assert said in parts.up(ok=False).text, change
        assert parts.volumes() == volumes

    with_claims({}).up()
    assert parts.volumes() == volumes


SLOW: VolumeAttributesClassArgs = {"driver": "ceph-rbd", "parameters": {"maxReadIops": "1000"}}
FAST: VolumeAttributesClassArgs = {"driver": "ceph-rbd", "parameters": {"maxReadIops": "9000"}}


def with_attributes(
    parts: Parts, args: VolumeAttributesClassArgs, retention: str = "retain"
) -> list[Config]:
    name = VolumeAttributesClass.name_in_cluster(parts.name, args)
    return [
        parts.storage(),
        part("VolumeAttributesClass", parts.name, **args),
        parts.claim("data", volume_attributes_class_name=name, retention=retention),
    ]


def current(parts: Parts) -> str:
    parts.wait("pvc/data", "--for=jsonpath={.status.currentVolumeAttributesClassName}")
    name: str = parts.get("pvc", "data")["status"]["currentVolumeAttributesClassName"]
    return name


def test_the_attributes_of_a_volume_change_in_place_and_outlive_the_stack(parts: Parts) -> None:
    parts.components(*with_attributes(parts, SLOW)).up()
    volumes, slow = parts.volumes(), current(parts)

    # Once given they cannot be taken away.
    storage, attributes, _ = with_attributes(parts, SLOW)
    parts.components(storage, attributes, parts.claim("data"))
    assert "Forbidden" in parts.preview(ok=False).text
    assert current(parts) == slow

    parts.components(*with_attributes(parts, FAST)).up()

    fast = VolumeAttributesClass.name_in_cluster(parts.name, FAST)
    assert fast != slow
    parts.wait("pvc/data", f"--for=jsonpath={{.status.currentVolumeAttributesClassName}}={fast}")
    assert parts.volumes() == volumes
    volume = parts.get("pv", volumes["data"][1])
    assert volume["spec"]["volumeAttributesClassName"] == fast
    classes = parts.list("volumeattributesclass")
    assert classes[fast]["parameters"] == FAST["parameters"]
    # Somebody else's claim may still use the old one.
    assert slow in classes

    parts.destroy()
    assert parts.volumes() == volumes
    assert fast in parts.list("volumeattributesclass")

    parts.up()
    assert parts.volumes() == volumes
    assert current(parts) == fast


def test_a_class_of_attributes_cannot_hold_up_the_end_of_a_stack(parts: Parts) -> None:
    parts.components(*with_attributes(parts, SLOW, "delete")).up()
    parts.wait_bound("data")
    slow = current(parts)

    parts.destroy()
    parts.wait("pvc/data", "--for=delete")

    # Its claim is gone, its volume is released, and the class would wait for that volume for ever.
    found = parts.list("volumeattributesclass")[slow]
    assert "kubernetes.io/vac-protection" in found["metadata"]["finalizers"]
    assert "deletionTimestamp" not in found["metadata"]


@pytest.mark.parametrize("pattern", ["stateful-set", "deployment"])
def test_the_volumes_of_a_workload_get_other_attributes_in_place(
    deployment: Deployment, pattern: str
) -> None:
    made = deployment.config["statefast:storageClass"]
    storage = {"size": "1Gi", "volumeAttributesClassName": deployment.name}
    redis = {"pattern": pattern, "storage": storage}
    # Its pods would wait for ever.
    deployment.workloads(redis=redis).refused("has no such VolumeAttributesClass")
    seen: dict[str, tuple[Any, set[str], dict[str, str]]] = {}
    for iops in ("1000", "2000"):
        made["attributesClasses"] = [{"name": deployment.name, "parameters": {"maxReadIops": iops}}]
        deployment.workloads(redis=redis).up()
        wanted = {
            item["spec"]["volumeAttributesClassName"] for item in deployment.list("pvc").values()
        }
        (name,) = wanted
        for claim in deployment.list("pvc"):
            path = "{.status.currentVolumeAttributesClassName}"
            deployment.wait(f"pvc/{claim}", f"--for=jsonpath={path}={name}")
        workload = "statefulset" if pattern == "stateful-set" else "deployment"
        seen[iops] = (deployment.data(), wanted, deployment.uids(workload))
    first, second = seen.values()
    assert first[0] == second[0]
    assert first[1] != second[1]
    assert first[2] == second[2]
    assert deployment.up().changes.keys() == {"unchanged"}
