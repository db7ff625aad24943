"""Each rule, asked about what is good and what is not."""

from typing import Any

import pytest

from .asking import Made, ask, made

AUTONAMED = {"annotations": {"pulumi.com/autonamed": "true"}}
DEFAULT = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
CLASS = {
    "provisioner": "rbd.csi.ceph.com",
    "allowVolumeExpansion": False,
    "volumeBindingMode": "WaitForFirstConsumer",
    "reclaimPolicy": "Retain",
}
HEADLESS = {"clusterIP": "None", "publishNotReadyAddresses": True}


def claim(name: str = "vol", *modes: str, **changes: Any) -> Made:
    return made("PersistentVolumeClaim", name, spec={"accessModes": list(modes)}, **changes)


def deployment(*claims: str, replicas: float | None = None, strategy: str | None = None) -> Made:
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in claims]
    spec: dict[str, Any] = {"template": {"spec": {"volumes": volumes}}}
    if replicas is not None:
        spec["replicas"] = replicas
    if strategy:
        spec["strategy"] = {"type": strategy}
    return made("Deployment", "zk", spec=spec)


def image(kind: str, name: str, group: str = "containers") -> Made:
    pods: dict[str, Any] = {"template": {"spec": {group: [{"image": name}]}}}
    return made(kind, "zk", spec={"jobTemplate": {"spec": pods}} if kind == "CronJob" else pods)


def retention(**policy: str) -> Made:
    return made("StatefulSet", "zk", spec={"persistentVolumeClaimRetentionPolicy": policy})


@pytest.mark.parametrize("kind", ["PersistentVolumeClaim", "StatefulSet", "StorageClass"])
def test_a_name_is_written_by_somebody(kind: str) -> None:
    assert ask("explicit-names", made(kind, "zk")).said == []
    assert ask("explicit-names", made(kind, None)).said == [
        f"{kind} x: metadata.name is missing; write the name."
    ]
    assert ask("explicit-names", made(kind, "zk-1f2e3d4c", metadata=AUTONAMED)).said == [
        f"{kind} zk-1f2e3d4c: metadata.name is 'zk-1f2e3d4c', but a name that is made up is another"
        " one after a replacement; write the name."
    ]


def test_other_objects_may_have_a_made_up_name() -> None:
    assert ask("explicit-names", made("ConfigMap", None)).said == []
    assert ask("explicit-names", Made("aws:s3/bucket:Bucket", {})).said == []


def test_a_claim_of_production_is_protected() -> None:
    rule, plain = "production-claims-are-kept", claim()

    (said,) = ask(rule, plain, stack="prod").said
    assert said.startswith("PersistentVolumeClaim vol: protect is False, but prod is production;")
    assert "set protect, or use VolumeClaim" in said
    plain.protect = True
    assert ask(rule, plain, stack="prod").said == []
    assert ask(rule, made("PersistentVolumeClaimPatch", "vol"), stack="prod").said == []


@pytest.mark.parametrize(
    ("stack", "config", "tags", "refused"),
    [
        ("dev", None, None, False),
        ("prod-eu", None, None, True),
        ("dev", {"production": ["dev"]}, None, True),
        ("blue", {"notProduction": ["blue"]}, None, False),
        ("live", {"notProduction": ["live"]}, None, False),
        ("live", {"notProduction": ["li*"]}, None, True),
        ("live", {"notProduction": ["live"], "production": ["live"]}, None, True),
        ("prod", {"kept": ["data/vol"]}, None, False),
        ("prod", {"kept": ["other/*"]}, None, True),
    ],
)
def test_what_production_is_and_what_is_kept_are_settings(
    stack: str, config: dict[str, Any] | None, tags: dict[str, str] | None, refused: bool
) -> None:
    rule = "production-claims-are-kept"
    assert bool(ask(rule, claim(), stack=stack, config=config, tags=tags).said) is refused


