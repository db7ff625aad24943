"""Config that is wrong, each with what its refusal has to name."""

from typing import Any

Config = dict[str, Any]

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
    "read by many on a disk of one node": (
        {
            **storage_class(driver="aws-ebs", parameters={}),
            **storage({**SIZE, "accessModes": ["ReadOnlyMany"]}),
        },
        ["storage.accessModes", "'ReadOnlyMany'", "aws-ebs"],
    ),
    "growth of what cannot grow": (
        storage_class(driver="local-path", parameters={}, allowVolumeExpansion=True),
        ["allowVolumeExpansion", "local-path"],
    ),
    "class that cannot be one": (
        storage({**SIZE, "storageClassName": "My Class"}),
        ["storage.storageClassName", "'My Class'"],
    ),
    "variable from half a place": (
        workload(env={"A": {"secret": "a"}}),
        ["env.A", "secret and key"],
    ),
    "seconds of a toleration": (
        workload(scheduling={"tolerations": [{"key": "a", "tolerationSeconds": 5}]}),
        ["tolerations[0].tolerationSeconds", "NoExecute"],
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
        storage_class(volumeBindingMode="Late"),
        ["volumeBindingMode", "'Late'", "WaitForFirstConsumer"],
    ),
    "part of a set in a Deployment": (
        workload(pattern="deployment", podManagementPolicy="Parallel"),
        ["podManagementPolicy", "'Parallel'", "only the pattern stateful-set has it"],
    ),
    "rollout of a set in a Deployment": (
        workload(pattern="deployment", updateStrategy={"partition": 1}),
        ["updateStrategy", "only the pattern stateful-set has it"],
    ),
    "ordinal in a Deployment": (
        workload(pattern="deployment", firstOrdinal=0),
        ["firstOrdinal", "only the pattern stateful-set has it"],
    ),
    "deadline of a set": (
        workload(progressDeadlineSeconds=600),
        ["progressDeadlineSeconds", "600", "only the pattern deployment has it"],
    ),
    "quorum of a Deployment": (
        workload(
            pattern="deployment", replicas=3, storage={**SIZE, "accessModes": ["ReadWriteMany"]}
        ),
        ["replicas", "3", "quorum", "stateful-set"],
    ),
    "autoscaled on a volume of one node": (
        {
            "statefast:workloads": {
                "mysql": {"storage": SIZE, "pattern": "deployment", "autoscaled": True}
            }
        },
        ["autoscaled", "ReadWriteOnce", "one node at a time"],
    ),
    "yes for true": (
        storage_class(allowVolumeExpansion="yes"),
        ["allowVolumeExpansion", "'yes'", "true or false"],
    ),
    "bad namespace": ({"statefast:namespace": "My_Data"}, ["statefast:namespace", "'My_Data'"]),
    "empty image": (workload(image="with space"), ["image", "'with space'"]),
    "number in the environment": (workload(env={"TICK": 2000}), ["env.TICK", "2000", "quotes"]),
    "secret of nobody": (
        {"statefast:secrets": {"mysql": {"MYSQL_ROOT_PASSWORD": "hunter2"}}},
        ["statefast:secrets.mysql", "no workload"],
    ),
}
