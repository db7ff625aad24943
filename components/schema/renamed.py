"""Keys that had another name once: who writes the old one is told the new one."""

from collections.abc import Collection

__all__ = ["RENAMED", "new_name"]

# The words of Kubernetes took the place of our own in 0.2. As in files and as in code.
RENAMED = {
    "arguments": ("args", "args"),
    "attributes_class_name": ("volumeAttributesClassName", "volume_attributes_class_name"),
    "binding_mode": ("volumeBindingMode", "volume_binding_mode"),
    "bindingMode": ("volumeBindingMode", "volume_binding_mode"),
    "className": ("storageClassName", "storage_class_name"),
    "expandable": ("allowVolumeExpansion", "allow_volume_expansion"),
    "pod_management": ("podManagementPolicy", "pod_management_policy"),
    "podManagement": ("podManagementPolicy", "pod_management_policy"),
    "read_only_root": ("readOnlyRootFilesystem", "read_only_root_filesystem"),
    "readOnlyRoot": ("readOnlyRootFilesystem", "read_only_root_filesystem"),
    "scratch": ("emptyDirs", "empty_dirs"),
    "termination_grace_seconds": (
        "terminationGracePeriodSeconds",
        "termination_grace_period_seconds",
    ),
    "terminationGraceSeconds": (
        "terminationGracePeriodSeconds",
        "termination_grace_period_seconds",
    ),
}


def new_name(word: str, known: Collection[str]) -> str | None:
    """The name that a key has now, where one of those known is it."""
    return next((name for name in RENAMED.get(word, ()) if name in known), None)