@pytest.mark.parametrize("kind", ["PersistentVolumeClaim", "Namespace"])
def test_what_holds_data_is_not_deleted_by_an_edit(kind: str) -> None:
    thing = made(kind, "vol")

    (said,) = ask("claims-are-kept", thing).said
    assert said.startswith(f"{kind} vol: protect is False, but dev is not ephemeral")
    assert ask("claims-are-kept", thing, stack="pr-12").said == []
    assert ask("claims-are-kept", thing, config={"kept": ["*"]}).said == []
    assert ask("claims-are-kept", made(f"{kind}Patch", "vol")).said == []
    thing.protect = True
    assert ask("claims-are-kept", thing).said == []


@pytest.mark.parametrize("key", ["whenDeleted", "whenScaled"])
def test_claims_outlive_their_set(key: str) -> None:
    rule = "claims-outlive-their-set"

    (said,) = ask(rule, retention(**{key: "Delete"})).said
    assert said.startswith(
        f"StatefulSet zk: spec.persistentVolumeClaimRetentionPolicy.{key} is 'Delete', but dev is"
        " not ephemeral"
    )
    assert said.endswith("write Retain, or list the stack in this rule's setting ephemeral.")
    assert ask(rule, retention(**{key: "Retain"})).said == []
    assert ask(rule, made("StatefulSet", spec={})).said == []


@pytest.mark.parametrize(
    ("stack", "config", "tags", "refused"),
    [
        ("pr-12", None, None, False),
        ("pr-12", {"ephemeral": []}, None, True),
        ("dev", {"ephemeral": ["dev"]}, None, False),
        ("dev", None, {"ephemeral": "true"}, False),
        ("dev", None, {"ephemeral": "false"}, True),
    ],
)
def test_what_ephemeral_is_is_a_setting(
    stack: str, config: dict[str, Any] | None, tags: dict[str, str] | None, refused: bool
) -> None:
    gone = retention(whenDeleted="Delete")
    answer = ask("claims-outlive-their-set", gone, stack=stack, config=config, tags=tags)
    assert bool(answer.said) is refused


@pytest.mark.parametrize("mode", ["ReadWriteOnce", "ReadWriteOncePod"])
@pytest.mark.parametrize("kind", ["PersistentVolumeClaim", "PersistentVolumeClaimPatch"])
def test_one_writer_is_recreated_and_alone(kind: str, mode: str) -> None:
    vol = made(kind, "vol", spec={"accessModes": [mode]})

    assert ask("one-writer", vol, deployment("vol", strategy="Recreate")).said == []
    assert ask("one-writer", vol, deployment("vol", replicas=0.0, strategy="Recreate")).said == []
    rolled, many = ask("one-writer", vol, deployment("vol", replicas=2.0)).said
    assert rolled == (
        f"Deployment zk: spec.strategy.type is 'RollingUpdate', but claim vol is {mode}, and a new"
        " pod would wait for ever for the old one's volume; write Recreate."
    )
    assert many == (
        f"Deployment zk: spec.replicas is 2, but claim vol is {mode}, and one node at a time can"
        " mount it; write 1, or use a StatefulSet, or access mode ReadWriteMany."
    )


def test_the_deployment_is_to_blame_and_not_the_claim() -> None:
    assert ask("one-writer", claim("vol", "ReadWriteOnce"), deployment("vol")).blamed == [
        deployment("vol").urn
    ]


def test_many_writers_may_roll() -> None:
    rolling = deployment("vol", replicas=3.0)
    assert ask("one-writer", claim("vol", "ReadWriteMany"), rolling).said == []
    assert ask("one-writer", claim("vol", "ReadWriteOnce", "ReadWriteMany"), rolling).said == []
    assert ask("one-writer", claim("other", "ReadWriteOnce"), rolling).said == []
    assert ask("one-writer", rolling).said == []


