"""Claim templates of a StatefulSet: what its volumes are like, and how its claims are named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .values import Hidden, joined, look, text

__all__ = ["Template", "number", "replicas", "sizes", "templates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One of `volumeClaimTemplates`; each value may be Hidden or missing."""

    size: object
    storage_class_name: object
    access_modes: object
    volume_mode: object

    def fields(self, name: str, new: "Template") -> Iterator[tuple[str, object, object]]:
        """Field by field, in the components' words, what it is and what it would be."""
        yield f"volumes.{name}.size", self.size, new.size
        yield f"volumes.{name}.storage_class_name", self.storage_class_name, new.storage_class_name
        yield f"volumes.{name}.access_modes", joined(self.access_modes), joined(new.access_modes)
        yield f"volumes.{name}.volume_mode", self.volume_mode, new.volume_mode


def templates(tree: object) -> Mapping[str, Template] | Hidden:
    """The templates of a StatefulSet by name; Hidden where they cannot be read."""
    found = look(tree, "spec", "volumeClaimTemplates")
    if not isinstance(found, list | None):
        return found if isinstance(found, Hidden) else Hidden(is_secret=False)
    read: dict[str, Template] = {}
    for item in found or ():
        name = look(item, "metadata", "name")
        if not isinstance(name, str):
            return name if isinstance(name, Hidden) else Hidden(is_secret=False)
        read[name] = Template(
            size=look(item, "spec", "resources", "requests", "storage"),
            storage_class_name=look(item, "spec", "storageClassName"),
            access_modes=look(item, "spec", "accessModes"),
            volume_mode=look(item, "spec", "volumeMode") or "Filesystem",
        )
    return read


def replicas(tree: object) -> object:
    """How many replicas; one where it is not said."""
    found = look(tree, "spec", "replicas")
    return 1 if found is None else number(found)


def number(count: object) -> object:
    """A count as a number, however it is written; Hidden where it is none."""
    if isinstance(count, str) and count.strip().isdigit():
        return int(count)
    if isinstance(count, bool) or not isinstance(count, int | float):
        return count if isinstance(count, Hidden) else Hidden(is_secret=False)
    return count


def sizes(tree: object) -> str:
    """The volumes of a set in a few words, e.g. `3 x 8Gi`."""
    read = templates(tree)
    if isinstance(read, Hidden):
        return read.said
    count = replicas(tree)
    number = f"{count:g}" if isinstance(count, int | float) else text(count)
    return ", ".join(f"{number} x {text(template.size) or '?'}" for template in read.values())
