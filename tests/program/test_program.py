"""The real program with each stack file, below the engine: which objects, which exports."""

import json
import runpy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import KEYS, Settings
from statefast import StatefastError
from tests.guard.fakes import FakeCluster, use
from tests.recording import Recording, run

ROOT = Path(__file__).parents[2]
# The fourth file is a template, which tests/program/test_review_stack.py is about.
STACKS = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))
STACKS.remove("review")
PROJECT: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
FIVE = {"name", "instance", "component", "managed-by", "part-of"}


def config_of(stack: str) -> dict[str, str]:
    """What the engine hands over: the project's defaults, and the stack's values over them."""
    declared = {key: value for key, value in PROJECT["config"].items() if ":" not in key}
    merged = {f"statefast:{key}": value["default"] for key, value in declared.items()}
    merged |= yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in merged.items()
    }


def record(
    stack: str,
    *,
    preview: bool = False,
    state: Sequence[tuple[str, str]] | None = None,
    **changes: str,
) -> Recording:
    def program() -> None:
        runpy.run_path(str(ROOT / "__main__.py"))

    config = config_of(stack) | {f"statefast:{key}": value for key, value in changes.items()}
    return run(program, config=config, stack=stack, preview=preview, state=state)


def objects_for(replicas: int) -> list[str]:
    return sorted(
        [
            "ConfigMap claims",
            "ConfigMap mysql-config",
            "Deployment mysql",
            *(f"PersistentVolumeClaimPatch zookeeper-vol-zookeeper-{n}" for n in range(replicas)),
            "PersistentVolumeClaimPatch mysql-vol",
            "SecretPatch mysql-generated",
            "SecretPatch mysql-generated-values",
            *(["PodDisruptionBudget zookeeper"] if replicas > 1 else []),
            "Service mysql",
            "Service zookeeper",
            "Service zookeeper-server",
            "ServiceAccount mysql",
            "ServiceAccount zookeeper",
            "StatefulSet zookeeper",
        ]
    )


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    ("stack", "namespace", "storage_class", "replicas"),
    [
        ("dev", "data-dev", "rbd", 1),
        ("staging", "data-staging", "rbd-staging", 3),
        ("prod", "data", "rbd", 5),
    ],
)
def test_each_stack_makes_these_objects_and_no_others(
    stack: str, namespace: str, storage_class: str, replicas: int, preview: bool
) -> None:
    recording = record(stack, preview=preview)

    shared = [f"NamespacePatch {namespace}", f"StorageClass {storage_class}"]
    assert recording.kinds() == sorted([*objects_for(replicas), *shared])
    assert {item.provider for item in recording.objects()} != {""}
    assert len({item.provider for item in recording.objects()}) == 1
    exports = recording.exports
    assert exports["environment"] == stack
    assert exports["namespace"] == namespace
    assert exports["storageClass"] == storage_class
    assert sorted(exports["workloads"]) == ["mysql", "zookeeper"]
    assert len(exports["workloads"]["zookeeper"]["peers"]) == replicas
    assert exports["workloads"]["mysql"]["claims"] == ["mysql-vol"]
    assert [
        (made["port"], made["strategy"]) for _, made in sorted(exports["workloads"].items())
    ] == [
        (3306, "Recreate"),
        (2181, "RollingUpdate"),
    ]


def test_the_three_stacks_are_all_there_are() -> None:
    assert STACKS == ["dev", "prod", "staging"]


@pytest.mark.parametrize("stack", STACKS)
def test_every_object_carries_the_five_labels(stack: str) -> None:
    for item in record(stack).objects():
        if item.name == "mysql-generated-values":
            continue
        labels = item.metadata["labels"]
        found = {key.partition("/")[2] for key in labels if key.startswith("app.kubernetes.io/")}
        assert found == FIVE, f"{item.kind} {item.name}"


