"""What a conversion tells its reader: what is written differently, what is left out, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Kind", "Note", "Notes"]


class Kind(StrEnum):
    """What a note is about, in the order in which people want to read."""

    TODO = "to do"
    CHANGED = "changed"
    STAYS = "stays as it is, in no stack"
    DROPPED = "dropped"
    MODERNISED = "modernised"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that a reader should know.

    Attributes:
        kind: What it is about.
        where: The object, as `<kind> <name>`.
        text: What, and why, without a full stop.
    """

    kind: Kind
    where: str
    text: str


@dataclass(slots=True)
class Notes:
    """The notes of one conversion, each told once."""

    _told: dict[Note, None] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Note]:
        """All of them, by kind and object, in the order in which they were told."""
        objects = list(dict.fromkeys(note.where for note in self._told))
        kinds = list(Kind)
        return iter(
            sorted(self._told, key=lambda it: (kinds.index(it.kind), objects.index(it.where)))
        )

    def todo(self, where: str, text: str) -> None:
        """Something that only a person can decide."""
        self._tell(Kind.TODO, where, text)

    def stays(self, where: str, text: str) -> None:
        """An object that goes on without the stack."""
        self._tell(Kind.STAYS, where, text)

    def changed(self, where: str, text: str) -> None:
        """Something that is another way from now on."""
        self._tell(Kind.CHANGED, where, text)

    def dropped(self, where: str, text: str) -> None:
        """Something that is not in the result."""
        self._tell(Kind.DROPPED, where, text)

    def modernised(self, where: str, text: str) -> None:
        """Something that Kubernetes spells in another way today."""
        self._tell(Kind.MODERNISED, where, text)

    def _tell(self, kind: Kind, where: str, text: str) -> None:
        self._told.setdefault(Note(kind, where, text))
