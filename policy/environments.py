"""Whether names speak of production: by the words they are made of, in any case."""

import re
from collections.abc import Iterable
from enum import Enum

__all__ = ["Class", "class_of"]

# A run of capitals, a word of either case, or digits, which end a word: `euProd1` has three.
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PRODUCTION = frozenset({"live", "prd", "prod", "production", "prods"})
# What turns the word that follows it into its opposite.
_BEFORE = frozenset({"non", "not", "pre"})
_OTHER = frozenset(
    {
        *("dev", "devel", "develop", "development", "local", "sandbox", "sbx", "scratch"),
        *("ci", "int", "integration", "qa", "sit", "test", "testing", "tests", "tst", "uat"),
        *("stage", "staging", "stg", "nonprd", "nonprod", "nonproduction"),
        *("notprod", "notproduction", "preprd", "preprod", "preproduction"),
        *("demo", "ephemeral", "feature", "lab", "pr", "preview", "review", "temp", "tmp"),
    }
)


class Class(Enum):
    """What a name says of its environment."""

    PRODUCTION = "production"
    OTHER = "another environment"
    UNKNOWN = "nothing"


def class_of(names: Iterable[str]) -> Class:
    """What names say together: production if one of them does, something else if all do."""
    found = {_one(name) for name in names}
    if Class.PRODUCTION in found:
        return Class.PRODUCTION
    return Class.OTHER if found == {Class.OTHER} else Class.UNKNOWN


def _one(name: str) -> Class:
    words = _joined([word.lower() for word in _WORDS.findall(name)])
    if _PRODUCTION & words:
        return Class.PRODUCTION
    return Class.OTHER if _OTHER & words else Class.UNKNOWN


def _joined(words: list[str]) -> set[str]:
    """The words, with `non` and `prod` for one: they are written apart as well as together."""
    made: set[str] = set()
    taken = False
    for word, after in zip(words, [*words[1:], ""], strict=False):
        if taken:
            taken = False
            continue
        taken = word in _BEFORE and word + after in _OTHER
        made.add(word + after if taken else word)
    return made
