"""Containers beside the main one: those that run before it, and those that run along."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from ..errors import StatefastError
from ..schema.names import check_label_name
from ..schema.nearest import nearest
from ..schema.shape import Form, limit
from .environment import EnvironmentArgs, env_from, environment
from .ports import Port, PortArgs, container_ports
from .probes import Probes, probes
from .resources import ResourcesArgs, resources
from .security import container_security

__all__ = [
    "IMAGE",
    "CommandArgs",
    "InitContainerArgs",
    "ProcessArgs",
    "SidecarArgs",
    "mount_path",
    "process",
    "side",
]


IMAGE = Form(r"\S+", "zookeeper:3.9.4")


class CommandArgs(TypedDict):
    """Inputs that say which process a container runs, and with how much."""

    image: pulumi.Input[str]
    """Image of the container. Editing it rolls pods; in a container that mounts a volume another
    name, or a version that may not read the data, is refused without consent."""
    command: NotRequired[Sequence[str]]
    """Entry point. Default: the image's. Editing it rolls pods."""
    args: NotRequired[Sequence[str]]
    """Arguments of the entry point. Default: the image's. Editing them rolls pods."""
    resources: NotRequired[ResourcesArgs]
    """Compute resources. Default none."""


limit(CommandArgs, image=IMAGE)


class ProcessArgs(CommandArgs, EnvironmentArgs):
    """Inputs of every container: its process, and the environment of that."""


class InitContainerArgs(ProcessArgs):
    """A container that ends before the main one starts. Editing any of it rolls pods."""

    name: str
    """Name, unlike that of any other container of the pod."""
    secrets: NotRequired[Sequence[str]]
    """Variables of `secret_env` and `generated_secret_env` that it gets too. Default none."""
    mounts: NotRequired[Mapping[str, str]]
    """Volumes of the workload that it sees, each with the path. Default none."""


class SidecarArgs(InitContainerArgs, Probes):
    """A container that starts before the main one and stops after it (KEP-753, Kubernetes 1.29).
    Editing any of it rolls pods.
    """

    ports: NotRequired[Sequence[PortArgs]]
    """Its ports, offered by the Services like the main container's. Default none."""


def process(
    resource: str,
    args: ProcessArgs,
    *,
    name: str,
    env: Sequence[Mapping[str, object]],
    read_only_root_filesystem: bool,
    mounts: Sequence[Mapping[str, object]],
    path: str = "",
) -> dict[str, object]:
    """What every container has, in the form of the API."""
    optional: dict[str, object] = {
        "command": list(args.get("command") or ()),
        "args": list(args.get("args") or ()),
        "env": list(env),
        "envFrom": env_from(resource, args, path),
        "resources": resources(resource, args.get("resources"), f"{path}resources"),
        "volumeMounts": list(mounts),
    }
    return {
        "name": name,
        "image": args["image"],
        "securityContext": container_security(read_only_root_filesystem),
        **{key: value for key, value in optional.items() if value},
    }


def side(
    resource: str,
    args: InitContainerArgs | SidecarArgs,
    *,
    path: str,
    ports: Sequence[Port] | None,
    secrets: Mapping[str, str],
    volumes: Sequence[str],
    read_only_root_filesystem: bool,
) -> dict[str, object]:
    """A container beside the main one, in the form of the API.

    Args:
        resource: Who asks, for errors.
        args: What the user gave.
        path: What leads to the args, for errors, e.g. `sidecars[0].`.
        ports: The checked ports of a sidecar; None for one that runs to its end.
        secrets: Variable to the Secret of the workload's own that holds it.
        volumes: Names of the volumes there are.
        read_only_root_filesystem: Whether its own file system can be written.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """
    asked: dict[str, str] = {}
    for name in args.get("secrets") or ():
        if name not in secrets:
            raise StatefastError(
                resource,
                f"{path}secrets",
                name,
                "but there is no such secret",
                nearest(name, secrets),
            )
        asked[name] = secrets[name]
    mounts: list[dict[str, object]] = []
    for volume, where in (args.get("mounts") or {}).items():
        if volume not in volumes:
            raise StatefastError(
                resource,
                f"{path}mounts.{volume}",
                where,
                "but there is no such volume",
                nearest(volume, volumes),
            )
        mounts.append(
            {"name": volume, "mountPath": mount_path(resource, f"{path}mounts.{volume}", where)}
        )
    container = process(
        resource,
        args,
        name=check_label_name(resource, f"{path}name", args["name"]),
        env=environment(resource, args, secrets=asked, path=path),
        read_only_root_filesystem=read_only_root_filesystem,
        mounts=mounts,
        path=path,
    )
    if ports is None:
        return container
    listens = {"ports": container_ports(ports)} if ports else {}
    checks = probes(resource, args, ports, path)  # type: ignore[arg-type]
    return {**container, "restartPolicy": "Always", **listens, **checks}


def mount_path(resource: str, field: str, value: str) -> str:
    """Where a container sees a volume.

    Raises:
        StatefastError: not an absolute path.
    """
    if isinstance(value, str) and value.startswith("/") and ":" not in value:
        return value
    raise StatefastError(resource, field, value, "not a path", "start it with '/'")
