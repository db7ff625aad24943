"""A namespace that is not there, or is on its way out: nothing can be made in it.

The provider would try again for a minute, with half of the stack made by then.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

from ...errors import StatefastError
from ..preflight import Reader
from ..read.cluster import Object, Unreadable
from ..read.live import LiveClaim
from ..read.volume_commands import patch_to_keep
from .left_behind import read_volumes

__all__ = ["refuse_missing_namespace"]


def refuse_missing_namespace(reader: Reader, namespace: str) -> None:
    """Refuses a namespace that neither the cluster has nor this program makes.

    Args:
        reader: Of the component.
        namespace: Its namespace.

    Raises:
        StatefastError: the namespace is not there, or is being deleted.
    """
    unchecked = f"whether namespace {namespace} is there"
    claims = reader.read("claims", namespace, unchecked)
    metadata: Mapping[str, Any] | None
    if claims:
        # It is there, and who may not read namespaces is not told of it each time.
        cluster = reader.cluster
        metadata = None
        with contextlib.suppress(Unreadable):
            metadata = cluster.metadata("namespaces", namespace) if cluster is not None else None
        if metadata is not None and "deletionTimestamp" in metadata:
            raise _going(reader, namespace, claims)
        return
    known, metadata = reader.metadata("namespaces", namespace, "", unchecked)
    if known and metadata is None and namespace not in reader.own_namespaces:
        raise StatefastError(
            reader.resource,
            "namespace",
            namespace,
            "but the cluster has no such namespace, and nothing before this component makes it",
            f"put WorkloadNamespace({namespace!r}, {{}}) before it and into its depends_on, or"
            f" make it first: kubectl create namespace {namespace}",
        )
    if metadata is not None and "deletionTimestamp" in metadata:
        raise _going(reader, namespace, {})


def _going(reader: Reader, namespace: str, claims: Mapping[str, Object]) -> StatefastError:
    """The namespace is being deleted, and every claim with it: what is lost, and how it is not."""
    volumes = read_volumes(reader) if claims else {}
    bound = {name: LiveClaim.of(item).volume for name, item in sorted(claims.items())}
    going = [
        volume
        for volume in bound.values()
        if volume and (not volumes or volume not in volumes or _is_lost(volumes[volume]))
    ]
    names = f" with its claims {', '.join(bound)}" if bound else ""
    data = f"; volumes {', '.join(going)} are deleted with them, and their data" if going else ""
    keep = [patch_to_keep(volume) for volume in going]
    wait = f"kubectl wait namespace {namespace} --for=delete --timeout=-1s"
    commands = " && ".join([*keep, wait, "pulumi up --refresh"])
    what = "keep the volumes, let it go, and reattach them" if going else "let it go, and run again"
    return StatefastError(
        reader.resource,
        "namespace",
        namespace,
        f"but that namespace is being deleted{names}{data}",
        f"{what}: {commands}",
    )


def _is_lost(volume: Object) -> bool:
    """Whether it goes with its claim."""
    return bool(volume["spec"].get("persistentVolumeReclaimPolicy") != "Retain")
