"""Reusable Pulumi components for workloads that own their data on Kubernetes."""

from .attributes_class import VolumeAttributesClass, VolumeAttributesClassArgs
from .claim import VolumeClaim, VolumeClaimArgs
from .deployment import PersistentDeployment, PersistentDeploymentArgs
from .errors import StatefastError
from .namespace import WorkloadNamespace, WorkloadNamespaceArgs
from .snapshot_class import VolumeSnapshotClass, VolumeSnapshotClassArgs
from .stateful_set import PersistentStatefulSet, PersistentStatefulSetArgs
from .storage_class import StorageClass, StorageClassArgs
from .workload import PortArgs, ProbeArgs, ResourcesArgs, VolumeArgs, WorkloadArgs

__all__ = [
    "PersistentDeployment",
    "PersistentDeploymentArgs",
    "PersistentStatefulSet",
    "PersistentStatefulSetArgs",
    "PortArgs",
    "ProbeArgs",
    "ResourcesArgs",
    "StatefastError",
    "StorageClass",
    "StorageClassArgs",
    "VolumeArgs",
    "VolumeAttributesClass",
    "VolumeAttributesClassArgs",
    "VolumeClaim",
    "VolumeClaimArgs",
    "VolumeSnapshotClass",
    "VolumeSnapshotClassArgs",
    "WorkloadArgs",
    "WorkloadNamespace",
    "WorkloadNamespaceArgs",
]
