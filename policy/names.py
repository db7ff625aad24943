"""Objects that hold data have a name that somebody wrote."""

from collections.abc import Iterator

from statefast.errors import MISSING, StatefastError

from .facts import UNKNOWN, Facts
from .where import Where

__all__ = ["explicit_name"]

_KINDS = ("PersistentVolumeClaim", "StatefulSet", "StorageClass")
_MADE_UP = "pulumi.com/autonamed"


def explicit_name(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """A name that was made up is another one after a replacement, and the data stays behind."""
    if facts.kind not in _KINDS:
        return
    name = facts.get("metadata", "name")
    if name is UNKNOWN:
        return
    if not name or facts.get("metadata", "annotations", _MADE_UP) == "true":
        yield StatefastError(
            facts.title,
            "metadata.name",
            name or MISSING,
            "but a name that is made up is another one after a replacement" if name else "",
            "write the name",
        )
