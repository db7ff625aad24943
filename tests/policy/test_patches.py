"""What a Patch says is said of the object, by itself or beside it."""

from typing import Any

import pytest

from .asking import Made, ask, made

HEADLESS = {"clusterIP": "None", "publishNotReadyAddresses": True}
DEFAULT = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
SKIP = {"annotations": {"pulumi.com/skipAwait": "true"}}
WHOLE: dict[str, Any] = {"selector": {"matchLabels": {}}, "template": {"spec": {}}}


def stateful_set(kind: str = "StatefulSetPatch", **spec: Any) -> Made:
    return made(kind, "zk", spec=spec)


@pytest.mark.parametrize("kind", ["StatefulSet", "StatefulSetPatch", "CloneSet"])
@pytest.mark.parametrize("key", ["whenDeleted", "whenScaled"])
def test_claims_outlive_a_set_of_any_kind(kind: str, key: str) -> None:
    gone = stateful_set(kind, persistentVolumeClaimRetentionPolicy={key: "Delete"})
    (said,) = ask("claims-outlive-their-set", gone).said
    assert said.startswith(f"{kind} zk: spec.persistentVolumeClaimRetentionPolicy.{key} is")


@pytest.mark.parametrize("kind", ["PersistentVolumeClaim", "StatefulSet", "StorageClass"])
def test_a_patch_has_a_name_as_well(kind: str) -> None:
    assert ask("explicit-names", made(f"{kind}Patch", "zk")).said == []
    assert ask("explicit-names", made(f"{kind}Patch", None)).said == [
        f"{kind}Patch x: metadata.name is missing; write the name."
    ]


def test_a_set_made_by_a_patch_needs_its_service() -> None:
    rule = "headless-service"
    service = made("Service", "zk", spec=HEADLESS)

    (said,) = ask(rule, stateful_set(serviceName="zk")).said
    assert said.startswith("StatefulSetPatch zk: spec.serviceName is 'zk', but this stack has no")
    (said,) = ask(rule, stateful_set(**WHOLE)).said
    assert said.startswith("StatefulSetPatch zk: spec.serviceName is missing")
    assert ask(rule, stateful_set(serviceName="zk", **WHOLE), service).said == []
    # Which adds to a set that is there, and has a Service.
    assert ask(rule, stateful_set(replicas=3.0)).said == []
    assert (
        ask(rule, stateful_set("StatefulSet"), stateful_set(serviceName="zk"), service).said == []
    )


def test_a_patch_that_spoils_the_service_is_to_blame() -> None:
    rule, both = (
        "headless-service",
        (made("Service", "zk", spec=HEADLESS), stateful_set(serviceName="zk")),
    )
    spoiled = made("ServicePatch", "zk", spec={"publishNotReadyAddresses": False})

    answer = ask(rule, *both, spoiled)
    assert answer.said[0].startswith("ServicePatch zk: spec.publishNotReadyAddresses is False")
    assert answer.blamed == [spoiled.urn]
    assert ask(rule, made("ServicePatch", "zk", spec=HEADLESS), both[1]).said == []
    # What it leaves out is as of nobody.
    assert len(ask(rule, made("ServicePatch", "zk"), both[1]).said) == 2


def test_a_service_of_another_group_is_none() -> None:
    knative = Made("kubernetes:serving.knative.dev/v1:Service", made("Service", "zk").props, "zk")
    (said,) = ask("headless-service", knative, stateful_set(serviceName="zk")).said
    assert "but this stack has no such Service" in said


@pytest.mark.parametrize("field", ["allowVolumeExpansion", "volumeBindingMode", "reclaimPolicy"])
def test_a_class_made_by_a_patch_says_what_it_does(field: str) -> None:
    said = {
        "allowVolumeExpansion": True,
        "volumeBindingMode": "Immediate",
        "reclaimPolicy": "Retain",
    }
    del said[field]
    made_by = made("StorageClassPatch", "rbd", provisioner="rbd.csi.ceph.com", **said)
    assert ask("explicit-classes", made_by).said[0].startswith(f"StorageClassPatch rbd: {field} is")
    assert ask("explicit-classes", made("StorageClassPatch", "rbd", metadata=DEFAULT)).said == []


def test_a_patch_of_a_class_uses_a_driver_of_today() -> None:
    old = made("StorageClassPatch", "rbd", provisioner="kubernetes.io/rbd")
    assert "kubernetes.io/rbd" in ask("provisioners-of-today", old).said[0]


def test_a_patch_makes_a_second_default_class() -> None:
    first = made("StorageClass", "a", metadata=DEFAULT)
    second = made("StorageClassPatch", "b", metadata=DEFAULT)
    same = made("StorageClassPatch", "a", metadata=DEFAULT)

    assert ask("one-default-class", first, second).blamed == [second.urn]
    assert ask("one-default-class", second, first).blamed != []
    assert ask("one-default-class", first, same).said == []


def test_a_patch_is_awaited_and_changes_its_history_in_place() -> None:
    assert ask("sets-are-awaited", made("StatefulSetPatch", "zk", metadata=SKIP)).said
    limited = stateful_set(revisionHistoryLimit=3.0)
    assert ask("no-revision-history-limit", limited).said == []


def test_a_kind_that_ends_with_the_word_is_no_patch() -> None:
    own = {"kind": "StatefulSetPatch", **stateful_set(**WHOLE).props}
    other = Made("kubernetes:example.com/v1:StatefulSetPatch", own, "zk")
    assert ask("headless-service", other).said == []
