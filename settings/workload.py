"""One workload of the stack, as config says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import pulumi

from statefast import (
    ClaimOwner,
    InitContainerArgs,
    PersistentDeployment,
    PersistentDeploymentArgs,
    PersistentStatefulSet,
    PersistentStatefulSetArgs,
    SidecarArgs,
)
from statefast.drivers.catalogue import DRIVERS
from statefast.errors import StatefastError
from statefast.pod.environment import EnvSourceArgs
from statefast.pod.resources import ResourcesArgs
from statefast.safety.preflight import PreflightArgs
from statefast.schema.collected import Collected
from statefast.schema.fields import Fields, nearest
from statefast.schema.names import LONGEST_WORKLOAD_NAME, check_label_name, headless_name, pod_name
from statefast.workload.args import WorkloadArgs
from statefast.workload.model import Workload
from statefast.workload.read import read_workload as built
from statefast.workload.rollout import RolloutArgs
from statefast.workload.service import peer_host, service_host
from statefast.workload.stateful_set import POD_MANAGEMENT
from workloads import WorkloadFile, load_workload
from workloads.containers import read_resources
from workloads.environment import EnvValue, read_env, read_env_sources

from .pods import read_pods, read_rollout
from .storage import StorageClassSettings
from .volumes import VolumeSettings, read_volumes

__all__ = [
    "OF_ONE_PATTERN",
    "PATTERNS",
    "Surroundings",
    "WorkloadSettings",
    "check_driver",
    "check_services",
    "read_workload",
]

PATTERNS = ("stateful-set", "deployment")
# Keys that one pattern alone has; in the other they would have no effect.
OF_ONE_PATTERN = {
    "podManagementPolicy": PATTERNS[0],
    "updateStrategy": PATTERNS[0],
    "firstOrdinal": PATTERNS[0],
    "progressDeadlineSeconds": PATTERNS[1],
}
_PART_OF = "statefast"

Side = TypeVar("Side", InitContainerArgs, SidecarArgs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all workloads of a stack share."""

    namespace: str
    retention: str
    snapshot_class_name: str
    preflight: PreflightArgs
    consent: tuple[str, ...]
    claim_owner: ClaimOwner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadSettings:
    """One workload: what runs, from its file, and how big and where, from config."""

    name: str
    pattern: str
    file: WorkloadFile
    replicas: int
    image: str
    volumes: tuple[VolumeSettings, ...]
    resources: ResourcesArgs
    env: Mapping[str, EnvValue]
    env_sources: Mapping[str, EnvSourceArgs]
    config_files: Mapping[str, str]
    labels: Mapping[str, str]
    pod_management_policy: str
    autoscaled: bool
    progress_deadline_seconds: int | None
    pods: WorkloadArgs
    rollout: RolloutArgs
    secrets: Mapping[str, pulumi.Output[str]]

    def deployment_args(self, where: Surroundings) -> PersistentDeploymentArgs:
        """The args of the pattern `deployment`."""
        shared = self._shared(where)
        if self.progress_deadline_seconds is None:
            # The cast adds nothing: no other key is the Deployment's own.
            return cast("PersistentDeploymentArgs", shared)
        return {**shared, "progress_deadline_seconds": self.progress_deadline_seconds}

    def stateful_set_args(self, where: Surroundings) -> PersistentStatefulSetArgs:
        """The args of the pattern `stateful-set`."""
        return {
            **self._shared(where),
            **self.rollout,
            "pod_management_policy": self.pod_management_policy,
            "quorum": self.file.quorum,
        }

    def check(self, where: Surroundings) -> None:
        """Asks the component, before any is built, whether it would have these args.

        Raises:
            StatefastError: it would not.
        """
        if self.pattern == "deployment":
            PersistentDeployment.check(self.name, self.deployment_args(where))
        else:
            PersistentStatefulSet.check(self.name, self.stateful_set_args(where))

    def built(self, where: Surroundings) -> Workload:
        """The workload as the component sees it.

        Raises:
            StatefastError: see `check`.
        """
        if self.pattern == "deployment":
            given = self.deployment_args(where)
            return built("Deployment", self.name, given, PersistentDeploymentArgs)
        return built(
            "StatefulSet", self.name, self.stateful_set_args(where), PersistentStatefulSetArgs
        )

    def preflight(self, where: Surroundings) -> None:
        """Asks the component what the live cluster says to these args.

        Raises:
            StatefastError: the edit would lose data, or cannot work.
        """
        if self.pattern == "deployment":
            PersistentDeployment.preflight(self.name, self.deployment_args(where))
        else:
            PersistentStatefulSet.preflight(self.name, self.stateful_set_args(where))

    def _shared(self, where: Surroundings) -> WorkloadArgs:
        file, namespace = self.file, where.namespace
        hosts, first = self._hosts(namespace), self._ordinals.start
        values = {**file.env, **self.env}
        # Config says last where a variable comes from: as a text, or from another place.
        sources = {key: at for key, at in file.env_sources.items() if key not in self.env}
        volumes = [volume.name for volume in self.volumes]
        args: WorkloadArgs = {
            **self.pods,
            "namespace": namespace,
            "image": self.image,
            "replicas": self.replicas,
            "autoscaled": self.autoscaled,
            "volumes": [volume.args(self.name) for volume in self.volumes],
            "ports": file.ports,
            "command": file.command,
            "args": file.args,
            "env": {
                key: self._rendered(key, value, hosts, first, volumes)
                for key, value in values.items()
                if key not in self.env_sources
            },
            "env_sources": {**sources, **self.env_sources},
            "env_from": file.env_from,
            "config_files": {**file.config_files, **self.config_files},
            "empty_dirs": file.empty_dirs,
            "read_only_root_filesystem": file.read_only_root_filesystem,
            "init_containers": [self._with_volumes(item) for item in file.init_containers],
            "sidecars": [self._with_volumes(item) for item in file.sidecars],
            "ordinal_env": file.ordinal_env,
            "secret_env": self.secrets,
            "generated_secret_env": [key for key in file.secrets if key not in self.secrets],
            "resources": self.resources,
            "run_as_user": file.run_as_user,
            "termination_grace_period_seconds": file.termination_grace_period_seconds,
            "headless_suffix": file.headless_suffix,
            "retention": where.retention,
            "snapshot_class_name": where.snapshot_class_name,
            "preflight": where.preflight,
            "consent": where.consent,
            "app": file.name,
            "component": file.component,
            "part_of": _PART_OF,
            "labels": self.labels,
            **file.probes,
        }
        if where.claim_owner is not None:
            args["claim_owner"] = where.claim_owner
        if file.data is not None:
            args["data"] = file.data
        if file.metrics is not None:
            args["metrics"] = file.metrics
        return args

    def _rendered(
        self, key: str, value: EnvValue, hosts: Sequence[str], first: int, volumes: Sequence[str]
    ) -> str:
        if value.per_replica and self.pattern == PATTERNS[1] and self.replicas > 1:
            raise StatefastError(
                f"workload {self.name}",
                f"env.{key}",
                value.single,
                "but it is filled in for each replica, and the pods of a Deployment have neither"
                " ordinals nor host names of their own",
                "write it as {single: <text>, several: <text>}, or use the pattern stateful-set",
            )
        return value.render(hosts, first=first, volumes=volumes, replicas=self.replicas)

    def _with_volumes(self, container: Side) -> Side:
        """The container with its mounts under the names that the workload gives its volumes."""
        given = container.get("mounts") or {}
        mounts = {f"{self.name}-{volume}": path for volume, path in given.items()}
        return cast("Side", {**container, "mounts": mounts})

    @property
    def headless_name(self) -> str:
        """The headless Service of the workload."""
        return headless_name(self.name, self.file.headless_suffix)

    def _hosts(self, namespace: str) -> tuple[str, ...]:
        headless = self.headless_name
        if self.pattern == "deployment":
            # Its pods have no names of their own; the headless Service finds the only one.
            return (service_host(headless, namespace),)
        return tuple(
            peer_host(pod_name(self.name, ordinal), headless, namespace)
            for ordinal in self._ordinals
        )

    @property
    def _ordinals(self) -> range:
        first = self.rollout.get("first_ordinal", 0) if self.pattern == PATTERNS[0] else 0
        return range(first, first + self.replicas)


