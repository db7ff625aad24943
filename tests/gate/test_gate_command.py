"""`statefast gate` as people call it: sources, files, exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app

from .handmade import PREVIEWS

_DOCKED = {"GITHUB_ACTIONS": "", "GITHUB_STEP_SUMMARY": ""}


def gate(*arguments: str, stdin: str = "", env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(
        app, ["gate", *arguments], input=stdin, env={**_DOCKED, **(env or {})}
    )


def file(name: str) -> str:
    return str(PREVIEWS / f"{name}.json")


@pytest.mark.parametrize(
    ("name", "fail_on", "code"),
    [
        ("nothing-changes", "data-at-risk", 0),
        ("claim-unprotected", "data-at-risk", 1),
        ("claim-unprotected", "data lost", 0),
        ("claim-removed", "data_lost", 1),
        ("set-removed", "data-at-risk", 0),
        ("set-removed", "downtime", 1),
        ("set-image", "Rolls Pods", 1),
        ("claim-shrinks", "data-lost", 2),
    ],
)
def test_the_exit_code_is_by_threshold(name: str, fail_on: str, code: int) -> None:
    assert gate(file(name), "--fail-on", fail_on).exit_code == code


@pytest.mark.parametrize("label", ["fine", "safe", ""])
def test_what_is_no_threshold_is_refused(label: str) -> None:
    result = gate(file("nothing-changes"), "--fail-on", label)
    assert result.exit_code == 2
    assert "choose rolls pods, downtime, data at risk, data lost." in result.output


def test_standard_input_is_read_where_no_file_is_named() -> None:
    text = Path(file("claim-removed")).read_text(encoding="utf-8")
    assert gate(stdin=text).exit_code == 1
    assert gate("-", stdin=text).exit_code == 1
    assert gate("--stack", "claim-removed=-", stdin=text).exit_code == 1


def test_no_input_fails() -> None:
    result = gate()
    assert result.exit_code == 2
    assert "standard input is empty" in " ".join(result.output.split())


@pytest.mark.parametrize("place", ["missing.json", ".", "a\0b"])
def test_a_file_that_cannot_be_read_fails_in_one_sentence(place: str) -> None:
    result = gate(place)
    assert result.exit_code == 2
    assert "cannot be read" in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_several_stacks_are_judged_together_and_the_worst_counts(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    result = gate(
        "--stack",
        f"nothing-changes={file('nothing-changes')}",
        "--stack",
        f"acme/shop/claim-removed={file('claim-removed')}",
        "--json",
        str(report),
    )
    made = json.loads(report.read_text(encoding="utf-8"))
    assert result.exit_code == 1
    assert [(its["stack"], its["verdict"]) for its in made["stacks"]] == [
        ("acme/shop/claim-removed", "data lost"),
        ("nothing-changes", "safe"),
    ]


def test_a_preview_of_another_stack_than_it_was_given_for_is_none() -> None:
    result = gate("--stack", f"prod={file('claim-removed')}")
    assert result.exit_code == 2
    assert "is of stack claim-removed and was given for prod" in " ".join(result.output.split())


def test_one_stack_without_a_verdict_stops_all_and_hides_none(tmp_path: Path) -> None:
    place = tmp_path / "comment.md"
    result = gate(file("claim-grows"), file("claim-shrinks"), "--comment", str(place))
    text = place.read_text(encoding="utf-8")
    assert result.exit_code == 2
    assert "## ❌ No verdict for `claim-shrinks`" in text
    assert "grows in place" in text


def test_the_same_stack_twice_is_refused() -> None:
    result = gate(file("claim-grows"), file("claim-grows"))
    assert result.exit_code == 2
    assert "second preview of stack claim-grows" in " ".join(result.output.split())


def test_json_on_standard_output_is_alone_there() -> None:
    result = gate(file("claim-grows"), "--json", "-")
    assert json.loads(result.stdout)["passed"] is True
    assert "grows in place" in result.stderr


def test_github_gets_a_summary_and_annotations(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    result = gate(file("claim-removed"), env=env)
    assert "::error title=data lost in claim-removed::" in result.stdout
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert "## 🔴 Data lost" in text


def test_elsewhere_there_are_no_annotations() -> None:
    assert "::error" not in gate(file("claim-removed")).output


def test_a_place_that_cannot_be_written_fails_in_one_sentence(tmp_path: Path) -> None:
    result = gate(file("nothing-changes"), "--comment", str(tmp_path / "none" / "x.md"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize("named", ["prod", "=x.json", "prod="])
def test_a_stack_without_name_or_file_is_refused(named: str) -> None:
    assert gate("--stack", named).exit_code == 2
