"""What every report shows in the same way: signs, sizes, rows."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .finding import Judged
from .judge import Verdict
from .said import Said
from .severity import Severity

__all__ = ["ICONS", "REFUSED", "Row", "notes_beside_none", "plural", "rows", "size", "warnings"]

REFUSED = "⛔"
ICONS = {
    Severity.SAFE: "🟢",
    Severity.ROLLS_PODS: "🔵",
    Severity.DOWNTIME: "🟡",
    Severity.AT_RISK: "🟠",
    Severity.LOST: "🔴",
}
_ORDINAL = re.compile(r"(.+)-(0|[1-9]\d{0,8})")


@dataclass(frozen=True, slots=True)
class Row:
    """Objects that are shown in one row: one, or claims that differ in their ordinal alone.

    Attributes:
        objects: At least one.
        notes: What the program said of them.
    """

    objects: tuple[Judged, ...]
    notes: tuple[Said, ...]

    @property
    def first(self) -> Judged:
        """The one that stands for all of them."""
        return self.objects[0]

    @property
    def name(self) -> str:
        """The name, or like `data-zk-{0..2}`."""
        name = self.first.edit.name
        if len(self.objects) == 1:
            return name
        stem, _, low = name.rpartition("-")
        return f"{stem}-{{{low}..{int(low) + len(self.objects) - 1}}}"

    @property
    def kind(self) -> str:
        """What it is, e.g. `3 PersistentVolumeClaims`."""
        kind = self.first.edit.kind.name
        return kind if len(self.objects) == 1 else plural(len(self.objects), kind)

    def takes(self, its: Judged, notes: tuple[Said, ...]) -> bool:
        """Whether an object is the next of these."""
        last, edit = self.objects[-1], its.edit
        before, after = _ORDINAL.fullmatch(last.edit.name), _ORDINAL.fullmatch(edit.name)
        return (
            before is not None
            and after is not None
            and before[1] == after[1]
            and int(before[2]) + 1 == int(after[2])
            and self.notes == notes
            and _looks(last) == _looks(its)
        )


def _looks(its: Judged) -> object:
    edit, severities = its.edit, (its.severity, its.found_severity)
    return edit.kind, edit.namespace, edit.action, severities, size(its), its.worst.said


def rows(verdict: Verdict, told: Iterable[Judged]) -> list[Row]:
    """The rows of a table, in the order given."""
    made: list[Row] = []
    notes = [its for its in verdict.said if not its.severity]
    for its in sorted(told, key=_by_ordinal):
        beside = tuple(note for note in notes if _is_beside(note, its))
        if made and made[-1].takes(its, beside):
            made[-1] = Row((*made[-1].objects, its), beside)
        else:
            made.append(Row((its,), beside))
    return made


def _by_ordinal(its: Judged) -> tuple[int, int, str, int]:
    """As judged, with ordinals as numbers: 10 comes after 9."""
    match = _ORDINAL.fullmatch(its.edit.resource)
    stem, ordinal = (match[1], int(match[2])) if match else (its.edit.resource, -1)
    return -its.severity, -its.found_severity, stem, ordinal


def _is_beside(note: Said, its: Judged) -> bool:
    is_claim = its.edit.kind.name == "PersistentVolumeClaim"
    return note.names(its.edit.name) or (is_claim and note.is_near(its.edit.urn.text))


def warnings(verdict: Verdict) -> list[Said]:
    """What the program warns of: rows of their own."""
    return [its for its in verdict.said if its.severity]


def notes_beside_none(verdict: Verdict, shown: Sequence[Row]) -> list[Said]:
    """What else it said that stands in none of the rows."""
    beside = {note for row in shown for note in row.notes}
    return [its for its in verdict.said if not its.severity and its not in beside]


def plural(number: int, noun: str) -> str:
    """A number of things, e.g. `2 volumes`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def size(its: Judged) -> str:
    """Size of the volume, or from which to which it goes."""
    if its.old_size and its.new_size and its.old_size != its.new_size:
        return f"{its.old_size} → {its.new_size}"
    return its.old_size or its.new_size
