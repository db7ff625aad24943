"""The remedy for a word that is not known: the nearest one that is."""

import difflib
from collections.abc import Iterable

from .renamed import new_name

__all__ = ["nearest"]


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy that names the nearest known word first, then all of them."""
    names = list(known)
    if not names:
        return "remove it: no keys are expected here"
    if renamed := new_name(word, names):
        return f"it is called {renamed!r} now"
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.5)
    known_list = ", ".join(names)
    if close:
        return f"did you mean {folded[close[0]]!r}? Known are {known_list}"
    return f"known are {known_list}"
