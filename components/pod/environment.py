"""The environment of a container: plain values, and what comes from Secrets and ConfigMaps."""

import re
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from ..errors import StatefastError
from ..schema.names import check_subdomain_name
from ..schema.shape import Form, alternatives, limit

__all__ = [
    "EnvFromArgs",
    "EnvSourceArgs",
    "EnvironmentArgs",
    "EnvironmentSourcesArgs",
    "env_from",
    "environment",
]

_NAME = re.compile(r"[-._A-Za-z][-._A-Za-z0-9]*")
_KEY = r"[-._A-Za-z0-9]{1,253}"
# The fields of a pod that a variable can have (SupportedFieldPath of the API).
_FIELD = (
    r"metadata\.(name|namespace|uid|labels\['.+'\]|annotations\['.+'\])"
    r"|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?)"
)


class EnvSourceArgs(TypedDict):
    """Where the value of one variable is: a key of a Secret or of a ConfigMap, or a field of the
    pod. Editing it rolls pods; what it points at is read when a container starts.
    """

    secret: NotRequired[str]
    """Name of the Secret that has `key`."""
    config_map: NotRequired[str]
    """Name of the ConfigMap that has `key`."""
    key: NotRequired[str]
    """Key in the Secret or ConfigMap."""
    pod_field: NotRequired[str]
    """Field of the pod, e.g. `status.podIP`, instead of the other three."""


alternatives(EnvSourceArgs, ("secret", "key"), ("config_map", "key"), ("pod_field",))
limit(EnvSourceArgs, key=Form(_KEY, "password"), pod_field=Form(_FIELD, "status.podIP"))


class EnvFromArgs(TypedDict):
    """Every key of a Secret or ConfigMap as a variable. Editing it rolls pods."""

    secret: NotRequired[str]
    """Name of the Secret."""
    config_map: NotRequired[str]
    """Name of the ConfigMap."""
    prefix: NotRequired[str]
    """Put before each key. Default none."""


alternatives(EnvFromArgs, ("secret",), ("config_map",))


class EnvironmentSourcesArgs(TypedDict):
    """Inputs that say where else the environment of a container comes from."""

    env_sources: NotRequired[Mapping[str, EnvSourceArgs]]
    """Variables whose values are in Secrets, ConfigMaps or fields of the pod. Default none."""
    env_from: NotRequired[Sequence[EnvFromArgs]]
    """Secrets and ConfigMaps of which every key is a variable. Default none."""


class EnvironmentArgs(EnvironmentSourcesArgs):
    """Inputs that make the environment of a container."""

    env: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Plain values; `$(NAME)` in one stands for another variable. Default none. Editing it rolls
    pods."""


def environment(
    resource: str,
    args: EnvironmentArgs,
    *,
    secrets: Mapping[str, str],
    first: Sequence[Mapping[str, object]] = (),
    path: str = "",
) -> list[dict[str, object]]:
    """The variables in the form of the API. Plain ones come last: they may refer to the others.

    Args:
        resource: Who asks, for errors.
        args: What the user gave.
        secrets: Variable to the Secret of the workload's own that holds it.
        first: Variables that stand before all others.
        path: What leads to the args, for errors.

    Raises:
        StatefastError: a variable is there twice, or has no value, or is wrongly named.
    """
    plain, sources = args.get("env") or {}, args.get("env_sources") or {}
    places = [[str(item["name"]) for item in first], list(secrets), list(sources), list(plain)]
    seen: set[str] = set()
    for name in (name for place in places for name in place):
        if not _NAME.fullmatch(name):
            raise StatefastError(
                resource, f"{path}env", name, "not the name of a variable", "use letters and '_'"
            )
        if name in seen:
            raise StatefastError(
                resource,
                f"{path}env.{name}",
                plain[name] if isinstance(plain.get(name), str) else "(hidden)",
                "but it is given twice: in the environment and in another place",
                "leave it out of one of them",
            )
        seen.add(name)
    variables: list[dict[str, object]] = [dict(item) for item in first]
    for key in sorted(secrets):
        reference = {"secretKeyRef": {"name": secrets[key], "key": key}}
        variables.append({"name": key, "valueFrom": reference})
    for key in sorted(sources):
        source = _source(resource, f"{path}env_sources.{key}.", sources[key])
        variables.append({"name": key, "valueFrom": source})
    variables += [{"name": key, "value": plain[key]} for key in sorted(plain)]
    return variables


def env_from(resource: str, args: EnvironmentArgs, path: str = "") -> list[dict[str, object]]:
    """The Secrets and ConfigMaps that are taken whole, in the form of the API.

    Raises:
        StatefastError: a name or prefix is none.
    """
    entries: list[dict[str, object]] = []
    for index, item in enumerate(args.get("env_from") or ()):
        field = f"{path}env_from[{index}]."
        kind, name = _place(resource, field, item)
        entry: dict[str, object] = {f"{kind}Ref": {"name": name}}
        if prefix := item.get("prefix"):
            if not _NAME.fullmatch(prefix):
                raise StatefastError(
                    resource,
                    f"{field}prefix",
                    prefix,
                    "not how a variable can begin",
                    "use letters",
                )
            entry["prefix"] = prefix
        entries.append(entry)
    return entries


def _source(resource: str, field: str, given: EnvSourceArgs) -> dict[str, object]:
    if "pod_field" in given:
        return {"fieldRef": {"fieldPath": given["pod_field"]}}
    kind, name = _place(resource, field, given)
    return {f"{kind}KeyRef": {"name": name, "key": given["key"]}}


def _place(resource: str, field: str, given: EnvSourceArgs | EnvFromArgs) -> tuple[str, str]:
    key = "secret" if "secret" in given else "config_map"
    name = check_subdomain_name(resource, field + key, given.get(key))
    return ("secret" if key == "secret" else "configMap"), name
