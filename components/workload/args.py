"""The args that both patterns share, so that one word of config can switch between them.

They are divided by who knows them: what an application is like, its file says (workloads/); where
and how it runs, the config of a stack does. A key that is added here can be given there at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from ..pod.container import InitContainerArgs, ProcessArgs, SidecarArgs
from ..pod.metrics import MetricsArgs
from ..pod.ports import PortArgs
from ..pod.probes import Probes
from ..pod.scheduling import SchedulingArgs
from ..safety.preflight import PreflightArgs
from ..schema.args import ACCESS_MODES, RETENTIONS
from ..schema.shape import Between, Form, OneOf, limit
from ..storage.attributes_class import VolumeAttributesClass
from ..storage.claim import VolumeClaim
from ..storage.claim_owner import ClaimOwner
from ..storage.namespace import WorkloadNamespace
from ..storage.snapshot_class import VolumeSnapshotClass
from ..storage.storage_class import StorageClass
from .data_path import DataArgs
from .network_args import NetworkPolicyArgs
from .schedule_args import TimedSnapshotsArgs

__all__ = ["SUB_PATH", "ApplicationArgs", "PlacementArgs", "VolumeArgs", "WorkloadArgs"]

# Below the root of the volume, and not out of it (the API server refuses `..`).
SUB_PATH = Form(r"(?!\.\.?(/|$))[^/:]+(/(?!\.\.?(/|$))[^/:]+)*", "data")

_DAY = 86_400


class VolumeArgs(TypedDict):
    """One volume of every replica."""

    name: str
    """Name of the claim (Deployment) or of the claim template (StatefulSet): editing it
    leaves the data behind under the old name."""
    mount_path: str
    """Where the container sees it. Editing it is refused without consent: the data would be in
    another place."""
    sub_path: NotRequired[str]
    """Folder of the volume that is mounted, e.g. `data`. Default: all of it. Editing it is refused
    without consent: the data would be in another place."""
    size: NotRequired[str]
    """Size of each volume as a quantity, e.g. `8Gi`; required but for an existing claim. See the
    component for what an edit does."""
    existing_claim: NotRequired[str | VolumeClaim]
    """A claim that is somebody else's: it is mounted, and neither made nor grown nor deleted here.
    In a Deployment only. Editing it is refused without consent: the pod starts on another
    claim."""
    access_modes: NotRequired[Sequence[str]]
    """Default `["ReadWriteOnce"]`. Editing them is a replacement."""
    storage_class_name: NotRequired[str | StorageClass]
    """Class of the volumes. Default: the cluster's default class. Editing it is a replacement."""
    volume_attributes_class_name: NotRequired[str | VolumeAttributesClass]
    """Attributes of the volumes, e.g. their throughput: name of a VolumeAttributesClass. Default:
    those of their class. Edited in place; taking it away is refused by the API server at
    preview."""


limit(VolumeArgs, access_modes=OneOf(ACCESS_MODES), sub_path=SUB_PATH)


class ApplicationArgs(Probes):
    """Inputs that say what an application is like, wherever it runs."""

    ports: NotRequired[Sequence[PortArgs]]
    """Ports of the container. Default none."""
    ordinal_env: NotRequired[str]
    """Environment variable that gets the pod's ordinal (always 0 in a Deployment). Editing it
    rolls pods."""
    run_as_user: NotRequired[int]
    """User and group of the process, and the group that owns the volume. Default 1000. Editing it
    is refused without consent: the files on the volume belong to the old one."""
    data: NotRequired[DataArgs]
    """Where the main container looks for its data, and which versions of its image read it.
    Default: what its mounts, its settings and its image say by themselves. Edited in place."""
    termination_grace_period_seconds: NotRequired[int]
    """Seconds a pod gets to stop. Default 30. Editing it rolls pods."""
    headless_suffix: NotRequired[str]
    """The headless Service is `<name>-<suffix>`. Default `headless`. Editing it is a replacement
    of the StatefulSet."""
    component: NotRequired[str]
    """Role, for the label `component`. Default `server`. Editing it rolls pods."""
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
    metrics: NotRequired[MetricsArgs]
    """Where Prometheus finds the metrics of each pod. Default: nowhere."""


limit(
    ApplicationArgs,
    run_as_user=Between(1, 2**31 - 1),
    termination_grace_period_seconds=Between(0, _DAY),
)


