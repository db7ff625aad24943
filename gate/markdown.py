"""Text of others inside of Markdown: nothing in a name may act as markup, or call somebody."""

import re

__all__ = ["clean", "code", "cut", "prose"]

# Control characters, and those that turn the direction of what follows.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_MARKUP = re.compile(r"([\\`*_\[\]<>|~#])")
_LONGEST = 300


def clean(text: str) -> str:
    """One line of visible text that can be written as UTF-8."""
    known = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(_INVISIBLE.sub(" ", known).split())


def cut(text: str, longest: int = _LONGEST) -> str:
    """The text, cut to a length that a table can take."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def code(text: str) -> str:
    """A name in a code span, in a table too."""
    return f"`{cut(clean(text)).replace('`', chr(39)).replace('|', chr(92) + '|') or '-'}`"


def prose(text: str) -> str:
    """A sentence that may hold names."""
    escaped = _MARKUP.sub(r"\\\1", cut(clean(text))).replace("&", "&amp;")
    # A zero-width space keeps an at sign from calling a person or a team.
    return escaped.replace("@", "@\u200b")
