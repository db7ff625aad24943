"""Annotations, as the runner of GitHub Actions reads them from a job's output."""

from collections.abc import Iterator

from .markdown import clean, cut
from .report import Report
from .severity import Severity

__all__ = ["annotations"]

# The runner shows ten of a kind for a step, and drops the rest in silence.
_MOST = 10
# A sentence with its consent is not cut.
_LONGEST = 1_500


def annotations(report: Report) -> Iterator[str]:
    """Workflow commands: an error for what stops the change, a warning for what does not."""
    found = [*_of_failures(report), *_of_verdicts(report)]
    for kind in ("error", "warning"):
        chosen = [(title, text) for its, title, text in found if its == kind]
        for title, text in chosen[:_MOST]:
            yield f"::{kind} title={_property(title)}::{_data(text)}"


def _of_failures(report: Report) -> Iterator[tuple[str, str, str]]:
    for failure in report.failures:
        for refusal in failure.refusals:
            yield "error", f"Refused in {failure.stack}", refusal.text
        if not failure.refused:
            yield "error", f"No verdict for {failure.stack}", failure.said


def _of_verdicts(report: Report) -> Iterator[tuple[str, str, str]]:
    for verdict in report.verdicts:
        said = [(its.severity, its.text) for its in verdict.said]
        said += [(its.severity, f"{its.edit.resource}: {its.worst.said}") for its in verdict.judged]
        for severity, text in said:
            kind = "error" if severity >= report.fail_on else "warning"
            if severity >= min(Severity.DOWNTIME, report.fail_on):
                yield kind, f"{severity.label} in {verdict.stack}", text


def _data(text: str) -> str:
    cleaned = cut(clean(text), _LONGEST)
    return cleaned.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
