"""Images: which application, and which version of it, by name and tag.

What a version can read is known to nobody but its authors. So it is declared, or the careful rule
of semantic versions is taken: another first number, or an older second one, may not read the data.
"""

import re
from dataclasses import dataclass
from typing import Self

__all__ = ["Format", "Image", "unreadable"]

_NUMBERS = re.compile(r"v?(\d+(?:\.\d+)*)(?![\w.])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """Which versions read the data that another one wrote.

    Attributes:
        parts: How many numbers of a tag name the format; 0 where every version reads it.
        reads_older: Whether a newer one reads what an older one wrote.
    """

    parts: int
    reads_older: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image as a pod names it.

    Attributes:
        text: As it is written.
        name: Repository without its registry, e.g. `library/postgres` as `postgres`.
        tag: Empty where there is none.
        version: The numbers that the tag begins with; empty where it begins with none.
    """

    text: str
    name: str
    tag: str
    version: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Reads the name of an image."""
        plain, _, digest = text.partition("@")
        path, _, last = plain.rpartition("/")
        last, _, tag = last.partition(":")
        names = [*path.split("/"), last] if path else [last]
        # By the rule of the runtimes: a first part with a dot or a port is a registry.
        if len(names) > 1 and (re.search("[.:]", names[0]) or names[0] == "localhost"):
            names.pop(0)
        if len(names) > 1 and names[0] == "library":
            names.pop(0)
        found = _NUMBERS.match(tag)
        version = tuple(int(number) for number in found[1].split(".")) if found else ()
        return cls(text=text, name="/".join(names), tag=tag or digest, version=version)

    @property
    def stem(self) -> str:
        """What tells it from others as far as data goes: two numbers, or the whole tag.

        A record of it does not change with every patch.
        """
        numbers = ".".join(str(number) for number in self.version[:2])
        return f"{self.name}:{numbers or self.tag}"


def unreadable(old: Image, new: Image, rule: Format | None) -> str:
    """Why the new image may not read what the old one wrote; empty where it does.

    Args:
        old: Who wrote the data.
        new: Who is to read it.
        rule: What is declared of the application; None where nothing is.
    """
    if old.name != new.name:
        return "another image may look for the data in another place, or as another user"
    if rule is not None and rule.parts == 0:
        return ""
    if not old.version or not new.version:
        if old.tag == new.tag:
            return ""
        return (
            "the tags do not say which version wrote the data and which is to read it (a tag may"
            " stand before a digest)"
        )
    before, after = _padded(old, new, rule.parts if rule is not None else 2)
    if rule is None:
        if before[0] != after[0]:
            return f"data of version {before[0]} may not be read by version {after[0]}"
        return "" if after >= before else _older(before, after)
    if after < before:
        return _older(before, after)
    if after > before and not rule.reads_older:
        return (
            f"version {_text(after)} does not read data of version {_text(before)}: it has to be"
            " brought over, by a dump or by the application's own tools"
        )
    return ""


def _padded(old: Image, new: Image, parts: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """As many numbers of each; a tag that says fewer of them is the earliest that it may be."""
    zeros = (0,) * parts
    return (*old.version, *zeros)[:parts], (*new.version, *zeros)[:parts]


def _older(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    return f"version {_text(after)} is older than {_text(before)}, which wrote the data"


def _text(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version)
