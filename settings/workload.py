"""One workload of the stack, as config says it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import cast

import pulumi

from statefast import (
    ClaimOwner,
    PersistentDeployment,
    PersistentDeploymentArgs,
    PersistentStatefulSet,
    PersistentStatefulSetArgs,
)
from statefast.errors import StatefastError
from statefast.safety.preflight import PreflightArgs
from statefast.schema.collected import Collected
from statefast.schema.names import LONGEST_WORKLOAD_NAME, check_label_name, headless_name, pod_name
from statefast.schema.nearest import nearest
from statefast.schema.read import Args, read_args
from statefast.schema.shape import camel, keys_of
from statefast.workload.deployment import checked_deployment
from statefast.workload.model import Workload
from statefast.workload.schedule_args import TimedSnapshotsArgs
from statefast.workload.service import peer_host, service_host
from statefast.workload.stateful_set import checked_set
from workloads import WorkloadFile, WorkloadFiles
from workloads.environment import EnvValue, read_env, with_sources

from .shape import PATTERNS, WorkloadConfig
from .spelling import ConfigWords, as_config_says
from .storage import StorageClassSettings
from .volumes import VolumeSettings, read_volumes

__all__ = [
    "OF_ONE_PATTERN",
    "PATTERNS",
    "Surroundings",
    "WorkloadSettings",
    "check_selectors",
    "check_services",
    "read_workload",
]

_OF_SETS, _OF_DEPLOYMENTS = keys_of(PersistentStatefulSetArgs), keys_of(PersistentDeploymentArgs)
# Keys that one pattern alone has; in the other they would have no effect.
OF_ONE_PATTERN = {
    camel(key): PATTERNS[0] if key in _OF_SETS else PATTERNS[1]
    for key in keys_of(WorkloadConfig)
    if (key in _OF_SETS) != (key in _OF_DEPLOYMENTS)
}
# What a component is told of the stack, where config says it.
OF_STACK = {"data_from": "statefast:dataFrom", "snapshots": "statefast:snapshots"}
# What is read here, and not handed on as it is.
_OWN = (
    "workload",
    "pattern",
    "replicas",
    "storage",
    "image",
    "resources",
    "env",
    "env_sources",
    "config_files",
    "scheduling",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all workloads of a stack share."""

    namespace: str
    retention: str
    snapshot_class_name: str
    preflight: PreflightArgs
    consent: tuple[str, ...]
    data_from: str = ""
    snapshots: TimedSnapshotsArgs | None = None
    claim_owner: ClaimOwner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadSettings:
    """One workload: what runs, from its file, and how big and where, from config.

    Attributes:
        args: What the component takes as config has it.
    """

    name: str
    pattern: str
    file: WorkloadFile
    replicas: int
    image: str
    volumes: tuple[VolumeSettings, ...]
    resources: Args
    env: Mapping[str, EnvValue]
    env_sources: Args
    config_files: Mapping[str, str]
    args: Args
    secrets: Mapping[str, pulumi.Output[str]]

    def deployment_args(self, where: Surroundings) -> PersistentDeploymentArgs:
        """The args of the pattern `deployment`."""
        return cast("PersistentDeploymentArgs", self._args(where))

    def stateful_set_args(self, where: Surroundings) -> PersistentStatefulSetArgs:
        """The args of the pattern `stateful-set`."""
        args = self._args(where)
        own: Args = {"quorum": self.file.quorum}
        if self.file.quorum:
            # A way from these members to others has other values on it.
            own["member_env"] = {
                key: how
                for key, value in self._values.items()
                if key in args["env"] and (how := value.of_members) is not None
            }
            own["env"] = {k: v for k, v in args["env"].items() if k not in own["member_env"]}
        return cast("PersistentStatefulSetArgs", {**args, **own})

    def check(self, where: Surroundings) -> None:
        """Asks the component, before any is built, whether it would have these args.

        Raises:
            StatefastError: it would not.
        """
        with self._as_config_says():
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
            return checked_deployment(self.name, self.deployment_args(where)).workload
        return checked_set(self.name, self.stateful_set_args(where)).workload

    def preflight(self, where: Surroundings) -> None:
        """Asks the component what the live cluster says to these args.

        Raises:
            StatefastError: the edit would lose data, or cannot work.
        """
        with self._as_config_says():
            if self.pattern == "deployment":
                PersistentDeployment.preflight(self.name, self.deployment_args(where))
            else:
                PersistentStatefulSet.preflight(self.name, self.stateful_set_args(where))

    def _as_config_says(self) -> AbstractContextManager[None]:
        """What its component refuses meanwhile, with the fields as config has them."""
        places = self.places()
        return as_config_says(ConfigWords(places, places[self._resource]))

    @property
    def _resource(self) -> str:
        kind = "Deployment" if self.pattern == "deployment" else "StatefulSet"
        return f"{kind} {self.name}"

    def places(self) -> Mapping[str, Mapping[str, str]]:
        """By resource that its component speaks of, and field of that, where config says it."""
        places: dict[str, str] = {}
        of_claims: dict[str, Mapping[str, str]] = {}
        for index, volume in enumerate(self.volumes):
            name = volume.claim(self.name)
            # Args are named by their number before they are read, and by their name after.
            places |= {**volume.fields(f"volumes[{index}]"), **volume.fields(f"volumes.{name}")}
            own = {"restore": f"restore.{name}", **OF_STACK}
            of_claims[f"VolumeClaim {name}"] = {**volume.fields(), **own}
        places |= OF_STACK
        return {self._resource: places, **of_claims}

    def _args(self, where: Surroundings) -> Args:
        """The args of both patterns, and those of its own that config gives."""
        file, namespace = self.file, where.namespace
        hosts, first = self._hosts(namespace), self._ordinals.start
        sources = {key: at for key, at in file.env_sources.items() if key not in self.env}
        volumes = [volume.name for volume in self.volumes]
        args: Args = {
            **file.args,
            **self.args,
            "namespace": namespace,
            "image": self.image,
            "replicas": self.replicas,
            "volumes": [volume.args(self.name) for volume in self.volumes],
            "env": {
                key: self._rendered(key, value, hosts, first, volumes)
                for key, value in self._values.items()
                if key not in self.env_sources
            },
            "env_sources": {**sources, **self.env_sources},
            "config_files": {**file.config_files, **self.config_files},
            "resources": self.resources,
            "init_containers": self._with_volumes("init_containers"),
            "sidecars": self._with_volumes("sidecars"),
            "secret_env": self.secrets,
            "generated_secret_env": [key for key in file.secrets if key not in self.secrets],
            "retention": where.retention,
            "snapshot_class_name": where.snapshot_class_name,
            "preflight": where.preflight,
            "consent": where.consent,
            "app": file.name,
        }
        if where.snapshots is not None:
            args["snapshots"] = where.snapshots
        if where.data_from:
            args["data_from"] = where.data_from
        if where.claim_owner is not None:
            args["claim_owner"] = where.claim_owner
        return args

    @property
    def _values(self) -> Mapping[str, EnvValue]:
        """Config says last where a variable comes from: as a text, or from another place."""
        return {**self.file.env, **self.env}

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

    def _with_volumes(self, key: str) -> list[Args]:
        """Containers of the file, their mounts under the names that the workload gives volumes."""
        names = {volume.name: volume.claim(self.name) for volume in self.volumes}
        return [
            {
                **container,
                "mounts": {
                    names.get(volume, volume): path
                    for volume, path in container.get("mounts", {}).items()
                },
            }
            for container in self.file.args.get(key, ())
        ]

    @property
    def headless_name(self) -> str:
        """The Service that its pods have their names from."""
        if service := self.args.get("service_name"):
            return str(service)
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
        first = self.args.get("first_ordinal", 0) if self.pattern == PATTERNS[0] else 0
        return range(first, first + self.replicas)


