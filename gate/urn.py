"""Names of resources: what the engine calls them, and what Kubernetes does."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

__all__ = ["Kind", "Urn", "kind_of"]

_KUBERNETES = re.compile(r"kubernetes:([^:]*):(\w+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of Kubernetes object.

    Attributes:
        name: As Kubernetes writes it, e.g. `PersistentVolumeClaim`.
        group: API group without its version, e.g. `apps`; `core` for the one without a name.
        is_patch: Whether the resource is a `*Patch`: some fields of an object, applied.
        is_list: Whether it is a `*List`: several objects in one resource.
    """

    name: str
    group: str = "core"
    is_patch: bool = False
    is_list: bool = False


@lru_cache(maxsize=512)
def kind_of(type_: str) -> Kind | None:
    """The kind of a type; None for everything that is no Kubernetes object."""
    match = _KUBERNETES.fullmatch(type_)
    if match is None:
        return None
    group, name = match[1].partition("/")[0], match[2]
    if name.endswith("Patch"):
        return Kind(name.removesuffix("Patch"), group, is_patch=True)
    if name.endswith("List"):
        return Kind(name.removesuffix("List"), group, is_list=True)
    return Kind(name, group)


@dataclass(frozen=True, slots=True)
class Urn:
    """`urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`."""

    text: str
    stack: str
    parents: str
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
        parents, _, type_ = parts[2].rpartition("$")
        return cls(text, stack, parents, type_, parts[3])
