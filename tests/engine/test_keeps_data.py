"""Edits that owners make every week, and what becomes of the volumes."""

from .conftest import Config, Deployment

ZOOKEEPER: Config = {"storage": {"size": "8Gi"}, "replicas": 3}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "8Gi"}}


def test_volumes_grow_in_place_and_new_replicas_have_the_grown_size(
    deployment: Deployment,
) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    volumes, pods = deployment.volumes(), deployment.uids("pod")
    owners = deployment.uids("statefulset,deployment")
    grown: Config = {"storage": {"size": "12Gi"}}

    result = deployment.workloads(zookeeper={**ZOOKEEPER, **grown}, mysql=MYSQL).up()

    assert result.changes["updated"] == 3
    assert "replaced" not in result.changes
    # `up` has waited for it, so nothing here does.
    assert deployment.capacities() == dict.fromkeys(volumes, "12Gi") | {"mysql-vol": "8Gi"}

    deployment.workloads(zookeeper={**ZOOKEEPER, **grown}, mysql={**MYSQL, **grown}).up()

    assert deployment.capacities() == dict.fromkeys(volumes, "12Gi")
    assert deployment.volumes() == volumes
    assert deployment.uids("pod") == pods

    more = {**ZOOKEEPER, **grown, "replicas": 4}
    deployment.workloads(zookeeper=more, mysql={**MYSQL, **grown}).up()

    deployment.wait_capacity("zookeeper-vol-zookeeper-3", "12Gi")
    assert volumes.items() < deployment.volumes().items()
    assert deployment.uids("statefulset,deployment") == owners


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


def test_destroy_keeps_the_data_and_up_finds_it(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    volumes = deployment.volumes()
    password = deployment.get("secret", "mysql-generated")["data"]

    deployment.destroy()
    assert deployment.volumes() == volumes
    assert deployment.list("pod") == {}
    assert deployment.list("service") == {}

    # Nothing but the claims says by now where the data is.
    deployment.config["statefast:namespace"] = f"{deployment.name}-2"
    deployment.refused("namespace is", "and stay there: it would start with empty volumes")
    deployment.config["statefast:namespace"] = deployment.name

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


def test_a_claim_cannot_be_replaced_where_nobody_reads_the_cluster_first(
    deployment: Deployment,
) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    volumes = deployment.volumes()
    deployment.config["statefast:preflight"] = "off"

    less = "field can not be less than status.capacity"
    for change, said in (
        ({"size": "4Gi"}, less),
        ({"size": "8Gi", "accessModes": ["ReadWriteOncePod"]}, "immutable"),
        ({"size": "8Gi", "storageClassName": "another"}, "immutable"),
    ):
        deployment.workloads(zookeeper=ZOOKEEPER, mysql={**MYSQL, "storage": change})
        assert said in deployment.preview(ok=False).text
        assert said in deployment.up(ok=False).text
        assert deployment.volumes() == volumes
    deployment.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "4Gi"}}, mysql=MYSQL)
    assert less in deployment.preview(ok=False).text

    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    assert deployment.volumes() == volumes
    assert deployment.list("deployment")["mysql"]["status"]["readyReplicas"] == 1


def test_a_renamed_workload_leaves_its_claims_and_says_so(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    data = deployment.data()

    # Even a claim that somebody took our annotations off: the workload that mounts it is ours.
    deployment.kubectl("annotate", "pvc", "zookeeper-vol-zookeeper-0", "statefast/stack-")

    renamed = {**ZOOKEEPER, "workload": "zookeeper"}
    said = deployment.workloads(zk=renamed).preview().text
    assert "zookeeper-vol-zookeeper-0" in said
    assert "of no workload of this stack" in said

    # A volume whose claim somebody deleted is left as well.
    claim = "zookeeper-vol-zookeeper-1"
    deployment.kubectl("scale", "statefulset/zookeeper", "--replicas=1")
    deployment.kubectl("delete", "pvc", claim)
    assert f"{claim} ({data[claim].volume})" in deployment.preview().text
    deployment.up()
    del data[claim]

    now = deployment.data()
    assert {name: now[name] for name in data} == data
    assert sorted(deployment.list("statefulset")) == ["zk"]


def test_a_removed_workload_leaves_its_claims(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    volumes = deployment.volumes()

    deployment.workloads().up()

    assert deployment.volumes() == volumes
    assert deployment.list("statefulset") == {}


def test_a_changed_class_leaves_its_volumes(deployment: Deployment) -> None:
    deployment.workloads(mysql=MYSQL).up()
    volumes = deployment.volumes()

    for change in (
        {"reclaimPolicy": "Delete"},
        {"volumeBindingMode": "WaitForFirstConsumer"},
        {"allowVolumeExpansion": False},
    ):
        deployment.config["statefast:storageClass"] |= change
        deployment.up()
        assert deployment.volumes() == volumes
        made = deployment.get("storageclass", f"rbd-{deployment.name}")
        assert change.items() <= made.items()


def test_another_owners_claim_is_not_taken(deployment: Deployment) -> None:
    deployment.workloads().up()
    deployment.claim_of_nobody("mysql-vol", "5Gi")
    volumes = deployment.uids("pvc")

    deployment.config["statefast:preflight"] = "off"
    result = deployment.workloads(mysql=MYSQL).up(ok=False)

    assert "conflict" in result.text
    assert deployment.uids("pvc") == volumes
    assert deployment.list("deployment") == {}
