"""What a claim asks for: a new volume, one that is there, or a copy of another's data."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from ..drivers.driver import BLOCK, FILESYSTEM
from ..errors import StatefastError
from ..schema.args import access_modes, one_of
from ..schema.names import check_subdomain_name
from ..schema.quantity import storage_size
from ..schema.selectors import SelectorArgs, label_selector
from .attributes_class import VolumeAttributesClass

__all__ = [
    "VOLUME_MODES",
    "ClaimSourceArgs",
    "DataSourceArgs",
    "DataSourceRefArgs",
    "binds_at_once",
    "check_no_origin",
    "claim_spec",
    "snapshot_source",
]

VOLUME_MODES = (FILESYSTEM, BLOCK)
_SNAPSHOT_GROUP = "snapshot.storage.k8s.io"


class DataSourceArgs(TypedDict):
    """Whose data a new volume starts with: a snapshot or a claim, exactly one of the two.

    The size must be that of the source at least, and the class's driver must be the same.
    """

    snapshot: NotRequired[str]
    """Name of a VolumeSnapshot in the namespace of the claim."""
    claim: NotRequired[str]
    """Name of a claim in the namespace of the claim, to be cloned."""


class DataSourceRefArgs(TypedDict):
    """Whose data a new volume starts with: any object that a populator of the cluster knows."""

    api_group: str
    """Group of its API, e.g. `forklift.konveyor.io`; empty for a claim."""
    kind: str
    """Its kind, e.g. `OvirtVolumePopulator`."""
    name: str
    """Its name."""


class ClaimSourceArgs(TypedDict):
    """Which volume a claim is for, and what that starts with."""

    volume_mode: NotRequired[str]
    """`Filesystem` (default) or `Block`, a raw device. Editing it is refused by the API server at
    preview."""
    volume_name: NotRequired[str]
    """A volume that is there and that the claim is for. Default: a new one. Editing it is refused
    by the API server at preview, as a conflict with whoever bound the claim."""
    selector: NotRequired[SelectorArgs]
    """Labels of a volume that is there. Default: a new one. Editing them is refused by the API
    server at preview."""
    data_source: NotRequired[DataSourceArgs]
    """A snapshot or a claim whose data a new volume starts with. Default: empty. Another one is
    refused by the API server at preview; taking it away changes nothing."""
    data_source_ref: NotRequired[DataSourceRefArgs]
    """The same for any other object. Default: none. Edits as those of `data_source`."""
    volume_attributes_class_name: NotRequired[str | VolumeAttributesClass]
    """Attributes of the volume, e.g. its throughput. Default: those of its class. Edited in place;
    taking it away is refused by the API server at preview."""


def claim_spec(resource: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """The spec of a claim, checked, in the words of the SDK; it serves the claim and its patch.

    Raises:
        StatefastError: an arg is wrong, or two of them exclude each other.
    """
    source = _data_source(resource, args.get("data_source"))
    reference = _data_source_ref(resource, args.get("data_source_ref"))
    if source and reference:
        raise _together(resource, "data_source_ref", reference["name"], "data_source")
    volume_name = args.get("volume_name")
    if volume_name is not None:
        check_subdomain_name(resource, "volume_name", volume_name)
    selector = args.get("selector")
    if selector is not None:
        selector = label_selector(resource, "selector", selector)
    for field, value in (("volume_name", volume_name), ("selector", selector)):
        if value is not None and (source or reference):
            raise _together(resource, field, value, "data_source")
    attributes = args.get("volume_attributes_class_name")
    if attributes is not None:
        check_subdomain_name(resource, "volume_attributes_class_name", attributes)
    spec = {
        "access_modes": list(access_modes(resource, "access_modes", args.get("access_modes"))),
        "resources": {"requests": {"storage": storage_size(resource, "size", args["size"])}},
        "storage_class_name": _class_name(resource, args, volume_name or selector),
        "volume_mode": _volume_mode(resource, args.get("volume_mode")),
        "volume_name": volume_name,
        "selector": selector,
        "data_source": source,
        "data_source_ref": reference,
        "volume_attributes_class_name": attributes,
    }
    return {key: value for key, value in spec.items() if value is not None}


def check_no_origin(resource: str, args: Mapping[str, Any]) -> None:
    """Refuses a claim that is to start from a snapshot and has an origin besides.

    Raises:
        StatefastError: it has, or the name is none that one can have.
    """
    for key in ("restore", "data_from"):
        value = args.get(key)
        if value is None:
            continue
        check_subdomain_name(resource, key, value)
        for other in ("volume_name", "selector", "data_source", "data_source_ref"):
            if args.get(other) is not None:
                raise _together(resource, key, value, other)


def binds_at_once(spec: Mapping[str, Any]) -> bool:
    """Whether the claim is bound without a pod, so that it can be waited for.

    One that names its volume is, whatever its class; one that selects it is if no class can make
    it wait for a first pod.
    """
    return "volume_name" in spec or ("selector" in spec and spec["storage_class_name"] == "")


def _class_name(resource: str, args: Mapping[str, Any], binds: object) -> str | None:
    given = args.get("storage_class_name")
    if given is None:
        # Without this the API server would write the default class into the claim, and no
        # volume without a class could be bound to it.
        return "" if binds else None
    return given if given == "" else check_subdomain_name(resource, "storage_class_name", given)


def _volume_mode(resource: str, given: object) -> str | None:
    """None where it is not given: a claim that is there keeps what the API server filled in."""
    return None if given is None else one_of(resource, "volume_mode", given, VOLUME_MODES)


def _data_source(resource: str, given: object) -> dict[str, str] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise StatefastError(
            resource, "data_source", given, "not a mapping", "write it like {'snapshot': 'monday'}"
        )
    if len(given) != 1:
        raise StatefastError(
            resource,
            "data_source",
            dict(given),
            "but it takes one source",
            "give either a snapshot or a claim",
        )
    ((kind, name),) = given.items()
    check_subdomain_name(resource, f"data_source.{kind}", name)
    if kind == "claim":
        return {"kind": "PersistentVolumeClaim", "name": name}
    return snapshot_source(name)


def snapshot_source(name: str) -> dict[str, str]:
    """A VolumeSnapshot as the source of a claim, in the words of the SDK."""
    return {"api_group": _SNAPSHOT_GROUP, "kind": "VolumeSnapshot", "name": name}


def _data_source_ref(resource: str, given: object) -> dict[str, str] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise StatefastError(
            resource, "data_source_ref", given, "not a mapping", "give api_group, kind and name"
        )
    group, kind, name = given["api_group"], given["kind"], given["name"]
    check_subdomain_name(resource, "data_source_ref.name", name)
    if not isinstance(kind, str) or not kind.isalnum():
        raise StatefastError(
            resource, "data_source_ref.kind", kind, "not a kind", "write it like VolumeSnapshot"
        )
    if group == "":
        if kind != "PersistentVolumeClaim":
            raise StatefastError(
                resource,
                "data_source_ref.api_group",
                group,
                f"but {kind} is no kind of Kubernetes itself that holds data",
                "name the group of its API",
            )
        return {"kind": kind, "name": name}
    check_subdomain_name(resource, "data_source_ref.api_group", group)
    return {"api_group": group, "kind": kind, "name": name}


def _together(resource: str, field: str, value: object, other: str) -> StatefastError:
    return StatefastError(
        resource, field, value, f"but {other} is given too and a volume has one origin", "keep one"
    )
