"""One thing that is wrong, with what helps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..api import Object

__all__ = ["Facts", "Finding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong, or will be.

    Attributes:
        about: What it is about, e.g. `PersistentVolumeClaim data/zk-vol-zk-0`.
        problem: What is wrong with it, and what comes of that.
        remedies: What helps, commands first; several are alternatives or steps, as they say.
    """

    about: str
    problem: str
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a cluster has.

    Attributes:
        minor: Minor version of Kubernetes 1; None where it is not known.
        claims: Of the namespaces that are looked at; the same goes for `sets` and `pods`.
        volumes: PersistentVolumes.
        classes: StorageClasses.
        drivers: Names of CSIDrivers; None where they may not be read.
        snapshot_drivers: Drivers of the VolumeSnapshotClasses; None where snapshots are unknown to
            the cluster.
        events: Of the namespaces as well.
        denied: What the identity may not do, as `list persistentvolumes`.
    """

    minor: int | None = None
    claims: Sequence[Object] = ()
    sets: Sequence[Object] = ()
    pods: Sequence[Object] = ()
    volumes: Sequence[Object] = ()
    classes: Sequence[Object] = ()
    drivers: frozenset[str] | None = None
    snapshot_drivers: frozenset[str] | None = frozenset()
    events: Sequence[Object] = ()
    denied: Sequence[str] = ()

    @property
    def classes_by_name(self) -> Mapping[str, Object]:
        """The classes, by name."""
        return {item["metadata"]["name"]: item for item in self.classes}

    @property
    def spaces(self) -> frozenset[str]:
        """The namespaces that have claims or sets of a stack."""
        return frozenset(item["metadata"]["namespace"] for item in (*self.claims, *self.sets))
