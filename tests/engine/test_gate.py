"""The gate on what the engine says today, and not only on what it once said."""

from collections.abc import Iterator

import pytest

from gate.severity import Severity
from localcluster.layout import Workspace
from tests.gate.expected import EXPECTED
from tests.gate.handmade import judged, rules
from tests.gate.record import Recorder
from tests.gate.scenarios import OWN, RAW

# One of each verdict.
NAMES = ("claim-grows", "set-image", "set-removed", "claim-unprotected", "set-removed-with-claims")
LOSS = "claim-removed"


@pytest.fixture
def recorder(workspace: Workspace) -> Recorder:
    return Recorder(workspace)


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
