"""Wrong config, through the real CLI: one sentence, an exit code, and nothing touched."""

from pathlib import Path

import pytest

from localcluster.errors import LocalClusterError
from localcluster.layout import PROJECT, Workspace
from localcluster.stacks import LocalStack

from .conftest import Config, Deployment

NAME = "bad-input"
SIZE: Config = {"size": "1Gi"}
CLASS: Config = {
    "name": "bad-input",
    "driver": "ceph-rbd",
    "parameters": {"clusterID": "test", "pool": "test"},
}


def workload(**changes: object) -> Config:
    """Config with one workload that would be right without the changes."""
    return {"statefast:workloads": {"zookeeper": {"storage": SIZE, **changes}}}


def storage(value: object) -> Config:
    return workload(storage=value)


def storage_class(**changes: object) -> Config:
    return {"statefast:storageClass": {**CLASS, **changes}}


WRONG: dict[str, tuple[Config, list[str]]] = {
    "unknown key": ({"statefast:namespce": "x"}, ["statefast:namespce", "'namespace'"]),
    "unknown key of a workload": (workload(replcas=3), ["replcas", "'replicas'"]),
    "unknown key of storage": (
        storage({**SIZE, "acessModes": []}),
        ["storage.acessModes", "'accessModes'"],
    ),
    "unknown key of a class": (
        storage_class(reclaimPolcy="Delete"),
        ["reclaimPolcy", "'reclaimPolicy'"],
    ),
    "size with a space": (storage({"size": "8 GB"}), ["storage.size", "'8 GB'", "8Gi"]),
    "size in small letters": (storage({"size": "8gb"}), ["storage.size", "'8gb'", "8Gi"]),
    "size without unit": (storage({"size": 8}), ["storage.size", "8", "quotes"]),
    "size of zero": (storage({"size": "0"}), ["storage.size", "more than zero"]),
    "size missing": (storage({}), ["storage.size", "missing"]),
    "storage missing": ({"statefast:workloads": {"zookeeper": {}}}, ["storage.size", "missing"]),
    "storage not a mapping": (storage("8Gi"), ["storage", "'8Gi'", "mapping"]),
    "negative replicas": (workload(replicas=-1), ["replicas", "-1", "from 0"]),
    "half a replica": (workload(replicas=1.5), ["replicas", "1.5", "whole number"]),
    "replicas in words": (workload(replicas="three"), ["replicas", "'three'", "whole number"]),
    "two writers of one claim": (
        workload(replicas=2, pattern="deployment"),
        ["replicas", "2", "stateful-set"],
    ),
    "unknown pattern": (workload(pattern="statefulset"), ["pattern", "'stateful-set'"]),
    "unknown access mode": (
        storage({**SIZE, "accessModes": ["RWO"]}),
        ["storage.accessModes", "ReadWriteOnce"],
    ),
    "access modes not a list": (
        storage({**SIZE, "accessModes": "ReadWriteOnce"}),
        ["storage.accessModes", "list"],
    ),
    "mixed with one pod": (
        storage({**SIZE, "accessModes": ["ReadWriteOncePod", "ReadWriteOnce"]}),
        ["ReadWriteOncePod", "alone"],
    ),
    "name with capitals": (
        {"statefast:workloads": {"ZooKeeper": {"workload": "zookeeper", "storage": SIZE}}},
        ["ZooKeeper", "small letters"],
    ),
    "name too long": (
        {"statefast:workloads": {"z" * 53: {"workload": "zookeeper", "storage": SIZE}}},
        ["name", "at most 52"],
    ),
    "unknown workload file": (workload(workload="zookeper"), ["'zookeper'", "'zookeeper'"]),
    "workload not a mapping": (
        {"statefast:workloads": {"zookeeper": "8Gi"}},
        ["zookeeper", "mapping"],
    ),
    "unknown driver": (storage_class(driver="ceph"), ["driver", "'ceph'", "'cephfs'", "ceph-rbd"]),
    "shared by many on a block device": (
        {**storage_class(), **storage({**SIZE, "accessModes": ["ReadWriteMany"]})},
        ["storage.accessModes", "ceph-rbd", "cephfs"],
    ),
    "growth of what cannot grow": (
        storage_class(driver="local-path", parameters={}, expandable=True),
        ["expandable", "local-path"],
    ),
    "provisioner of another time": (
        storage_class(driver="custom", provisioner="kubernetes.io/rbd"),
        ["provisioner", "kubernetes.io/rbd", "driver ceph-rbd"],
    ),
    "value the driver does not know": (
        storage_class(driver="aws-ebs", parameters={"type": "gp4"}),
        ["parameters.type", "'gp4'", "'gp3'"],
    ),
    "missing parameter": (
        storage_class(parameters={"pool": "test"}),
        ["parameters.clusterID", "missing"],
    ),
    "unknown parameter": (
        storage_class(parameters={"clusterID": "a", "pool": "b", "imageFeature": "layering"}),
        ["parameters.imageFeature", "'imageFeatures'"],
    ),
    "zone of another cloud": (
        storage_class(
            driver="aws-ebs",
            parameters={},
            allowedTopologies=[{"topology.gke.io/zone": ["europe-west1-b"]}],
        ),
        ["allowedTopologies[0]", "topology.gke.io/zone", "'topology.kubernetes.io/zone'"],
    ),
    "snapshots of what takes none": (
        storage_class(driver="local-path", parameters={}, snapshotClass={"name": "bad-input"}),
        ["VolumeSnapshotClass bad-input", "driver", "local-path"],
    ),
    "attributes the driver does not know": (
        storage_class(attributesClasses=[{"name": "bad-input", "parameters": {"iops": "1"}}]),
        ["VolumeAttributesClass bad-input", "parameters.iops", "maxReadIops"],
    ),
    "demotion without promotion": (
        storage_class(demote=["standard"]),
        ["demote", "standard", "set default to true"],
    ),
    "unknown reclaim policy": (
        storage_class(reclaimPolicy="retain"),
        ["reclaimPolicy", "'retain'", "'Retain'"],
    ),
    "unknown binding mode": (
        storage_class(bindingMode="Late"),
        ["bindingMode", "'Late'", "WaitForFirstConsumer"],
    ),
    "yes for true": (storage_class(expandable="yes"), ["expandable", "'yes'", "true or false"]),
    "bad namespace": ({"statefast:namespace": "My_Data"}, ["statefast:namespace", "'My_Data'"]),
    "empty image": (workload(image="with space"), ["image", "'with space'"]),
    "number in the environment": (workload(env={"TICK": 2000}), ["env.TICK", "2000", "quotes"]),
    "secret of nobody": (
        {"statefast:secrets": {"mysql": {"MYSQL_ROOT_PASSWORD": "hunter2"}}},
        ["statefast:secrets.mysql", "no workload"],
    ),
}


