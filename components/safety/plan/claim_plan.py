"""A claim as the args want it, and as this run will have it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pulumi

from ..fields import OURS, Fields
from ..read.live import LiveClaim
from .names import Names

__all__ = ["CONTENT", "SNAPSHOT", "ClaimPlan", "CopyPlan", "WantedClaim"]

CONTENT, SNAPSHOT = "VolumeSnapshotContent", "VolumeSnapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedClaim:
    """One claim as the args want it.

    Attributes:
        name: In the cluster.
        field: The field its size stands in, for errors.
        size: In bytes.
        storage_class_name: None for the default class.
        settled: Whether the claim itself is held to class and modes. The claims of a StatefulSet
            are not: they keep those of the template they were made from.
        chosen: The field that says which volume it is for, or what it starts with; empty where
            it starts on a new, empty one.
        volume_name: The volume that the args name; empty where they name none.
        copy_of: Kind of what it starts as a copy of, `snapshot` or `claim`; empty where it does
            not.
        attributes: Its class of attributes; empty where the args name none.
        said: Size that its owner wrote last where the claim itself does not say so, in bytes.
        snapshots: Before which changes a snapshot of it is taken; empty for none.
        data_from: The namespace whose claim of that name it starts on a copy of; empty for none.
        restore: The VolumeSnapshot that it is to start from though there may be data of its name;
            empty where it is not.
        restore_field: Where its owner says so.
        fields: What its fields are called.
    """

    name: str
    field: str
    size: int
    storage_class_name: str | None
    access_modes: tuple[str, ...]
    volume_mode: str | None
    settled: bool
    chosen: str = ""
    volume_name: str = ""
    copy_of: str = ""
    attributes: str = ""
    said: int = 0
    snapshots: tuple[str, ...] = ()
    data_from: str = ""
    restore: str = ""
    restore_field: str = ""
    fields: Fields = OURS

    def called(self, key: str) -> str:
        """Another field of the volume as its owner calls it, e.g. `volumes.data.access_modes`."""
        return self.field.removesuffix(self.fields.claim("size")) + self.fields.claim(key)

    def edits(self, live: LiveClaim) -> Iterator[tuple[str, str, str]]:
        """The immutable fields that a claim which is there has otherwise: key, as it is, as asked.

        Args:
            live: The claim as it lives. What is not written is as it is.
        """
        for key, before, after in (
            ("storage_class_name", live.storage_class_name, self.storage_class_name),
            ("access_modes", "+".join(live.access_modes), "+".join(self.access_modes)),
            ("volume_mode", live.volume_mode, self.volume_mode),
        ):
            if after is not None and before != after:
                yield key, before, after


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """A snapshot of another namespace, as this run brings it in.

    Attributes:
        snapshot: Name that it has here.
        content: Name of its VolumeSnapshotContent.
        handle: What the driver calls it; empty where nothing is to be brought in any more.
        driver: Of the snapshot.
        mode: Volume mode of its source; empty where nobody said.
        size: What a volume made from it has at least, in bytes; 0 where the driver does not say.
        names: What becomes of the two objects, where they are there already.
    """

    snapshot: str
    content: str
    handle: str
    driver: str
    mode: str
    size: int = 0
    names: Names = field(default_factory=Names)

    def opts(self, kind: str, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """The options of one of the two objects."""
        return self.names.opts(kind, self.content if kind == CONTENT else self.snapshot, opts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPlan:
    """One claim as this run will have it.

    Attributes:
        request: Size to ask for, in bytes.
        capacity: Size that the volume will have at least, in bytes; 0 where it is not waited for.
        live: Whether the claim is there and this stack's.
        grows: Whether a volume that is there gets larger.
        claim_owner: Name of the ConfigMap whose deletion deletes it now; empty where none does.
        short: Whether a volume that is there has less than `capacity`.
        volume: The volume that the claim is reattached to, now or in an earlier run; empty where
            it gets one of its own.
        volume_class: Class of that volume.
        was_of: Uid of the claim that the volume remembers, or remembered then; empty where it
            remembers none.
        restored: The VolumeSnapshot that it starts from, or did, by its owner's word; empty for
            none.
        copy: The snapshot of another namespace that it started from; None for none.
        force: Whether the claim is known not to be another's, so that fields may be taken over.
        uid: Of the claim that lives; empty where there is none, None where none could be read.
    """

    request: int
    capacity: int
    live: bool
    grows: bool
    claim_owner: str = ""
    short: bool = False
    volume: str
    volume_class: str
    was_of: str = ""
    force: bool
    restored: str = ""
    copy: CopyPlan | None = None
    uid: str | None = None

    @property
    def empty(self) -> bool:
        """Whether it starts on a new and empty volume, as far as the cluster is known."""
        return not (self.live or self.volume or self.restored)

    @property
    def made_anew(self) -> bool:
        """Whether this run makes the claim, on the volume that it had or from a snapshot."""
        return not self.live and bool(self.volume or self.restored)
