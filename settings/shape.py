"""The shape of what stack config says of a workload and of its storage.

Where and among whom a workload runs, and how a StatefulSet rolls out, is inherited from the args of
the components: a key that is added there can be given in config at once.
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from statefast.pod.container import IMAGE
from statefast.pod.environment import EnvSourceArgs
from statefast.pod.resources import ResourcesArgs
from statefast.pod.scheduling import SchedulingArgs
from statefast.safety.preflight import LONGEST_GROWTH_SECONDS, MODES
from statefast.schema.args import ACCESS_MODES
from statefast.schema.shape import Between, Form, OneOf, limit
from statefast.storage.snapshot_class import DELETION_POLICIES
from statefast.storage.storage_class import StorageClassArgs
from statefast.workload.args import PlacementArgs
from statefast.workload.rollout import RolloutArgs
from statefast.workload.schedule_args import TimedSnapshotsArgs

__all__ = [
    "PATTERNS",
    "ClassConfig",
    "StackConfig",
    "StorageConfig",
    "VolumeConfig",
    "WorkloadConfig",
]

PATTERNS = ("stateful-set", "deployment")


class _EachVolumeConfig(TypedDict):
    """What can be said of one volume, and of all of them."""

    size: NotRequired[str]
    """Size of the volume, or of each. Required of one of the two."""
    access_modes: NotRequired[Sequence[str]]
    """Access modes. Default: those of all, or else `[ReadWriteOnce]`."""
    storage_class_name: NotRequired[str]
    """Class. Default: that of all, or else the stack's, or the default class of the cluster."""
    volume_attributes_class_name: NotRequired[str]
    """Attributes: one of the stack's own `attributesClasses`, or a class of the cluster. Default:
    those of all, or else those of the class."""


class VolumeConfig(_EachVolumeConfig):
    """One volume, where it differs from the others."""

    claim_name: NotRequired[str]
    """Name of the claim (deployment) or of the claim template (stateful-set), for claims that
    something else made. Default `<workload>-<volume>`. Editing it is refused without consent."""
    existing_claim: NotRequired[str]
    """A claim of somebody else's, instead of a size and a class."""


class StorageConfig(_EachVolumeConfig):
    """The volumes of a workload."""

    volumes: NotRequired[Mapping[str, VolumeConfig]]
    """Volumes of the file by name, those that differ and those that are optional."""


class WorkloadConfig(PlacementArgs, RolloutArgs):
    """One workload of a stack."""

    workload: NotRequired[str]
    """What runs: a file in workloads/. Default: the name."""
    pattern: NotRequired[str]
    """`stateful-set` (default) or `deployment`."""
    storage: NotRequired[StorageConfig]
    """Its volumes."""
    image: NotRequired[str]
    """Image. Default: the file's."""
    resources: NotRequired[ResourcesArgs]
    """Compute resources. Default: the file's."""
    env: NotRequired[Mapping[str, object]]
    """Variables on top of the file's."""
    env_sources: NotRequired[Mapping[str, EnvSourceArgs]]
    """Those of `env` that come from elsewhere."""
    config_files: NotRequired[Mapping[str, str]]
    """Config files on top of the file's."""
    scheduling: NotRequired[SchedulingArgs]
    """Where the pods run."""
    progress_deadline_seconds: NotRequired[int]
    """When a rollout counts as stuck. deployment."""


class SnapshotClassConfig(TypedDict):
    """The class that snapshots of the volumes are taken with."""

    name: str
    """Its name."""
    parameters: NotRequired[Mapping[str, str]]
    """Parameters of the driver. Default: the driver's own."""
    deletion_policy: NotRequired[str]
    """`Retain` (default) or `Delete`."""
    default: NotRequired[bool]
    """Whether snapshots that name no class get this one. Default false."""


class AttributesClassConfig(TypedDict):
    """What volumes can be told later."""

    name: str
    """What its name in the cluster begins with."""
    parameters: NotRequired[Mapping[str, str]]
    """Parameters of the driver, at least one."""


class ClassConfig(StorageClassArgs):
    """The class that a stack makes."""

    name: str
    """Its name in the cluster."""
    snapshot_class: NotRequired[SnapshotClassConfig]
    """The class of snapshots beside it. Default none."""
    attributes_classes: NotRequired[Sequence[AttributesClassConfig]]
    """The classes of attributes beside it. Default none."""


class StackConfig(TypedDict):
    """The whole config of a stack, but for `{stack}`, which is filled in before."""

    namespace: str
    """Namespace of every workload."""
    environment: str
    """Name of the environment."""
    ephemeral: NotRequired[bool]
    """Whether the claims go when the stack is destroyed. Default false."""
    retention: NotRequired[str]
    """What becomes of claims that leave the stack; empty is as `ephemeral` says."""
    context: NotRequired[str]
    """Context of the kubeconfig. Default: the current one."""
    preflight: NotRequired[str]
    """How the cluster is read. Default `warn`."""
    growth_seconds: NotRequired[int]
    """Seconds that a volume may take to grow."""
    consent: NotRequired[Sequence[str]]
    """Changes that the owner agrees to. Default none."""
    data_from: NotRequired[str]
    """Namespace on a copy of whose data new claims start. Default: they start empty."""
    snapshots: NotRequired[TimedSnapshotsArgs]
    """When snapshots are taken: before which changes, and by the clock. Default: never."""
    former_stack: NotRequired[str]
    """Name of the stack before it was renamed: read by whoever asks for the owner of the run."""
    storage_class: NotRequired[object]
    """The class that the stack makes, a `ClassConfig`. Default none."""
    workloads: NotRequired[Mapping[str, object]]
    """By name, each a `WorkloadConfig`. Default none."""
    secrets: NotRequired[object]
    """From workload to variable to value. Default none."""
    secret_data: NotRequired[object]
    """From the name of a Secret to its `data`, in base64. Default none."""


limit(
    StackConfig,
    preflight=OneOf(MODES),
    growth_seconds=Between(0, LONGEST_GROWTH_SECONDS),
    # What no stack can be called is no name of one.
    former_stack=Form(r"[A-Za-z0-9_.-]*", "production"),
)
limit(SnapshotClassConfig, deletion_policy=OneOf(DELETION_POLICIES))
limit(_EachVolumeConfig, access_modes=OneOf(ACCESS_MODES))
limit(
    WorkloadConfig,
    pattern=OneOf(PATTERNS),
    image=IMAGE,
    progress_deadline_seconds=Between(1, 2**31 - 1),
)
