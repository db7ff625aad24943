"""What is no whole preview gives one sentence and a failing exit: no pass, no traceback."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.command import report_on
from gate.comment import LIMIT, comment
from gate.document import dump
from gate.errors import GateError
from gate.github import annotations
from gate.reading import read_preview
from gate.report import Report
from gate.severity import Severity

from .handmade import (
    PREVIEWS,
    as_newer_providers_show_it,
    claim_spec,
    judged,
    preview,
    recorded,
    state,
    step,
)

CLAIM = "PersistentVolumeClaim"
_SAME = step("same", CLAIM, state(CLAIM, claim_spec()), state(CLAIM, claim_spec()))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff\xfe{\x00}\x00", "is not UTF-8"),
        (b"error: no stack selected", "is not JSON"),
        (b'{"steps": [', "is not JSON, or was cut off"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"duration": ' + b"9" * 5_000 + b"}", "is not JSON"),
        (b"[]", "is not a preview"),
        (b"null", "is not a preview"),
        (b'"preview"', "is not a preview"),
        (b"{}", "no changeSummary"),
        (b'{"steps": []}', "no changeSummary"),
        (b'{"changeSummary": {}}', "no changeSummary"),
        (b'{"changeSummary": {"same": true}}', "not a count"),
        (b'{"changeSummary": {"same": 1}, "steps": {}}', "steps is not a list"),
        (b'{"changeSummary": {"same": 1}, "steps": [{}]}', "step 0 has no op"),
        (b'{"changeSummary": {"same": 1}, "steps": [{"op": "same"}]}', "step 0 has no URN"),
        (
            b'{"changeSummary": {"delete": 2}, "steps": []}',
            "does not show all the steps it counts (delete 0 of 2)",
        ),
        (b'{"sequence": 1, "preludeEvent": {}}', "stream of engine events"),
    ],
)
def test_what_is_no_preview_is_said_in_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(GateError) as error:
        read_preview(data, "preview.json")
    assert said in str(error.value)
    assert str(error.value).startswith("preview.json ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [("protect", "yes"), ("retainOnDelete", 1), ("inputs", []), ("outputs", "x"), ("provider", 1)],
)
def test_a_field_of_another_type_is_no_preview(field: str, value: object) -> None:
    broken = copy.deepcopy(_SAME)
    broken["oldState"][field] = value
    with pytest.raises(GateError, match=field):
        judged(preview(broken))


def test_two_stacks_in_one_file_are_refused() -> None:
    other = {**_SAME, "urn": _SAME["urn"].replace(":dev::", ":prod::")}
    with pytest.raises(GateError, match="steps of 2 stacks"):
        judged(preview(_SAME, other))


def test_a_preview_that_failed_names_the_object_and_not_the_message() -> None:
    diagnostic = {"urn": _SAME["urn"], "message": "password hunter2", "severity": "error"}
    with pytest.raises(GateError) as error:
        judged(preview(_SAME, diagnostics=[diagnostic]))
    assert "an error on PersistentVolumeClaim x" in str(error.value)
    assert "hunter2" not in str(error.value)
    assert error.value.stack == "dev"


def test_a_corrupt_state_is_no_verdict() -> None:
    with pytest.raises(GateError, match="corrupt"):
        judged(preview(_SAME, maybeCorrupt=True))


@pytest.mark.parametrize("op", ["read", "read-replacement", "discard", "refresh"])
def test_steps_that_are_shown_only_when_asked_for_need_not_be_there(op: str) -> None:
    document = preview(_SAME)
    document["changeSummary"][op] = 2
    assert judged(document).severity is Severity.SAFE


def test_an_empty_preview_is_safe() -> None:
    root = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
    document = {"changeSummary": {"same": 1}, "steps": [{"op": "same", "urn": root}]}
    assert judged(document).severity is Severity.SAFE


@pytest.mark.parametrize("counted", [{"same": 7}, {"same": 1, "delete": 2}])
def test_steps_are_counted_by_number_and_not_by_kind(counted: dict[str, int]) -> None:
    """Without --show-sames the stack itself is still shown: one of many."""
    with pytest.raises(GateError, match=r"does not show all the steps it counts \(\w+ \d of \d\)"):
        judged({**preview(_SAME), "changeSummary": counted})


def _report(data: bytes, folder: Path) -> Report:
    file = folder / "preview.json"
    file.write_bytes(data)
    return report_on([(None, str(file))], Severity.AT_RISK)


def _say_everything(report: Report) -> None:
    assert len(comment(report)) < LIMIT
    json.loads(dump(report))
    list(annotations(report))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("previews")


_TEXTS = {path.stem: path.read_bytes().rstrip() for path in sorted(PREVIEWS.glob("*.json"))}


@given(name=st.sampled_from(sorted(_TEXTS)), data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_preview_that_was_cut_off_never_passes(
    folder: Path, name: str, data: st.DataObject
) -> None:
    text = _TEXTS[name]
    at = data.draw(st.integers(0, len(text) - 1))
    report = _report(text[:at], folder)
    assert report.exit_code == 2
    _say_everything(report)


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(document=_JSON | st.binary(max_size=40))
@settings(max_examples=150, deadline=None)
def test_something_else_never_passes(folder: Path, document: object) -> None:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    report = _report(data, folder)
    assert report.exit_code == 2
    _say_everything(report)


def _places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    for key, value in items:
        yield from _places(value, (*path, key))


def _changed(document: Any, path: tuple[Any, ...], value: Any = ...) -> Any:
    made = copy.deepcopy(document)
    holder = made
    for key in path[:-1]:
        holder = holder[key]
    if value is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return made


@given(name=st.sampled_from(sorted(_TEXTS)), value=_JSON, data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_preview_holds_there_is_a_verdict_or_a_sentence(
    folder: Path, name: str, value: Any, data: st.DataObject
) -> None:
    document = as_newer_providers_show_it(json.loads(_TEXTS[name]))
    path = data.draw(st.sampled_from(list(_places(document))))
    report = _report(json.dumps(_changed(document, path, value)).encode(), folder)
    assert report.exit_code in (0, 1, 2)
    _say_everything(report)


@pytest.mark.parametrize(
    "name",
    [
        "claim-removed",
        "claim-autonamed-class-changes",
        "namespace-removed",
        "set-removed-with-claims",
        "snapshot-removed",
        "volume-removed-delete",
    ],
)
def test_a_field_that_is_missing_never_lets_a_loss_pass(name: str, folder: Path) -> None:
    document = recorded(name)
    for path in _places(document):
        report = _report(json.dumps(_changed(document, path)).encode(), folder)
        assert not report.passed, path
