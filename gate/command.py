"""`statefast gate`: reads previews, writes reports, says whether the change passes."""

import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from .comment import comment
from .document import dump
from .errors import GateError
from .github import annotations
from .judge import Verdict, judge
from .reading import COMMAND, read_preview
from .report import Failure, Report
from .said import said_in
from .severity import Severity
from .terminal import print_report

__all__ = ["report_on", "run"]

STDIN = "-"
# The log of a job is no terminal, and has room.
_JOB_WIDTH = 120


def run(
    sources: Sequence[tuple[str | None, str]],
    fail_on: str,
    comment_file: str | None,
    json_file: str | None,
    environment: Mapping[str, str] = os.environ,
) -> int:
    """Judges previews and writes what was asked for.

    Args:
        sources: For each preview the name of its stack, or None for the one it names itself,
            and its file; `-` for standard input.
        fail_on: Label of the least severity that fails.
        comment_file: Where the Markdown goes, if anywhere; `-` for standard output.
        json_file: Where the JSON goes, in the same way.
        environment: Says whether this is a job of GitHub Actions, and where its summary is.

    Returns:
        The exit code.
    """
    threshold = _threshold(fail_on)
    if threshold is None:
        choices = ", ".join(severity.label for severity in Severity if severity)
        print(f"--fail-on {fail_on!r} stops nothing or all; choose {choices}.", file=sys.stderr)
        return 2
    report = report_on(sources, threshold)
    to_stdout = STDIN in (comment_file, json_file)
    # Whoever reads JSON or Markdown from standard output reads nothing else there.
    people = sys.stderr if to_stdout else sys.stdout
    in_job = environment.get("GITHUB_ACTIONS") == "true"
    for stream in (sys.stdout, sys.stderr):
        # Better a question mark in a name than no report.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    print_report(report, Console(file=people, width=_JOB_WIDTH if in_job else None))
    if in_job:
        for line in annotations(report):
            print(line, file=people)
    try:
        if comment_file:
            _write(comment_file, comment(report))
        if json_file:
            _write(json_file, dump(report))
        summary = environment.get("GITHUB_STEP_SUMMARY")
        if summary:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(comment(report))
    except OSError as error:
        print(f"{error.filename} cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    return report.exit_code


def _threshold(label: str) -> Severity | None:
    try:
        # Safe is no threshold: nothing would pass.
        return Severity.named(label) or None
    except ValueError:
        return None


def report_on(sources: Iterable[tuple[str | None, str]], fail_on: Severity) -> Report:
    """Reads and judges each preview; one that cannot be read spoils none of the others."""
    verdicts: list[Verdict] = []
    failures: list[Failure] = []
    for stack, source in sources:
        # Without its folder: the comment is read elsewhere.
        name = "standard input" if source == STDIN else Path(source).name
        data = b""
        try:
            data = _read(source, name)
            verdict = judge(read_preview(data, name, stack))
            if any(verdict.stack == other.stack for other in verdicts):
                raise GateError(
                    f"{name} is a second preview of stack {verdict.stack}; give one for each"
                    " stack, or name them with --stack."
                )
        except GateError as error:
            failures.append(
                Failure(
                    stack=stack or error.stack or _stem(source),
                    said=str(error),
                    sentences=said_in(data),
                    refused=error.refused,
                )
            )
        else:
            verdicts.append(verdict)
    if not verdicts and not failures:
        failures.append(Failure(stack="-", said=f"There is no preview; run `{COMMAND}` first."))
    verdicts.sort(key=lambda verdict: (-verdict.severity, verdict.stack))
    return Report(verdicts=verdicts, failures=failures, fail_on=fail_on)


def _stem(source: str) -> str:
    return "stdin" if source == STDIN else Path(source).stem


def _read(source: str, name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "that is no file name"
        raise GateError(f"{name} cannot be read: {why}.") from None


def _write(place: str, text: str) -> None:
    if place == STDIN:
        sys.stdout.write(text)
    else:
        Path(place).write_text(text, encoding="utf-8")
