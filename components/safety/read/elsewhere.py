"""The claims of this stack in all namespaces: also of workloads that moved, or of before it was
destroyed.

Where the state is empty the claims alone say where the data is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..preflight import Reader, owner_of_run
from .live import INSTANCE, may_go, owner_of
from .memory import memory_of_run

__all__ = ["RetainedClaim", "retained_claims"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RetainedClaim:
    """A claim of this stack, as far as its metadata says.

    Attributes:
        instance: The workload it is of, as its label says; empty where none does.
    """

    namespace: str
    name: str
    uid: str
    instance: str


def retained_claims(reader: Reader) -> Sequence[RetainedClaim]:
    """Each in its order, without those whose data may go with the stack.

    Args:
        reader: Asks the cluster for all claims it has. Where it may not, the state tells of what
            the stack made itself.

    Raises:
        StatefastError: see `Reader.read`.
    """
    unchecked = "whether claims of this stack are kept in another namespace"
    listed = reader.list_metadata("claims", "", unchecked)
    items = memory_of_run().objects.get("claims", ()) if listed is None else listed.values()
    ours = owner_of_run()
    # The state may have several patches of one claim.
    found = {
        (its["namespace"], its["name"]): RetainedClaim(
            namespace=its["namespace"],
            name=its["name"],
            uid=its["uid"],
            instance=(its.get("labels") or {}).get(INSTANCE, ""),
        )
        for its in (item["metadata"] for item in items)
        if owner_of(its) == ours and not may_go(its)
    }
    return sorted(found.values())
