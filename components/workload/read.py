"""Checks the args of a workload, and fills in every default."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from ..errors import MISSING, StatefastError
from ..pod.container import mount_path
from ..pod.ports import Port, read_ports, refuse_twice
from ..safety.run import frozen_args
from ..schema.args import access_modes
from ..schema.label_syntax import check_label_key, check_label_value
from ..schema.labels import object_labels, selector_labels
from ..schema.named import name_of
from ..schema.names import (
    LONGEST_WORKLOAD_NAME,
    check_label_name,
    check_subdomain_name,
    headless_name,
)
from ..schema.quantity import storage_size
from ..schema.read import check_args
from ..storage.claim_owner import check_claim_owner
from ..storage.snapshot_rule import check_snapshots
from .args import VolumeArgs, WorkloadArgs
from .data_path import read_data
from .model import Volume, Workload

__all__ = ["LATER", "check_claim_owner_of", "read_workload"]

# What a check may not have yet, and no plan depends on.
LATER = ("claim_owner",)


def read_workload(kind: str, name: str, args: WorkloadArgs, shape: type) -> Workload:
    """Checks the args of a workload.

    Args:
        kind: Kind in the words of the user, for errors, e.g. `StatefulSet`.
        name: Name of the component, and of the workload unless that is given.
        args: As given.
        shape: The TypedDict they should fit.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """
    component, field = name, "name"
    if isinstance(args, Mapping) and isinstance(args.get("workload_name"), str):
        name, field = args["workload_name"], "workload_name"
    resource = f"{kind} {name}"
    check_args(resource, args, shape)
    check_snapshots(resource, args.get("snapshots"))
    check_label_name(resource, field, name, longest=LONGEST_WORKLOAD_NAME)
    suffix = check_label_name(resource, "headless_suffix", args.get("headless_suffix", "headless"))
    app = args.get("app", name)
    # Only a StatefulSet has it, and `shape` decides who may give it.
    given: Mapping[str, Any] = args
    own, service = headless_name(name, suffix), ""
    if "service_name" in given:
        service = check_label_name(resource, "service_name", given["service_name"])
    own_ports, sidecar_ports = _ports(resource, args)
    namespace = check_label_name(resource, "namespace", args["namespace"])
    retention = args.get("retention", "retain")
    data, version = read_data(resource, name, args.get("data"), args.get("config_files") or {})
    return Workload(
        resource=resource,
        component=component,
        name=name,
        namespace=namespace,
        replicas=args.get("replicas", 1),
        autoscaled=args.get("autoscaled", False),
        first_ordinal=given.get("first_ordinal", 0),
        quorum=given.get("quorum", False),
        member_env=given.get("member_env") or {},
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
        selector=_selector(resource, args) or selector_labels(app, name),
        headless_name=service or check_label_name(resource, "headless_suffix", own),
        makes_headless=not service,
        retention=retention,
        run_as_user=args.get("run_as_user", 1000),
        data=data,
        data_version=version,
        termination_grace_period_seconds=args.get("termination_grace_period_seconds", 30),
        min_ready_seconds=args.get("min_ready_seconds", 0),
        args=cast("WorkloadArgs", frozen_args(args)),
    )


def _selector(resource: str, args: WorkloadArgs) -> Mapping[str, str]:
    """What selects the pods, where it is said.

    Raises:
        StatefastError: it is no labels, or `labels` says something else.
    """
    given = args.get("selector")
    if given is None:
        return {}
    if not given:
        raise StatefastError(
            resource, "selector", given, "but it would select all pods", "give at least one label"
        )
    others = args.get("labels") or {}
    for key, value in given.items():
        check_label_value(resource, f"selector.{check_label_key(resource, 'selector', key)}", value)
        if others.get(key, value) != value:
            raise StatefastError(
                resource,
                f"labels.{key}",
                others[key],
                f"but selector says {value!r}",
                "leave one of the two out",
            )
    return dict(given)


def check_claim_owner_of(workload: Workload, args: WorkloadArgs) -> None:
    """Refuses an owner that the claims of a workload cannot have.

    Raises:
        StatefastError: see `check_claim_owner`.
    """
    check_claim_owner(workload.resource, args, workload.namespace, workload.retention)


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
        name = check_label_name(resource, f"{path}name", item["name"])
        class_name, claim = item.get("storage_class_name"), item.get("existing_claim")
        if class_name is not None:
            class_name = check_subdomain_name(resource, f"{path}storage_class_name", class_name)
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
                sub_path=item.get("sub_path", ""),
                size=_size(resource, path, item),
                access_modes=access_modes(
                    resource, f"{path}access_modes", item.get("access_modes")
                ),
                storage_class_name=class_name,
                existing_claim=None if claim is None else name_of(claim),
                attributes=_attributes(resource, path, item),
            )
        )
    return tuple(volumes)


def _attributes(resource: str, path: str, given: VolumeArgs) -> str | None:
    name = given.get("volume_attributes_class_name")
    if name is None:
        return None
    return check_subdomain_name(resource, f"{path}volume_attributes_class_name", name)


def _size(resource: str, path: str, given: VolumeArgs) -> str:
    """The size; empty for an existing claim, whose size is not ours to say."""
    claim = given.get("existing_claim")
    if claim is None:
        return storage_size(resource, f"{path}size", given.get("size", MISSING))
    check_subdomain_name(resource, f"{path}existing_claim", claim)
    for key in ("size", "storage_class_name", "volume_attributes_class_name"):
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
