"""The gate on what the engine says today, and not only on what it once said."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.command import report_on
from gate.comment import comment
from gate.report import Report
from gate.severity import Severity
from localcluster.layout import Workspace
from tests.gate.expected import EXPECTED
from tests.gate.handmade import judged, rules
from tests.gate.record import Recorder
from tests.gate.scenarios import OWN, RAW, Own

from .begun import prepare

# One of each verdict.
NAMES = ("claim-grows", "set-image", "set-removed", "claim-unprotected", "set-removed-with-claims")
LOSS = "claim-removed"


@pytest.fixture
def recorder(workspace: Workspace) -> Recorder:
    return Recorder(workspace, prepare)


@pytest.fixture(params=NAMES)
def name(recorder: Recorder, request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param
    recorder.clean(request.param)


def test_the_verdict_on_a_preview_of_today(recorder: Recorder, name: str) -> None:
    verdict = judged(recorder.raw(name, RAW[name]))
    severity, rule = EXPECTED[name]
    assert verdict.severity is severity
    assert rule in rules(verdict)


def test_the_growth_of_our_own_volumes_is_safe(recorder: Recorder) -> None:
    name = "own-set-grows"
    try:
        verdict = judged(recorder.own(name, OWN[name]))
    finally:
        recorder.clean(name)
    assert verdict.severity is Severity.SAFE
    assert {(its.old_size, its.new_size) for its in verdict.judged} == {("8Gi", "12Gi")}


def test_the_text_of_the_comment_is_all_an_owner_needs_to_consent(recorder: Recorder) -> None:
    try:
        refused = judged(recorder.raw(LOSS, RAW[LOSS]))
        consents = refused.judged[0].missing_consents(Severity.AT_RISK)
        allowed = judged(recorder.raw(LOSS, RAW[LOSS], consents))
    finally:
        recorder.clean(LOSS)
    assert refused.severity is Severity.LOST
    assert allowed.severity is Severity.SAFE
    assert allowed.judged[0].found_severity is Severity.LOST


def reported(folder: Path, document: dict[str, Any], name: str) -> Report:
    file = folder / "preview.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return report_on([(name, str(file))], Severity.AT_RISK)


def copied(text: str) -> list[str]:
    """The consents that the comment offers."""
    return [json.loads(found) for found in re.findall(r"^    - (\".*\")$", text, re.MULTILINE)]


def test_a_refused_edit_is_in_the_comment_with_its_reason_and_consent(
    recorder: Recorder, tmp_path: Path
) -> None:
    name = "own-refused"
    try:
        refused = reported(tmp_path, recorder.own(name, OWN[name]), name)
    finally:
        recorder.clean(name)
    text = comment(refused)
    assert refused.exit_code == 2
    assert text.splitlines()[1] == f"## ⛔ Refused: `StatefulSet zookeeper` in `{name}`"
    assert "'OrderedReady', but it" in text
    assert "all pods would stop at once" in text
    (consent,) = copied(text)
    assert consent.startswith(
        "StatefulSet zookeeper: pod_management_policy Parallel -> OrderedReady ["
    )


def test_a_renamed_workload_is_stopped_until_its_owner_copied_the_consent(
    recorder: Recorder, tmp_path: Path
) -> None:
    name, scenario = "own-renamed", OWN["own-renamed"]
    try:
        stopped = reported(tmp_path, recorder.own(name, scenario), name)
        (consent,) = copied(comment(stopped))
        agreed = Own(scenario.before, {**scenario.after, "consent": [consent]})
        passed = reported(tmp_path, recorder.own(name, agreed), name)
    finally:
        recorder.clean(name)
    assert stopped.exit_code == 1
    assert "workload redis would start with new and empty volumes" in comment(stopped)
    assert passed.exit_code == 0
    # Beside the volumes they are about.
    (row,) = [line for line in comment(passed).splitlines() if "`mysql-vol`" in line]
    assert "are kept with their data" in row
