"""Claims of this stack that none of its workloads has any more: renamed, removed, switched.

They are kept; a workload of a new name starts with empty ones. Whoever renames should read that
before and not after.
"""

from collections.abc import Collection, Mapping

from .cluster import Object
from .live import LiveClaim
from .preflight import Reader, owner_of_run

__all__ = ["note_leftovers"]

_INSTANCE = "app.kubernetes.io/instance"


def note_leftovers(
    reader: Reader, namespace: str, instances: Collection[str], retention: str
) -> None:
    """Says which claims are left behind, if any.

    Args:
        reader: Collects the note.
        namespace: Of the stack.
        instances: Names of the workloads that the stack has.
        retention: Of the stack.
    """
    claims = reader.read("claims", namespace, "whether claims are left behind")
    owner = owner_of_run()
    left = sorted(
        name
        for name, item in (claims or {}).items()
        if LiveClaim.of(item).owner == owner
        and (item["metadata"].get("labels") or {}).get(_INSTANCE) not in instances
    )
    if left:
        until = "" if retention == "retain" else " until the stack is destroyed"
        reader.note(
            f"{len(left)} claims are of no workload of this stack and are kept with their"
            f" data{until}: {', '.join(left)}; a renamed workload starts with empty ones"
        )
    if retention == "retain":
        _note_owned(reader, namespace, {name: (claims or {})[name] for name in left})


def _note_owned(reader: Reader, namespace: str, left: Mapping[str, Object]) -> None:
    """Claims of the time when the stack was ephemeral, which no program edits any more."""
    for name, item in left.items():
        owner = LiveClaim.of(item).claim_owner
        if owner:
            reader.note(
                f"claim {name} is deleted by whoever deletes ConfigMap {owner}, which this stack"
                f" does not any more; to part them: kubectl patch pvc {name} -n {namespace}"
                """ --type=json -p '[{"op":"remove","path":"/metadata/ownerReferences"}]'"""
            )
