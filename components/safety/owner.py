"""Whose an object is: nobody else's is taken, unless its new owner says so by name."""

from collections.abc import Iterable

from ..errors import StatefastError
from ..schema.args import DELETE_AT_ONCE
from .consent import Change
from .preflight import Reader, owner_of_run
from .read.live import OWNER

__all__ = ["check_owner", "owned"]


def owned() -> dict[str, str]:
    """Annotations of what goes with its stack: whose it is, and that it goes at once."""
    return {**DELETE_AT_ONCE, OWNER: owner_of_run()}


def check_owner(
    reader: Reader,
    *,
    resource: str,
    field: str,
    name: str,
    where: str,
    owner: str,
    uid: str,
    consents: Iterable[str],
) -> None:
    """Refuses to build upon an object of another stack, or of nobody.

    Args:
        reader: Who asks.
        resource: Kind and name of the object, as a consent names it.
        field: The field that leads to it.
        name: Name of the object.
        where: The object in the words of a sentence, e.g. `the claim of that name`.
        owner: Project and stack that look after it; empty where none does.
        uid: Of the object.
        consents: What the owner agreed to.

    Raises:
        StatefastError: it is another's, and there is no consent to take it over.
    """
    ours = owner_of_run()
    change = Change(resource=resource, field="owner", old=owner or "nobody", new=ours, uid=uid)
    if owner != ours and not change.allowed(consents):
        raise StatefastError(
            reader.resource,
            field,
            name,
            f"but {where} belongs to {change.old}, not to {ours}",
            f"{_if_renamed(owner, ours)}use another name, or take it over by adding"
            f" {change.consent!r} to consent",
        )


def _if_renamed(owner: str, ours: str) -> str:
    """What to write where it may be the stack that has another name, and not the object."""
    project, _, stack = owner.partition("/")
    if not stack or project != ours.partition("/")[0]:
        return ""
    return (
        f"write statefast:formerStack: {stack} into its config if this stack was renamed from"
        f" {stack}; else "
    )
