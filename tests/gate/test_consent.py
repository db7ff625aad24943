"""Consent lets one change of one object through, word for word, and nothing else."""

import copy
import json

import pytest

from gate.comment import comment
from gate.judge import CONSENT, Verdict
from gate.report import Report
from gate.severity import Severity
from statefast.safety.consent import DELETES_CLAIMS, Change

from .cases import CASES
from .handmade import (
    UNKNOWN,
    Json,
    as_newer_providers_show_it,
    claim_spec,
    judged,
    preview,
    recorded,
    set_spec,
    state,
    step,
)


def with_consents(document: Json, consents: list[str]) -> Json:
    """The preview, of a stack with these consents in its config."""
    return {**document, "config": {CONSENT: json.dumps(consents)}}


def needed(verdict: Verdict) -> list[str]:
    return [text for its in verdict.judged for text in its.missing_consents(Severity.AT_RISK)]


def replaced() -> Json:
    return as_newer_providers_show_it(recorded("claim-unprotected-and-replaced"))


def test_the_text_is_that_of_the_components_and_bound_to_the_live_object() -> None:
    document = recorded("claim-removed")
    gone = next(its for its in document["steps"] if its["op"] == "delete")
    expected = Change(
        resource="PersistentVolumeClaim data",
        field="object",
        old="exists",
        new="deleted",
        uid=gone["oldState"]["outputs"]["metadata"]["uid"],
    )
    assert needed(judged(document)) == [expected.consent]


@pytest.mark.parametrize(
    ("field", "old", "new", "body"),
    [
        ("headless_suffix", "x", "y", set_spec(serviceName="y")),
        ("app", "app=x", "app=y", set_spec(selector={"matchLabels": {"app": "y"}})),
        (
            "pod_management_policy",
            "OrderedReady",
            "Parallel",
            set_spec(podManagementPolicy="Parallel"),
        ),
    ],
)
def test_one_text_serves_the_components_and_the_gate(
    field: str, old: str, new: str, body: Json
) -> None:
    """The fields are called as the components call them when they refuse the same edit."""
    document = preview(
        step(
            "replace",
            "StatefulSet",
            state("StatefulSet", set_spec(deleted="Delete")),
            state("StatefulSet", body),
        )
    )
    change = Change(
        resource="StatefulSet x",
        field=field,
        old=old,
        new=new,
        uid="uid-of-x",
        taking=DELETES_CLAIMS,
    )
    assert needed(judged(document)) == [change.consent]


