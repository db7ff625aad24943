"""The comment on a pull request: the verdict first, then the volumes that matter."""

import re
from collections.abc import Iterable, Iterator

from .judge import Verdict
from .looks import ICONS, REFUSED, plural
from .markdown import clean, code, prose
from .refused import failed
from .report import Report
from .section import section
from .severity import Severity

__all__ = ["LIMIT", "comment", "headline", "marker"]

# GitHub takes 65,536 characters.
LIMIT = 64_000
_LONGEST_HEADLINE = 100
_LEFT_OUT = "_The rest is left out here; the JSON report has it all._"
_EMPTY_LINES = re.compile(r"\n{3,}")
# Stacks, and for each of them rows and details: the first that fits is taken.
_STEPS = (
    (100, 60, 60),
    (60, 40, 20),
    (40, 20, 8),
    (30, 8, 2),
    (20, 2, 0),
    (20, 0, 0),
)


def marker(stacks: Iterable[str]) -> str:
    """A line nobody sees, by which the comment of these stacks is found again and edited."""
    names = ",".join(clean(name).replace("-->", "").replace("<", "") for name in stacks)
    return f"<!-- statefast-gate: {names[:500]} -->"


def comment(report: Report) -> str:
    """The whole comment in Markdown, shorter than LIMIT whatever there is to say."""
    for stacks, rows, details in _STEPS:
        text = _EMPTY_LINES.sub("\n\n", "\n".join(_lines(report, stacks, rows, details)) + "\n")
        if _length(text) < LIMIT:
            return text
    return _smallest(report)


def _length(text: str) -> int:
    """As GitHub counts: characters outside of the first plane are two."""
    return len(text.encode("utf-16-le")) // 2


def _smallest(report: Report) -> str:
    """As many whole lines as there is room for: none of them holds markup that ends in another."""
    lines = [*_head(report)]
    room = LIMIT - _length("\n".join([*lines, "", _LEFT_OUT, ""])) - 1
    for line in _one_line_each(report):
        room -= _length(line) + 2
        if room < 0:
            lines += ["", _LEFT_OUT]
            break
        lines += ["", line]
    return "\n".join(lines) + "\n"


def _one_line_each(report: Report) -> Iterator[str]:
    for failure in report.failures:
        refused = ", ".join(code(its.subject) for its in failure.refusals[:3])
        yield (
            f"{REFUSED} {refused} in {code(failure.stack)}"
            if refused
            else (f"❌ {code(failure.stack)}")
        )
    for verdict in report.verdicts:
        yield f"{ICONS[verdict.severity]} {code(verdict.stack)}: {verdict.severity.label}"


def _head(report: Report) -> Iterator[str]:
    yield marker(report.stacks)
    yield f"## {headline(report)}"
    yield ""
    yield _outcome(report)


def _lines(report: Report, stacks: int, rows: int, details: int) -> Iterator[str]:
    yield from _head(report)
    several = len(report.verdicts) + len(report.failures) > 1
    alone = not several and sum(len(failure.refusals) for failure in report.failures) == 1
    for failure in sorted(report.failures, key=lambda its: not its.refusals)[:stacks]:
        yield ""
        yield from failed(failure, max(1, rows // 6), alone=alone)
    for verdict in report.verdicts[:stacks]:
        yield ""
        if several:
            yield f"### {code(verdict.stack)}: {ICONS[verdict.severity]} {verdict.severity.label}"
            yield ""
        yield from section(verdict, report.fail_on, rows, details)
    left = max(0, len(report.verdicts) - stacks) + max(0, len(report.failures) - stacks)
    if left:
        yield ""
        yield f"_{left} more stacks are left out here; the JSON report has them all._"


def headline(report: Report) -> str:
    """The verdict in one line."""
    refusals = [(its, failure) for failure in report.failures for its in failure.refusals]
    if refusals:
        first, its = refusals[0]
        subject = code(first.subject or "the stack")
        more = f" and {len(refusals) - 1} more" if len(refusals) > 1 else ""
        return f"{REFUSED} Refused: {subject}{more} in {code(its.stack)}"
    if report.failures:
        names = ", ".join(code(failure.stack) for failure in report.failures[:3])
        more = f" and {len(report.failures) - 3} more" if len(report.failures) > 3 else ""
        return f"❌ No verdict for {names}{more}"
    if not report.verdicts:
        return "❌ No verdict: there was no preview to judge"
    worst = report.verdicts[0]
    where = code(worst.stack)
    if len(report.verdicts) > 1:
        where += f" (and {plural(len(report.verdicts) - 1, 'more stack')} judged)"
    return f"{ICONS[worst.severity]} {worst.severity.label.capitalize()}{_what(worst)} in {where}"


def _what(worst: Verdict) -> str:
    """What the verdict is about."""
    if worst.severity is Severity.SAFE:
        agreed = [its for its in worst.judged if its.found_severity > its.severity]
        if agreed:
            gravest = max(agreed, key=lambda its: its.found_severity)
            more = f" and {len(agreed) - 1} more" if len(agreed) > 1 else ""
            label = gravest.found_severity.label
            return f", but for {label} by consent: {code(gravest.edit.resource)}{more}"
        growing = sum(its.grows for its in worst.judged)
        if growing:
            return f": {plural(growing, 'volume')} grow{'s' * (growing == 1)}"
        return ": no volume is touched"
    names = [code(its.edit.resource) for its in worst.judged if its.severity is worst.severity]
    names += [
        code(its.about) if its.about else prose(its.parts[0].partition(", ")[0], _LONGEST_HEADLINE)
        for its in worst.said
        if its.severity is worst.severity
    ]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f": {names[0]}{more}"


def _outcome(report: Report) -> str:
    if any(failure.refusals for failure in report.failures):
        return "**Stopped**: the program refuses this edit before anything is touched."
    if report.failures or not report.verdicts:
        return "**Stopped**: without a verdict nothing passes."
    judged = [its for verdict in report.verdicts for its in verdict.judged]
    all_said = [its for verdict in report.verdicts for its in verdict.said]
    counts = []
    for severity in reversed(Severity):
        number = sum(its.severity is severity for its in judged)
        number += sum(its.severity is severity for its in all_said)
        if severity and number:
            label = severity.label if number == 1 else severity.label.replace("rolls", "roll")
            counts.append(f"{number} {label}")
    consented = sum(its.found_severity > its.severity for its in judged)
    if consented:
        counts.append(f"{consented} consented to")
    said = f": {', '.join(counts)}" if counts else ""
    if report.passed:
        return f"**Passes**{said}."
    return f"**Stopped**{said}. It takes the consent of the owner, or another way."
