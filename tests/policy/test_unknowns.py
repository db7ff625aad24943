"""A value that only the update will know crashes no rule, and is not taken for good."""

from typing import Any

import pytest

from policy.catalogue import POLICIES

from .asking import UNKNOWN, Made, ask, made

RWO = {"accessModes": ["ReadWriteOnce"]}
DEFAULT = "storageclass.kubernetes.io/is-default-class"


def deployment(claim: str, *needs: Made, **spec: Any) -> Made:
    volumes = [{"persistentVolumeClaim": {"claimName": claim}}]
    thing = made("Deployment", "zk", spec={"template": {"spec": {"volumes": volumes}}, **spec})
    thing.needs = list(needs)
    return thing


@pytest.mark.parametrize(
    ("rule", "thing", "path"),
    [
        ("explicit-names", made("StatefulSet", UNKNOWN), "metadata.name"),
        (
            "explicit-names",
            made("StatefulSet", metadata={"annotations": UNKNOWN}),
            "metadata.annotations",
        ),
        ("claims-outlive-their-set", made("StatefulSet", spec=UNKNOWN), "spec"),
        (
            "explicit-classes",
            made(
                "StorageClass",
                allowVolumeExpansion=True,
                reclaimPolicy=UNKNOWN,
                volumeBindingMode="Immediate",
            ),
            "reclaimPolicy",
        ),
        ("provisioners-of-today", made("StorageClass", provisioner=UNKNOWN), "provisioner"),
        (
            "no-revision-history-limit",
            made("StatefulSet", spec={"revisionHistoryLimit": UNKNOWN}),
            "spec.revisionHistoryLimit",
        ),
        (
            "sets-are-awaited",
            made("StatefulSet", metadata={"annotations": {"pulumi.com/skipAwait": UNKNOWN}}),
            "metadata.annotations.pulumi.com/skipAwait",
        ),
        (
            "published-images",
            made("Pod", spec={"containers": [{"image": UNKNOWN}]}),
            "spec.containers.0.image",
        ),
        (
            "headless-service",
            made("StatefulSet", spec={"serviceName": UNKNOWN}),
            "spec.serviceName",
        ),
        (
            "one-writer",
            deployment(UNKNOWN),
            "spec.template.spec.volumes.0.persistentVolumeClaim.claimName",
        ),
        (
            "one-default-class",
            made("StorageClass", metadata={"annotations": {DEFAULT: UNKNOWN}}),
            f"metadata.annotations.{DEFAULT}",
        ),
    ],
)
def test_the_user_is_told_what_could_not_be_seen(rule: str, thing: Made, path: str) -> None:
    answer = ask(rule, thing)

    assert answer.said == []
    assert answer.unknown == path


def test_an_unknown_value_does_not_hide_what_is_wrong() -> None:
    answer = ask("explicit-classes", made("StorageClass", reclaimPolicy=UNKNOWN))

    assert len(answer.said) == 2
    assert answer.unknown == "reclaimPolicy"


def test_a_claim_whose_name_is_not_known_may_be_any_that_the_deployment_needs() -> None:
    one, many = (
        made("PersistentVolumeClaim", "one", spec=RWO),
        made("PersistentVolumeClaim", "many"),
    )
    many.props["spec"] = {"accessModes": ["ReadWriteMany"]}

    answer = ask("one-writer", one, many, deployment(UNKNOWN, one))
    assert "but claim one is ReadWriteOnce" in answer.said[0]
    assert answer.unknown.endswith("claimName")
    assert ask("one-writer", one, many, deployment(UNKNOWN, many)).said == []


def test_a_namespace_that_is_not_known_may_be_the_same() -> None:
    vol = made("PersistentVolumeClaim", "vol", metadata={"namespace": UNKNOWN}, spec=RWO)
    assert len(ask("one-writer", vol, deployment("vol")).said) == 1


def test_unknown_access_modes_are_not_judged() -> None:
    vol = made("PersistentVolumeClaim", "vol", spec={"accessModes": [UNKNOWN]})
    answer = ask("one-writer", vol, deployment("vol"))
    assert (answer.said, answer.unknown) == ([], "spec.accessModes.0")


def test_unknown_replicas_and_strategy_are_not_judged() -> None:
    vol = made("PersistentVolumeClaim", "vol", spec=RWO)
    answer = ask("one-writer", vol, deployment("vol", replicas=UNKNOWN, strategy={"type": UNKNOWN}))
    assert (answer.said, answer.unknown) == ([], "spec.strategy.type")


def test_a_service_whose_name_is_not_known_may_be_the_one() -> None:
    stateful_set = made("StatefulSet", "zk", spec={"serviceName": "zk-headless"})
    answer = ask("headless-service", stateful_set, made("Service", UNKNOWN))
    assert (answer.said, answer.unknown) == ([], "metadata.name")


@pytest.mark.parametrize("rule", [policy.name for policy in POLICIES])
@pytest.mark.parametrize("hole", [UNKNOWN, None, [], "text", 3.0])
def test_no_shape_of_an_object_crashes_a_rule(rule: str, hole: Any) -> None:
    kinds = ("StatefulSet", "Deployment", "StorageClass", "PersistentVolumeClaim", "Service", "Pod")
    for kind in kinds:
        for props in ({"metadata": hole}, {"spec": hole}, {"spec": {"template": hole}}):
            ask(rule, Made(made(kind).type, props))
