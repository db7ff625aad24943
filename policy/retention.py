"""The claims of a StatefulSet outlive the set."""

from collections.abc import Iterator

from statefast.errors import StatefastError

from .facts import UNKNOWN, Facts
from .where import Where

__all__ = ["claims_outlive_the_set"]

_FIELD = "persistentVolumeClaimRetentionPolicy"


def claims_outlive_the_set(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """With Delete, an edit that replaces the set or takes a replica away destroys volumes."""
    if where.ephemeral:
        return
    # Sets of other makers have the field as well; of those whatever is unknown is no news.
    if facts.kind != "StatefulSet" and facts.peek("spec", _FIELD) in (None, UNKNOWN):
        return
    for key in ("whenDeleted", "whenScaled"):
        if facts.get("spec", _FIELD, key) == "Delete":
            yield StatefastError(
                facts.title,
                f"spec.{_FIELD}.{key}",
                "Delete",
                f"but {where.stack} is not ephemeral, and every replacement of the set would"
                " destroy its volumes",
                "write Retain, or list the stack in this rule's setting ephemeral",
            )
