"""The rules: one idea each, pure, from one object and the rest of its preview to findings."""

from collections.abc import Mapping, Sequence

from ..edits import Edit
from ..kinds import holds_nothing, is_native
from . import (
    claims,
    classes,
    custom,
    locks,
    metadata,
    namespaces,
    opaque,
    owners,
    providers,
    quorum,
    renames,
    scalers,
    set_updates,
    sets,
    snapshots,
    volumes,
    workloads,
)
from .common import Rule

__all__ = ["rules_for"]

_KEPT = (*locks.RULES, *metadata.RULES)
_WORKLOAD = (*workloads.RULES, *renames.RULES)
_SNAPSHOT = (*snapshots.RULES, *_KEPT)
_OF_OBJECTS: Mapping[str, Sequence[Rule]] = {
    "ConfigMap": owners.RULES,
    "CronJob": _WORKLOAD,
    "CustomResourceDefinition": (*custom.DEFINITION_RULES, *locks.RULES),
    "DaemonSet": _WORKLOAD,
    "Deployment": _WORKLOAD,
    "HorizontalPodAutoscaler": scalers.RULES,
    "Job": _WORKLOAD,
    "Namespace": (*namespaces.RULES, *_KEPT),
    "PersistentVolume": (*volumes.RULES, *_KEPT),
    "PersistentVolumeClaim": (*claims.RULES, *renames.RULES, *_KEPT),
    "Pod": _WORKLOAD,
    "Provider": providers.RULES,
    "Release": (*opaque.RELEASE_RULES, *locks.RULES),
    "ReplicaSet": _WORKLOAD,
    "ReplicationController": _WORKLOAD,
    "StatefulSet": (
        *workloads.REMOUNTS,
        *sets.RULES,
        *set_updates.RULES,
        *quorum.RULES,
        *renames.RULES,
        *_KEPT,
    ),
    "StorageClass": classes.RULES,
    "VolumeGroupSnapshot": _SNAPSHOT,
    "VolumeGroupSnapshotClass": classes.RULES,
    "VolumeGroupSnapshotContent": _SNAPSHOT,
    "VolumeSnapshot": _SNAPSHOT,
    "VolumeSnapshotClass": classes.RULES,
    "VolumeSnapshotContent": _SNAPSHOT,
}
_OF_PATCHES: Mapping[str, Sequence[Rule]] = {
    "PersistentVolume": (*volumes.PATCH_RULES, *metadata.RULES),
    "PersistentVolumeClaim": (*claims.PATCH_RULES, *renames.RULES, *metadata.RULES),
    "StatefulSet": (
        *workloads.PATCH_RULES,
        *set_updates.PATCH_RULES,
        *quorum.RULES,
        *metadata.RULES,
    ),
    **dict.fromkeys(
        ("CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "ReplicationController"),
        workloads.PATCH_RULES,
    ),
    **dict.fromkeys(
        (
            "VolumeGroupSnapshot",
            "VolumeGroupSnapshotContent",
            "VolumeSnapshot",
            "VolumeSnapshotContent",
        ),
        (*snapshots.PATCH_RULES, *metadata.RULES),
    ),
    "HorizontalPodAutoscaler": scalers.RULES,
    # Labels alone: the namespace stays whatever becomes of them.
    "Namespace": metadata.RULES,
    "CustomResourceDefinition": custom.DEFINITION_RULES,
    **dict.fromkeys(("StorageClass", "VolumeGroupSnapshotClass", "VolumeSnapshotClass"), ()),
}


def rules_for(edit: Edit) -> Sequence[Rule]:
    """The rules for one object; none for a kind that is known to hold no data."""
    kind = edit.kind
    if is_native(kind):
        table = _OF_PATCHES if kind.is_patch else _OF_OBJECTS
        if kind.name in table:
            return (*opaque.LIST_RULES, *locks.RULES) if kind.is_list else table[kind.name]
    if holds_nothing(kind):
        return ()
    return (*custom.RULES, *_KEPT)
