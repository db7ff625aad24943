"""Edits that owners make every week, and what becomes of the volumes."""

import pytest

from .conftest import Config, Deployment

ZOOKEEPER: Config = {"storage": {"size": "8Gi"}, "replicas": 3}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "8Gi"}}


def test_a_stateful_sets_volumes_grow_in_place(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    volumes, pods = deployment.volumes(), deployment.uids("pod")
    owner = deployment.uids("statefulset")

    result = deployment.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "12Gi"}}).up()

    assert result.changes["updated"] == 3
    assert "replaced" not in result.changes
    # `up` has waited for it, so nothing here does.
    assert deployment.capacities() == dict.fromkeys(volumes, "12Gi")
    assert deployment.volumes() == volumes
    assert deployment.uids("pod") == pods
    assert deployment.uids("statefulset") == owner


def test_a_deployments_volume_grows_in_place(deployment: Deployment) -> None:
    deployment.workloads(mysql=MYSQL).up()
    volumes, pods = deployment.volumes(), deployment.uids("pod")

    deployment.workloads(mysql={**MYSQL, "storage": {"size": "12Gi"}}).up()

    assert deployment.capacities() == {"mysql-vol": "12Gi"}
    assert deployment.volumes() == volumes
    assert deployment.uids("pod") == pods


def test_replicas_that_leave_keep_their_claims_and_find_them_again(
    deployment: Deployment,
) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    volumes = deployment.volumes()
    once = {**ZOOKEEPER, "storage": {"size": "10Gi"}}
    deployment.workloads(zookeeper=once).up()

    deployment.workloads(zookeeper={**once, "replicas": 2}).up()
    assert sorted(deployment.uids("pod")) == ["zookeeper-0", "zookeeper-1"]
    assert deployment.volumes() == volumes

    # Grown while they are away: those that stayed grow now, those that return on their way back.
    grown = {**ZOOKEEPER, "storage": {"size": "12Gi"}}
    deployment.workloads(zookeeper={**grown, "replicas": 2}).up()
    deployment.workloads(zookeeper=grown).up()
    assert deployment.volumes() == volumes
    for claim in volumes:
        deployment.wait_capacity(claim, "12Gi")

    # Nothing runs that could speak against it but the claims.
    none: Config = {"storage": {"size": "8Gi"}, "replicas": 0}
    deployment.workloads(zookeeper=none).refused("'8Gi'", "which no pod mounts now, has 12Gi")


def test_new_replicas_of_a_grown_set_have_the_grown_size(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    deployment.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "12Gi"}}).up()

    deployment.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "12Gi"}, "replicas": 4}).up()

    for ordinal in range(4):
        deployment.wait_capacity(f"zookeeper-vol-zookeeper-{ordinal}", "12Gi")


def test_destroy_keeps_the_data_and_up_finds_it(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    volumes = deployment.volumes()
    password = deployment.get("secret", "mysql-generated")["data"]

    deployment.destroy()
    assert deployment.volumes() == volumes
    assert deployment.list("pod") == {}
    assert deployment.list("service") == {}

    deployment.up()
    assert deployment.volumes() == volumes
    assert deployment.get("secret", "mysql-generated")["data"] == password
    deployment.workloads(
        zookeeper={**ZOOKEEPER, "storage": {"size": "12Gi"}},
        mysql={**MYSQL, "storage": {"size": "12Gi"}},
    ).up()
    for claim in volumes:
        deployment.wait_capacity(claim, "12Gi")
    assert deployment.volumes() == volumes


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"storage": {"size": "4Gi"}}, "field can not be less than status.capacity"),
        ({"storage": {"size": "8Gi", "accessModes": ["ReadWriteOncePod"]}}, "immutable"),
        ({"storage": {"size": "8Gi", "storageClassName": "another"}}, "immutable"),
    ],
    ids=["smaller", "access-mode", "class"],
)
def test_a_deployments_claim_cannot_be_replaced(
    deployment: Deployment, change: Config, said: str
) -> None:
    deployment.workloads(mysql=MYSQL).up()
    volumes = deployment.volumes()

    # What the API server says where nobody reads the cluster first.
    deployment.config["statefast:preflight"] = "off"
    deployment.workloads(mysql={**MYSQL, **change})
    assert said in deployment.preview(ok=False).text
    assert said in deployment.up(ok=False).text
    assert deployment.volumes() == volumes

    deployment.workloads(mysql=MYSQL).up()
    assert deployment.volumes() == volumes
    assert deployment.list("deployment")["mysql"]["status"]["readyReplicas"] == 1


def test_a_smaller_set_is_refused_at_preview(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    volumes = deployment.volumes()

    deployment.config["statefast:preflight"] = "off"
    deployment.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "4Gi"}})

    assert "field can not be less than status.capacity" in deployment.preview(ok=False).text
    assert deployment.volumes() == volumes


def test_a_renamed_workload_leaves_its_claims_and_says_so(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    data = deployment.data()

    # Even a claim that somebody took our annotations off: the workload that mounts it is ours.
    deployment.kubectl("annotate", "pvc", "zookeeper-vol-zookeeper-0", "statefast/stack-")

    renamed = {**ZOOKEEPER, "workload": "zookeeper"}
    said = deployment.workloads(zk=renamed).preview().text
    assert "zookeeper-vol-zookeeper-0" in said
    assert "of no workload of this stack" in said
    deployment.up()

    now = deployment.data()
    assert {name: now[name] for name in data} == data
    assert sorted(deployment.list("statefulset")) == ["zk"]


def test_a_removed_workload_leaves_its_claims(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    volumes = deployment.volumes()

    deployment.workloads().up()

    assert deployment.volumes() == volumes
    assert deployment.list("statefulset") == {}


@pytest.mark.parametrize(
    "change",
    [
        {"reclaimPolicy": "Delete"},
        {"volumeBindingMode": "WaitForFirstConsumer"},
        {"allowVolumeExpansion": False},
    ],
    ids=["reclaim-policy", "binding-mode", "expandable"],
)
def test_a_changed_class_leaves_its_volumes(deployment: Deployment, change: Config) -> None:
    deployment.workloads(mysql=MYSQL).up()
    volumes = deployment.volumes()

    deployment.config["statefast:storageClass"] |= change
    deployment.up()

    assert deployment.volumes() == volumes
    made = deployment.get("storageclass", f"rbd-{deployment.name}")
    now = {
        "reclaimPolicy": made["reclaimPolicy"],
        "volumeBindingMode": made["volumeBindingMode"],
        "allowVolumeExpansion": made["allowVolumeExpansion"],
    }
    assert change.items() <= now.items()


def test_another_owners_claim_is_not_taken(deployment: Deployment) -> None:
    deployment.workloads().up()
    deployment.claim_of_nobody("mysql-vol", "5Gi")
    volumes = deployment.uids("pvc")

    deployment.config["statefast:preflight"] = "off"
    result = deployment.workloads(mysql=MYSQL).up(ok=False)

    assert "conflict" in result.text
    assert deployment.uids("pvc") == volumes
    assert deployment.list("deployment") == {}
