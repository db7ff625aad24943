"""A claim that is to be retained goes with nothing: no owner whose end would delete it."""

from ...errors import StatefastError
from ..preflight import Reader, owner_of_run
from ..read.live import LiveClaim

__all__ = ["check_owned"]


def check_owned(reader: Reader, namespace: str, live: LiveClaim, retention: str) -> None:
    """Refuses to take over a claim that goes with somebody else's object, and tells of others.

    The garbage collector deletes what has only owners that are gone. Who applies a claim takes off
    the ownerReference that it wrote itself, and nobody else's.

    Args:
        reader: Of the component.
        namespace: Of the claim.
        live: The claim as it is.
        retention: What this run says becomes of it.

    Raises:
        StatefastError: the claim is another stack's, and would be deleted with that one's owner.
    """
    if retention != "retain" or not live.owned_by:
        return
    free = (
        f"kubectl patch pvc {live.name} -n {namespace} --type=json"
        """ -p '[{"op":"remove","path":"/metadata/ownerReferences"}]'"""
    )
    if live.owner != owner_of_run():
        raise StatefastError(
            reader.resource,
            "volumes",
            live.name,
            f"but that claim is deleted with {live.owned_by}, which is not this stack's",
            f"part them first: {free}",
        )
    # A stack that was ephemeral until now takes its own off in this run.
    if live.retention == "retain":
        reader.note(
            f"claim {live.name} is to be retained, but is deleted by whoever deletes"
            f" {live.owned_by}: {free}"
        )
