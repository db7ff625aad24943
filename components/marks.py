"""The frame around every sentence that this project says through the engine.

Whatever else the engine passes on (a traceback, the answer of an API server) may quote a secret.
Who reads previews shows the sentences in such frames and nothing around them. The frame has two
ends because the engine wraps what it passes on, before and behind, and masks secrets in between.

It imports nothing: the gate reads by it, and the gate does without the SDK.
"""

import re
from collections.abc import Sequence
from enum import Enum

__all__ = ["Word", "framed", "sentences"]

_END = "[statefast]"


class Word(Enum):
    """What a sentence is."""

    REFUSES = "refuses"
    """The run ended with it: nothing was registered that it is about."""
    WARNS = "warns"
    """The run goes on, and data may be at risk."""
    NOTES = "notes"
    """The run goes on; its owner should know."""


_BEGINS = re.compile(f"statefast (?:{'|'.join(word.value for word in Word)}): ?")
# From the last beginning before an end: the one of a frame that was cut off holds nothing.
_FRAME = re.compile(
    f"statefast ({'|'.join(word.value for word in Word)}): "
    rf"((?:(?!{_BEGINS.pattern}).)+?) {re.escape(_END)}"
)


def framed(word: Word, sentence: str) -> str:
    """The sentence as one line in its frame, e.g. `statefast notes: claim a grows [statefast]`.

    A frame inside it is opened up: the sentence of a sentence is part of it.
    """
    inside, before = " ".join(sentence.splitlines()), ""
    # More than once: what is left of two halves may be a whole one.
    while inside != before:
        inside, before = _BEGINS.sub("", inside).replace(_END, "").strip(), inside
    return f"statefast {word.value}: {inside} {_END}"


def sentences(text: str) -> Sequence[tuple[Word, str]]:
    """The framed sentences in a text of anybody's, each once, in their order."""
    found = ((Word(its[1]), its[2]) for line in text.splitlines() for its in _FRAME.finditer(line))
    return list(dict.fromkeys(found))