def test_a_claim_of_another_namespace_is_another_claim() -> None:
    elsewhere = claim("vol", "ReadWriteOnce", metadata={"namespace": "elsewhere"})
    assert ask("one-writer", elsewhere, deployment("vol")).said == []


def stateful_set(service: str | None = "zk-headless") -> Made:
    return made("StatefulSet", "zk", spec={"serviceName": service} if service else {})


def test_a_set_has_its_headless_service() -> None:
    rule = "headless-service"

    assert ask(rule, made("Service", "zk-headless", spec=HEADLESS), stateful_set()).said == []
    (missing,) = ask(rule, stateful_set(None)).said
    assert missing.startswith("StatefulSet zk: spec.serviceName is missing; name its headless")
    (absent,) = ask(rule, stateful_set(), made("Service", "zk", spec=HEADLESS)).said
    assert absent.startswith(
        "StatefulSet zk: spec.serviceName is 'zk-headless', but this stack has"
    )
    elsewhere = {"existing": ["data/zk-headless"]}
    assert ask(rule, stateful_set(), config=elsewhere).said == []


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({**HEADLESS, "clusterIP": "10.0.0.1"}, "spec.clusterIP is '10.0.0.1'"),
        ({"publishNotReadyAddresses": True}, "spec.clusterIP is missing"),
        ({"clusterIP": "None"}, "spec.publishNotReadyAddresses is missing"),
        ({**HEADLESS, "publishNotReadyAddresses": False}, "publishNotReadyAddresses is False"),
    ],
)
def test_the_service_lets_pods_find_each_other_early(spec: dict[str, Any], says: str) -> None:
    service = made("Service", "zk-headless", spec=spec)

    answer = ask("headless-service", service, stateful_set())

    (said,) = answer.said
    assert said.startswith("Service zk-headless: spec.")
    assert says in said
    assert answer.blamed == [service.urn]


def test_a_class_says_what_it_does() -> None:
    assert ask("explicit-classes", made("StorageClass", "rbd", **CLASS)).said == []


@pytest.mark.parametrize("field", ["allowVolumeExpansion", "volumeBindingMode", "reclaimPolicy"])
def test_a_class_leaves_nothing_to_a_default(field: str) -> None:
    silent = {key: value for key, value in CLASS.items() if key != field}

    (said,) = ask("explicit-classes", made("StorageClass", "rbd", **silent)).said

    assert said.startswith(f"StorageClass rbd: {field} is missing, which means ")


def test_one_class_is_the_default() -> None:
    first = made("StorageClass", "a", metadata=DEFAULT, **CLASS)
    second = made("StorageClass", "b", metadata=DEFAULT, **CLASS)
    other = made("StorageClass", "c", metadata={"annotations": {}}, **CLASS)

    assert ask("one-default-class", first, other).said == []
    answer = ask("one-default-class", first, other, second)
    assert answer.blamed == [second.urn]
    assert "but StorageClass a is a default class as well" in answer.said[0]


@pytest.mark.parametrize(
    ("provisioner", "successor"),
    [
        ("kubernetes.io/aws-ebs", "driver aws-ebs"),
        ("kubernetes.io/rbd", "driver ceph-rbd"),
        ("kubernetes.io/quobyte", "the CSI driver of your storage"),
    ],
)
def test_a_provisioner_is_of_today(provisioner: str, successor: str) -> None:
    old = made("StorageClass", "rbd", **{**CLASS, "provisioner": provisioner})
    assert ask("provisioners-of-today", old).said == [
        f"StorageClass rbd: provisioner is '{provisioner}', but Kubernetes has no such provisioner"
        f" any more; use {successor}."
    ]


@pytest.mark.parametrize("provisioner", ["rbd.csi.ceph.com", "kubernetes.io/no-provisioner"])
def test_a_driver_is_a_provisioner_of_today(provisioner: str) -> None:
    good = made("StorageClass", "rbd", **{**CLASS, "provisioner": provisioner})
    assert ask("provisioners-of-today", good).said == []


