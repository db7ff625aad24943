"""Every preview made by hand has its verdict, and the consent that lets it through."""

import json

import pytest

from gate.judge import CONSENT
from gate.severity import Severity

from .cases import CASES, HARMLESS
from .handmade import judged, preview, rules, state, step


@pytest.mark.parametrize("name", CASES)
def test_a_dangerous_one_is_stopped_with_what_to_consent_to(name: str) -> None:
    case = CASES[name]
    verdict = judged(case.document)
    assert (verdict.severity, case.rule in rules(verdict)) == (case.severity, True), rules(verdict)
    consents = [text for its in verdict.judged for text in its.missing_consents(Severity.AT_RISK)]
    assert {its.rpartition(" [")[0] for its in consents} >= set(case.consents)
    # Whoever consents to all that can be consented to has what cannot be left.
    agreed = judged({**case.document, "config": {CONSENT: json.dumps(consents)}})
    assert (agreed.severity < Severity.AT_RISK) is bool(case.consents), rules(agreed)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_one_passes(name: str) -> None:
    severity, document = HARMLESS[name]
    verdict = judged(document)
    assert verdict.severity is severity, rules(verdict)


def test_what_is_no_kubernetes_object_is_named_and_not_judged() -> None:
    disk = state("Disk", provider="urn:pulumi:dev::shop::pulumi:providers:gcp::default::1")
    component = {"type": "shop:index:Group"}
    gone = {
        "op": "delete",
        "urn": "urn:pulumi:dev::shop::shop:index:Group::g",
        "oldState": component,
    }
    verdict = judged(preview(step("delete", "Disk", disk, None), gone))
    assert verdict.severity is Severity.SAFE
    assert verdict.notes == [
        "Not judged, since they are no Kubernetes objects, and deleted or replaced:"
        " gcp:compute/disk:Disk x."
    ]
    kept = {**disk, "retainOnDelete": True}
    assert judged(preview(step("delete", "Disk", kept, None))).notes == []
