"""Claims and namespaces outlive an edit that drops them from the program."""

from collections.abc import Iterator

from components.errors import StatefastError

from .facts import Facts
from .where import Where

__all__ = ["kept_claim", "kept_production_claim"]

_CLAIM = "PersistentVolumeClaim"
_REMEDY = (
    "set protect, or use VolumeClaim, which no edit deletes; where retain_on_delete is set, which"
    " no policy can see, list it in this rule's setting kept"
)


def kept_production_claim(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """In production a plain claim is protected."""
    if facts.kind == _CLAIM and where.production:
        yield from _unprotected(facts, where, f"but {where.stack} is production")


def kept_claim(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """A plain claim or namespace goes with the program that drops it, and the data with it."""
    if facts.kind in (_CLAIM, "Namespace") and not where.ephemeral:
        yield from _unprotected(
            facts, where, f"but {where.stack} is not ephemeral, and dropping this deletes data"
        )


def _unprotected(facts: Facts, where: Where, problem: str) -> Iterator[StatefastError]:
    address = f"{facts.namespace or '*'}/{facts.name}" if facts.kind == _CLAIM else facts.name
    if not facts.protect and not where.listed("kept", address or ""):
        yield StatefastError(facts.title, "protect", False, problem, _REMEDY)
