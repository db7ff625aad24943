"""The rules: one idea each, pure, from one object and the rest of its preview to findings."""

from collections.abc import Mapping, Sequence

from ..edits import Edit
from . import (
    claims,
    classes,
    deployments,
    locks,
    namespaces,
    opaque,
    quorum,
    renames,
    sets,
    snapshots,
    volumes,
)
from .common import Rule

__all__ = ["rules_for"]

_OF_OBJECTS: Mapping[str, Sequence[Rule]] = {
    "Deployment": deployments.RULES,
    "Namespace": namespaces.RULES,
    "PersistentVolume": volumes.RULES,
    "PersistentVolumeClaim": (*claims.RULES, *renames.RULES),
    "StatefulSet": (*sets.RULES, *quorum.RULES, *renames.RULES),
    "StorageClass": classes.RULES,
    "VolumeSnapshot": snapshots.RULES,
    "VolumeSnapshotClass": classes.RULES,
    "VolumeSnapshotContent": snapshots.RULES,
}
_LOCKED = frozenset(_OF_OBJECTS) - {"Deployment", "StorageClass", "VolumeSnapshotClass"}
_OF_PATCHES: Mapping[str, Sequence[Rule]] = {
    "PersistentVolume": volumes.PATCH_RULES,
    "PersistentVolumeClaim": (*claims.PATCH_RULES, *renames.RULES),
    "StatefulSet": (*sets.PATCH_RULES, *quorum.RULES),
}


def rules_for(edit: Edit) -> Sequence[Rule]:
    """The rules for one object; none for a kind that has nothing to do with data."""
    name = edit.kind.name
    if edit.kind.is_patch:
        return _OF_PATCHES.get(name, ())
    if edit.kind.is_list:
        return opaque.LIST_RULES if name in _LOCKED else ()
    if name == "Release":
        return opaque.RELEASE_RULES
    of_object = _OF_OBJECTS.get(name, ())
    return (*of_object, *locks.RULES) if name in _LOCKED else of_object