def test_the_class_of_a_template_is_called_as_in_the_components() -> None:
    new = set_spec()
    new["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "vol"}, **claim_spec(of="fast")}]
    old = state("StatefulSet", set_spec(deleted="Delete"))
    document = preview(step("replace", "StatefulSet", old, state("StatefulSet", new)))
    assert needed(judged(document))[0].startswith(
        "StatefulSet x: volumes.vol.storage_class_name rbd -> fast, deleting its claims ["
    )


def test_a_size_that_comes_along_with_a_replacement_needs_no_text_of_its_own() -> None:
    """The components ask for none: the size in a template says nothing of the claims there are."""
    new = set_spec(serviceName="y")
    new["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "vol"}, **claim_spec("12Gi")}]
    old = state("StatefulSet", set_spec(deleted="Delete"))
    document = preview(step("replace", "StatefulSet", old, state("StatefulSet", new)))
    (text,) = needed(judged(document))
    assert text.startswith("StatefulSet x: headless_suffix x -> y, deleting its claims [")


def test_everything_consented_to_passes_and_is_still_shown() -> None:
    document = replaced()
    consents = needed(judged(document))
    verdict = judged(with_consents(document, consents))
    assert len(consents) == 2
    assert verdict.severity is Severity.SAFE
    report = Report(verdicts=[verdict], failures=[], fail_on=Severity.AT_RISK)
    assert report.exit_code == 0
    text = comment(report)
    assert "## 🟢 Safe, but for data lost by consent: `PersistentVolumeClaim data`" in text
    assert "consented to: data lost" in text


def test_what_is_not_consented_to_remains() -> None:
    document = replaced()
    class_change, unprotected = needed(judged(document))
    verdict = judged(with_consents(document, [class_change]))
    assert verdict.severity is Severity.AT_RISK
    assert needed(verdict) == [unprotected]


def test_two_fields_need_two_consents() -> None:
    new = claim_spec(of="fast", accessModes=["ReadWriteMany"])
    kind = "PersistentVolumeClaim"
    document = preview(step("replace", kind, state(kind, claim_spec()), state(kind, new)))
    consents = needed(judged(document))
    assert len(consents) == 2
    for one in consents:
        assert judged(with_consents(document, [one])).severity is Severity.LOST
    assert judged(with_consents(document, consents)).severity is Severity.SAFE


def test_white_space_does_not_count_and_everything_else_does() -> None:
    document = recorded("claim-removed")
    (text,) = needed(judged(document))
    assert judged(with_consents(document, [f"  {text} ".replace(" ", "  ")])).severity == 0
    for other in (text.upper(), text[:-2] + "]", text.replace("deleted", "replaced"), "", "*"):
        assert judged(with_consents(document, [other])).severity is Severity.LOST


def test_a_consent_that_was_used_is_no_use_for_the_next_object_of_the_name() -> None:
    document = recorded("claim-removed")
    (text,) = needed(judged(document))
    again = copy.deepcopy(document)
    gone = next(its for its in again["steps"] if its["op"] == "delete")
    gone["oldState"]["outputs"]["metadata"]["uid"] = "another"
    assert judged(with_consents(again, [text])).severity is Severity.LOST


def test_nobody_can_consent_to_an_object_without_identity() -> None:
    document = copy.deepcopy(recorded("claim-removed"))
    gone = next(its for its in document["steps"] if its["op"] == "delete")
    del gone["oldState"]["outputs"]["metadata"]["uid"]
    assert needed(judged(document)) == []


def test_nobody_can_consent_to_a_value_that_is_not_known() -> None:
    kind = "PersistentVolumeClaim"
    new = state(kind, claim_spec(UNKNOWN))
    verdict = judged(preview(step("update", kind, state(kind, claim_spec()), new)))
    assert verdict.severity is Severity.AT_RISK
    assert needed(verdict) == []


@pytest.mark.parametrize("given", ["[secret]", "yes", "{}", "[1]", "[" * 50_000])
def test_consents_that_cannot_be_read_consent_to_nothing(given: str) -> None:
    document = {**recorded("claim-removed"), "config": {CONSENT: given}}
    verdict = judged(document)
    assert verdict.severity is Severity.LOST
    assert "not a list of texts" in verdict.notes[0]


def test_the_engine_shows_the_list_as_it_is_read_here() -> None:
    document = recorded("claim-removed")
    assert document["config"] == {CONSENT: '["of another change"]'}
    assert judged(document).notes == []


@pytest.mark.parametrize("name", CASES)
def test_no_consent_is_good_for_any_other_change(name: str) -> None:
    """A text that names no value would be good for every later one."""
    for its in judged(CASES[name].document).judged:
        for found in its.findings:
            for change in found.changes:
                assert change.old != change.new, change.consent


def test_a_consent_to_a_field_of_an_operator_is_for_these_values() -> None:
    def asked(count: int, password: str) -> list[str]:
        old = {"spec": {"instances": 3, "password": "hunter2"}}
        new = {"spec": {"instances": count, "password": password}}
        document = preview(step("update", "Cluster", state("Cluster", old), state("Cluster", new)))
        (its,) = judged(document).judged
        return its.missing_consents(Severity.AT_RISK)

    count, password = asked(1, "hunter3")
    assert count.startswith("Cluster x: spec.instances 3 -> 1 [")
    assert "hunter" not in password
    assert password != asked(1, "hunter4")[1]
