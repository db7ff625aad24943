"""The comment, the JSON, the annotations and the table: what people and programs get."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from gate.comment import LIMIT, comment, marker
from gate.document import document
from gate.github import annotations
from gate.report import Failure, Report
from gate.severity import Severity
from gate.terminal import print_report

from .expected import ENDS_WITH_AN_ERROR, EXPECTED
from .handmade import (
    Json,
    as_newer_providers_show_it,
    claim_spec,
    judged,
    preview,
    recorded,
    state,
    step,
)

CLAIM = "PersistentVolumeClaim"
SCHEMA: Json = json.loads(
    (Path(__file__).parents[2] / "gate" / "schema.json").read_text(encoding="utf-8")
)


def report(*documents: Json, fail_on: Severity = Severity.AT_RISK) -> Report:
    verdicts = sorted((judged(its) for its in documents), key=lambda its: -its.severity)
    return Report(verdicts=verdicts, failures=[], fail_on=fail_on)


def claims(number: int, op: str = "delete", name: str = "claim", stack: str = "dev") -> Json:
    steps = []
    for n in range(number):
        metadata = {"name": f"{name}-{n:05d}", "namespace": "data"}
        old = state(CLAIM, {"metadata": metadata, **claim_spec()})
        new = state(CLAIM, {"metadata": metadata, **claim_spec("12Gi")})
        its = step(op, CLAIM, old, None if op == "delete" else new, f"{name}-{n}")
        steps.append({**its, "urn": its["urn"].replace(":dev::", f":{stack}::")})
    return preview(*steps)


def test_the_verdict_is_the_first_line_people_see() -> None:
    lines = comment(report(recorded("claim-removed"))).splitlines()
    assert lines[0] == "<!-- statefast-gate: claim-removed -->"
    assert lines[1] == "## 🔴 Data lost: `PersistentVolumeClaim data` in `claim-removed`"
    assert lines[3].startswith("**Stopped**: 1 data lost.")


def test_a_growth_is_a_row_from_old_to_new() -> None:
    text = comment(report(recorded("claim-grows")))
    assert "## 🟢 Safe: 1 volume grows in `claim-grows`" in text
    assert "| 8Gi&nbsp;→&nbsp;**12Gi** | grows in place |" in text
    assert "**Passes**" in text


def test_nothing_to_say_is_said_in_few_words() -> None:
    text = comment(report(recorded("nothing-changes")))
    assert "no volume is touched in `nothing-changes`" in text
    assert len(text) < 250


def test_the_marker_is_the_same_whatever_the_verdict() -> None:
    passing = report(claims(1, "update"))
    failing = Report(
        verdicts=[], failures=[Failure(stack="dev", said="It is empty.")], fail_on=Severity.LOST
    )
    assert comment(passing).splitlines()[0] == comment(failing).splitlines()[0]
    assert marker(["dev"]) != marker(["prod"])


def test_a_marker_cannot_be_left() -> None:
    assert marker(["x --> <script>"]).count("-->") == 1


def test_a_comment_of_any_size_is_cut_by_importance_and_says_so() -> None:
    growths, loss = claims(2_000, "update")["steps"], claims(1, "delete", "last")["steps"]
    text = comment(report(preview(*growths, *loss)))
    rows = [line for line in text.splitlines() if line.startswith("| ") and "claim" in line]
    assert len(text) < LIMIT
    assert "`last-00000`" in rows[0]
    assert f"_{2_001 - len(rows)} less grave ones are left out here._" in text


def test_many_stacks_and_long_names_stay_under_the_limit() -> None:
    many = [claims(30, "delete", "n" * 240, f"stack-{n}") for n in range(150)]
    text = comment(report(*many))
    assert len(text.encode("utf-16-le")) // 2 < LIMIT
    assert "more stacks are left out here" in text


def test_names_are_no_markup() -> None:
    bad = "`|\n# <b>x</b> @everyone [a](http://b)"
    metadata = {"name": bad, "namespace": bad}
    old = state(CLAIM, {"metadata": metadata, **claim_spec(of=bad)})
    text = comment(report(preview(step("delete", CLAIM, old, None))))
    tokens = [
        child
        for block in MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text)
        for child in (block.children or [block])
    ]
    assert not [its for its in tokens if its.type in ("link_open", "em_open", "image")]
    tags = {its.content for its in tokens if its.type == "html_inline"}
    assert tags <= {"<br>", "<sub>", "</sub>"}
    assert not [its for its in tokens if its.type == "text" and "@e" in its.content]
    (fence,) = [its for its in tokens if its.type == "fence"]
    assert fence.content.count("\n") == 3
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert [len(re.findall(r"(?<!\\)\|", line)) for line in rows] == [5, 5]


def _errors(schema: Json, value: Any, place: str) -> list[str]:
    """What of a value is not as its schema says, for the words this schema uses."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _errors(SCHEMA["$defs"][name], value, place)
    if "const" in schema and value != schema["const"]:
        return [place]
    if "enum" in schema and value not in schema["enum"]:
        return [place]
    types = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
    names = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    if names and not (
        (value is None and "null" in names)
        or any(isinstance(value, types[name]) for name in names if name != "null")
    ):
        return [place]
    found = []
    if isinstance(value, dict):
        found += [f"{place}.{key}" for key in schema["required"] if key not in value]
        for key, item in value.items():
            if key not in schema["properties"]:
                found.append(f"{place}.{key}")
            else:
                found += _errors(schema["properties"][key], item, f"{place}.{key}")
    if isinstance(value, list):
        found += [e for item in value for e in _errors(schema["items"], item, place)]
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_the_json_is_as_its_schema_says(name: str) -> None:
    its = recorded(name)
    if name in ENDS_WITH_AN_ERROR:
        its = as_newer_providers_show_it(its)
    assert _errors(SCHEMA, document(report(its)), "report") == []


