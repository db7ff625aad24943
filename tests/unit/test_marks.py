"""Sentences are found again in whatever an engine made of them, and nothing beside them is."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statefast.errors import StatefastError
from statefast.marks import Word, framed, sentences
from statefast.safety.preflight import Warns, report

TEXT = st.text(max_size=60)
HOSTILE = st.lists(
    st.one_of(
        TEXT,
        st.sampled_from(
            ["[statefast]", "statefast refuses: ", "statefast notes:", "[state", "fast]", "\u2028"]
        ),
    ),
    max_size=6,
).map("".join)
ERROR = StatefastError("StatefulSet zk", "replicas", -1, "out of bounds", "write 1")


def test_a_refusal_as_a_text_is_its_sentence_in_a_frame() -> None:
    assert str(ERROR) == f"statefast refuses: {ERROR.sentence} [statefast]"
    assert sentences(str(ERROR)) == [(Word.REFUSES, ERROR.sentence)]


@pytest.mark.parametrize(
    "text",
    [
        f"error: {ERROR}",
        f"Invoke callback 1a2b error: {ERROR}:\n  File 'x.py', line 3\n    raise Bad('hunter2')\n",
        f"before hook failed for hunter2: {ERROR} (hunter2)",
        f"hunter2 {ERROR}\r\nhunter2\n{ERROR}",
        f"statefast refuses: hunter2, cut off {ERROR}",
    ],
)
def test_what_an_engine_puts_around_it_is_left_out(text: str) -> None:
    assert sentences(text) == [(Word.REFUSES, ERROR.sentence)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        ERROR.sentence,
        f"statefast refuses: {ERROR.sentence}",
        f"{ERROR.sentence} [statefast]",
        "statefast: x [statefast]",
        "statefast refuses: one line\nanother [statefast]",
    ],
)
def test_without_a_whole_frame_there_is_no_sentence(text: str) -> None:
    assert sentences(text) == []


def test_a_secret_that_the_engine_masked_does_not_hide_the_sentence() -> None:
    masked = str(ERROR).replace("bounds", "[secret]")
    assert sentences(masked) == [(Word.REFUSES, ERROR.sentence.replace("bounds", "[secret]"))]


@given(word=st.sampled_from(Word), sentence=HOSTILE, before=TEXT, after=TEXT)
def test_any_sentence_is_found_as_one_line(
    word: Word, sentence: str, before: str, after: str
) -> None:
    found = sentences(f"{before}{framed(word, sentence)}{after}")
    assert len(found) <= 1
    for its, text in found:
        assert its is word
        assert framed(word, text) == framed(word, sentence)


@given(sentence=HOSTILE)
def test_a_sentence_of_a_sentence_is_one_sentence(sentence: str) -> None:
    inner = StatefastError("a", "b", sentence, sentence, sentence)
    outer = StatefastError("c", "d", 1, f"but {inner}", "stop")
    ((word, text),) = sentences(f"error: {outer}")
    assert word is Word.REFUSES
    assert text.startswith("c: d is 1, but a: b is ")
    assert text.endswith("; stop.")


def test_a_note_is_framed_by_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", lambda text, component: said.append(text))
    report(["claim a grows", Warns("b starts empty")])
    assert sentences("\n".join(said)) == [
        (Word.NOTES, "claim a grows"),
        (Word.WARNS, "b starts empty"),
    ]


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("env.PGDATA", True),
        ("env.DB_PASSWORD", False),
        ("sidecars[0].env.apiKey", False),
        ("secret_env.X", False),
        ("secrets.mysql.ROOT", False),
        ("env_sources.DB_PASSWORD.secret", True),
        ("generated_secret_env.X", True),
        ("image_pull_secrets[0]", True),
        ("storage_class_name", True),
    ],
)
def test_a_variable_that_sounds_like_a_secret_is_not_quoted(field: str, shown: bool) -> None:
    sentence = StatefastError("workload a", field, "hunter2", "not good", "write another").sentence
    assert ("hunter2" in sentence) is shown
    assert ("(hidden)" in sentence) is not shown


def test_the_frame_is_read_without_the_sdk() -> None:
    file = Path(__file__).parents[2] / "components" / "marks.py"
    code = f"import runpy, sys; runpy.run_path({str(file)!r}); print('pulumi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
