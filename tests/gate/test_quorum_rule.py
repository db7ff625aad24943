"""The rule for sets whose members decide by majority."""

import json
from typing import Any

import pytest

from gate.judge import CONSENT
from gate.severity import Severity
from statefast.safety.consent import Change

from .handmade import UNKNOWN, Json, judged, preview, rules, set_spec, state, step

SET = "StatefulSet"


def quorum(replicas: Any, first: int = 0, said: str = "", how: str = "true") -> Json:
    """A set that says that it is a quorum."""
    annotations = {"statefast/quorum": how, "statefast/members": said}
    return {
        **set_spec(replicas=replicas, ordinals={"start": first}),
        "metadata": {"name": "x", "namespace": "data", "annotations": annotations},
    }


def edit(old: Json, new: Json, kind: str = SET, **more: Any) -> Json:
    return preview(step("update", kind, state(kind, old), state(kind, new)), **more)


@pytest.mark.parametrize(
    ("old", "new", "safe"),
    [
        (quorum(1), quorum(3), False),
        (quorum(3), quorum(1), False),
        (quorum(3), quorum(5), False),
        (quorum(3), quorum(4), True),
        (quorum(1), quorum(2), True),
        (quorum(3), quorum(3, first=1), False),
        (quorum(3), quorum(0), True),
        (quorum(0, said="0-2"), quorum(3), True),
        (quorum(0, said="0-2"), quorum(5), False),
        (set_spec(replicas=1), set_spec(replicas=3), True),
        (set_spec(replicas=1), quorum(3), False),
    ],
)
def test_members_that_could_outvote_the_others(old: Json, new: Json, safe: bool) -> None:
    verdict = judged(edit(old, new))
    assert ("quorum-outvoted" in rules(verdict)) is not safe
    assert (verdict.severity < Severity.AT_RISK) is safe


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (quorum(1), quorum(3, how="one at a time"), "quorum-steps"),
        (quorum(5, how="one at a time"), quorum(3, how="one at a time"), "quorum-steps"),
        (quorum(1, how="one at a time"), quorum(3), "quorum-outvoted"),
        (quorum(1), quorum(UNKNOWN, how="one at a time"), "quorum-unknown"),
    ],
)
def test_who_takes_the_steps_says_so(old: Json, new: Json, rule: str) -> None:
    verdict = judged(edit(old, new))
    assert rule in rules(verdict)
    assert (verdict.severity == Severity.ROLLS_PODS) is (rule == "quorum-steps")


@pytest.mark.parametrize("old", [quorum(0), quorum(3)])
def test_members_that_nobody_can_count(old: Json) -> None:
    new = quorum(3) if old == quorum(0) else quorum(UNKNOWN)
    assert "quorum-unknown" in rules(judged(edit(old, new)))


def test_the_cluster_counts_and_not_what_the_program_said() -> None:
    old = state(SET, quorum(3))
    old["outputs"] = {**old["outputs"], "spec": {**old["outputs"]["spec"], "replicas": 5}}
    assert "quorum-outvoted" in rules(
        judged(preview(step("update", SET, old, state(SET, quorum(3)))))
    )


def test_the_consent_is_the_one_that_the_components_ask_for() -> None:
    change = Change(resource="StatefulSet x", field="replicas", old="1", new="3", uid="uid-of-x")
    config = {CONSENT: json.dumps([change.consent])}
    assert judged(edit(quorum(1), quorum(3), config=config)).severity < Severity.AT_RISK


def test_what_a_patch_does_not_name_stays() -> None:
    body = {
        "metadata": {
            "name": "x",
            "namespace": "data",
            "annotations": {"statefast/quorum": "true"},
        },
        "spec": {"template": {}},
    }
    kind = "StatefulSetPatch"
    old = state(kind, body)
    old["outputs"] = {**old["outputs"], "spec": {"replicas": 3}}
    assert "quorum-outvoted" not in rules(
        judged(preview(step("update", kind, old, state(kind, body))))
    )