def test_a_set_leaves_its_history_alone() -> None:
    rule = "no-revision-history-limit"
    (said,) = ask(rule, made("StatefulSet", "zk", spec={"revisionHistoryLimit": 3.0})).said
    assert said.startswith("StatefulSet zk: spec.revisionHistoryLimit is 3, but")
    assert ask(rule, made("StatefulSet", "zk", spec={})).said == []
    assert ask(rule, made("Deployment", "zk", spec={"revisionHistoryLimit": 3.0})).said == []


def test_a_set_is_awaited() -> None:
    skipped = {"annotations": {"pulumi.com/skipAwait": "true"}}
    (said,) = ask("sets-are-awaited", made("StatefulSet", "zk", metadata=skipped)).said
    assert "metadata.annotations.pulumi.com/skipAwait is 'true'" in said
    assert ask("sets-are-awaited", made("StatefulSet", "zk")).said == []
    for partition, complaints in ((0, 1), (2, 0)):
        spec = {"updateStrategy": {"rollingUpdate": {"partition": partition}}}
        canary = made("StatefulSet", "zk", metadata=skipped, spec=spec)
        assert len(ask("sets-are-awaited", canary).said) == complaints
    assert ask("sets-are-awaited", made("Service", "zk", metadata=skipped)).said == []


@pytest.mark.parametrize(
    "name",
    [
        "bitnami/zookeeper:3.9",
        "docker.io/bitnami/zookeeper",
        "registry-1.docker.io/bitnamicharts/mysql",
        "bitnamilegacy/mysql@sha256:0",
        "docker.io:443/bitnami/zookeeper:3.9",
        "DOCKER.io/bitnami/zookeeper:3.9",
        "Index.Docker.IO:443/Bitnami/zookeeper",
        "Bitnami/zookeeper",
        " bitnami/zookeeper ",
    ],
)
@pytest.mark.parametrize(
    "kind",
    ["Deployment", "StatefulSetPatch", "DaemonSet", "CronJob", "ReplicationController", "Rollout"],
)
def test_a_withdrawn_image_is_named(kind: str, name: str) -> None:
    for group in ("containers", "initContainers", "ephemeralContainers"):
        (said,) = ask("published-images", image(kind, name, group)).said
        assert f"{group}[0].image is '{name}', but it was withdrawn" in said


@pytest.mark.parametrize(
    "name",
    ["zookeeper:3.9.4", "quay.io/bitnami/mysql", "mirror.local:5000/bitnami/x", "my/bitnami"],
)
def test_another_image_is_not(name: str) -> None:
    assert ask("published-images", image("StatefulSet", name)).said == []


def test_a_withdrawn_image_is_named_as_a_volume_too() -> None:
    volumes = [{"name": "tools", "image": {"reference": "bitnami/kubectl"}}]
    for kind in ("Pod", "Deployment"):
        spec: dict[str, Any] = {"volumes": volumes}
        thing = made(kind, "zk", spec=spec if kind == "Pod" else {"template": {"spec": spec}})
        (said,) = ask("published-images", thing).said
        assert "volumes[0].image.reference is 'bitnami/kubectl', but it was withdrawn" in said


def test_a_port_that_is_written_is_the_registrys_own() -> None:
    config = {"withdrawn": ["quay.io/x/*", "mirror:5000/x/*"]}
    for name in ("quay.io:443/x/y", "QUAY.io/x/y", "mirror:5000/x/y"):
        assert ask("published-images", image("Job", name), config=config).said, name
    assert not ask("published-images", image("Job", "quay.io:8443/x/y"), config=config).said


def test_which_images_are_withdrawn_is_a_setting() -> None:
    config = {"withdrawn": ["quay.io/*"]}
    assert ask("published-images", image("Job", "bitnami/x"), config=config).said == []
    assert ask("published-images", image("Job", "quay.io/x"), config=config).said
