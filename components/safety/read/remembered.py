"""Volumes that remember a claim: the data of a claim that was deleted, found again by its name.

A volume keeps the namespace, the name and the uid of the claim that it was bound to. The uid keeps
it from a new claim of the same name (kubernetes/kubernetes#135387), which gets a new, empty volume
instead: whoever mounts it by that name starts empty, and nothing in Kubernetes says so.

The phase is not asked: it lags behind (a volume is Bound for a while after its claim is gone),
and says nothing of the data.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ...schema.quantity import binary_text, parse_quantity
from ..consent import Change
from ..run import once
from .cluster import Object
from .live import LiveClaim

__all__ = ["LiveVolume", "other_volumes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveVolume:
    """One PersistentVolume that has, had, or is for a claim.

    Attributes:
        uid: Of the volume.
        namespace, claim: Of the claim that it remembers; empty where it remembers none.
        claim_uid: Of that claim; empty where somebody reserved it for whichever has the name.
        phase: As Kubernetes says it.
        keeps: Whether it outlives its claim (reclaim policy Retain).
        leaving: Whether its own deletion has begun.
        size: In bytes.
        storage_class_name: Its class; empty where it has none.
    """

    name: str
    uid: str
    namespace: str
    claim: str
    claim_uid: str
    phase: str
    keeps: bool
    leaving: bool
    size: int
    storage_class_name: str
    access_modes: tuple[str, ...]
    volume_mode: str

    @classmethod
    def of(cls, item: Object) -> Self:
        """Reads a PersistentVolume."""
        metadata, spec = item["metadata"], item["spec"]
        reference: Mapping[str, Any] = spec.get("claimRef") or {}
        return cls(
            name=metadata["name"],
            uid=metadata["uid"],
            namespace=reference.get("namespace") or "",
            claim=reference.get("name") or "",
            claim_uid=reference.get("uid") or "",
            phase=(item.get("status") or {}).get("phase") or "",
            keeps=spec.get("persistentVolumeReclaimPolicy") == "Retain",
            leaving="deletionTimestamp" in metadata,
            size=int(parse_quantity(spec["capacity"]["storage"])),
            storage_class_name=spec.get("storageClassName") or "",
            access_modes=tuple(spec.get("accessModes") or ()),
            volume_mode=spec.get("volumeMode") or "Filesystem",
        )

    @property
    def text(self) -> str:
        """The volume in a sentence, e.g. `pvc-1 (8Gi, Released)`."""
        return f"{self.name} ({binary_text(self.size)}, {self.phase or 'no phase yet'})"

    @property
    def leave(self) -> Change:
        """The consent to leave it behind: it stays as it is, and its claim goes on without it.

        Good until the volume is bound again: its claim has another uid then.
        """
        return Change(
            resource=f"PersistentVolume {self.name}",
            field="claim",
            old=f"{self.namespace}/{self.claim}",
            new="none",
            uid=f"{self.uid} {self.claim_uid}",
        )


def other_volumes(
    volumes: Mapping[str, Object], namespace: str, claim: str, live: LiveClaim | None
) -> Sequence[LiveVolume]:
    """The volumes that remember a claim, by name, without the one that it is bound to.

    Args:
        volumes: All PersistentVolumes, by name.
        namespace: Of the claim.
        claim: Its name.
        live: The claim; None where there is none.
    """
    remembering = once(volumes, "by claim", _by_claim).get((namespace, claim), ())
    return sorted(_others(remembering, live), key=lambda volume: volume.name)


def _by_claim(volumes: Mapping[str, Object]) -> Mapping[tuple[str, str], Sequence[Object]]:
    found: dict[tuple[str, str], list[Object]] = {}
    for item in volumes.values():
        if reference := item["spec"].get("claimRef"):
            place = str(reference.get("namespace") or ""), str(reference.get("name") or "")
            found.setdefault(place, []).append(item)
    return found


def _others(volumes: Iterable[Object], live: LiveClaim | None) -> Iterator[LiveVolume]:
    for item in volumes:
        volume = LiveVolume.of(item)
        # A binding is written on the volume first.
        binds = live is not None and not live.volume and volume.claim_uid == live.uid
        if not binds and (live is None or volume.name != live.volume):
            yield volume
