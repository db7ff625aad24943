"""What the program of this project tells its process, and that nobody else's has it."""

import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockMonitor

import settings
from settings.process import DEBUG, short_lived
from statefast import StatefastError
from tests.program.test_program import ROOT, record


@pytest.fixture(autouse=True)
def lines_are_sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)
    yield
    assert not hasattr(sys, "tracebacklimit")


def test_each_resource_says_where_in_the_program_it_was_made_and_nothing_more() -> None:
    # The first is registered while the program is still loading.
    made = record("prod").resources[1:]
    assert len(made) > 20
    program = (ROOT / "__main__.py").as_uri()
    for resource in made:
        assert program in resource.places, resource.name
        # With those below the program, which are the interpreter's and the SDK's, it has over 20.
        assert len(resource.places) <= 8, resource.places


def test_what_fails_is_shown_whole() -> None:
    def deep(frames: int) -> None:
        if not frames:
            raise ValueError("at the bottom")
        deep(frames - 1)

    with pytest.raises(ValueError, match="at the bottom") as raised, short_lived():
        deep(40)
    shown = "".join(traceback.format_exception(raised.value))
    assert shown.count("deep(frames - 1)") + shown.count("more times") > 3
    assert 'raise ValueError("at the bottom")' in shown


def test_a_refusal_leaves_no_limit_behind() -> None:
    with pytest.raises(StatefastError):
        record("prod", environment="Not A Label")


@pytest.mark.parametrize("asked", [False, True])
def test_lines_for_debug_are_sent_where_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(pulumi.log, "debug", lambda text, *_, **__: sent.append(text))
    if asked:
        monkeypatch.setenv(DEBUG, "1")
    record("dev")
    registered = [text for text in sent if "StatefulSet" in text]
    assert bool(registered) is asked


def test_the_state_is_looked_for_while_the_program_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, loaded = threading.Event(), threading.Event()
    answered: list[bool] = []
    answer: Any = MockMonitor.Invoke
    load: Any = settings.load_settings

    def slow(self: MockMonitor, request: Any) -> Any:
        if "readStackResourceOutputs" in request.tok:
            asked.set()
            answered.append(loaded.wait(10))
        return answer(self, request)

    def loads() -> Any:
        assert asked.wait(10)
        loaded.set()
        return load()

    monkeypatch.setattr(MockMonitor, "Invoke", slow)
    monkeypatch.setattr(settings, "load_settings", loads)
    record("dev", state=[])
    assert answered == [True]
