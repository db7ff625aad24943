"""The rules: one idea each, pure, from one object and the rest of its preview to findings."""

from collections.abc import Mapping, Sequence

from ..edits import Edit
from ..kinds import holds_nothing, is_native
from ..urn import Kind
from . import (
    claims,
    classes,
    custom,
    locks,
    metadata,
    namespaces,
    opaque,
    owners,
    places,
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

_KEPT = (*locks.RULES, *metadata.RULES, *places.RULES)
_OPAQUE = (*locks.RULES, *places.RULES, *places.LEFT_BEHIND)
_WORKLOAD = (*workloads.RULES, *renames.RULES)
_SNAPSHOT = (*snapshots.RULES, *_KEPT)
_OF_OBJECTS: Mapping[str, Sequence[Rule]] = {
    "ConfigMap": owners.RULES,
    "CronJob": _WORKLOAD,
    "CustomResourceDefinition": (*custom.DEFINITION_RULES, *_OPAQUE),
    "DaemonSet": _WORKLOAD,
    "Deployment": _WORKLOAD,
    "HorizontalPodAutoscaler": scalers.RULES,
    "Job": _WORKLOAD,
    "Namespace": (*namespaces.RULES, *_KEPT),
    "PersistentVolume": (*volumes.RULES, *_KEPT),
    "PersistentVolumeClaim": (*claims.RULES, *renames.RULES, *_KEPT),
    "Pod": _WORKLOAD,
    "Provider": providers.RULES,
    "Release": (*opaque.RELEASE_RULES, custom.renamed, *_OPAQUE),
    "ReplicaSet": _WORKLOAD,
    "ReplicationController": _WORKLOAD,
    "StatefulSet": (
        *workloads.REMOUNTS,
        *sets.RULES,
        *set_updates.RULES,
        *quorum.RULES,
        *renames.RULES,
        *locks.RULES,
        *metadata.SET_RULES,
        *places.RULES,
    ),
    # It holds no data, and the password or key by which data is read.
    "Secret": locks.RULES,
    "StorageClass": classes.RULES,
    "VolumeGroupSnapshot": _SNAPSHOT,
    "VolumeGroupSnapshotClass": classes.RULES,
    "VolumeGroupSnapshotContent": _SNAPSHOT,
    "VolumeSnapshot": _SNAPSHOT,
    "VolumeSnapshotClass": classes.RULES,
    "VolumeSnapshotContent": _SNAPSHOT,
}
_OF_PATCH = (*metadata.RULES, *places.RULES)
_OF_PATCHES: Mapping[str, Sequence[Rule]] = {
    "PersistentVolume": (*volumes.PATCH_RULES, *_OF_PATCH),
    "PersistentVolumeClaim": (*claims.PATCH_RULES, *renames.RULES, *_OF_PATCH),
    "StatefulSet": (
        *workloads.PATCH_RULES,
        *set_updates.PATCH_RULES,
        *quorum.RULES,
        *_OF_PATCH,
    ),
    "Secret": locks.RULES,
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
        (*snapshots.PATCH_RULES, *_OF_PATCH),
    ),
    "HorizontalPodAutoscaler": scalers.RULES,
    # Labels alone: the namespace stays whatever becomes of them.
    "Namespace": metadata.RULES,
    "CustomResourceDefinition": custom.DEFINITION_RULES,
    **dict.fromkeys(("StorageClass", "VolumeGroupSnapshotClass", "VolumeSnapshotClass"), ()),
}


# Of a list of these nothing is lost with it.
_EACH_BY_ITSELF = frozenset({"Secret"})


def rules_for(edit: Edit) -> Sequence[Rule]:
    """The rules for one object; of a kind that is known to hold no data, who goes with it alone."""
    return (*_of_kind(edit.kind), *(() if edit.kind.is_patch else owners.OF_ALL))


def _of_kind(kind: Kind) -> Sequence[Rule]:
    if is_native(kind):
        table = _OF_PATCHES if kind.is_patch else _OF_OBJECTS
        if kind.is_list and kind.name in table and kind.name not in _EACH_BY_ITSELF:
            return (*opaque.LIST_RULES, *_OPAQUE)
        if kind.name in table and not kind.is_list:
            return table[kind.name]
    if holds_nothing(kind):
        return ()
    return (*custom.RULES, *scalers.RULES, *renames.TWINS, *places.LEFT_BEHIND, *_KEPT)
