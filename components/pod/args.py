"""The inputs that shape the pods of a workload."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

from .container import InitContainerArgs, ProcessArgs, SidecarArgs
from .metrics import MetricsArgs
from .probes import Probes
from .scheduling import SchedulingArgs

__all__ = ["PodArgs"]


class PodArgs(ProcessArgs, Probes, SchedulingArgs):
    """Inputs of a pod: those of its main process, and those of the pod around it."""

    config_files: NotRequired[Mapping[str, str]]
    """Path to content: files that the main container finds, kept in the ConfigMap
    `<name>-config`. Default none. Editing one rolls pods."""
    empty_dirs: NotRequired[Mapping[str, str]]
    """Path to size: empty folders that the main container can write and that end with the pod.
    Default none. Editing them rolls pods."""
    read_only_root_filesystem: NotRequired[bool]
    """Whether containers can write to volumes and `empty_dirs` only. Default false. Editing it
    rolls pods."""
    init_containers: NotRequired[Sequence[InitContainerArgs]]
    """Containers that run to their end, one by one, before the main one. Default none."""
    sidecars: NotRequired[Sequence[SidecarArgs]]
    """Containers that run along with the main one. Default none."""
    image_pull_secrets: NotRequired[Sequence[str]]
    """Secrets with the credentials of private registries, which have to exist. Default none.
    Editing them rolls pods."""
    service_account_name: NotRequired[str]
    """A ServiceAccount that exists, for workloads that talk to a cloud. Default: one of the
    workload's own, under its name. Neither mounts a token. Editing it rolls pods."""
    pod_annotations: NotRequired[Mapping[str, str]]
    """Annotations of the pods. Default none. Editing them rolls pods."""
    metrics: NotRequired[MetricsArgs]
    """Where Prometheus finds the metrics of each pod. Default: nowhere."""
    pod: NotRequired[Mapping[str, Any]]
    """The escape hatch: a part of a pod spec in the API's own form, merged last and checked
    again. Lists of named things are merged by name, `null` removes a key. Editing it rolls pods."""
    restricted: NotRequired[bool]
    """Whether `pod` has to keep to the restricted Pod Security Standard. Default true."""
    min_ready_seconds: NotRequired[int]
    """Seconds a new pod has to be ready before it counts. Default 0. Edited in place."""
