"""A claim that is somebody else's has to be there, to stay, and to be what the args take it for.

A pod whose claim is not there waits for it, and `up` with it, until somebody makes one: empty.
"""

from collections.abc import Iterable

from ...errors import StatefastError
from ..preflight import Reader
from ..read.live import LiveClaim
from ..run import Mount, this_run
from .two_writers import many_may_write

__all__ = ["refuse_unusable_claims"]


def refuse_unusable_claims(
    reader: Reader, namespace: str, mounts: Iterable[Mount], replicas: int
) -> None:
    """Refuses a claim that cannot be mounted as the args say.

    Args:
        reader: Of the component.
        namespace: Of the workload.
        mounts: What it mounts; only claims that are somebody else's are looked at.
        replicas: How many pods mount it.

    Raises:
        StatefastError: the claim is not there, is being deleted, or cannot be shared.
    """
    named = [mount for mount in mounts if mount.existing]
    if not named:
        return
    claims = reader.read("claims", namespace, "whether the claims it names are there")
    if claims is None:
        return
    for mount in named:
        found = claims.get(mount.claim)
        if found is None:
            if (namespace, mount.claim) in this_run().claims:
                continue
            raise StatefastError(
                reader.resource,
                mount.field,
                mount.claim,
                f"but namespace {namespace} has no such claim",
                "write the name of one that is there, or make it first",
            )
        live = LiveClaim.of(found)
        if live.leaving:
            raise StatefastError(
                reader.resource,
                mount.field,
                mount.claim,
                "but that claim is being deleted, and no pod can mount it any more",
                "name another one",
            )
        has = "+".join(live.access_modes)
        if many_may_write(live.access_modes):
            continue
        if mount.modes and many_may_write(mount.modes):
            raise StatefastError(
                reader.resource,
                mount.field,
                mount.claim,
                f"but that claim is {has}, and not {'+'.join(mount.modes)} as written here",
                f"write access mode {has}",
            )
        if replicas > 1:
            raise StatefastError(
                reader.resource,
                mount.field,
                mount.claim,
                f"but that claim is {has}, and {replicas} pods would write to one volume",
                "write one replica, or name a claim with access mode ReadWriteMany",
            )
