"""What the gate says of what the engine said: every recorded preview has its expected verdict."""

import io

import pytest
from rich.console import Console

from gate.comment import LIMIT, comment
from gate.document import dump
from gate.errors import GateError
from gate.github import annotations
from gate.judge import Verdict
from gate.report import Report
from gate.severity import Severity
from gate.terminal import print_report

from .expected import BY_OUR_GUARD, ENDS_WITH_AN_ERROR, EXPECTED, REFUSED
from .handmade import PREVIEWS, as_newer_providers_show_it, judged, recorded, rules
from .scenarios import OWN, RAW

DANGEROUS = sorted(name for name, (its, _) in EXPECTED.items() if its >= Severity.AT_RISK)
HARMLESS = sorted(set(EXPECTED) - set(DANGEROUS))


def verdict_of(name: str) -> Verdict:
    document = recorded(name)
    return judged(as_newer_providers_show_it(document) if name in ENDS_WITH_AN_ERROR else document)


def report_of(name: str) -> Report:
    return Report(verdicts=[verdict_of(name)], failures=[], fail_on=Severity.AT_RISK)


def test_every_scenario_is_recorded_and_has_an_expected_verdict() -> None:
    files = {path.stem for path in PREVIEWS.glob("*.json")}
    assert files == RAW.keys() | OWN.keys()
    assert files == EXPECTED.keys() | REFUSED | BY_OUR_GUARD
    assert len(DANGEROUS) >= 30
    assert len(HARMLESS) >= 30


@pytest.mark.parametrize("name", EXPECTED)
def test_the_verdict_is_the_expected_one(name: str) -> None:
    verdict = verdict_of(name)
    severity, rule = EXPECTED[name]
    assert verdict.severity is severity
    assert rule in rules(verdict) if rule else not rules(verdict)
    assert verdict.stack == name


@pytest.mark.parametrize("name", sorted(ENDS_WITH_AN_ERROR | REFUSED))
def test_a_preview_that_ended_with_an_error_has_no_verdict(name: str) -> None:
    with pytest.raises(GateError, match=r"ended with an error on (PersistentVolumeClaim|Stateful)"):
        judged(recorded(name))


@pytest.mark.parametrize("name", DANGEROUS)
def test_no_dangerous_one_passes(name: str) -> None:
    report = report_of(name)
    assert (report.passed, report.exit_code) == (False, 1)


@pytest.mark.parametrize("name", HARMLESS)
def test_no_harmless_one_is_stopped(name: str) -> None:
    report = report_of(name)
    assert (report.passed, report.exit_code) == (True, 0)


@pytest.mark.parametrize("name", EXPECTED)
def test_no_report_shows_a_secret_or_an_environment(name: str) -> None:
    report = report_of(name)
    screen = io.StringIO()
    print_report(report, Console(file=screen, width=200))
    said = "".join([comment(report), dump(report), screen.getvalue(), *annotations(report)])
    assert "hunter" not in said
    assert "TOKEN" not in said
    assert len(comment(report)) < LIMIT


def test_the_previews_do_hold_what_must_not_be_shown() -> None:
    assert "hunter2" in (PREVIEWS / "set-renamed.json").read_text(encoding="utf-8")


def test_growth_is_shown_from_old_to_new() -> None:
    verdict = verdict_of("own-set-grows")
    assert [(its.edit.name, its.old_size, its.new_size) for its in verdict.judged] == [
        ("zookeeper-vol-zookeeper-0", "8Gi", "12Gi"),
        ("zookeeper-vol-zookeeper-1", "8Gi", "12Gi"),
    ]
