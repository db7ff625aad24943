"""The escape hatch: what the user wants of the pod beyond the args, merged last, checked again."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi_kubernetes as k8s

from ..errors import MISSING, StatefastError
from ..schema.nearest import nearest
from .security import check_restricted, containers_of

__all__ = ["override_pod"]

# What the API spells in another way than the SDK's names would say.
_SPELLED = {"hostIpc": "hostIPC", "hostPid": "hostPID", "setHostnameAsFqdn": "setHostnameAsFQDN"}
# A workload's controller owns these; the API server refuses them in a template.
_NOT_IN_A_TEMPLATE = ("activeDeadlineSeconds", "ephemeralContainers")
# By what the items of a list are told apart, the first that all of them have.
_MERGE_KEYS = ("mountPath", "name")

Pod = Mapping[str, Any]


def override_pod(
    resource: str, pod: Pod, given: Pod, *, reserved: Sequence[str], restricted: bool
) -> dict[str, Any]:
    """The pod with the override merged into it.

    Args:
        resource: Who asks, for errors.
        pod: The pod spec as it is without the override.
        given: The override, in the API's own form.
        reserved: Names of the workload's volumes.
        restricted: Whether the result has to keep to the restricted standard.

    Raises:
        StatefastError: not plain values, an unknown key, or something of the workload's is lost.
    """
    _check_form(resource, given)
    merged = cast("dict[str, Any]", _merged(pod, given))
    if merged.get("restartPolicy", "Always") != "Always":
        raise StatefastError(
            resource,
            "pod.restartPolicy",
            merged["restartPolicy"],
            "but a workload that owns data is always started again",
            "leave it out",
        )
    _check_volumes(resource, pod, merged, reserved)
    _check_containers(resource, pod, merged)
    if restricted:
        check_restricted(resource, merged)
    return merged


def _check_form(resource: str, given: Pod) -> None:
    try:
        json.dumps(given)
    except (TypeError, ValueError):
        raise StatefastError(
            resource, "pod", "(hidden)", "not plain values", "write texts, numbers and lists"
        ) from None
    known = sorted({_spelled(key) for key in k8s.core.v1.PodSpecArgsDict.__annotations__})
    for key, value in given.items():
        if key not in known:
            raise StatefastError(
                resource, f"pod.{key}", value, "but a pod spec has no such key", nearest(key, known)
            )


def _spelled(name: str) -> str:
    camel = re.sub(r"_(\w)", lambda match: match[1].upper(), name)
    return "" if camel in _NOT_IN_A_TEMPLATE else _SPELLED.get(camel, camel)


def _merged(ours: object, theirs: object) -> object:
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        both = dict(ours)
        for key, value in theirs.items():
            if value is None:
                both.pop(key, None)
            else:
                both[key] = _merged(both.get(key), value)
        return both
    if isinstance(ours, list) and isinstance(theirs, list):
        key = next((key for key in _MERGE_KEYS if _all_have(key, [*ours, *theirs])), None)
        if key is not None:
            return _merged_by(key, ours, theirs)
    return theirs


def _merged_by(key: str, ours: list[Pod], theirs: list[Pod]) -> list[object]:
    changes = {item[key]: item for item in theirs}
    kept = [_merged(item, changes.pop(item[key], {})) for item in ours]
    return [*kept, *changes.values()]


def _all_have(key: str, items: list[object]) -> bool:
    return all(isinstance(item, Mapping) and key in item for item in items)


def _check_volumes(resource: str, pod: Pod, merged: Pod, reserved: Sequence[str]) -> None:
    ours = {volume["name"]: volume for volume in pod.get("volumes", ())}
    after = {volume.get("name"): volume for volume in merged.get("volumes") or ()}
    for name, volume in ours.items():
        if after.get(name) != volume:
            raise _lost(resource, f"pod.volumes[{name}]", after.get(name))
    for name in after:
        if name in reserved and name not in ours:
            raise _lost(resource, f"pod.volumes[{name}]", after[name])


def _check_containers(resource: str, pod: Pod, merged: Pod) -> None:
    after = dict(containers_of(merged))
    for path, container in containers_of(pod):
        if path not in after:
            raise _lost(resource, f"pod.{path}", MISSING)
        mounts = after[path].get("volumeMounts") or []
        for mount in container.get("volumeMounts", ()):
            if mount not in mounts:
                found = [item for item in mounts if item.get("mountPath") == mount["mountPath"]]
                raise _lost(
                    resource,
                    f"pod.{path}.volumeMounts[{mount['mountPath']}]",
                    found[0] if found else MISSING,
                )
    names = [container.get("name") for _, container in containers_of(merged)]
    for name in names:
        if names.count(name) > 1:
            raise StatefastError(
                resource, "pod", name, "but two containers have that name", "rename one"
            )


def _lost(resource: str, field: str, value: object) -> StatefastError:
    return StatefastError(
        resource,
        field,
        value,
        "but it belongs to the workload",
        "leave it out: volumes, mounts and containers of the workload are changed by its args",
    )
