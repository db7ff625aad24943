"""VolumeSnapshots as a claim may start from them, with what only their contents say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from ...schema.numerals import whole_bytes
from ..preflight import Reader
from .cluster import Object

__all__ = [
    "GROUP",
    "LiveContent",
    "LiveSnapshot",
    "content_of",
    "group_of",
    "read_snapshots",
]

GROUP = "VolumeGroupSnapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSnapshot:
    """One VolumeSnapshot.

    Attributes:
        claim: The claim it was taken of; empty where it was brought in by its handle.
        content: Name of its VolumeSnapshotContent; empty before it has one.
        ready: Whether a volume can be made from it.
        trouble: What the driver says of it; empty where it says nothing.
        taken: When it was taken, or made, in ISO 8601.
        size: What a volume made from it has at least, in bytes; 0 where the driver does not say.
        leaving: Whether its deletion has begun.
        group: The VolumeGroupSnapshot that it is of; empty where of none.
    """

    name: str
    namespace: str
    uid: str
    claim: str
    content: str
    ready: bool
    trouble: str
    created: str
    taken: str
    size: int
    leaving: bool
    group: str = ""

    @classmethod
    def of(cls, item: Object) -> Self:
        """Reads a VolumeSnapshot."""
        metadata, status = item["metadata"], item.get("status") or {}
        source: Mapping[str, Any] = (item.get("spec") or {}).get("source") or {}
        created = str(metadata.get("creationTimestamp") or "")
        return cls(
            name=metadata["name"],
            namespace=metadata["namespace"],
            uid=metadata["uid"],
            claim=source.get("persistentVolumeClaimName") or "",
            content=status.get("boundVolumeSnapshotContentName") or "",
            ready=bool(status.get("readyToUse")),
            trouble=str((status.get("error") or {}).get("message") or ""),
            created=created,
            taken=str(status.get("creationTime") or created),
            size=whole_bytes(status.get("restoreSize")),
            leaving="deletionTimestamp" in metadata,
            group=(group_of(item) or {}).get("name", ""),
        )

    @property
    def text(self) -> str:
        """The snapshot in a sentence, e.g. `VolumeSnapshot data/monday (taken 2026-01-01T…)`."""
        return f"VolumeSnapshot {self.namespace}/{self.name} (taken {self.taken or 'when?'})"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveContent:
    """One VolumeSnapshotContent: what the storage has.

    Attributes:
        handle: What the driver calls the snapshot; empty before it was taken.
        mode: `Filesystem` or `Block`, as the source was; empty where nobody said.
    """

    name: str
    driver: str
    handle: str
    mode: str

    @classmethod
    def of(cls, item: Object) -> Self:
        """Reads a VolumeSnapshotContent."""
        spec, status = item["spec"], item.get("status") or {}
        source: Mapping[str, Any] = spec.get("source") or {}
        return cls(
            name=item["metadata"]["name"],
            driver=spec["driver"],
            handle=str(status.get("snapshotHandle") or source.get("snapshotHandle") or ""),
            mode=spec.get("sourceVolumeMode") or "",
        )


def read_snapshots(reader: Reader, namespace: str) -> Mapping[str, LiveSnapshot] | None:
    """The VolumeSnapshots of a namespace, by name; None where they cannot be read.

    Raises:
        StatefastError: see `Reader.read`.
    """
    found = reader.read("snapshots", namespace, "whether claims can start from their snapshots")
    if found is None:
        return None
    return {name: LiveSnapshot.of(item) for name, item in found.items()}


def content_of(reader: Reader, snapshot: LiveSnapshot) -> LiveContent | None:
    """The content of a snapshot; None where it has none, or it cannot be read.

    Raises:
        StatefastError: see `Reader.read`.
    """
    if not snapshot.content:
        return None
    found = reader.object(
        "snapshot contents", snapshot.content, "", "whether claims can start from their snapshots"
    )
    return LiveContent.of(found) if found is not None else None


def group_of(snapshot: Object) -> Object | None:
    """The reference of a VolumeSnapshot to the group that it is of; None where it is of none."""
    for owner in snapshot["metadata"].get("ownerReferences") or ():
        if owner["kind"] == GROUP:
            found: Object = owner
            return found
    return None
