"""A stack that was renamed and does not say so: what it made is no longer its own to look after.

A workload that goes on is refused as another stack's. One that is renamed, moved or removed in the
same edit is looked for under the new name of the stack, and so would start empty in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...errors import StatefastError
from ..owner import if_renamed, taken_over
from ..preflight import Reader, owner_of_run, stack_of_run
from ..read.live import may_go, owner_of
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
    changes = [
        taken_over(f"{text} {its['name']}", owner_of(its), its["uid"])
        for kind, text in _KINDS.items()
        for its in _of_others(reader, memory, kind, ours)
    ]
    asked = [change for change in changes if not change.allowed(consents)]
    if not asked:
        return
    owner = asked[0].old
    asked = [change for change in asked if change.old == owner]
    raise StatefastError(
        "stack",
        "name",
        stack_of_run(),
        f"but in its state is what {owner} looks after:"
        f" {', '.join(change.resource for change in asked)}",
        f"{if_renamed(owner, ours)}take over what stays, and let go of what does not, by adding"
        f" {', '.join(repr(change.consent) for change in asked)} to consent",
    )


def _of_others(reader: Reader, memory: Memory, kind: str, ours: str) -> Iterator[Mapping[str, Any]]:
    """Metadata of what the state has, as it is now, that a stack of another name retains."""
    # Of several patches of one claim the last says whose it is.
    made = {
        (its.get("namespace") or "", its["name"]): its
        for its in (item["metadata"] for item in memory.objects.get(kind, ()))
    }
    for (place, name), its in sorted(made.items(), key=lambda found: found[0]):
        # Before anything is asked of the cluster: of most stacks nothing is.
        if not _is_of_another(its, ours):
            continue
        listed = reader.read(kind, place, "whether the stack was renamed")
        now = its if listed is None else (listed.get(name) or {}).get("metadata")
        if now is not None and _is_of_another(now, ours):
            yield now


def _is_of_another(metadata: Mapping[str, Any], ours: str) -> bool:
    return owner_of(metadata) not in ("", ours) and not may_go(metadata)