def read_workload(
    name: str,
    given: object,
    storage_class: StorageClassSettings | None,
    secrets: Mapping[str, pulumi.Output[str]],
) -> WorkloadSettings:
    """One workload, checked against its file.

    Raises:
        StatefastError: a key is unknown or missing, or a value is wrong.
    """
    resource = f"workload {name}"
    check_label_name(resource, "name", name, longest=LONGEST_WORKLOAD_NAME)
    fields = Fields(resource, given)
    file = load_workload(fields.text("workload", name), asked_by=resource)
    for key in secrets:
        if key not in file.secrets:
            raise StatefastError(
                resource,
                f"secrets.{key}",
                "(hidden)",
                f"but workloads/{file.name}.yaml knows no such secret",
                nearest(key, file.secrets),
            )
    class_name = storage_class.name if storage_class else None
    pattern = fields.choice("pattern", PATTERNS, PATTERNS[0])
    replicas = fields.integer("replicas", 1, low=0, high=1000)
    autoscaled = fields.boolean("autoscaled", False)
    _check_pattern(fields, pattern)
    if file.quorum and pattern == PATTERNS[1] and (replicas > 1 or autoscaled):
        raise StatefastError(
            resource,
            "autoscaled" if autoscaled else "replicas",
            autoscaled or replicas,
            f"but workloads/{file.name}.yaml is a quorum, and the replicas of a Deployment are no"
            " members of one: they share their volumes",
            "write 1, or use the pattern stateful-set",
        )
    env = fields.entries("env")
    deadline = fields.integer("progressDeadlineSeconds", 0, low=0, high=2**31 - 1)
    workload = WorkloadSettings(
        name=name,
        pattern=pattern,
        file=file,
        replicas=replicas,
        image=fields.text("image", file.image, pattern=r"[^\s]+", like=file.image),
        volumes=read_volumes(fields.group("storage"), file.volumes, class_name),
        resources=read_resources(fields.group("resources")) or file.resources,
        env=read_env(fields, env),
        env_sources=read_env_sources(fields, env),
        config_files=fields.text_map("configFiles"),
        labels=fields.text_map("labels"),
        pod_management_policy=fields.choice(
            "podManagementPolicy", POD_MANAGEMENT, POD_MANAGEMENT[0]
        ),
        autoscaled=autoscaled,
        progress_deadline_seconds=deadline or None,
        pods=read_pods(fields),
        rollout=read_rollout(fields),
        secrets=secrets,
    )
    fields.done()
    return workload


