"""Volumes that outlived their claims, found again by name.

A volume with reclaim policy Retain stays when its claim is deleted, and remembers the claim's
namespace, name and uid. The uid keeps a new claim of the same name away from it
(kubernetes/kubernetes#135387).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import StatefastError
from ..quantity import parse_quantity
from .cluster import Object

__all__ = ["Released", "released_volume"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A volume that waits for its claim to come back.

    Attributes:
        name: Of the PersistentVolume.
        size: In bytes.
        storage_class_name: Its class; empty where it has none.
    """

    name: str
    size: int
    storage_class_name: str


def released_volume(
    resource: str, namespace: str, claim: str, class_name: str | None, volumes: Iterable[Object]
) -> Released | None:
    """The one volume that was this claim's, by namespace and name; None where there is none.

    Args:
        resource: Who asks, for the error sentence.
        namespace: Namespace of the claim.
        claim: Name of the claim.
        class_name: Class that the claim asks for; None for the default one.
        volumes: All PersistentVolumes.

    Raises:
        StatefastError: there are several, or the class is another: only the owner knows.
    """
    found = [item for item in volumes if _was_of(item, namespace, claim)]
    if not found:
        return None
    names = sorted(item["metadata"]["name"] for item in found)
    if len(found) > 1:
        raise StatefastError(
            resource,
            "volumes",
            claim,
            f"but {len(found)} released volumes were of claim {namespace}/{claim}:"
            f" {', '.join(names)}",
            "delete or re-label all but the right one (clear spec.claimRef of those to keep)",
        )
    spec = found[0]["spec"]
    volume = Released(
        name=names[0],
        size=int(parse_quantity(spec["capacity"]["storage"])),
        storage_class_name=spec.get("storageClassName") or "",
    )
    if class_name is not None and class_name != volume.storage_class_name:
        raise StatefastError(
            resource,
            "storage_class_name",
            class_name,
            f"but the data of claim {claim} waits in volume {volume.name} of class"
            f" {volume.storage_class_name!r}",
            f"write {volume.storage_class_name!r} to take it up again, or clear spec.claimRef of"
            " the volume to start empty",
        )
    return volume


def _was_of(volume: Object, namespace: str, claim: str) -> bool:
    spec = volume["spec"]
    reference = spec.get("claimRef") or {}
    return (
        (volume.get("status") or {}).get("phase") == "Released"
        and spec.get("persistentVolumeReclaimPolicy") == "Retain"
        and "deletionTimestamp" not in volume["metadata"]
        and reference.get("namespace") == namespace
        and reference.get("name") == claim
    )
