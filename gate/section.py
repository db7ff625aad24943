"""The verdict on one stack, in Markdown: what happens to which volume, and why."""

from collections.abc import Iterator, Sequence

from .finding import Judged
from .judge import Verdict
from .looks import ICONS, Row, notes_beside_none, plural, rows, size, warnings
from .markdown import code, prose
from .refused import consent_block, offers_choice, spelled_out
from .said import Said
from .severity import Severity

__all__ = ["section"]

_LONGEST_NOTE = 600
_MOST_NOTES = 10


def section(verdict: Verdict, fail_on: Severity, most: int, details: int) -> Iterator[str]:
    """What there is to say of one stack.

    Args:
        verdict: Its verdict.
        fail_on: The least severity that does not pass.
        most: How many rows the table takes.
        details: How many objects are explained.
    """
    every = rows(verdict, verdict.judged)
    told = [row for row in every if row.first.found_severity or row.first.grows or row.notes]
    shown, warned = told[:most], warnings(verdict)
    for sentence in warned[: max(most, 1)]:
        label = f"{ICONS[sentence.severity]} {sentence.severity.label.capitalize()}"
        yield from spelled_out(sentence, label, sentence.about)
    if len(warned) > max(most, 1):
        yield f"_{plural(len(warned) - max(most, 1), 'more warning')}._"
        yield ""
    if shown:
        yield "| verdict | object | size | what happens to the data |"
        yield "|---|---|---|---|"
        for row in shown:
            yield _row(row)
        yield ""
    left = sum(len(row.objects) for row in told[most:])
    if left:
        yield f"_{left} less grave ones are left out here._"
        yield ""
    if details:
        texts = _consents(verdict, fail_on, details)
        yield from consent_block(texts, verdict.stack, choice=offers_choice(warned))
    if verdict.untouched:
        yield f"Claims, volumes and StatefulSets that stay as they are: {verdict.untouched}."
        yield ""
    notes = [_note(its) for its in notes_beside_none(verdict, shown)]
    notes += [prose(note, _LONGEST_NOTE) for note in verdict.notes]
    for note in notes[: min(most, _MOST_NOTES)]:
        yield f"- {note}"
    if len(notes) > min(most, _MOST_NOTES):
        yield f"- _{plural(len(notes) - min(most, _MOST_NOTES), 'more note')}_"
    yield ""
    yield from _why([its for row in every for its in row.objects], details)


def _consents(verdict: Verdict, fail_on: Severity, details: int) -> Iterator[str]:
    for its in verdict.judged[:details]:
        yield from its.missing_consents(fail_on)
    for sentence in verdict.said:
        if sentence.severity >= fail_on:
            yield from sentence.consents


def _row(row: Row) -> str:
    its = row.first
    label = _label(its.severity)
    if its.found_severity > its.severity:
        label += f"<br><sub>consented to: {its.found_severity.label}</sub>"
    place = f" in {prose(its.edit.namespace)}" if its.edit.namespace else ""
    what = f"{code(row.name)}<br><sub>{prose(row.kind)}{place}, {its.edit.action.value}</sub>"
    said = prose(its.worst.said)
    for note in row.notes[:2]:
        said += f"<br><sub>{prose(note.text)}</sub>"
    return f"| {label} | {what} | {_size(its)} | {said} |"


def _label(severity: Severity) -> str:
    label = f"{ICONS[severity]}&nbsp;{severity.label.replace(' ', '&nbsp;')}"
    return f"**{label}**" if severity is Severity.LOST else label


def _note(said: Said) -> str:
    about = f"{code(said.about)}: " if said.about else ""
    return f"{about}{prose(said.text, _LONGEST_NOTE)}"


def _size(its: Judged) -> str:
    old, arrow, new = prose(size(its)).partition(" → ")
    return (f"{old} → **{new}**" if arrow else old).replace(" ", "&nbsp;")


def _why(judged: Sequence[Judged], details: int) -> Iterator[str]:
    told = [its for its in judged if its.found_severity or not its.grows]
    if not told[:details]:
        return
    yield "<details><summary>Why, object by object</summary>"
    yield ""
    for its in told[:details]:
        yield from _details(its)
    if len(told) > details:
        yield f"_{len(told) - details} more are left out here; the JSON report has them all._"
        yield ""
    yield "</details>"
    yield ""


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