def _check_pattern(fields: Fields, pattern: str) -> None:
    """Refuses a key that only the other pattern has.

    Raises:
        StatefastErrors: of each such key that is there, whatever its value.
    """
    wrong = Collected()
    for key, of in OF_ONE_PATTERN.items():
        if pattern != of and key in fields:
            wrong.add(
                fields.fail(
                    key,
                    fields.take(key),
                    f"but only the pattern {of} has it, and this is a {pattern}",
                    "leave it out",
                )
            )
    wrong.done()


def check_driver(workload: WorkloadSettings, made: StorageClassSettings | None) -> None:
    """What this stack's own class cannot do is known before any claim waits for it.

    Raises:
        StatefastError: the class cannot do what the workload asks for.
    """
    if made is None:
        return
    driver = DRIVERS[made.args["driver"]]
    for volume in workload.volumes:
        of_this_class = volume.class_name == made.name
        if of_this_class and "ReadWriteMany" in volume.access_modes and not driver.shared:
            raise StatefastError(
                f"workload {workload.name}",
                volume.field("accessModes"),
                "ReadWriteMany",
                f"but driver {driver.name} of class {made.name} cannot do that",
                "use ReadWriteOnce, or a class of a driver like cephfs or nfs",
            )


def check_services(workloads: tuple[WorkloadSettings, ...]) -> None:
    """Two workloads must not want one Service: the second would take the first one's clients.

    Raises:
        StatefastError: two of them do.
    """
    owners: dict[str, str] = {}
    for workload in workloads:
        for service in (workload.name, workload.headless_name):
            if service in owners:
                raise StatefastError(
                    f"workload {workload.name}",
                    "name",
                    workload.name,
                    f"but its Service {service} is also that of workload {owners[service]}",
                    "rename one of the two",
                )
            owners[service] = workload.name
