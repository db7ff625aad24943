"""Whose an object is: nobody else's is taken, unless its new owner says so by name."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from ..errors import StatefastError
from ..schema.args import DELETE_AT_ONCE
from ..schema.collected import Collected
from .consent import Change
from .preflight import Reader, owner_of_run
from .read.live import OWNER

__all__ = ["asked_together", "check_owner", "owned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Others:
    """An object of somebody else's, and the change that its new owner would consent to."""

    resource: str
    field: str
    name: str
    where: str
    owner: str
    change: Change


_ASKED: ContextVar[list[_Others] | None] = ContextVar("objects of others", default=None)


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
        StatefastError: it is another's, and there is no consent to take it over. Within
            `asked_together` that is said at its end.
    """
    change = taken_over(resource, owner, uid)
    if owner == change.new or change.allowed(consents):
        return
    found = _Others(
        resource=reader.resource, field=field, name=name, where=where, owner=owner, change=change
    )
    together = _ASKED.get()
    if together is None:
        raise _refusal([found])
    together.append(found)


def taken_over(resource: str, owner: str, uid: str) -> Change:
    """The change by which this stack takes over an object.

    Args:
        resource: Kind and name of the object, as a consent names it.
        owner: Project and stack that look after it; empty where none does.
        uid: Of the object.
    """
    new = owner_of_run()
    return Change(resource=resource, field="owner", old=owner or "nobody", new=new, uid=uid)


@contextmanager
def asked_together() -> Iterator[None]:
    """Asks about all objects of others at once: whoever takes over fifty claims is asked one time.

    Nothing may be registered within; what one is in another one is asked at the end of the outer.

    Raises:
        StatefastError: there are such objects; with whatever else was refused within.
    """
    if _ASKED.get() is not None:
        yield
        return
    wrong, found = Collected(), list[_Others]()
    mark = _ASKED.set(found)
    try:
        with wrong.going_on():
            yield
    finally:
        _ASKED.reset(mark)
    groups: dict[tuple[str, str], list[_Others]] = {}
    for item in found:
        if item not in (group := groups.setdefault((item.resource, item.owner), [])):
            group.append(item)
    asked = Collected()
    for group in groups.values():
        asked.add(_refusal(group))
    with asked.going_on():
        wrong.done()
    asked.done()


def _refusal(found: Sequence[_Others]) -> StatefastError:
    """What is said of the objects that one resource finds in the hands of one owner."""
    first, ours = found[0], owner_of_run()
    alone = len(found) == 1
    what = first.where if alone else ", ".join(item.change.resource for item in found)
    belong, it = ("belongs", "it") if alone else ("belong", "them")
    consents = ", ".join(repr(item.change.consent) for item in found)
    return StatefastError(
        first.resource,
        first.field,
        first.name,
        f"but {what} {belong} to {first.change.old}, not to {ours}",
        f"{if_renamed(first.owner, ours)}use another name, or take {it} over by adding {consents}"
        " to consent",
    )


def if_renamed(owner: str, ours: str) -> str:
    """What to write where it may be the stack that has another name, and not the object."""
    project, _, stack = owner.partition("/")
    if not stack or project != ours.partition("/")[0]:
        return ""
    return (
        f"write statefast:formerStack: {stack} into its config if this stack was renamed from"
        f" {stack}; else "
    )
