"""The pod of a workload: a pure builder, no resource is registered here.

It is built as the API spells it and not from the SDK's classes: the escape hatch is merged into
it, and the result is checked as the API server will see it.
"""

from collections.abc import Mapping
from typing import cast

import pulumi
import pulumi_kubernetes as k8s

from ..errors import StatefastError
from ..pod.config_files import CHECKSUM, VOLUME, check_config_files, checksum, config_mounts
from ..pod.container import InitContainerArgs, process, side
from ..pod.environment import environment
from ..pod.metrics import metrics_annotations
from ..pod.override import override_pod
from ..pod.ports import Port, container_ports
from ..pod.probes import probes
from ..pod.scheduling import scheduling
from ..pod.security import pod_security
from ..schema.label_syntax import check_qualified_name
from ..schema.names import subdomain_name_or_later
from ..schema.quantity import storage_size
from .model import Workload
from .service_account import account_name

__all__ = ["config_name", "pod_template"]

# The controller sets it on each pod (KEP-4017, GA in 1.32, on by default since 1.28).
_POD_INDEX = "metadata.labels['apps.kubernetes.io/pod-index']"


def pod_template(
    workload: Workload,
    *,
    ordinals: bool,
    claims: Mapping[str, str],
    secrets: Mapping[str, str],
) -> k8s.core.v1.PodTemplateSpecArgs:
    """The template of the pods.

    Args:
        workload: Checked args.
        ordinals: Whether pods have an ordinal, as those of a StatefulSet do.
        claims: Volume name to the claim that backs it; empty where templates make the claims.
        secrets: Environment variable to the Secret that holds it.

    Raises:
        StatefastError: the args contradict themselves, or the escape hatch goes too far.
    """
    spec = _spec(workload, ordinals, claims, secrets)
    if override := workload.args.get("pod"):
        spec = override_pod(
            workload.resource,
            spec,
            override,
            reserved=[volume.name for volume in workload.volumes],
            restricted=workload.args.get("restricted", True),
        )
    return k8s.core.v1.PodTemplateSpecArgs(
        metadata=k8s.meta.v1.ObjectMetaArgs(
            labels=dict(workload.pod_labels), annotations=_annotations(workload) or None
        ),
        spec=cast("k8s.core.v1.PodSpecArgs", spec),
    )


def config_name(workload: Workload) -> str:
    """Name of the ConfigMap with the config files."""
    return f"{workload.name}-config"


def _spec(
    workload: Workload, ordinals: bool, claims: Mapping[str, str], secrets: Mapping[str, str]
) -> dict[str, object]:
    args, resource = workload.args, workload.resource
    files, empty = args.get("config_files") or {}, _empty_dirs(workload)
    check_config_files(resource, files)
    mounts: list[dict[str, object]] = [
        {
            "name": volume.name,
            "mountPath": volume.mount_path,
            **({"subPath": volume.sub_path} if volume.sub_path else {}),
        }
        for volume in workload.volumes
    ]
    mounts += config_mounts(files)
    mounts += [{"name": name, "mountPath": path} for name, (path, _) in empty.items()]
    main = process(
        resource,
        args,
        name=workload.name,
        env=environment(resource, args, secrets=secrets, first=_ordinal(workload, ordinals)),
        read_only_root_filesystem=args.get("read_only_root_filesystem", False),
        mounts=mounts,
    )
    main["ports"] = container_ports(workload.own_ports)
    main |= probes(resource, args, workload.own_ports)
    beside = _beside(workload, secrets)
    volumes = [
        *(
            {"name": volume, "persistentVolumeClaim": {"claimName": claim}}
            for volume, claim in claims.items()
        ),
        *([{"name": VOLUME, "configMap": {"name": config_name(workload)}}] if files else []),
        *({"name": name, "emptyDir": {"sizeLimit": size}} for name, (_, size) in empty.items()),
    ]
    _refuse_twice(workload, [main, *beside], [*(v["name"] for v in volumes)])
    optional: dict[str, object] = {
        "initContainers": beside,
        "volumes": volumes,
        "imagePullSecrets": [
            {"name": subdomain_name_or_later(resource, "image_pull_secrets", name)}
            for name in args.get("image_pull_secrets") or ()
        ],
    }
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "serviceAccountName": account_name(workload),
        "terminationGracePeriodSeconds": workload.termination_grace_period_seconds,
        "securityContext": pod_security(workload.run_as_user),
        "containers": [main],
        **{key: value for key, value in optional.items() if value},
        **scheduling(resource, args, workload.selector),
    }