class PlacementArgs(TypedDict):
    """Inputs that say where and among whom an application runs."""

    replicas: NotRequired[int]
    """Number of pods, 0 or more. Default 1. Edited in place; claims of removed pods are kept."""
    autoscaled: NotRequired[bool]
    """Whether something else decides how many replicas there are, e.g. an autoscaler; `replicas`
    is then where it starts from, and is left as it is found. In a Deployment only where many nodes
    can mount each volume. Default false. Edited in place."""
    min_ready_seconds: NotRequired[int]
    """Seconds a new pod has to be ready before it counts. Default 0. Edited in place."""
    disruption_budget: NotRequired[bool]
    """Whether drains take the pods one at a time, where there is more than one. Default true.
    Edited in place."""
    network_policy: NotRequired[NetworkPolicyArgs]
    """Who may connect to the pods; peers always may. Default: everybody, for want of a policy."""
    service_account_name: NotRequired[pulumi.Input[str]]
    """A ServiceAccount that exists, for workloads that talk to a cloud. Default: one of the
    workload's own, under its name. Neither mounts a token. Editing it rolls pods."""
    image_pull_secrets: NotRequired[Sequence[pulumi.Input[str]]]
    """Secrets with the credentials of private registries, which have to exist. Default none.
    Editing them rolls pods."""
    labels: NotRequired[Mapping[str, str]]
    """More labels, on every object. Default none. Editing them rolls pods."""
    selector: NotRequired[Mapping[str, str]]
    """The labels that select the pods of a workload that something else made: its pods have them on
    top of the others. Default: the labels `name` and `instance`. Editing it is a replacement."""
    part_of: NotRequired[str]
    """The larger application, for the label `part-of`. Default `statefast`. Editing it rolls
    pods."""
    pod_annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Annotations of the pods. Default none. Editing them rolls pods."""
    restore: NotRequired[Mapping[str, str]]
    """By claim, the VolumeSnapshot that it starts from instead of the data it had; by the name of a
    volume, for the claims of all replicas, with `{claim}` in the snapshot's name for that of each.
    Default none. A claim that is there is refused, with the steps and the consent that names the
    volume it leaves; one that started from that snapshot stays as it is."""
    pod: NotRequired[Mapping[str, Any]]
    """The escape hatch: a part of a pod spec in the API's own form, merged last and checked
    again. Lists of named things are merged by name, `null` removes a key. Editing it rolls pods."""
    restricted: NotRequired[bool]
    """Whether `pod` has to keep to the restricted Pod Security Standard. Default true."""


limit(PlacementArgs, replicas=Between(0, 1000), min_ready_seconds=Between(0, _DAY))


class WorkloadArgs(ProcessArgs, ApplicationArgs, PlacementArgs, SchedulingArgs):
    """Inputs that PersistentDeployment and PersistentStatefulSet share."""

    namespace: str | WorkloadNamespace
    """Namespace of every object. Editing it is a replacement of all of them."""
    volumes: Sequence[VolumeArgs]
    """The volumes, at least one."""
    secret_env: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Environment kept in a Secret, as `<name>-secrets`. Default none. Editing a value is in
    place, and running pods keep the old one."""
    generated_secret_env: NotRequired[Sequence[str]]
    """Variables that get a random password at the first `up` and keep it, in the Secret
    `<name>-generated`. Default none."""
    data_from: NotRequired[str]
    """A namespace of the same cluster: each claim that is made starts on a copy of the data of the
    claim of its name there, from the newest VolumeSnapshot of that which is ready. Default: empty.
    Refused where a claim is there that did not start so; taking it away changes nothing."""
    retention: NotRequired[str]
    """`retain` (default): claims and generated passwords stay when the workload goes. `delete`:
    they are deleted with the `claim_owner`. `snapshot`: as `delete`, once a snapshot of each claim
    is ready. Editing `retain` is refused; the others are edited in place."""
    snapshots: NotRequired[TimedSnapshotsArgs]
    """When a snapshot of each volume is taken: before which changes, and by the clock. Default:
    never. Edited in place."""
    snapshot_class_name: NotRequired[str | VolumeSnapshotClass]
    """Class of the snapshots, for volumes of its driver; with retention `snapshot` where
    `claim_owner` is not given. Default: the one of the driver. Edited in place."""
    claim_owner: NotRequired[ClaimOwner]
    """What the claims go with, if they are not retained. Default: an owner of their own, which
    goes with this component. Edited in place."""
    workload_name: NotRequired[str]
    """Name in the cluster: of the workload, and what those of the objects around it begin with.
    Default: the name of the component; give it where one program has workloads of one name in two
    namespaces or clusters, and declare the one that is there already first. Editing it is refused
    as a new, empty workload."""
    app: NotRequired[str]
    """What runs, for the label `name`. Default: its name in the cluster. Editing it is a
    replacement: it selects the pods."""
    preflight: NotRequired[PreflightArgs]
    """Reads the cluster first, so that what would fail or lose data is refused at preview.
    Default: reads nothing. Editing it changes nothing in the cluster."""
    consent: NotRequired[Sequence[str]]
    """Changes that the owner agrees to, each in the words of the refusal that asked for it.
    Default none. One that was used, or fits nothing, has no effect."""


limit(WorkloadArgs, retention=OneOf(RETENTIONS))
