"""What the program itself said in a preview: refusals, warnings and notes of its guard.

Only sentences in the frame of this project are read. Every other message may quote a secret.
"""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from .library import Word, sentences
from .severity import Severity
from .urn import Urn

__all__ = ["Said", "said_by", "said_in", "unsaid"]

_ROOT = "pulumi:pulumi:Stack"
# A consent as the guard writes it (guard/consent.py), quoted as Python quotes a text.
_CONSENT = re.compile(
    r"""(?P<quote>['"])(?P<text>(?:(?!(?P=quote))[^\\]|\\.)+ -> (?:(?!(?P=quote))[^\\]|\\.)+"""
    r""" \[[0-9a-f]{8}\])(?P=quote)"""
)
_ESCAPED = re.compile(r"\\(['\"\\])")
_LONGEST = 4_000
_WORDS = re.compile(r"\w[\w.-]*")
_MASKED = "[secret]"
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, kw_only=True)
class Said:
    """One sentence.

    Attributes:
        word: Whether it refuses, warns or notes.
        text: The sentence.
        about: Name of the component it was said at; empty where it is about the stack.
        children: URNs of what that component is made of, one level down.
        consents: What its owner may add to the config to have it all the same.
    """

    word: Word
    text: str
    about: str = ""
    children: frozenset[str] = field(default=frozenset(), repr=False)
    consents: tuple[str, ...] = ()

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word.rstrip(".-") for word in _WORDS.findall(self.text))

    def names(self, name: str) -> bool:
        """Whether an object's name is one of its words."""
        return name in self._words

    def is_near(self, urn: str) -> bool:
        """Whether it is said at the very component that an object is part of."""
        return urn in self.children

    @property
    def severity(self) -> Severity:
        """How bad it is; a refusal that did not end the preview is not less than a warning."""
        return Severity.SAFE if self.word is Word.NOTES else Severity.AT_RISK

    @property
    def subject(self) -> str:
        """Kind and name of what it is about, e.g. `StatefulSet zookeeper`, as far as it says."""
        head, colon, _ = self.text.partition(": ")
        return head if colon and self.word is Word.REFUSES else self.about

    @property
    def parts(self) -> tuple[str, str]:
        """What is wrong, and what to write; the second may be empty.

        A single consent is taken out: it stands by itself, to be copied. Of several the sentence
        says when which one is meant.
        """
        rest = self.text.removeprefix(f"{self.subject}: ").removesuffix(".")
        if len(self.consents) == 1:
            rest = _CONSENT.sub("the line below", rest)
        depth = 0
        for at, character in enumerate(rest):
            depth += (character == "(") - (character == ")")
            if depth == 0 and rest.startswith("; ", at):
                return rest[:at], rest[at + 2 :]
        return rest, ""


def said_by(diagnostics: Iterable[object], steps: Iterable[object] = ()) -> tuple[Said, ...]:
    """The sentences in the diagnostics of a preview, each once at each place, refusals first.

    Args:
        diagnostics: As the engine prints them; what is none is passed over.
        steps: Those of the preview, for what a component is made of.
    """
    found: dict[tuple[Word, str], list[str]] = {}
    for item in diagnostics:
        if isinstance(item, Mapping) and isinstance(message := item.get("message"), str):
            for sentence in sentences(message):
                found.setdefault(sentence, []).append(_component(item.get("urn")))
    return _sorted(found, _children(steps) if any(map(any, found.values())) else {})


def _children(steps: Iterable[object]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for step in steps:
        states = (step.get("oldState"), step.get("newState")) if isinstance(step, Mapping) else ()
        for state in states:
            if isinstance(state, Mapping) and isinstance(parent := state.get("parent"), str):
                found.setdefault(parent, set()).add(str(step.get("urn")))  # type: ignore[attr-defined]
    return {parent: frozenset(urns) for parent, urns in found.items()}


def said_in(data: bytes) -> tuple[Said, ...]:
    """The sentences in whatever it is: a preview, half of one, a stream of events, a log."""
    text = data.decode("utf-8-sig", "replace")
    with suppress(ValueError, RecursionError, AttributeError, TypeError):
        return said_by(json.loads(text).get("diagnostics") or ())
    if not text.lstrip().startswith("{"):
        return _sorted({sentence: [""] for sentence in sentences(text)})
    found: dict[tuple[Word, str], list[str]] = {}
    for match in _JSON_TEXT.finditer(text):
        if "statefast" not in match[0]:
            continue
        try:
            message = json.loads(match[0], strict=False)
        except ValueError:
            continue
        found |= {sentence: [""] for sentence in sentences(message)}
    return _sorted(found)


def unsaid(errors: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Those of the errors of a preview that hold no sentence of the program."""
    return [item for item in errors if not said_by([item])]


def _sorted(
    found: Mapping[tuple[Word, str], Iterable[str]],
    children: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> tuple[Said, ...]:
    order = list(Word)
    made = [
        Said(
            word=word,
            text=text,
            about=urn.rpartition("::")[2],
            children=children.get(urn, frozenset()),
            consents=_consents(text),
        )
        for (word, text), urns in found.items()
        # The engine repeats at the stack what it says elsewhere.
        for urn in sorted({urn for urn in urns if urn} or {""})
    ]
    return tuple(sorted(made, key=lambda its: order.index(its.word)))


def _consents(text: str) -> tuple[str, ...]:
    given = [_ESCAPED.sub(r"\1", match["text"]) for match in _CONSENT.finditer(text[:_LONGEST])]
    # What is masked is not what its owner would have to write.
    return tuple(dict.fromkeys(its for its in given if _MASKED not in its))


def _component(urn: object) -> str:
    """The URN, where it is one of something else than the stack."""
    try:
        read = Urn.parse(urn if isinstance(urn, str) else "")
    except ValueError:
        return ""
    return "" if read.type == _ROOT else read.text
