"""A stack that was renamed and does not say so: what it made is no longer its own to look after.

A workload that goes on is refused as another stack's. One that is renamed, moved or removed in the
same edit is looked for under the new name of the stack, and so would start empty in silence.
"""

from collections.abc import Iterator, Sequence

from ...errors import StatefastError
from ...schema.annotations import DISPOSABLE, OWNER, RETENTION
from ..consent import Change
from ..owner import if_renamed
from ..preflight import Reader, owner_of_run, stack_of_run
from ..read.cluster import Object
from ..read.memory import Memory

__all__ = ["refuse_former_name"]

_KINDS = {
    "stateful sets": "StatefulSet",
    "deployments": "Deployment",
    "claims": "PersistentVolumeClaim",
}


def refuse_former_name(reader: Reader, memory: Memory, consents: Sequence[str]) -> None:
    """Refuses a run of a stack whose state has data of a stack of another name.

    Args:
        reader: Tells whose the objects are by now.
        memory: What the state holds.
        consents: What the owner agreed to: objects that are taken over do not count.

    Raises:
        StatefastError: there is such data, and neither a consent nor `statefast:formerStack`.
    """
    ours = owner_of_run()
    by_owner: dict[str, list[Change]] = {}
    for kind, text in _KINDS.items():
        for item in _of_others(reader, memory, kind):
            its = item["metadata"]
            change = Change(
                resource=f"{text} {its['name']}",
                field="owner",
                old=_owner(item),
                new=ours,
                uid=its["uid"],
            )
            if not change.allowed(consents):
                by_owner.setdefault(change.old, []).append(change)
    for owner, changes in by_owner.items():
        found = ", ".join(change.resource for change in changes)
        raise StatefastError(
            "stack",
            "name",
            stack_of_run(),
            f"but in its state is what {owner} looks after: {found}",
            f"{if_renamed(owner, ours)}take over what stays, and let go of what does not, by adding"
            f" {', '.join(repr(change.consent) for change in changes)} to consent",
        )


def _of_others(reader: Reader, memory: Memory, kind: str) -> Iterator[Object]:
    """The objects in the state, as they are now, that are retained by a stack of another name."""
    places = {item["metadata"].get("namespace") or "" for item in memory.objects.get(kind, ())}
    for place in sorted(places):
        made = memory.within(kind, place)
        listed = reader.read(kind, place, "whether the stack was renamed")
        for name, item in sorted(made.items()):
            now = item if listed is None else listed.get(name)
            if now is not None and _is_of_another(item) and _is_of_another(now):
                yield now


def _is_of_another(item: Object) -> bool:
    goes = (item["metadata"].get("annotations") or {}).get(RETENTION) in DISPOSABLE
    return not goes and _owner(item) not in ("", owner_of_run())


def _owner(item: Object) -> str:
    return str((item["metadata"].get("annotations") or {}).get(OWNER) or "")
