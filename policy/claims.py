"""The claims of a stack: those it declares, and those that its sets make of their templates."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .facts import UNKNOWN, Facts
from .things import Thing, may_be_one

__all__ = ["CLAIM", "Claim", "claims_in", "keys_of", "templates_of"]

CLAIM = "PersistentVolumeClaim"
_SET = "StatefulSet"
_TEMPLATES = ("spec", "volumeClaimTemplates")
_ORDINAL = re.compile(r"[0-9]+")
_MANY, _READERS = "ReadWriteMany", "ReadOnlyMany"


@dataclass(frozen=True, eq=False)
class Claim:
    """One claim, or all those that a set makes of one template.

    Attributes:
        thing: The object that makes it: the claim, or the set.
        name: Name of the claim; None where it is not known yet.
        modes: Access modes, `UNKNOWN` among them; empty where this stack says none.
        of_set: Whether it is of a template: the set then makes one for each of its pods, named
            after `name` and its ordinal.
    """

    thing: Thing
    name: str | None
    modes: tuple[object, ...]
    of_set: bool = False

    def is_named(self, name: str, namespace: str | None) -> bool:
        """Whether pods of a namespace mean it by a name."""
        if self.name is None or not may_be_one(self.thing.namespace, namespace):
            return False
        return (self.name, self.of_set) in keys_of(name)

    @property
    def key(self) -> tuple[str, bool] | None:
        """What `keys_of` has among its answers for every name that means this claim."""
        return None if self.name is None else (self.name, self.of_set)

    @property
    def one_writer(self) -> bool:
        """Whether one node or pod at a time is to write it: no mode says that many may.

        ReadOnlyMany beside ReadWriteOnce is for many readers, and for no second writer.
        """
        modes = set(self.modes)
        return bool(modes) and not {_MANY, UNKNOWN} & modes and modes != {_READERS}

    @property
    def many_readers(self) -> bool:
        """Whether pods that only read it may be many."""
        return _READERS in self.modes


def keys_of(name: str) -> Iterator[tuple[str, bool]]:
    """The keys of the claims that a name may mean: the claim itself, or one of a template."""
    yield name, False
    stem, dash, ordinal = name.rpartition("-")
    if dash and _ORDINAL.fullmatch(ordinal):
        yield stem, True


def claims_in(things: Iterable[Thing]) -> Iterator[Claim]:
    """Every claim that the objects of a stack make."""
    for thing in things:
        if thing.kind == CLAIM:
            names = [name for name, _ in thing.said("metadata", "name")]
            known = names[0] if names and isinstance(names[0], str) else None
            modes = [mode for part in thing.parts for mode in _modes(part, "spec", "accessModes")]
            yield Claim(thing, known, tuple(modes))
        for part in thing.parts:
            for path in templates_of(part):
                name, of = part.get(*path, "metadata", "name"), part.get("metadata", "name")
                both = isinstance(name, str) and isinstance(of, str)
                known = f"{name}-{of}" if both else None
                yield Claim(thing, known, tuple(_modes(part, *path, "spec", "accessModes")), True)


def templates_of(facts: Facts) -> Iterator[tuple[str | int, ...]]:
    """Where an object of any kind has templates of claims."""
    # Of other kinds whatever is unknown is no news.
    if facts.kind != _SET and facts.peek(*_TEMPLATES) in (None, UNKNOWN):
        return
    for index in range(facts.count(*_TEMPLATES)):
        yield (*_TEMPLATES, index)


def _modes(facts: Facts, *path: str | int) -> Iterator[object]:
    if facts.get(*path) is UNKNOWN:
        yield UNKNOWN
    yield from facts.each(*path)
