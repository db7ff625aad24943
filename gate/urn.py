"""Names of resources: what the engine calls them, and what Kubernetes does."""

import re
from dataclasses import dataclass
from typing import Self

__all__ = ["Kind", "Urn"]

_KUBERNETES = re.compile(r"kubernetes:[^:]*:(\w+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of Kubernetes object.

    Attributes:
        name: As Kubernetes writes it, e.g. `PersistentVolumeClaim`.
        is_patch: Whether the resource is a `*Patch`: some fields of an object, applied.
        is_list: Whether it is a `*List`: several objects in one resource.
    """

    name: str
    is_patch: bool = False
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Urn:
    """`urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`."""

    text: str
    stack: str
    type: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Takes a URN apart.

        Raises:
            ValueError: it is none.
        """
        parts = text.split("::", 3)
        prefix, colon, stack = parts[0].rpartition(":")
        if len(parts) != 4 or prefix != "urn:pulumi" or not colon or not stack:
            raise ValueError(f"{text!r} is not a URN")
        return cls(text, stack, parts[2].rpartition("$")[2], parts[3])

    @property
    def kind(self) -> Kind | None:
        """The kind of Kubernetes object; None for everything else, components included."""
        match = _KUBERNETES.fullmatch(self.type)
        if match is None:
            return None
        name = match[1]
        if name.endswith("Patch"):
            return Kind(name.removesuffix("Patch"), is_patch=True)
        if name.endswith("List"):
            return Kind(name.removesuffix("List"), is_list=True)
        return Kind(name)
