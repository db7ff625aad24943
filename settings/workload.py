"""One workload of the stack, as config says it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components import (
    PersistentDeployment,
    PersistentDeploymentArgs,
    PersistentStatefulSet,
    PersistentStatefulSetArgs,
)
from components.args import ACCESS_MODES
from components.driver_catalogue import DRIVERS
from components.errors import MISSING, StatefastError
from components.fields import Fields, nearest
from components.names import LONGEST_WORKLOAD_NAME, check_label_name, headless_name, pod_name
from components.quantity import storage_size
from components.resources import ResourcesArgs
from components.service import peer_host, service_host
from components.stateful_set import POD_MANAGEMENT
from components.workload import VolumeArgs, WorkloadArgs
from workloads import WorkloadFile, load_workload
from workloads.loader import VolumeMount, read_resources

from .storage import StorageClassSettings

__all__ = ["PATTERNS", "WorkloadSettings", "check_driver", "check_services", "read_workload"]

PATTERNS = ("stateful-set", "deployment")
_PART_OF = "statefast"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadSettings:
    """One workload: what runs, from its file, and how big and where, from config."""

    name: str
    pattern: str
    file: WorkloadFile
    replicas: int
    image: str
    size: str
    access_modes: tuple[str, ...]
    storage_class_name: str | None
    resources: ResourcesArgs
    env: Mapping[str, str]
    labels: Mapping[str, str]
    pod_management: str
    secrets: Mapping[str, pulumi.Output[str]]

    def deployment_args(self, namespace: str, retention: str) -> PersistentDeploymentArgs:
        """The args of the pattern `deployment`."""
        return {**self._shared(namespace, retention)}

    def stateful_set_args(self, namespace: str, retention: str) -> PersistentStatefulSetArgs:
        """The args of the pattern `stateful-set`."""
        shared = self._shared(namespace, retention)
        return {**shared, "pod_management": self.pod_management}

    def check(self, namespace: str, retention: str) -> None:
        """Asks the component, before any is built, whether it would have these args.

        Raises:
            StatefastError: it would not.
        """
        if self.pattern == "deployment":
            PersistentDeployment.check(self.name, self.deployment_args(namespace, retention))
        else:
            PersistentStatefulSet.check(self.name, self.stateful_set_args(namespace, retention))

    def _shared(self, namespace: str, retention: str) -> WorkloadArgs:
        generated = [key for key in self.file.secrets if key not in self.secrets]
        env = {key: value.render(self._hosts(namespace)) for key, value in self.file.env.items()}
        args: WorkloadArgs = {
            "namespace": namespace,
            "image": self.image,
            "replicas": self.replicas,
            "volumes": [self._volume(mount) for mount in self.file.volumes],
            "ports": self.file.ports,
            "command": self.file.command,
            "arguments": self.file.arguments,
            "env": {**env, **self.env},
            "ordinal_env": self.file.ordinal_env,
            "secret_env": self.secrets,
            "generated_secret_env": generated,
            "resources": self.resources,
            "run_as_user": self.file.run_as_user,
            "termination_grace_seconds": self.file.termination_grace_seconds,
            "headless_suffix": self.file.headless_suffix,
            "retention": retention,
            "app": self.file.name,
            "component": self.file.component,
            "part_of": _PART_OF,
            "labels": self.labels,
            **self.file.probes,
        }
        return args

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
            for ordinal in range(self.replicas)
        )

    def _volume(self, mount: VolumeMount) -> VolumeArgs:
        volume: VolumeArgs = {
            "name": f"{self.name}-{mount.name}",
            "mount_path": mount.mount_path,
            "size": self.size,
            "access_modes": self.access_modes,
        }
        if self.storage_class_name is not None:
            volume["storage_class_name"] = self.storage_class_name
        return volume


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
    storage = fields.group("storage")
    size = storage_size(resource, "storage.size", storage.take("size", MISSING))
    class_name = storage.text("className", optional=True)
    workload = WorkloadSettings(
        name=name,
        pattern=fields.choice("pattern", PATTERNS, PATTERNS[0]),
        file=file,
        replicas=fields.integer("replicas", 1, low=0, high=1000),
        image=fields.text("image", file.image, pattern=r"[^\s]+", like=file.image),
        size=size,
        access_modes=storage.texts("accessModes", ACCESS_MODES) or ACCESS_MODES[:1],
        storage_class_name=class_name or (storage_class.name if storage_class else None),
        resources=read_resources(fields.group("resources")) or file.resources,
        env=fields.text_map("env"),
        labels=fields.text_map("labels"),
        pod_management=fields.choice("podManagement", POD_MANAGEMENT, POD_MANAGEMENT[0]),
        secrets=secrets,
    )
    storage.done()
    fields.done()
    return workload


def check_driver(workload: WorkloadSettings, made: StorageClassSettings | None) -> None:
    """What this stack's own class cannot do is known before any claim waits for it.

    Raises:
        StatefastError: the class cannot do what the workload asks for.
    """
    if made is None or workload.storage_class_name != made.name:
        return
    driver = DRIVERS[made.args["driver"]]
    for mode in workload.access_modes:
        if mode == "ReadWriteMany" and not driver.shared:
            raise StatefastError(
                f"workload {workload.name}",
                "storage.accessModes",
                mode,
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
