"""Whatever a name is, it stays a name: in Markdown, in a terminal, in the log of a job."""

import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console

import gate.finding
from gate.command import report_on
from gate.comment import LIMIT, comment
from gate.document import dump
from gate.github import annotations
from gate.judge import CONSENT
from gate.report import Failure, Report
from gate.severity import Severity
from gate.terminal import print_report
from statefast.marks import Word, framed

from .handmade import UNKNOWN, Json, claim_spec, judged, preview, state, step

CLAIM = "PersistentVolumeClaim"
# What has a meaning to Markdown, to GitHub and GitLab, to a terminal, or to the runner of a job.
_PIECES = (
    *("\x00", "\x1b[31m", "\x1b]8;;http://e.example\x07", "\x7f", "\x9b", "\r", "\n", "\r\n", "\t"),
    *("\u202e", "\u2066", "\u200b", "\u200f", "\u2028", "\u2029", "\ufeff", "\ud800", "\udc00"),
    *("`", "``", "```\n", "~~~\n", "|", "\\|", "\\", "*", "**x**", "_y_", "~~z~~", "$x$", "$$"),
    *("<b>", "<img src=x onerror=alert(1)>", "</details>", "<!--", "-->", "</sub>", "&", "&lt;"),
    *("[a](http://b)", "![a](b)", "[a]: http://b", "# x", "- x", "> x", "1. x", "---", "| - |"),
    *("@octocat", "@org/team", "#1", "!2", "%3", "~label", "&4", "org/repo#5", "GH-6", ":tada:"),
    *("http://evil.example", "https://e.example/a?b=c", "www.evil.example", "ftp://e.example"),
    *("mailto:a@evil.example", "a@evil.example", "xmpp:a@evil.example", "deadbeefcafe", "0123456"),
    *("::set-output name=a::b", "::error::x", "::add-mask::x", "::stop-commands::x", "%0A::x"),
    *("##[command]x", "##[error]", "##vso[task.setvariable]x", "${{ secrets.TOKEN }}", "{{ x }}"),
    *("[red]", "[/]", "[link=http://b]x[/link]", "%", "%25", '"', "'", ": ", "; ", " -> ", "db"),
)  # fmt: skip
NAMES = st.one_of(
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6).map("".join),
    st.tuples(st.sampled_from(_PIECES), st.integers(1, 90)).map(lambda its: its[0] * its[1]),
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=20),
)
_TAGS = {"<br>", "<sub>", "</sub>"}
_BLOCKS = (
    "<!-- statefast-gate: ",
    "<details><summary>Why, object by object</summary>",
    "</details>",
)
# What GitHub or GitLab make a link, a mention or a picture of, wherever it is not code.
_LIVE = re.compile(
    r"@\w|[#!%~]\d|~\w|&\d|\bGH-\d|://|\bwww\.|:[\w+-]+:|\b[0-9a-f]{7,40}\b",
    re.IGNORECASE,
)
EXAMPLES = int(os.environ.get("STATEFAST_EXAMPLES", "400")) // 4
MANY = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def _stack(name: str, namespace: str, other: str) -> Json:
    """Claims that go, grow and are replaced, a rename, and what the program says of all that."""
    metadata = {"name": name, "namespace": namespace}
    before, after = ({"type": "p", "inputs": {"kubeconfig": its}} for its in (name, other))
    old = state(CLAIM, {"metadata": metadata, **claim_spec(of=other)})
    new = state(CLAIM, {"metadata": metadata, **claim_spec(of=name)})
    gone = {**metadata, "name": other}
    consent = f"'a: b {name} -> c [0a1b2c3d]'"
    text = f"claim {name}: it has {other}; write {namespace} or consent by {consent}"
    said = [framed(word, text) for word in (Word.NOTES, Word.WARNS)]
    return preview(
        step("replace", CLAIM, old, new, name),
        step("delete", CLAIM, state(CLAIM, {"metadata": gone, **claim_spec()}), None, other),
        step("create", CLAIM, None, new, namespace),
        step("replace", "Provider", before, after, name),
        diagnostics=[{"message": its, "severity": "warning"} for its in said],
    )


def _report(folder: Path, name: str, namespace: str, other: str) -> Report:
    made = _stack(name, namespace, other)
    refused = {
        **made,
        "diagnostics": [
            {"message": framed(Word.REFUSES, f"{name}: {other}; {namespace}"), "severity": "error"},
        ],
    }
    sources: list[tuple[str | None, str]] = []
    for number, its in enumerate((made, refused)):
        file = folder / f"{number}.json"
        file.write_bytes(json.dumps(its).encode())
        sources.append((f"org/{number}/dev" if number else None, str(file)))
    return report_on(sources, Severity.AT_RISK)


def _tokens(text: str) -> list[Token]:
    parsed = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text)
    return [child for block in parsed for child in (block.children or [block])]


def _outside_of_code(text: str) -> Iterator[str]:
    inside = ""
    for line in text.splitlines():
        mark = re.match("`{3,}", line)
        if mark and not inside:
            inside = mark[0]
        elif inside:
            inside = "" if line == inside else inside
        else:
            yield re.sub("`[^`]*`", "", line)


