"""The comment on a pull request: the verdict first, then the volumes that matter."""

from collections.abc import Iterable, Iterator

from .finding import Judged
from .judge import CONSENT, Verdict
from .markdown import clean, code, prose
from .report import Report
from .severity import Severity

__all__ = ["LIMIT", "comment", "marker"]

# GitHub takes 65,536 characters.
LIMIT = 64_000
ICONS = {
    Severity.SAFE: "🟢",
    Severity.ROLLS_PODS: "🔵",
    Severity.DOWNTIME: "🟡",
    Severity.AT_RISK: "🟠",
    Severity.LOST: "🔴",
}
_LONGEST_CONSENT = 2_000
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
    text = ""
    for stacks, rows, details in _STEPS:
        text = "\n".join(_lines(report, stacks, rows, details)) + "\n"
        # As GitHub counts: characters outside of the first plane are two.
        if len(text.encode("utf-16-le")) // 2 < LIMIT:
            break
    return text


def _lines(report: Report, stacks: int, rows: int, details: int) -> Iterator[str]:
    yield marker(report.stacks)
    yield f"## {headline(report)}"
    yield ""
    yield _outcome(report)
    for failure in report.failures[:stacks]:
        yield ""
        yield f"❌ {code(failure.stack)}: {prose(failure.said)}"
    several = len(report.verdicts) + len(report.failures) > 1
    for verdict in report.verdicts[:stacks]:
        yield ""
        if several:
            yield f"### {code(verdict.stack)}: {ICONS[verdict.severity]} {verdict.severity.label}"
            yield ""
        yield from _section(verdict, report.fail_on, rows, details)
    left = max(0, len(report.verdicts) - stacks) + max(0, len(report.failures) - stacks)
    if left:
        yield ""
        yield f"_{left} more stacks are left out here; the JSON report has them all._"


def headline(report: Report) -> str:
    """The verdict in one line."""
    if report.failures:
        names = ", ".join(code(failure.stack) for failure in report.failures[:3])
        return f"❌ No verdict for {names}"
    if not report.verdicts:
        return "❌ No verdict: there was no preview to judge"
    worst = report.verdicts[0]
    where = code(worst.stack)
    if len(report.verdicts) > 1:
        where += f" (and {len(report.verdicts) - 1} more stacks judged)"
    said = f"{ICONS[worst.severity]} {worst.severity.label.capitalize()}"
    agreed = [its for its in worst.judged if its.found_severity > its.severity]
    if worst.severity is Severity.SAFE and agreed:
        gravest = max(agreed, key=lambda its: its.found_severity)
        more = f" and {len(agreed) - 1} more" if len(agreed) > 1 else ""
        label = gravest.found_severity.label
        return f"{said}, but for {label} by consent: {code(gravest.edit.resource)}{more} in {where}"
    if worst.severity is Severity.SAFE:
        growing = sum(its.grows for its in worst.judged)
        what = f"{growing} volume{'s' * (growing != 1)} grow{'s' * (growing == 1)}"
        return f"{said}: {what if growing else 'no volume is touched'} in {where}"
    its = [judged for judged in worst.judged if judged.severity is worst.severity]
    more = f" and {len(its) - 1} more" if len(its) > 1 else ""
    return f"{said}: {code(its[0].edit.resource)}{more} in {where}"


def _outcome(report: Report) -> str:
    if report.failures or not report.verdicts:
        return "**Stopped**: without a verdict nothing passes."
    judged = [its for verdict in report.verdicts for its in verdict.judged]
    counts = [
        f"{number} {severity.label}"
        for severity in reversed(Severity)
        if severity and (number := sum(its.severity is severity for its in judged))
    ]
    consented = sum(its.found_severity > its.severity for its in judged)
    if consented:
        counts.append(f"{consented} consented to")
    said = f": {', '.join(counts)}" if counts else ""
    if report.passed:
        return f"**Passes**{said}."
    return f"**Stopped**{said}. It takes the consent of the owner, or another way."


def _section(verdict: Verdict, fail_on: Severity, rows: int, details: int) -> Iterator[str]:
    shown = [its for its in verdict.judged if its.found_severity or its.grows]
    if shown[:rows]:
        yield "| verdict | object | size | what happens to the data |"
        yield "|---|---|---|---|"
        for its in shown[:rows]:
            yield _row(its)
        yield ""
    if len(shown) > rows:
        yield f"_{len(shown) - rows} less grave ones are left out here._"
        yield ""
    if verdict.untouched:
        yield f"Claims, volumes and StatefulSets that stay as they are: {verdict.untouched}."
        yield ""
    for note in verdict.notes[:5]:
        yield f"> {prose(note)}"
        yield ""
    told = [its for its in verdict.judged if its.found_severity or not its.grows]
    if told[:details]:
        yield "<details><summary>Why, and what to consent to</summary>"
        yield ""
        for its in told[:details]:
            yield from _details(its)
        if len(told) > details:
            yield f"_{len(told) - details} more are left out here; the JSON report has them all._"
            yield ""
        yield from _consents(told[:details], fail_on, verdict.stack)
        yield "</details>"


def _row(its: Judged) -> str:
    worst = its.worst
    severity = its.severity
    label = f"{ICONS[severity]}&nbsp;{severity.label.replace(' ', '&nbsp;')}"
    if severity is Severity.LOST:
        label = f"**{label}**"
    if its.found_severity > severity:
        label += f"<br><sub>consented to: {its.found_severity.label}</sub>"
    place = f" in {prose(its.edit.namespace)}" if its.edit.namespace else ""
    what = f"{code(its.edit.name)}<br><sub>{its.edit.kind.name}{place}</sub>"
    return f"| {label} | {what} | {_size(its)} | {prose(worst.said)} |"


def _size(its: Judged) -> str:
    old, new = prose(its.old_size), prose(its.new_size)
    if old and new and old != new:
        old, new = f"{old} →", f"**{new}**"
        return f"{old} {new}".replace(" ", "&nbsp;")
    return (old or new).replace(" ", "&nbsp;")


def _details(its: Judged) -> Iterator[str]:
    place = f" in {code(its.edit.namespace)}" if its.edit.namespace else ""
    yield f"**{code(its.edit.resource)}**{place}, {its.edit.action.value}"
    yield ""
    for found in its.findings:
        agreed = ", consented to" if its.consented(found) else ""
        yield (
            f"- {ICONS[found.severity]} {found.severity.label}{agreed} ({code(found.rule)}):"
            f" {prose(found.said)}"
        )
        for change in found.changes:
            yield f"  - {code(change.field)}: {prose(change.old)} → {prose(change.new)}"
    yield ""


def _consents(judged: Iterable[Judged], fail_on: Severity, stack: str) -> Iterator[str]:
    texts = [text for its in judged for text in its.missing_consents(fail_on)]
    lines = [f"    - {_quoted(text)}" for text in texts if len(text) < _LONGEST_CONSENT]
    if not lines:
        return
    fence = "`" * 4 if any("```" in line for line in lines) else "```"
    yield (
        f"Who owns the data and wants this all the same adds to {code(f'Pulumi.{stack}.yaml')},"
        " for this one change:"
    )
    yield ""
    yield f"{fence}yaml"
    yield "config:"
    yield f"  {CONSENT}:"
    yield from lines
    yield fence
    yield ""


def _quoted(text: str) -> str:
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