def test_what_a_workload_is_part_of_is_its_owners_to_say() -> None:
    storage = {"size": "1Gi"}
    workloads = {
        "zk": {"workload": "zookeeper", "storage": storage, "partOf": "shop"},
        "mysql": {"pattern": "deployment", "storage": storage},
    }
    recording = record("dev", workloads=json.dumps(workloads))
    for kind, name, part_of in (
        ("StatefulSet", "zk", "shop"),
        ("Service", "zk", "shop"),
        ("PersistentVolumeClaimPatch", "zk-vol-zk-0", "shop"),
        ("Deployment", "mysql", "statefast"),
    ):
        labels = recording.one(kind, name).metadata["labels"]
        assert labels["app.kubernetes.io/part-of"] == part_of


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_of_a_retained_stack_that_holds_data_can_be_deleted(stack: str) -> None:
    for item in record(stack).objects():
        if item.kind in ("PersistentVolumeClaimPatch", "NamespacePatch", "SecretPatch"):
            assert item.retain_on_delete, f"{item.kind} {item.name}"
        assert item.kind not in ("PersistentVolumeClaim", "Namespace"), item.name


def test_retention_is_a_field_and_no_object_changes_its_type_with_it() -> None:
    kept, gone = record("dev"), record("dev", ephemeral="true")

    assert kept.kinds() == gone.kinds()
    owner = gone.one("ConfigMap", "claims")
    # With no data: the provider would replace it, and with it go the claims, where that changes.
    assert set(owner.inputs) == {"apiVersion", "kind", "metadata"}
    assert not owner.retain_on_delete
    for kind, name in (
        ("PersistentVolumeClaimPatch", "mysql-vol"),
        ("PersistentVolumeClaimPatch", "zookeeper-vol-zookeeper-0"),
        ("SecretPatch", "mysql-generated"),
    ):
        assert "ownerReferences" not in kept.one(kind, name).metadata
        (reference,) = gone.one(kind, name).metadata["ownerReferences"]
        assert (reference["kind"], reference["uid"]) == ("ConfigMap", "claims-uid")
    for recording in (kept, gone):
        for item in recording.objects():
            if item.kind in ("PersistentVolumeClaimPatch", "NamespacePatch", "SecretPatch"):
                assert item.retain_on_delete, f"{item.kind} {item.name}"
        zookeeper = recording.one("StatefulSet", "zookeeper")
        policy = zookeeper.spec["persistentVolumeClaimRetentionPolicy"]
        assert policy == {"whenDeleted": "Retain", "whenScaled": "Retain"}
        # Pods are gone before the claims go.
        assert any(urn.endswith("::claims") for urn in zookeeper.dependencies)


def test_the_cluster_is_identified_by_the_stack_and_not_by_a_kubeconfig() -> None:
    recording = record("prod", context="production")

    provider = recording.one("kubernetes", "cluster")
    assert provider.inputs["clusterIdentifier"] == "statefast-prod"
    assert provider.inputs["context"] == "production"


def test_every_config_key_is_declared_typed_described_and_has_a_default() -> None:
    declared = {key: value for key, value in PROJECT["config"].items() if ":" not in key}

    assert tuple(declared) == KEYS
    for key, value in declared.items():
        assert set(value) - {"items"} == {"type", "default", "description"}, key
        assert len(value["description"]) > 20, key


@pytest.mark.parametrize("stack", STACKS)
def test_each_stack_file_has_declared_keys_only(stack: str) -> None:
    kinds = {"string": str, "boolean": bool, "object": dict, "array": list}
    for key, value in yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"].items():
        declared = PROJECT["config"][key.removeprefix("statefast:")]
        assert isinstance(value, kinds[declared["type"]]), key


def test_no_default_provider_can_be_used() -> None:
    assert PROJECT["config"]["pulumi:disable-default-providers"] == {"value": ["kubernetes"]}


@pytest.mark.parametrize("pattern", ["deployment", "stateful-set"])
def test_a_workload_has_the_attributes_that_the_stack_makes(pattern: str) -> None:
    made = {
        "name": "gp3",
        "driver": "aws-ebs",
        "attributesClasses": [{"name": "fast", "parameters": {"iops": "6000"}}],
    }
    volumes = {"log": {"size": "1Gi", "volumeAttributesClassName": "theirs"}}
    storage = {"size": "1Gi", "volumeAttributesClassName": "fast", "volumes": volumes}
    workload = {"workload": "zookeeper", "pattern": pattern, "storage": storage}
    recording = record("dev", storageClass=json.dumps(made), workloads=json.dumps({"zk": workload}))

    fast = recording.one("VolumeAttributesClassPatch", "fast").metadata["name"]
    of_set = "-zk-0" if pattern == "stateful-set" else ""
    for volume, attributes in (("vol", fast), ("log", "theirs")):
        claim = recording.one("PersistentVolumeClaimPatch", f"zk-{volume}{of_set}")
        assert claim.spec["volumeAttributesClassName"] == attributes
    if of_set:
        for template in recording.one("StatefulSet", "zk").spec["volumeClaimTemplates"]:
            assert "volumeAttributesClassName" not in template["spec"]


