"""Reusable Pulumi components for workloads that own their data on Kubernetes.

Each name is loaded when it is first asked for (PEP 562): whoever only compares sizes or reads a
consent, as the gate does, loads neither the SDK nor the provider's modules.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .errors import StatefastError
    from .pod.container import InitContainerArgs, SidecarArgs
    from .pod.environment import EnvFromArgs, EnvSourceArgs
    from .pod.metrics import MetricsArgs
    from .pod.ports import PortArgs
    from .pod.probes import ProbeArgs
    from .pod.resources import ResourcesArgs
    from .pod.scheduling import SpreadArgs, TolerationArgs
    from .program.guard import guard
    from .storage.attributes_class import VolumeAttributesClass, VolumeAttributesClassArgs
    from .storage.claim import VolumeClaim, VolumeClaimArgs
    from .storage.claim_owner import ClaimOwner, ClaimOwnerArgs
    from .storage.namespace import WorkloadNamespace, WorkloadNamespaceArgs
    from .storage.snapshot_class import VolumeSnapshotClass, VolumeSnapshotClassArgs
    from .storage.storage_class import StorageClass, StorageClassArgs
    from .workload.args import VolumeArgs, WorkloadArgs
    from .workload.data_path import DataArgs, DataSettingArgs, DataVersionArgs
    from .workload.deployment import PersistentDeployment, PersistentDeploymentArgs
    from .workload.network_args import ClientArgs, NetworkPolicyArgs
    from .workload.rollout import UpdateStrategyArgs
    from .workload.stateful_set import PersistentStatefulSet, PersistentStatefulSetArgs

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
    "guard",
]

_HOMES = {
    "ClaimOwner": "storage.claim_owner",
    "ClaimOwnerArgs": "storage.claim_owner",
    "ClientArgs": "workload.network_args",
    "DataArgs": "workload.data_path",
    "DataSettingArgs": "workload.data_path",
    "DataVersionArgs": "workload.data_path",
    "EnvFromArgs": "pod.environment",
    "EnvSourceArgs": "pod.environment",
    "InitContainerArgs": "pod.container",
    "MetricsArgs": "pod.metrics",
    "NetworkPolicyArgs": "workload.network_args",
    "PersistentDeployment": "workload.deployment",
    "PersistentDeploymentArgs": "workload.deployment",
    "PersistentStatefulSet": "workload.stateful_set",
    "PersistentStatefulSetArgs": "workload.stateful_set",
    "PortArgs": "pod.ports",
    "ProbeArgs": "pod.probes",
    "ResourcesArgs": "pod.resources",
    "SidecarArgs": "pod.container",
    "SpreadArgs": "pod.scheduling",
    "StatefastError": "errors",
    "StorageClass": "storage.storage_class",
    "StorageClassArgs": "storage.storage_class",
    "TolerationArgs": "pod.scheduling",
    "UpdateStrategyArgs": "workload.rollout",
    "VolumeArgs": "workload.args",
    "VolumeAttributesClass": "storage.attributes_class",
    "VolumeAttributesClassArgs": "storage.attributes_class",
    "VolumeClaim": "storage.claim",
    "VolumeClaimArgs": "storage.claim",
    "VolumeSnapshotClass": "storage.snapshot_class",
    "VolumeSnapshotClassArgs": "storage.snapshot_class",
    "WorkloadArgs": "workload.args",
    "WorkloadNamespace": "storage.namespace",
    "WorkloadNamespaceArgs": "storage.namespace",
    "guard": "program.guard",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
