"""The args that both patterns share, so that one word of config can switch between them."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from ..pod.args import PodArgs
from ..pod.ports import PortArgs
from ..safety.preflight import PreflightArgs
from ..storage.claim_owner import ClaimOwner
from .data_path import DataArgs
from .network_args import NetworkPolicyArgs

__all__ = ["VolumeArgs", "WorkloadArgs"]


class VolumeArgs(TypedDict):
    """One volume of every replica."""

    name: str
    """Name of the claim (Deployment) or of the claim template (StatefulSet), for life: editing it
    leaves the data behind under the old name."""
    mount_path: str
    """Where the container sees it. Editing it is refused without consent: the data would be in
    another place."""
    size: NotRequired[str]
    """Size of each volume as a quantity, e.g. `8Gi`; required but for an existing claim. See the
    component for what an edit does."""
    existing_claim: NotRequired[str]
    """A claim that is somebody else's: it is mounted, and neither made nor grown nor deleted here.
    In a Deployment only. Editing it is refused without consent: the pod starts on another
    claim."""
    access_modes: NotRequired[Sequence[str]]
    """Default `["ReadWriteOnce"]`. Editing them is a replacement."""
    storage_class_name: NotRequired[str]
    """Class of the volumes. Default: the cluster's default class. Editing it is a replacement."""


class WorkloadArgs(PodArgs):
    """Inputs that PersistentDeployment and PersistentStatefulSet share."""

    namespace: str
    """Namespace of every object. Editing it is a replacement of all of them."""
    volumes: Sequence[VolumeArgs]
    """The volumes, at least one."""
    replicas: NotRequired[int]
    """Number of pods, 0 or more. Default 1. Edited in place; claims of removed pods are kept."""
    autoscaled: NotRequired[bool]
    """Whether something else decides how many replicas there are, e.g. an autoscaler; `replicas`
    is then where it starts from, and is left as it is found. In a Deployment only where many nodes
    can mount each volume. Default false. Edited in place."""
    ports: NotRequired[Sequence[PortArgs]]
    """Ports of the container. Default none."""
    ordinal_env: NotRequired[str]
    """Environment variable that gets the pod's ordinal (always 0 in a Deployment). Editing it
    rolls pods."""
    secret_env: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Environment kept in a Secret, as `<name>-secrets`. Default none. Editing a value is in
    place, and running pods keep the old one."""
    generated_secret_env: NotRequired[Sequence[str]]
    """Variables that get a random password at the first `up` and keep it, in the Secret
    `<name>-generated`. Default none."""
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
    disruption_budget: NotRequired[bool]
    """Whether drains take the pods one at a time, where there is more than one. Default true.
    Edited in place."""
    network_policy: NotRequired[NetworkPolicyArgs]
    """Who may connect to the pods; peers always may. Default: everybody, for want of a policy."""
    retention: NotRequired[str]
    """`retain` (default): claims and generated passwords stay when the workload goes. `delete`:
    they are deleted with the `claim_owner`. `snapshot`: as `delete`, once a snapshot of each claim
    is ready. Editing `retain` is refused; the others are edited in place."""
    snapshot_class_name: NotRequired[str]
    """Class of the snapshots with retention `snapshot`, where `claim_owner` is not given. Default:
    the cluster's default class. Edited in place."""
    claim_owner: NotRequired[ClaimOwner]
    """What the claims go with, if they are not retained. Default: an owner of their own, which
    goes with this component. Edited in place."""
    app: NotRequired[str]
    """What runs, for the label `name`. Default: the name. Editing it is a replacement: it
    selects the pods."""
    component: NotRequired[str]
    """Role, for the label `component`. Default `server`. Editing it rolls pods."""
    part_of: NotRequired[str]
    """The larger application. Default `statefast`. Editing it rolls pods."""
    labels: NotRequired[Mapping[str, str]]
    """More labels, on every object. Default none. Editing them rolls pods."""
    preflight: NotRequired[PreflightArgs]
    """Reads the cluster first, so that what would fail or lose data is refused at preview.
    Default: reads nothing. Editing it changes nothing in the cluster."""
    consent: NotRequired[Sequence[str]]
    """Changes that the owner agrees to, each in the words of the refusal that asked for it.
    Default none. One that was used, or fits nothing, has no effect."""