@pytest.fixture(scope="module")
def stack(workspace: Workspace) -> Deployment:
    """One stack for all of them: none may leave anything in it."""
    return Deployment(workspace, NAME)


@pytest.mark.parametrize("case", WRONG)
def test_is_refused_in_one_sentence_and_touches_nothing(stack: Deployment, case: str) -> None:
    change, fragments = WRONG[case]
    stack.config = {"statefast:namespace": NAME, "statefast:storageClass": CLASS, **change}

    result = stack.up(ok=False)

    assert len(result.errors) == 1, result.text
    sentence = result.errors[0].removeprefix("error: ")
    for fragment in fragments:
        assert fragment in sentence
    assert sentence.endswith(".")
    assert "hunter2" not in result.text
    assert "Traceback" not in result.text
    assert "kubernetes:" not in stack.state()
    assert NAME not in stack.kubectl("get", "namespaces,storageclasses", "-o", "name")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("statefast:ephemeral", "maybe", "ephemeral"),
        ("statefast:workloads", "zookeeper", "workloads"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_the_declared_config(
    stack: Deployment, key: str, value: str, expected: str
) -> None:
    stack.config = {"statefast:namespace": NAME, key: value}

    result = stack.up(ok=False)

    assert expected in result.text
    assert "Traceback" not in result.text
    assert "kubernetes:" not in stack.state()


def test_broken_yaml_is_named_with_its_line(workspace: Workspace, tmp_path: Path) -> None:
    for file in ("Pulumi.yaml", "__main__.py"):
        (tmp_path / file).write_bytes((PROJECT / file).read_bytes())
    (tmp_path / "Pulumi.broken.yaml").write_text("config:\n  statefast:namespace: [a\n")

    with pytest.raises(LocalClusterError, match=r"Pulumi\.broken\.yaml is not valid YAML at line"):
        LocalStack(workspace, "broken", project=tmp_path).prepare()
