"""The rules for StatefulSets, where a recorded preview cannot show them."""

import json

import pytest

from gate.judge import CONSENT
from gate.severity import Severity
from statefast.safety.consent import Change

from .handmade import (
    UNKNOWN,
    Json,
    claim_spec,
    judged,
    preview,
    rules,
    set_spec,
    state,
    step,
    urn,
)

ROLLS, DOWN = Severity.ROLLS_PODS, Severity.DOWNTIME
RISK, LOST = Severity.AT_RISK, Severity.LOST
SET = "StatefulSet"


@pytest.mark.parametrize("field", ["serviceName", "volumeClaimTemplates", "selector"])
def test_a_set_that_may_be_replaced_is_not_safe(field: str) -> None:
    new = state(SET, set_spec(**{field: UNKNOWN}))
    verdict = judged(preview(step("update", SET, state(SET, set_spec()), new)))
    assert verdict.severity is RISK
    assert "set-unknown" in rules(verdict)


@pytest.mark.parametrize(
    ("body", "severity", "rule"),
    [
        (set_spec(deleted="Delete"), LOST, "set-replaced-with-claims"),
        (set_spec(deleted=UNKNOWN), LOST, "set-replaced-with-claims"),
        (set_spec(), DOWN, "set-replaced"),
        (set_spec(volumeClaimTemplates=UNKNOWN), RISK, "set-starts-empty"),
    ],
)
def test_a_replaced_set_takes_its_claims_along_or_not(
    body: Json, severity: Severity, rule: str
) -> None:
    verdict = judged(
        preview(step("replace", SET, state(SET, body), state(SET, set_spec(serviceName="y"))))
    )
    assert verdict.severity is severity
    assert rule in rules(verdict)


def test_the_policy_of_the_set_that_is_deleted_counts_and_not_that_of_the_next() -> None:
    old, new = set_spec(deleted="Delete"), set_spec(serviceName="y")
    verdict = judged(preview(step("replace", SET, state(SET, old), state(SET, new))))
    assert verdict.severity is LOST


def test_the_cluster_knows_of_a_policy_that_the_program_does_not() -> None:
    old = state(SET, set_spec())
    old["outputs"] = {**old["outputs"], **set_spec(deleted="Delete")}
    assert judged(preview(step("delete", SET, old, None))).severity is LOST


def test_a_set_with_another_template_starts_empty() -> None:
    template = {"metadata": {"name": "other"}, **claim_spec()}
    new = state(SET, set_spec(volumeClaimTemplates=[template]))
    verdict = judged(preview(step("replace", SET, state(SET, set_spec()), new)))
    assert (verdict.severity, rules(verdict)) == (RISK, {"set-starts-empty"})


def test_a_set_under_another_provider_starts_empty() -> None:
    provider = {"type": "pulumi:providers:kubernetes"}
    place = urn("Provider", "cluster") + "::1"
    verdict = judged(
        preview(
            step("replace", "Provider", provider, provider, "cluster"),
            step(
                "replace",
                SET,
                state(SET, set_spec(), provider=place),
                state(SET, set_spec(), provider=place),
            ),
        )
    )
    assert (verdict.severity, rules(verdict)) == (RISK, {"set-starts-empty"})
    assert "Provider cluster is replaced" in verdict.notes[0]


def test_another_version_of_the_default_provider_is_the_same_cluster() -> None:
    before, after = (urn("Provider", f"default_4_{n}") + "::1" for n in (28, 34))
    verdict = judged(
        preview(
            step(
                "replace",
                SET,
                state(SET, set_spec(), provider=before),
                state(SET, set_spec(serviceName="y"), provider=after),
            )
        )
    )
    assert rules(verdict) == {"set-replaced"}


@pytest.mark.parametrize(
    ("policy", "replicas", "severity", "rule"),
    [
        ("Retain", 2, ROLLS, "set-scaled-in"),
        ("Retain", 0, DOWN, "set-scaled-in"),
        ("Delete", 2, LOST, "set-scaled-in-with-claims"),
        (UNKNOWN, 2, LOST, "set-scaled-in-with-claims"),
        ("Delete", UNKNOWN, LOST, "set-scaled-in-with-claims"),
        ("Retain", UNKNOWN, RISK, "replicas-unknown"),
    ],
)
def test_fewer_replicas(policy: str, replicas: object, severity: Severity, rule: str) -> None:
    old, new = set_spec(scaled=policy), set_spec(scaled=policy, replicas=replicas)
    verdict = judged(preview(step("update", SET, state(SET, old), state(SET, new))))
    assert verdict.severity is severity
    assert rule in rules(verdict)


def test_a_scale_in_by_the_policy_it_comes_with() -> None:
    old, new = set_spec(scaled="Delete"), set_spec(scaled="Retain", replicas=1)
    verdict = judged(preview(step("update", SET, state(SET, old), state(SET, new))))
    assert verdict.severity is ROLLS


@pytest.mark.parametrize(("deleted", "scaled"), [(UNKNOWN, "Retain"), ("Retain", "Delete")])
def test_a_patch_of_a_set_can_turn_its_policy(deleted: str, scaled: str) -> None:
    kind = "StatefulSetPatch"
    verdict = judged(
        preview(
            step("update", kind, state(kind, set_spec()), state(kind, set_spec(deleted, scaled)))
        )
    )
    assert (verdict.severity, rules(verdict)) == (RISK, {"claims-go-from-now-on"})


def test_a_claim_of_a_set_that_scales_in_is_no_rename() -> None:
    kind = "PersistentVolumeClaimPatch"
    label = {"app.kubernetes.io/instance": "zk"}

    def of(name: str) -> Json:
        metadata = {"name": name, "namespace": "data", "labels": label}
        return state(kind, {"metadata": metadata, **claim_spec()}, retainOnDelete=True)

    zk = state(SET, {**set_spec(), "metadata": {"name": "zk", "namespace": "data"}})
    created = step("create", kind, None, of("log-zk-0"), "log-zk-0")
    gone = step("delete", kind, of("vol-zk-2"), None, "vol-zk-2")
    assert "renamed" not in rules(judged(preview(step("same", SET, zk, zk), gone, created)))
    assert "renamed" in rules(judged(preview(gone, created)))


def test_a_set_that_comes_with_an_owner_of_its_claims_is_at_risk() -> None:
    owner = {"kind": "ConfigMap", "name": "o", "uid": "1"}
    template = {"metadata": {"name": "vol", "ownerReferences": [owner]}, **claim_spec()}
    made = state(SET, set_spec(volumeClaimTemplates=[template]))
    verdict = judged(preview(step("create", SET, None, made)))
    assert (verdict.severity, rules(verdict)) == (RISK, {"owned"})


def test_a_consent_to_a_replacement_is_none_to_the_claims_that_go_with_it() -> None:
    document = preview(
        step(
            "replace",
            SET,
            state(SET, set_spec(deleted="Delete")),
            state(SET, set_spec(serviceName="y")),
        )
    )
    (full,) = (text for its in judged(document).judged for text in its.missing_consents(RISK))
    bare = Change(
        resource="StatefulSet x",
        field="headless_suffix",
        old="x",
        new="y",
        uid="uid-of-x",
    ).consent
    for consent, severity in ((bare, LOST), (full, Severity.SAFE)):
        verdict = judged({**document, "config": {CONSENT: json.dumps([consent])}})
        assert verdict.severity is severity, (full, bare)
    assert full.partition(", ")[0] == bare.partition(" [")[0]
