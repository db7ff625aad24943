"""Sizes: what each claim asks for, so that no run makes a volume smaller or fights another hand."""

from ...errors import StatefastError
from ...schema.quantity import binary_text
from ..read.live import LiveClaim

__all__ = ["expected_capacity", "request"]


def request(resource: str, field: str, wanted: int, claim: LiveClaim | None) -> int:
    """The size to ask for, for one claim, in bytes.

    A claim that asks for more than its stack ever said was grown by another hand (an
    autoresizer, an operator): it keeps what it has. A stack that now says less than it said
    before means to shrink, which no volume can; only a growth that has not happened yet can be
    taken back (KEP-1790, GA in 1.34).

    Args:
        resource: Who asks, for the error sentence.
        field: The field the size stands in.
        wanted: Size that the owner writes, in bytes.
        claim: What lives now; None where there is none yet.

    Raises:
        StatefastError: the volume would have to shrink.
    """
    if claim is None:
        return wanted
    if wanted >= claim.asked:
        return max(wanted, claim.requested)
    if wanted > claim.capacity:
        return wanted
    has = binary_text(claim.capacity)
    raise StatefastError(
        resource,
        field,
        binary_text(wanted),
        f"but the volume of claim {claim.name} has {has} and no volume can shrink",
        f"write {binary_text(claim.asked)!r} or more, or move the data to a smaller volume of"
        " another name",
    )


def expected_capacity(asked: int, claim: LiveClaim | None) -> int:
    """The least the volume will have, in bytes: what it asks for, or more if it has more by now."""
    return max(asked, claim.capacity) if claim is not None else asked