def test_a_class_that_is_default_by_the_older_annotation_is_put_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    older = "storageclass.beta.kubernetes.io/is-default-class"
    live: dict[str, Any] = {
        "metadata": {"name": "standard", "annotations": {older: "true"}},
        "provisioner": "rbd.csi.ceph.com",
    }
    use(monkeypatch, FakeCluster(classes=[live], namespaces=[]))
    made = {"name": "fast", "driver": "hostpath", "default": True}

    with pytest.raises(StatefastError, match=r"but standard is the default .* \[standard\]"):
        record("dev", storageClass=json.dumps(made), workloads="{}")
    named = {**made, "demote": ["standard"]}
    patch = record("dev", storageClass=json.dumps(named), workloads="{}").one(
        "StorageClassPatch", "fast-demotes-standard"
    )
    assert patch.metadata["annotations"][older] == "false"


@pytest.mark.parametrize("said", ["off", "false"], ids=["quoted", "not-quoted"])
def test_preflight_is_off_with_and_without_quotes(said: str) -> None:
    # YAML of before 1.2 reads what is not quoted as a boolean.
    config = {**config_of("dev"), "statefast:preflight": said}
    assert Settings.parse(config).preflight_mode == "off"


@pytest.mark.parametrize(("replicas", "value"), [(1, "alone"), (3, "together")])
@pytest.mark.parametrize("pattern", ["deployment", "stateful-set"])
def test_a_variable_knows_how_many_replicas_there_are(
    pattern: str, replicas: int, value: str
) -> None:
    mysql = {
        "pattern": pattern,
        "replicas": replicas,
        "storage": {"size": "1Gi", "accessModes": ["ReadWriteMany"]},
        "env": {"HOW": {"single": "alone", "several": "together"}},
    }
    recording = record("dev", storageClass="{}", workloads=json.dumps({"mysql": mysql}))
    kind = "Deployment" if pattern == "deployment" else "StatefulSet"
    (container,) = recording.one(kind, "mysql").spec["template"]["spec"]["containers"]
    assert {"name": "HOW", "value": value} in container["env"]


def test_what_is_filled_in_for_each_replica_needs_replicas_with_names() -> None:
    mysql = {
        "pattern": "deployment",
        "replicas": 3,
        "storage": {"size": "1Gi", "accessModes": ["ReadWriteMany"]},
        "env": {"PEERS": {"perReplica": "{host}:1"}},
    }
    with pytest.raises(StatefastError, match=r"env\.PEERS is .*neither ordinals nor host names"):
        record("dev", storageClass="{}", workloads=json.dumps({"mysql": mysql}))


def test_the_program_stays_short() -> None:
    assert len((ROOT / "__main__.py").read_text().splitlines()) < 65


def test_a_renamed_stack_that_says_so_registers_what_it_registered_before() -> None:
    named = "data-{stack}"
    before, after = record("prod", namespace=named), record_renamed("prod", "live", namespace=named)

    # Objects know their stack by its old name; nothing but the URNs has the new one.
    assert inputs_of(after) == inputs_of(before)
    cluster = after.one("kubernetes", "cluster")
    assert cluster.inputs == before.one("kubernetes", "cluster").inputs
    assert cluster.ignore_changes == ["clusterIdentifier"]


def inputs_of(recording: Recording) -> dict[str, Any]:
    # Without the passwords, which are others in each run.
    found = [item for item in recording.objects() if not item.name.endswith("-generated-values")]
    return {f"{item.kind} {item.name}": item.inputs for item in found}


def record_renamed(old: str, new: str, **changes: str) -> Recording:
    def program() -> None:
        runpy.run_path(str(ROOT / "__main__.py"))

    config = config_of(old) | {f"statefast:{key}": value for key, value in changes.items()}
    return run(program, config=config | {"statefast:formerStack": old}, stack=new)
