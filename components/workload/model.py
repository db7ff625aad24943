"""A workload that was checked, with every default filled in: what the builders build from."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from ..pod.member_env import MemberEnvArgs
from ..pod.ports import Port
from ..safety.read.images import Format
from ..safety.read.memory import beneath
from ..safety.read.pod_data import Declared
from .args import WorkloadArgs

__all__ = ["Volume", "Workload"]

# The component of each pattern, as the state knows it.
PATTERN_TYPES = ("statefast:index:PersistentDeployment", "statefast:index:PersistentStatefulSet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A checked volume."""

    name: str
    mount_path: str
    sub_path: str
    size: str
    access_modes: tuple[str, ...]
    storage_class_name: str | None
    existing_claim: str | None
    attributes: str | None = None

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
    """Checked args, with every default filled in: what the builders build from.

    Attributes:
        component: Name of the component: what the names of its children in the state go by.
        name: In the cluster.
        headless_name: The Service that the pods of a set have their names from.
        makes_headless: Whether it is this workload's own.
    """

    resource: str
    component: str
    name: str
    namespace: str
    replicas: int
    autoscaled: bool
    first_ordinal: int
    quorum: bool
    member_env: Mapping[str, MemberEnvArgs]
    own_ports: tuple[Port, ...]
    sidecar_ports: tuple[tuple[Port, ...], ...]
    volumes: tuple[Volume, ...]
    labels: Mapping[str, str]
    selector: Mapping[str, str]
    headless_name: str
    makes_headless: bool
    retention: str
    run_as_user: int
    data: Declared
    data_version: Format | None
    termination_grace_period_seconds: int
    min_ready_seconds: int
    args: WorkloadArgs

    @property
    def pod_labels(self) -> Mapping[str, str]:
        """Those of the pods: what selects them may be of somebody else's choice."""
        return {**self.labels, **self.selector}

    def child(self, name: str) -> str:
        """What the resource of an object is called in the state, whose name begins with that of
        the workload.
        """
        return self.component + name.removeprefix(self.name)

    def child_of_claim(self, volume: Volume, claim: str) -> str:
        """The same of the claim of one ordinal: no other workload of the program has it."""
        return f"{volume.name}-{self.child(claim.removeprefix(f'{volume.name}-'))}"

    def aliases(self, parent: pulumi.ComponentResource) -> list[pulumi.Alias]:
        """What a child that both patterns have was called under the other pattern.

        Without it a switch of pattern would delete an object after making it anew under the
        same name: the Service of all clients, or the only copy of a password. Where the state has
        nothing under that pattern there is none: each alias costs as much as a small object.
        """
        own = parent.pulumi_resource_type

        def other(kind: str) -> pulumi.Output[str]:
            return parent.urn.apply(lambda urn: urn.replace(own, kind))

        kinds = [kind for kind in PATTERN_TYPES if kind != own and self._was(kind)]
        return [pulumi.Alias(parent=other(kind)) for kind in kinds]

    def _was(self, kind: str) -> bool:
        """Whether this workload may have been of a pattern when it was deployed last."""
        names = beneath(kind)
        return names is None or any(name.startswith(self.name) for name in names)

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
