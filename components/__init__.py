"""Reusable Pulumi components for workloads that own their data on Kubernetes."""

from .attributes_class import VolumeAttributesClass, VolumeAttributesClassArgs
from .claim import VolumeClaim, VolumeClaimArgs
from .claim_owner import ClaimOwner, ClaimOwnerArgs
from .container import InitContainerArgs, SidecarArgs
from .deployment import PersistentDeployment, PersistentDeploymentArgs
from .environment import EnvFromArgs, EnvSourceArgs
from .errors import StatefastError
from .metrics import MetricsArgs
from .namespace import WorkloadNamespace, WorkloadNamespaceArgs
from .network_args import ClientArgs, NetworkPolicyArgs
from .ports import PortArgs
from .probes import ProbeArgs
from .resources import ResourcesArgs
from .rollout import UpdateStrategyArgs
from .scheduling import SpreadArgs, TolerationArgs
from .snapshot_class import VolumeSnapshotClass, VolumeSnapshotClassArgs
from .stateful_set import PersistentStatefulSet, PersistentStatefulSetArgs
from .storage_class import StorageClass, StorageClassArgs
from .workload import VolumeArgs, WorkloadArgs

__all__ = [
    "ClaimOwner",
    "ClaimOwnerArgs",
    "ClientArgs",
    "EnvFromArgs",
    "EnvSourceArgs",
    "InitContainerArgs",
    "MetricsArgs",
    "NetworkPolicyArgs",
    "PersistentDeployment",
    "PersistentDeploymentArgs",
    "PersistentStatefulSet",
    "PersistentStatefulSetArgs",
    "PortArgs",
    "ProbeArgs",
    "ResourcesArgs",
    "SidecarArgs",
    "SpreadArgs",
    "StatefastError",
    "StorageClass",
    "StorageClassArgs",
    "TolerationArgs",
    "UpdateStrategyArgs",
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
