"""Edits that would lose data, or leave a stack half done: refused at preview, in one sentence.

One stack serves all of them, since none may touch it.
"""

import copy
import os
from collections.abc import Iterator

import pytest

from localcluster.layout import Workspace

from .advice import commands, shell, up_with_refresh
from .conftest import Config, Deployment, Identity

ZOOKEEPER: Config = {"storage": {"size": "8Gi"}, "replicas": 2}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "8Gi"}}
# A cluster that is kept from run to run still has the volumes of the last one.
NAME = f"guard-refuses-{os.getpid()}"
FROZEN_CLASS = f"frozen-{NAME}"


@pytest.fixture(scope="module")
def live(workspace: Workspace) -> Iterator[Deployment]:
    """A stack with both patterns, and things of other people's beside it."""
    place = Deployment(workspace, NAME)
    place.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    place.kubectl("apply", "-f", "-", stdin=OTHERS)
    yield place
    place.kubectl("delete", "namespace", NAME, "--wait=false", namespace=False)
    place.kubectl("delete", "storageclass", f"rbd-{NAME}", FROZEN_CLASS, namespace=False)


@pytest.fixture
def stack(live: Deployment) -> Iterator[Deployment]:
    """The same stack, with its config as it was and its data where it was."""
    config, data = copy.deepcopy(live.config), live.data()
    assert len(data) == 3
    yield live
    live.config = config
    assert live.data() == data


OTHERS = f"""
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: {FROZEN_CLASS}}}
provisioner: rbd.csi.ceph.com
reclaimPolicy: Retain
allowVolumeExpansion: false
parameters: {{clusterID: test, pool: test}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: other-vol, namespace: {NAME}}}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: rbd-{NAME}
  volumeName: nothing-yet
  resources: {{requests: {{storage: 5Gi}}}}
"""


def zookeeper(**changes: object) -> Config:
    return {"zookeeper": {**ZOOKEEPER, **changes}, "mysql": MYSQL}


def mysql(**changes: object) -> Config:
    return {"zookeeper": ZOOKEEPER, "mysql": {**MYSQL, **changes}}


CLASS = f"rbd-{NAME}"
ALL_STOP = "all pods would stop at once"
REFUSED: dict[str, tuple[Config, list[str]]] = {
    "a smaller set": (
        zookeeper(storage={"size": "4Gi"}),
        ["StatefulSet zookeeper", "'4Gi'", "has 8Gi", "'8Gi' or more"],
    ),
    "a smaller claim": (mysql(storage={"size": "4Gi"}), ["mysql-vol", "'4Gi'", "has 8Gi"]),
    "another class of a set": (
        zookeeper(storage={"size": "8Gi", "storageClassName": FROZEN_CLASS}),
        ["storage_class_name", FROZEN_CLASS, CLASS, ALL_STOP, "only new replicas", "consent"],
    ),
    "another class of a claim": (
        mysql(storage={"size": "8Gi", "storageClassName": FROZEN_CLASS}),
        ["mysql-vol", "storageClassName", FROZEN_CLASS, CLASS, "immutable"],
    ),
    "another access mode of a set": (
        zookeeper(storage={"size": "8Gi", "accessModes": ["ReadWriteOncePod"]}),
        ["access_modes", "ReadWriteOncePod", "'ReadWriteOnce'", ALL_STOP, "consent"],
    ),
    "another access mode of a claim": (
        mysql(storage={"size": "8Gi", "accessModes": ["ReadWriteOncePod"]}),
        ["mysql-vol", "accessModes", "ReadWriteOncePod", "immutable"],
    ),
    "another pod management": (
        zookeeper(podManagementPolicy="OrderedReady"),
        ["pod_management_policy", "'OrderedReady'", "'Parallel'", ALL_STOP, "consent"],
    ),
    "another application under the same name": (
        {"zookeeper": {**ZOOKEEPER, "workload": "mysql"}, "mysql": MYSQL},
        ["StatefulSet zookeeper", "zookeeper", "mysql", ALL_STOP, "consent"],
    ),
    "a class that is not there": (
        {
            **zookeeper(),
            "new": {
                "workload": "zookeeper",
                "storage": {"size": "1Gi", "storageClassName": "rbdd"},
            },
        },
        ["'rbdd'", "no such storage class", CLASS],
    ),
    "somebody else's claim": (
        {**mysql(), "other": {**MYSQL, "workload": "mysql"}},
        ["other-vol", "belongs to nobody", f"statefast/{NAME}", "consent"],
    ),
}

