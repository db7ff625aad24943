"""Annotations, as the runner of GitHub Actions reads them from a job's output."""

from collections.abc import Iterator

from .markdown import clean, cut
from .report import Report
from .severity import Severity

__all__ = ["annotations"]

# The runner shows ten of a kind for a step, and drops the rest in silence.
_MOST = 10


def annotations(report: Report) -> Iterator[str]:
    """Workflow commands: an error for what stops the change, a warning for what does not."""
    for failure in report.failures[:_MOST]:
        yield _command("error", f"No verdict for {failure.stack}", failure.said)
    errors, warnings = [], []
    for verdict in report.verdicts:
        for its in verdict.judged:
            title = f"{its.severity.label} in {verdict.stack}"
            text = f"{its.edit.resource}: {its.worst.said}"
            if its.severity >= report.fail_on:
                errors.append(_command("error", title, text))
            elif its.severity >= Severity.DOWNTIME:
                warnings.append(_command("warning", title, text))
    for kind in (errors, warnings):
        yield from kind[:_MOST]


def _command(kind: str, title: str, text: str) -> str:
    return f"::{kind} title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    return cut(clean(text)).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