def read_workload(
    name: str,
    given: object,
    storage_class: StorageClassSettings | None,
    secrets: Mapping[str, pulumi.Output[str]],
    files: WorkloadFiles,
) -> WorkloadSettings:
    """One workload, checked against its file.

    Raises:
        StatefastError: a key is unknown or missing, or a value is wrong.
    """
    resource = f"workload {name}"
    check_label_name(resource, "name", name, longest=LONGEST_WORKLOAD_NAME)
    config = read_args(resource, with_sources(resource, given), WorkloadConfig)
    pattern = config.get("pattern", PATTERNS[0])
    args = {key: value for key, value in config.items() if key not in _OWN}
    _check_pattern(resource, pattern, args)
    file = files.load(config.get("workload", name), asked_by=resource)
    _check_members(resource, pattern, file, config)
    for key in secrets:
        if key not in file.secrets:
            raise StatefastError(
                resource,
                f"secrets.{key}",
                "(hidden)",
                f"but workloads/{file.name}.yaml knows no such secret",
                nearest(key, file.secrets),
            )
    return WorkloadSettings(
        name=name,
        pattern=pattern,
        file=file,
        replicas=config.get("replicas", 1),
        image=config.get("image", file.image),
        volumes=read_volumes(resource, config.get("storage", {}), file.volumes, storage_class),
        resources=config.get("resources") or file.resources,
        env=read_env(resource, config.get("env", {})),
        env_sources=config.get("env_sources", {}),
        config_files=config.get("config_files", {}),
        args={**args, **config.get("scheduling", {})},
        secrets=secrets,
    )