# One of each rule: the others are of the same rule, for the other pattern or another field.
ALSO_BY_UP = (
    "a smaller set",
    "another class of a claim",
    "another pod management",
    "another application under the same name",
    "a class that is not there",
    "somebody else's claim",
)


@pytest.mark.parametrize("case", REFUSED)
def test_is_refused(stack: Deployment, case: str) -> None:
    change, fragments = REFUSED[case]
    stack.workloads(**change).refused(*fragments, up=case in ALSO_BY_UP)


def test_another_namespace_would_start_empty(stack: Deployment) -> None:
    stack.config["statefast:namespace"] = f"{NAME}-2"
    stack.refused("namespace", f"'{NAME}-2'", f"'{NAME}'", "empty", "consent", up=True)

    # What is renamed in the same edit is no other application for that.
    stack.workloads(zk={**ZOOKEEPER, "workload": "zookeeper"})
    said = stack.preview().text
    assert f"would be left in {NAME}/" in said, said


def test_retained_claims_stay_retained(stack: Deployment) -> None:
    stack.config["statefast:ephemeral"] = True
    stack.refused("retention", "promised to be retained", "by name", up=True)


def test_growth_on_a_class_that_cannot_grow(stack: Deployment) -> None:
    """The provider's own preview is green here, and `up` fails half way."""
    name = f"rbd-{NAME}"
    stack.kubectl("patch", "storageclass", name, "-p", '{"allowVolumeExpansion": false}')
    stack.config.pop("statefast:storageClass")
    big = {"storage": {"size": "12Gi", "storageClassName": name}}
    try:
        stack.workloads(zookeeper={**ZOOKEEPER, **big}, mysql={**MYSQL, **big})
        stack.refused("'12Gi'", name, "does not let claims grow", up=True)
    finally:
        stack.kubectl("patch", "storageclass", name, "-p", '{"allowVolumeExpansion": true}')


@pytest.mark.parametrize("of_class", [False, True], ids=["of all", "of the class"])
def test_growth_beyond_a_quota(stack: Deployment, of_class: bool) -> None:
    prefix = f"rbd-{NAME}.storageclass.storage.k8s.io/" if of_class else ""
    key = f"{prefix}requests.storage"
    stack.kubectl("create", "quota", "storage", f"--hard={key}=30Gi")
    try:
        stack.wait(
            "quota/storage", f"--for=jsonpath={{.status.used.{key.replace('.', chr(92) + '.')}}}"
        )
        stack.workloads(**zookeeper(storage={"size": "20Gi"}))
        stack.refused("24Gi more", "quota storage", "30Gi", up=not of_class)
    finally:
        stack.kubectl("delete", "quota", "storage")


def test_a_claim_on_its_way_out(live: Deployment) -> None:
    """Its pod holds it: the next restart, of any cause, would end it."""
    stack = live
    data: dict[str, Identity] = stack.data()
    stack.kubectl("delete", "pvc", "mysql-vol", "--wait=false")
    sentence = stack.refused("mysql-vol", "being deleted", "persistentVolumeReclaimPolicy", up=True)
    # Nothing can take a deletion back: the claim is let go and made again by name.
    shell(stack, commands(sentence, "keep its volume"))
    up_with_refresh(stack)
    stack.wait("deployment/mysql", "--for=condition=Available")
    assert stack.data()["mysql-vol"].volume_uid == data["mysql-vol"].volume_uid
