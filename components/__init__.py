"""Reusable Pulumi components for workloads that own their data on Kubernetes.

Each name is loaded when it is first asked for (PEP 562): whoever only compares sizes or reads a
consent, as the gate does, loads neither the SDK nor the provider's modules.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .attributes_class import VolumeAttributesClass, VolumeAttributesClassArgs
    from .claim import VolumeClaim, VolumeClaimArgs
    from .claim_owner import ClaimOwner, ClaimOwnerArgs
    from .container import InitContainerArgs, SidecarArgs
    from .data_path import DataArgs, DataSettingArgs, DataVersionArgs
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
    "DataArgs",
    "DataSettingArgs",
    "DataVersionArgs",
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

_HOMES = {
    "ClaimOwner": "claim_owner",
    "ClaimOwnerArgs": "claim_owner",
    "ClientArgs": "network_args",
    "DataArgs": "data_path",
    "DataSettingArgs": "data_path",
    "DataVersionArgs": "data_path",
    "EnvFromArgs": "environment",
    "EnvSourceArgs": "environment",
    "InitContainerArgs": "container",
    "MetricsArgs": "metrics",
    "NetworkPolicyArgs": "network_args",
    "PersistentDeployment": "deployment",
    "PersistentDeploymentArgs": "deployment",
    "PersistentStatefulSet": "stateful_set",
    "PersistentStatefulSetArgs": "stateful_set",
    "PortArgs": "ports",
    "ProbeArgs": "probes",
    "ResourcesArgs": "resources",
    "SidecarArgs": "container",
    "SpreadArgs": "scheduling",
    "StatefastError": "errors",
    "StorageClass": "storage_class",
    "StorageClassArgs": "storage_class",
    "TolerationArgs": "scheduling",
    "UpdateStrategyArgs": "rollout",
    "VolumeArgs": "workload",
    "VolumeAttributesClass": "attributes_class",
    "VolumeAttributesClassArgs": "attributes_class",
    "VolumeClaim": "claim",
    "VolumeClaimArgs": "claim",
    "VolumeSnapshotClass": "snapshot_class",
    "VolumeSnapshotClassArgs": "snapshot_class",
    "WorkloadArgs": "workload",
    "WorkloadNamespace": "namespace",
    "WorkloadNamespaceArgs": "namespace",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