def _check_markdown(text: str) -> None:
    assert len(text.encode("utf-16-le")) // 2 < LIMIT
    assert all(its.isprintable() or its == "\n" or its == "\u200b" for its in text)
    tokens = _tokens(text)
    assert not {its.type for its in tokens} & {"link_open", "em_open", "image", "s_open", "hr"}
    assert {its.content for its in tokens if its.type == "html_inline"} <= _TAGS
    for its in tokens:
        if its.type == "html_block":
            assert its.content.startswith(_BLOCKS), its.content
        if its.type == "text":
            assert not _LIVE.search(its.content), its.content
        if its.type == "fence":
            first, second, *rest = its.content.splitlines()
            assert (first, second) == ("config:", f"  {CONSENT}:")
            assert all(re.fullmatch(r'    - "(?:[^"\\]|\\.)*"', line) for line in rest)
    # A dollar outside of code begins a formula, before Markdown is read.
    assert not [line for line in _outside_of_code(text) if "$" in line]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} <= {5}


def _check_log(text: str) -> None:
    text.encode()
    assert all(its.isprintable() or its in "\n\u200b" for its in text)
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    assert not re.search(r"##(\[|vso\[)", text)


@given(name=NAMES, namespace=NAMES, other=NAMES, width=st.integers(30, 140))
@MANY
def test_a_name_stays_a_name(
    tmp_path_factory: pytest.TempPathFactory, name: str, namespace: str, other: str, width: int
) -> None:
    report = _report(tmp_path_factory.getbasetemp(), name, namespace, other)
    _check_markdown(comment(report))
    screen = io.StringIO()
    print_report(report, Console(file=screen, width=width))
    _check_log(screen.getvalue())
    for line in annotations(report):
        line.encode()
        assert line.isprintable()
        assert re.fullmatch(r"::(error|warning) title=[^:,\n]*::.*", line)
        assert "%0A" not in line.upper()
    json.loads(dump(report).encode("ascii"))


@given(name=NAMES.filter(lambda its: len(its) > 1), number=st.sampled_from([2, 9, 40]))
@settings(MANY, max_examples=EXAMPLES // 8)
def test_a_comment_of_long_names_is_never_too_long(name: str, number: int) -> None:
    long = (name * 300)[:300]
    verdicts = [judged(_stack(f"{long}{n}", long, f"{n}{long}")) for n in range(3)]
    failures = [Failure(stack=f"{long}{n}", said=f"{n} {long}") for n in range(number)]
    made = Report(verdicts=verdicts * number, failures=failures, fail_on=Severity.AT_RISK)
    assert len(comment(made).encode("utf-16-le")) // 2 < LIMIT


def test_25_stacks_and_25_failures_of_marks_are_not_too_long() -> None:
    long = "&|" * 150
    verdicts = [judged(_stack(f"{long}{n}", long, long)) for n in range(25)]
    failures = [Failure(stack=f"{long}{n}", said=long) for n in range(25)]
    made = Report(verdicts=verdicts, failures=failures, fail_on=Severity.AT_RISK)
    text = comment(made)
    assert len(text.encode("utf-16-le")) // 2 < LIMIT
    _check_markdown(text)


def _deletions(number: int) -> Json:
    steps = []
    for n in range(number):
        body = {"metadata": {"name": f"claim-{n}", "namespace": "data"}, **claim_spec()}
        steps.append(step("delete", CLAIM, state(CLAIM, body), None, f"claim-{n}"))
    made = preview(*steps)
    texts = [text for its in judged(made).judged for text in its.missing_consents(Severity.LOST)]
    assert len(texts) == number
    return {**made, "config": {CONSENT: json.dumps(texts)}}


def test_consents_cost_as_much_as_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, since time is another one on each machine: twice as many take twice as much."""
    counts = []
    for number in (200, 400):
        document, calls = _deletions(number), 0

        def counting(text: str) -> str:
            nonlocal calls
            calls += 1
            return " ".join(text.split())

        with monkeypatch.context() as patched:
            patched.setattr(gate.finding, "spaced", counting)
            report = Report(verdicts=[judged(document)], failures=[], fail_on=Severity.AT_RISK)
            comment(report)
            assert report.passed
        counts.append(calls)
    assert counts[1] <= counts[0] * 2.1


def test_no_consent_is_offered_for_what_is_not_known_yet() -> None:
    new = state(CLAIM, claim_spec(of=UNKNOWN, accessModes=[UNKNOWN]))
    verdict = judged(preview(step("replace", CLAIM, state(CLAIM, claim_spec()), new)))
    report = Report(verdicts=[verdict], failures=[], fail_on=Severity.AT_RISK)
    screen = io.StringIO()
    print_report(report, Console(file=screen, width=100))
    assert verdict.severity is Severity.LOST
    assert CONSENT not in comment(report)
    assert CONSENT not in screen.getvalue()
