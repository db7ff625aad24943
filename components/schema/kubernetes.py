"""Facts of Kubernetes that more than the components go by. The CLI reads them without the SDK."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = [
    "DEFAULT_ANNOTATIONS",
    "DEFAULT_GROUP_SNAPSHOT_CLASS",
    "DEFAULT_SNAPSHOT_CLASS",
    "IS_DEFAULT",
    "OF_CLUSTER",
    "OLDEST",
    "claims_mounted",
    "is_ready",
    "resource_path",
    "snapshot_classes",
]

# Minor version of Kubernetes 1 that this is made for (README): from here on nothing but attributes
# classes takes a newer one.
OLDEST = 28

IS_DEFAULT = "storageclass.kubernetes.io/is-default-class"
# The API server still goes by the second one too.
DEFAULT_ANNOTATIONS = (IS_DEFAULT, "storageclass.beta.kubernetes.io/is-default-class")
DEFAULT_GROUP_SNAPSHOT_CLASS = "groupsnapshot.storage.kubernetes.io/is-default-class"
DEFAULT_SNAPSHOT_CLASS = "snapshot.storage.kubernetes.io/is-default-class"

# Kinds that are in no namespace.
OF_CLUSTER = frozenset(
    {
        "APIService",
        "CSIDriver",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttributesClass",
        "VolumeGroupSnapshotClass",
        "VolumeGroupSnapshotContent",
        "VolumeSnapshotClass",
        "VolumeSnapshotContent",
    }
)


def claims_mounted(spec: Mapping[str, Any]) -> Iterator[str]:
    """The claims that a pod names, those that it only reads as well, in their order."""
    found = (volume.get("persistentVolumeClaim") for volume in spec.get("volumes") or ())
    return (claim["claimName"] for claim in found if claim)


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether a pod says that it is ready."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return ("Ready", "True") in [(each.get("type"), each.get("status")) for each in conditions]


def snapshot_classes(
    driver: str, classes: Iterable[Mapping[str, Any]], default_by: str = DEFAULT_SNAPSHOT_CLASS
) -> list[str]:
    """Those that a snapshot of a driver's volume may be taken with, where nobody names one.

    Args:
        driver: Its name in the cluster.
        classes: All that the cluster has.
        default_by: The annotation that makes one the default.

    Returns:
        Its default classes; all of its classes where none is default.
    """
    theirs = [it for it in classes if it.get("driver") == driver]
    default = [
        it for it in theirs if (it["metadata"].get("annotations") or {}).get(default_by) == "true"
    ]
    return sorted(str(it["metadata"]["name"]) for it in default or theirs)


def resource_path(version: str, kind: str) -> str:
    """Where an API server has the objects of a kind, with `{within}` for their namespace.

    Args:
        version: With its group, e.g. `apps/v1` or `core/v1`.
        kind: E.g. `StatefulSet`.
    """
    name = kind.lower()
    if name.endswith(("s", "x", "ch", "sh")) and name != "endpoints":
        name += "es"
    elif name.endswith("y") and name[-2] not in "aeiou":
        name = f"{name[:-1]}ies"
    elif name != "endpoints":
        name += "s"
    core = version.startswith("core/")
    place = f"/api/{version.removeprefix('core/')}" if core else f"/apis/{version}"
    return f"{place}/{{within}}{name}"
