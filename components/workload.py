"""What both patterns share: the args of a workload, and their checks.

One shape serves the Deployment and the StatefulSet, so that one word of config can switch
between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import pulumi

from .args import RETENTIONS, access_modes, check_keys, one_of
from .claim_owner import ClaimOwner, check_claim_owner
from .container import mount_path
from .data_path import DataArgs, read_data
from .errors import MISSING, StatefastError
from .fields import flag, whole_number
from .guard.images import Format
from .guard.pod_data import Declared
from .guard.preflight import PreflightArgs
from .labels import object_labels, selector_labels
from .names import LONGEST_WORKLOAD_NAME, check_label_name, check_subdomain_name, headless_name
from .network_args import NetworkPolicyArgs
from .pod_args import PodArgs
from .ports import Port, PortArgs, read_ports, refuse_twice
from .quantity import storage_size

__all__ = ["VolumeArgs", "Workload", "WorkloadArgs", "read_workload"]

# The component of each pattern, as the state knows it.
PATTERN_TYPES = ("statefast:index:PersistentDeployment", "statefast:index:PersistentStatefulSet")


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
    termination_grace_seconds: NotRequired[int]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A checked volume."""

    name: str
    mount_path: str
    size: str
    access_modes: tuple[str, ...]
    storage_class_name: str | None
    existing_claim: str | None

    @property
    def claim(self) -> str:
        """The claim of a Deployment that backs it."""
        return self.existing_claim or self.name

    @property
    def one_writer(self) -> bool:
        """Whether only one node, or pod, can mount it for writing."""
        return not {"ReadWriteMany", "ReadOnlyMany"} & set(self.access_modes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Checked args, with every default filled in: what the builders build from."""

    resource: str
    name: str
    namespace: str
    replicas: int
    first_ordinal: int
    quorum: bool
    own_ports: tuple[Port, ...]
    sidecar_ports: tuple[tuple[Port, ...], ...]
    volumes: tuple[Volume, ...]
    labels: Mapping[str, str]
    selector: Mapping[str, str]
    headless_name: str
    retention: str
    run_as_user: int
    data: Declared
    data_version: Format | None
    termination_grace_seconds: int
    min_ready_seconds: int
    args: WorkloadArgs

    def aliases(self, parent: pulumi.ComponentResource) -> list[pulumi.Alias]:
        """What a child that both patterns have was called under the other pattern.

        Without it a switch of pattern would delete an object after making it anew under the
        same name: the Service of all clients, or the only copy of a password.
        """
        own = parent.pulumi_resource_type

        def other(kind: str) -> pulumi.Output[str]:
            return parent.urn.apply(lambda urn: urn.replace(own, kind))

        return [pulumi.Alias(parent=other(kind)) for kind in PATTERN_TYPES if kind != own]

    def is_claim(self, claim: str) -> bool:
        """Whether it is a claim of the Deployment."""
        return any(claim == volume.claim for volume in self.volumes)

    def is_claim_of_set(self, claim: str) -> bool:
        """Whether it is a claim of the StatefulSet, of whatever ordinal."""
        stem, _, ordinal = claim.rpartition("-")
        return ordinal.isdecimal() and any(
            stem == f"{volume.name}-{self.name}" for volume in self.volumes
        )

    @property
    def ports(self) -> tuple[Port, ...]:
        """The ports of all containers."""
        return (*self.own_ports, *(port for ports in self.sidecar_ports for port in ports))

    def ports_of(self, service: str) -> tuple[Port, ...]:
        """The ports a Service offers."""
        return tuple(port for port in self.ports if port.service == service)


def read_workload(kind: str, name: str, args: WorkloadArgs, shape: type) -> Workload:
    """Checks the args of a workload.

    Args:
        kind: Kind in the words of the user, for errors, e.g. `StatefulSet`.
        name: Name of the workload.
        args: As given.
        shape: The TypedDict they should fit.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """
    resource = f"{kind} {name}"
    check_keys(resource, args, shape)
    check_label_name(resource, "name", name, longest=LONGEST_WORKLOAD_NAME)
    suffix = check_label_name(resource, "headless_suffix", args.get("headless_suffix", "headless"))
    app = args.get("app", name)
    # Only a StatefulSet has it, and `shape` decides who may give it.
    given: Mapping[str, object] = args
    own_ports, sidecar_ports = _ports(resource, args)
    namespace = check_label_name(resource, "namespace", args["namespace"])
    retention = one_of(resource, "retention", args.get("retention", "retain"), RETENTIONS)
    check_claim_owner(resource, args, namespace, retention)
    data, version = read_data(resource, name, args.get("data"), args.get("config_files") or {})
    return Workload(
        resource=resource,
        name=name,
        namespace=namespace,
        replicas=whole_number(resource, "replicas", args.get("replicas", 1), low=0, high=1000),
        first_ordinal=whole_number(
            resource, "first_ordinal", given.get("first_ordinal", 0), low=0, high=100_000
        ),
        quorum=flag(resource, "quorum", given.get("quorum", False)),
        own_ports=own_ports,
        sidecar_ports=sidecar_ports,
        volumes=_volumes(resource, args["volumes"]),
        labels=object_labels(
            resource,
            app=app,
            instance=name,
            component=args.get("component", "server"),
            part_of=args.get("part_of", "statefast"),
            extra=args.get("labels"),
        ),
        selector=selector_labels(app, name),
        headless_name=check_label_name(resource, "headless_suffix", headless_name(name, suffix)),
        retention=retention,
        run_as_user=whole_number(
            resource, "run_as_user", args.get("run_as_user", 1000), low=1, high=2**31 - 1
        ),
        data=data,
        data_version=version,
        termination_grace_seconds=whole_number(
            resource,
            "termination_grace_seconds",
            args.get("termination_grace_seconds", 30),
            low=0,
            high=86_400,
        ),
        min_ready_seconds=whole_number(
            resource, "min_ready_seconds", args.get("min_ready_seconds", 0), low=0, high=86_400
        ),
        args=args,
    )


def _ports(
    resource: str, args: WorkloadArgs
) -> tuple[tuple[Port, ...], tuple[tuple[Port, ...], ...]]:
    """The ports of the main container, and those of each sidecar."""
    own = read_ports(resource, args.get("ports") or ())
    seen, beside = list(own), []
    for index, sidecar in enumerate(args.get("sidecars") or ()):
        path = f"sidecars[{index}].ports"
        ports = read_ports(resource, sidecar.get("ports") or (), path)
        for number, port in enumerate(ports):
            refuse_twice(resource, f"{path}[{number}].", port, seen)
        seen += ports
        beside.append(ports)
    return own, tuple(beside)


def _volumes(resource: str, given: Sequence[VolumeArgs]) -> tuple[Volume, ...]:
    if not given:
        raise StatefastError(
            resource, "volumes", [], "but this workload owns data", "give at least one volume"
        )
    volumes: list[Volume] = []
    for index, item in enumerate(given):
        path = f"volumes[{index}]."
        check_keys(resource, item, VolumeArgs, path)
        name = check_label_name(resource, f"{path}name", item["name"])
        class_name = item.get("storage_class_name")
        if class_name is not None:
            check_subdomain_name(resource, f"{path}storage_class_name", class_name)
        where = mount_path(resource, f"{path}mount_path", item["mount_path"])
        for other in volumes:
            if name == other.name or where == other.mount_path:
                raise StatefastError(
                    resource,
                    f"volumes[{index}]",
                    name,
                    f"but {other.name} on {other.mount_path} has that name or path",
                    "give each volume its own name and path",
                )
        volumes.append(
            Volume(
                name=name,
                mount_path=where,
                size=_size(resource, path, item),
                access_modes=access_modes(
                    resource, f"{path}access_modes", item.get("access_modes")
                ),
                storage_class_name=class_name,
                existing_claim=item.get("existing_claim"),
            )
        )
    return tuple(volumes)


def _size(resource: str, path: str, given: VolumeArgs) -> str:
    """The size; empty for an existing claim, whose size is not ours to say."""
    claim = given.get("existing_claim")
    if claim is None:
        return storage_size(resource, f"{path}size", given.get("size", MISSING))
    check_subdomain_name(resource, f"{path}existing_claim", claim)
    for key in ("size", "storage_class_name"):
        value = given.get(key)
        if value is not None:
            raise StatefastError(
                resource,
                f"{path}{key}",
                value,
                f"but claim {claim} exists and is not changed here",
                "leave it out",
            )
    return ""
