"""Stack config, read once into frozen values: the only reader of it in the program.

An unknown key is an error and not a shrug: a misspelt `reclaimPolicy` would be data loss.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components import (
    PersistentDeployment,
    PersistentDeploymentArgs,
    PersistentStatefulSet,
    PersistentStatefulSetArgs,
    StorageClass,
    StorageClassArgs,
)
from components.args import ACCESS_MODES
from components.driver_catalogue import DRIVERS
from components.errors import MISSING, StatefastError
from components.fields import Fields, nearest
from components.names import (
    LONGEST_WORKLOAD_NAME,
    check_label_name,
    check_subdomain_name,
    headless_name,
    pod_name,
)
from components.quantity import storage_size
from components.service import peer_host, service_host
from components.stateful_set import POD_MANAGEMENT
from components.storage_class import BINDING_MODES, RECLAIM_POLICIES
from components.workload import ResourcesArgs, VolumeArgs, WorkloadArgs
from workloads import WorkloadFile, load_workload
from workloads.loader import VolumeMount, read_resources

__all__ = ["PATTERNS", "Settings", "WorkloadSettings", "load_settings"]

PROJECT = "statefast"
PATTERNS = ("stateful-set", "deployment")
# The keys of Pulumi.yaml; a test compares the two.
KEYS = ("namespace", "environment", "ephemeral", "context", "storageClass", "workloads", "secrets")


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageClassSettings:
    """The class this stack makes."""

    name: str
    args: StorageClassArgs


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
            "part_of": PROJECT,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the program needs to know of its stack."""

    namespace: str
    environment: str
    ephemeral: bool
    context: str
    storage_class: StorageClassSettings | None
    workloads: tuple[WorkloadSettings, ...]

    @property
    def retention(self) -> str:
        """What becomes of claims when they leave the stack."""
        return "delete" if self.ephemeral else "retain"

    @staticmethod
    def parse(config: Mapping[str, str]) -> "Settings":
        """Reads stack config.

        Args:
            config: Key to value as the engine hands it over: each value a text, structures as
                JSON. Keys of other namespaces are passed over.

        Raises:
            StatefastError: a key is unknown or missing, or a value is wrong.
        """
        given = {
            key.removeprefix(f"{PROJECT}:"): value
            for key, value in config.items()
            if key.startswith(f"{PROJECT}:")
        }
        for key, value in given.items():
            if key not in KEYS:
                raise StatefastError(
                    "stack config",
                    f"{PROJECT}:{key}",
                    "(hidden)" if "secret" in key.casefold() else value,
                    "but there is no such key",
                    nearest(key, KEYS),
                )
        fields = Fields("stack config", {key: _decoded(key, given[key]) for key in given}, "")
        return _read(fields)


def load_settings() -> Settings:
    """The settings of the stack that is running.

    Raises:
        StatefastError: see `Settings.parse`.
    """
    # Two places, since a language host may hand config over in either.
    config = {**pulumi.runtime.config.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    return Settings.parse(config)


def _decoded(key: str, text: str) -> object:
    if key in ("namespace", "environment", "context"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        shown = "(hidden)" if key == "secrets" else text
        kind = "true or false" if key == "ephemeral" else "keys and values"
        raise StatefastError(
            "stack config", f"{PROJECT}:{key}", shown, "not in the form expected", f"write {kind}"
        ) from None


def _read(fields: Fields) -> Settings:
    namespace = fields.text("namespace", like="data")
    check_label_name("stack config", f"{PROJECT}:namespace", namespace)
    environment = fields.text("environment", like="dev")
    check_label_name("stack config", f"{PROJECT}:environment", environment)
    storage_class = _storage_class(fields.take("storageClass", {}))
    secrets = _secrets(fields.take("secrets", {}))
    workloads = tuple(
        _workload(name, entry, storage_class, secrets.pop(name, {}))
        for name, entry in fields.entries("workloads").items()
    )
    for name in secrets:
        raise StatefastError(
            "stack config",
            f"{PROJECT}:secrets.{name}",
            "(hidden)",
            "but no workload has that name",
            nearest(name, [workload.name for workload in workloads]),
        )
    _check_services(workloads)
    settings = Settings(
        namespace=namespace,
        environment=environment,
        ephemeral=fields.boolean("ephemeral", False),
        context=fields.text("context", optional=True),
        storage_class=storage_class,
        workloads=workloads,
    )
    # All of it before any of it: the SDK registers what was asked for before an error.
    if storage_class is not None:
        StorageClass.check(storage_class.name, storage_class.args)
    for workload in workloads:
        workload.check(namespace, settings.retention)
        _check_driver(workload, storage_class)
    return settings


def _check_driver(workload: WorkloadSettings, made: StorageClassSettings | None) -> None:
    """What this stack's own class cannot do is known before any claim waits for it."""
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


def _storage_class(given: object) -> StorageClassSettings | None:
    fields = Fields("storageClass", given)
    if given == {}:
        return None
    name = check_subdomain_name("storageClass", "name", fields.text("name", like="rbd"))
    args: StorageClassArgs = {
        "driver": fields.choice("driver", list(DRIVERS)),
        "parameters": fields.text_map("parameters"),
        "reclaim_policy": fields.choice("reclaimPolicy", RECLAIM_POLICIES, RECLAIM_POLICIES[0]),
        "binding_mode": fields.choice("bindingMode", BINDING_MODES, BINDING_MODES[0]),
        "default": fields.boolean("default", False),
    }
    if "expandable" in fields:
        args["expandable"] = fields.boolean("expandable", True)
    if "provisioner" in fields:
        args["provisioner"] = fields.text("provisioner", like="ebs.csi.aws.com")
    fields.done()
    return StorageClassSettings(name=name, args=args)


def _workload(
    name: str,
    given: object,
    storage_class: StorageClassSettings | None,
    secrets: Mapping[str, pulumi.Output[str]],
) -> WorkloadSettings:
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


def _secrets(given: object) -> dict[str, Mapping[str, pulumi.Output[str]]]:
    """Secret values, sealed at once: from here on nobody can print them."""
    if not isinstance(given, Mapping) or not all(isinstance(v, Mapping) for v in given.values()):
        raise StatefastError(
            "stack config",
            f"{PROJECT}:secrets",
            "(hidden)",
            "not a mapping from workload to variables",
            "set one with: pulumi config set --secret --path"
            f" '{PROJECT}:secrets.<workload>.<VARIABLE>'",
        )
    return {
        str(name): {
            # `pulumi config set --path` turns the texts true and 123 into JSON's.
            str(key): pulumi.Output.secret(value if isinstance(value, str) else json.dumps(value))
            for key, value in values.items()
        }
        for name, values in given.items()
    }


def _check_services(workloads: tuple[WorkloadSettings, ...]) -> None:
    """Two workloads must not want one Service: the second would take the first one's clients."""
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
