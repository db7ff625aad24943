"""What no object is without: where it is missing, the object was not written down as a whole."""

from collections.abc import Mapping, Sequence

from .urn import Kind
from .values import look

__all__ = ["missing"]

_Path = tuple[str, ...]

_SPEC: _Path = ("spec",)
_PODS: Sequence[_Path] = (("spec", "selector"), ("spec", "template", "spec", "containers"))
# Required by the validation of the API server.
_REQUIRED: Mapping[str, Sequence[_Path]] = {
    "DaemonSet": _PODS,
    "Deployment": _PODS,
    "Job": (("spec", "template", "spec", "containers"),),
    "PersistentVolume": (("spec", "capacity"), ("spec", "accessModes")),
    "PersistentVolumeClaim": (
        ("spec", "accessModes"),
        ("spec", "resources", "requests", "storage"),
    ),
    "Pod": (("spec", "containers"),),
    "ReplicaSet": _PODS,
    "StatefulSet": _PODS,
    "VolumeGroupSnapshot": (_SPEC,),
    "VolumeGroupSnapshotContent": (_SPEC,),
    "VolumeSnapshot": (_SPEC,),
    "VolumeSnapshotContent": (_SPEC,),
}
# Not objects of the API server.
_WITHOUT_METADATA = frozenset({"helm.sh", "pulumi"})


def missing(kind: Kind, tree: object) -> str:
    """A field that every object of the kind has and this one does not; empty where it has all.

    The provider writes a name into the inputs of every object that does not ask for one.

    Args:
        kind: Of the object.
        tree: Its inputs. What is hidden in them is there.
    """
    if kind.group in _WITHOUT_METADATA or kind.is_list:
        return ""
    if all(look(tree, "metadata", key) is None for key in ("name", "generateName")):
        return "metadata.name"
    paths = () if kind.is_patch else _REQUIRED.get(kind.name, ())
    return next((".".join(path) for path in paths if look(tree, *path) is None), "")
