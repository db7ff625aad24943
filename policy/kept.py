"""Claims and namespaces outlive an edit that drops them from the program."""

from collections.abc import Iterator

from statefast.errors import StatefastError

from .claims import CLAIM
from .facts import Facts
from .where import Where

__all__ = ["kept_claim", "kept_production_claim"]

_REMEDY = (
    "set protect, or use VolumeClaim, which no edit deletes; where retain_on_delete is set, which"
    " no policy can see, list it in this rule's setting kept"
)


def kept_production_claim(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """In production a plain claim is protected."""
    # A Patch is deleted by no edit (docs/engine.md 3).
    if facts.kind == CLAIM and not facts.patch and (why := where.production):
        yield from _unprotected(facts, where, f"but {why}")


def kept_claim(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """A plain claim or namespace goes with the program that drops it, and the data with it."""
    if facts.kind in (CLAIM, "Namespace") and not facts.patch and not where.ephemeral:
        yield from _unprotected(
            facts, where, f"but {where.stack} is not ephemeral, and dropping this deletes data"
        )


def _unprotected(facts: Facts, where: Where, problem: str) -> Iterator[StatefastError]:
    address = f"{facts.namespace or '*'}/{facts.name}" if facts.kind == CLAIM else facts.name
    if not facts.protect and not where.listed("kept", address or ""):
        yield StatefastError(facts.title, "protect", False, problem, _REMEDY)