def test_the_json_of_a_failure_is_as_its_schema_says() -> None:
    failed = Report(
        verdicts=[], failures=[Failure(stack="dev", said="It is empty.")], fail_on=Severity.LOST
    )
    made = document(failed)
    assert _errors(SCHEMA, made, "report") == []
    assert (made["passed"], made["verdict"]) == (False, None)
    assert _errors(SCHEMA, {**made, "verdict": "fine"}, "report") == ["report.verdict"]


def test_a_failure_beside_a_safe_verdict_does_not_pass() -> None:
    beside = Report(
        verdicts=[judged(recorded("nothing-changes"))],
        failures=[Failure(stack="dev", said="It is empty.")],
        fail_on=Severity.AT_RISK,
    )
    assert (beside.passed, document(beside)["passed"], beside.exit_code) == (False, False, 2)


def test_an_annotation_for_what_stops_and_for_what_does_not() -> None:
    lines = list(annotations(report(recorded("claim-removed"))))
    assert lines == [
        "::error title=data lost in claim-removed::PersistentVolumeClaim data: the volume is"
        " destroyed with its claim"
    ]
    (line,) = annotations(report(recorded("set-removed")))
    assert line.startswith("::warning title=downtime in set-removed::StatefulSet zk: ")
    assert list(annotations(report(recorded("claim-grows")))) == []


def test_annotations_are_as_many_as_the_runner_shows() -> None:
    assert len(list(annotations(report(claims(50))))) == 10


def test_an_annotation_cannot_be_left() -> None:
    metadata = {"name": "x%0A::error::\r\n::add-mask::y", "namespace": "data"}
    old = state(CLAIM, {"metadata": metadata, **claim_spec()})
    (line,) = annotations(report(preview(step("delete", CLAIM, old, None))))
    assert "\n" not in line
    assert "\r" not in line
    assert "%0A" not in line


def test_the_table_names_the_objects_and_the_outcome() -> None:
    screen = io.StringIO()
    print_report(report(recorded("claim-grows")), Console(file=screen, width=100))
    text = screen.getvalue()
    assert "claim-grows: safe" in text
    assert re.search(r"^ safe +data +8Gi → 12Gi  grows in place", text, re.MULTILINE)
    assert "PersistentVolumeClaim in claim-grows" in text
    assert text.rstrip().endswith("passes: safe")


def test_the_table_has_what_to_consent_to_in_one_line() -> None:
    screen = io.StringIO()
    print_report(report(recorded("claim-removed")), Console(file=screen, width=60))
    assert re.search(
        r'^    - "PersistentVolumeClaim data: object exists -> deleted \[[0-9a-f]{8}\]"$',
        screen.getvalue(),
        re.MULTILINE,
    )
