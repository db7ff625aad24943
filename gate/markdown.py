"""Text of others inside of Markdown: nothing in a name may act as markup, or call somebody."""

import re

__all__ = ["clean", "code", "cut", "fenced", "prose", "quoted"]

_MARKUP = re.compile(r"([\\`*_\[\]<>|~#])")
_LONGEST = 300
# An invisible break: GitHub and GitLab make links of what looks like one after Markdown is done,
# escaped or not.
_BREAK = "\u200b"
_LINKS = (
    # People, teams, addresses; issues, changes, milestones, labels, snippets.
    (re.compile(r"([@#!%~^])(?=[\w\"'])"), rf"\1{_BREAK}"),
    (re.compile(r"(&amp;)(?=\d)"), rf"\1{_BREAK}"),
    (re.compile(r"\b(GH)-(?=\d)", re.IGNORECASE), rf"\1{_BREAK}-"),
    # What is written out, and what begins like a host.
    (re.compile(r":(?=//)"), rf":{_BREAK}"),
    (re.compile(r"\b(www)\.", re.IGNORECASE), rf"\1{_BREAK}."),
    # `:name:` is a picture.
    (re.compile(r":(?=[\w+-]+:)"), rf":{_BREAK}"),
    # Commits, which have seven digits at least.
    (re.compile(r"([0-9a-f]{6})(?=[0-9a-f])"), rf"\1{_BREAK}"),
)


def clean(text: str) -> str:
    """One line of visible text that can be written as UTF-8.

    Without control characters, those that turn the direction of what follows, those that are not
    seen at all, and halves of characters.
    """
    if not text.isprintable():
        text = "".join(its if its.isprintable() else " " for its in text)
    return " ".join(text.split())


def cut(text: str, longest: int = _LONGEST) -> str:
    """The text, cut to a length that a table can take."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def code(text: str) -> str:
    """A name in a code span, in a table too."""
    shown = cut(clean(text)).replace("`", "'")
    # A table takes two backslashes for one, and the pipe behind them for its own.
    shown = shown.replace("\\|", f"\\{_BREAK}|").replace("|", "\\|")
    return f"`{shown or '-'}`"


def prose(text: str, longest: int = _LONGEST) -> str:
    """A sentence that may hold names."""
    escaped = _MARKUP.sub(r"\\\1", cut(clean(text), longest)).replace("&", "&amp;")
    for pattern, broken in _LINKS:
        escaped = pattern.sub(broken, escaped)
    # A dollar would begin a formula.
    return escaped.replace("$", "&#36;")


def quoted(text: str) -> str:
    """A text as YAML takes it in double quotes."""
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def fenced(lines: list[str], language: str) -> list[str]:
    """A block to copy from, whatever is in its lines."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *lines, fence]