def _check_pattern(resource: str, pattern: str, args: Args) -> None:
    """Refuses keys that only the other pattern has: they would have no effect.

    Raises:
        StatefastErrors: of each such key that is there, whatever its value.
    """
    wrong = Collected()
    for key, value in args.items():
        of = OF_ONE_PATTERN.get(camel(key), pattern)
        if of != pattern:
            said = f"but only the pattern {of} has it, and this is a {pattern}"
            wrong.add(StatefastError(resource, camel(key), value, said, "leave it out"))
    wrong.done()


def _check_members(resource: str, pattern: str, file: WorkloadFile, config: Args) -> None:
    """Refuses several replicas of a quorum in a Deployment.

    Raises:
        StatefastError: there would be several.
    """
    autoscaled, replicas = config.get("autoscaled", False), config.get("replicas", 1)
    if file.quorum and pattern == PATTERNS[1] and (replicas > 1 or autoscaled):
        raise StatefastError(
            resource,
            "autoscaled" if autoscaled else "replicas",
            autoscaled or replicas,
            f"but workloads/{file.name}.yaml is a quorum, and the replicas of a Deployment are no"
            " members of one: they share their volumes",
            "write 1, or use the pattern stateful-set",
        )


def check_services(workloads: tuple[WorkloadSettings, ...]) -> None:
    """Two workloads must not want one Service: the second would take the first one's clients.

    Raises:
        StatefastError: two of them do.
    """
    owners: dict[str, str] = {}
    for workload in workloads:
        given = "service_name" in workload.args
        for service in (workload.name, *([] if given else [workload.headless_name])):
            if service in owners:
                raise StatefastError(
                    f"workload {workload.name}",
                    "name",
                    workload.name,
                    f"but its Service {service} is also that of workload {owners[service]}",
                    "rename one of the two",
                )
            owners[service] = workload.name


def check_selectors(workloads: Sequence[Workload]) -> None:
    """A selector of somebody else's choice must not select the pods of another workload.

    Raises:
        StatefastError: it does: two controllers and their Services would meet on them.
    """
    # Those of our own choice have the name of the workload in them.
    if not any("selector" in workload.args for workload in workloads):
        return
    for workload in workloads:
        for other in workloads:
            if other is not workload and workload.selector.items() <= other.pod_labels.items():
                raise StatefastError(
                    f"workload {workload.name}",
                    "selector",
                    dict(workload.selector),
                    f"but the pods of workload {other.name} have these labels, too",
                    "let each select its own",
                )