def _annotations(workload: Workload) -> dict[str, pulumi.Input[str]]:
    args, resource = workload.args, workload.resource
    given: dict[str, pulumi.Input[str]] = dict(args.get("pod_annotations") or {})
    for key in given:
        check_qualified_name(resource, f"pod_annotations.{key}", key)
    own = metrics_annotations(resource, args.get("metrics"), workload.ports)
    if files := args.get("config_files"):
        own[CHECKSUM] = checksum(files)
    for key in own.keys() & given.keys():
        raise StatefastError(
            resource,
            f"pod_annotations.{key}",
            given[key],
            "but it is written here already",
            "leave it out",
        )
    return {**given, **own}


def _ordinal(workload: Workload, ordinals: bool) -> list[dict[str, object]]:
    name = workload.args.get("ordinal_env")
    if not name:
        return []
    if not ordinals:
        return [{"name": name, "value": "0"}]
    return [{"name": name, "valueFrom": {"fieldRef": {"fieldPath": _POD_INDEX}}}]


def _empty_dirs(workload: Workload) -> dict[str, tuple[str, str]]:
    """Name of the volume to its path and size."""
    given = workload.args.get("empty_dirs") or {}
    for path in given:
        if not path.startswith("/") or ":" in path:
            raise StatefastError(
                workload.resource, f"empty_dirs.{path}", path, "not a path", "start it with '/'"
            )
    return {
        # A volume of another name would roll pods.
        f"scratch-{index}": (
            path,
            storage_size(workload.resource, f"empty_dirs.{path}", given[path]),
        )
        for index, path in enumerate(sorted(given))
    }


def _beside(workload: Workload, secrets: Mapping[str, str]) -> list[dict[str, object]]:
    """Sidecars first: they start before the init containers, which may need them."""
    args = workload.args
    sidecars = args.get("sidecars") or ()
    given: list[tuple[str, InitContainerArgs, tuple[Port, ...] | None]] = [
        *((f"sidecars[{n}].", item, workload.sidecar_ports[n]) for n, item in enumerate(sidecars)),
        *(
            (f"init_containers[{n}].", item, None)
            for n, item in enumerate(args.get("init_containers") or ())
        ),
    ]
    return [
        side(
            workload.resource,
            item,
            path=path,
            ports=ports,
            secrets=secrets,
            volumes=[volume.name for volume in workload.volumes],
            read_only_root_filesystem=args.get("read_only_root_filesystem", False),
        )
        for path, item, ports in given
    ]


def _refuse_twice(
    workload: Workload, containers: list[dict[str, object]], volumes: list[object]
) -> None:
    """Names of containers and volumes, and the paths in one container, are each there once."""
    names = [str(container["name"]) for container in containers]
    for name in names:
        if names.count(name) > 1:
            raise StatefastError(
                workload.resource, "name", name, "but two containers have that name", "rename one"
            )
    for volume in workload.volumes:
        if volume.name == VOLUME or volume.name.startswith("scratch-"):
            raise StatefastError(
                workload.resource,
                "volumes",
                volume.name,
                "but that is the name of a volume without data",
                "rename it",
            )
    for container in containers:
        mounts = cast("list[dict[str, str]]", container.get("volumeMounts", []))
        paths = [mount["mountPath"] for mount in mounts]
        for path in paths:
            if paths.count(path) > 1:
                raise StatefastError(
                    workload.resource,
                    "mount_path",
                    path,
                    f"but container {container['name']} has two things there",
                    "give each its own path",
                )
