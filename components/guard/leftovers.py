"""Claims of this stack that none of its workloads has any more: renamed, removed, switched.

They are kept; a workload of a new name starts with empty ones. Whoever renames should read that
before and not after.
"""

from collections.abc import Collection

from .live import LiveClaim
from .preflight import Reader, owner_of_run

__all__ = ["note_leftovers"]

_INSTANCE = "app.kubernetes.io/instance"


def note_leftovers(reader: Reader, namespace: str, instances: Collection[str]) -> None:
    """Says which claims are left behind, if any.

    Args:
        reader: Collects the note.
        namespace: Of the stack.
        instances: Names of the workloads that the stack has.
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
        reader.note(
            f"{len(left)} claims are of no workload of this stack and are kept with their data:"
            f" {', '.join(left)}; a renamed workload starts with empty ones"
        )
