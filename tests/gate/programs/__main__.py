"""Registers the resources that stack config lists, as they are: nothing here refuses anything."""

from importlib.metadata import version
from typing import Any

import pulumi

_GROUPS = {
    "ConfigMap": "core/v1",
    "Deployment": "apps/v1",
    "Namespace": "core/v1",
    "NamespacePatch": "core/v1",
    "PersistentVolume": "core/v1",
    "PersistentVolumeClaim": "core/v1",
    "PersistentVolumeClaimPatch": "core/v1",
    "Secret": "core/v1",
    "Service": "core/v1",
    "StatefulSet": "apps/v1",
    "StorageClass": "storage.k8s.io/v1",
    "VolumeSnapshot": "snapshot.storage.k8s.io/v1",
    "VolumeSnapshotClass": "snapshot.storage.k8s.io/v1",
}


class Provider(pulumi.ProviderResource):
    """A Kubernetes provider of one's own."""


def main(entries: list[dict[str, Any]]) -> None:
    """Registers everything, each after the one before it."""
    made: dict[str, Any] = {}
    parents: dict[str, pulumi.Resource] = {}
    for entry in entries:
        options = {"version": version("pulumi_kubernetes"), **entry.get("opts", {})}
        parent = options.pop("parent", None)
        if parent:
            if parent not in parents:
                parents[parent] = pulumi.ComponentResource("test:index:Group", parent)
            options["parent"] = parents[parent]
        if options.pop("was_at_root", False):
            options["aliases"] = [pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]
        if "provider" in options:
            options["provider"] = made[options["provider"]]
        options["depends_on"] = list(made.values())[-1:]
        made[entry["name"]] = _register(entry, pulumi.ResourceOptions(**options), made)


def _register(entry: dict[str, Any], opts: pulumi.ResourceOptions, made: dict[str, Any]) -> Any:
    kind, name = entry["kind"], entry["name"]
    body = _resolved(entry["body"], made)
    if kind == "Provider":
        return Provider("kubernetes", name, body, opts)
    group = _GROUPS[kind]
    body |= {"apiVersion": group.removeprefix("core/"), "kind": kind.removesuffix("Patch")}
    return pulumi.CustomResource(f"kubernetes:{group}:{kind}", name, body, opts)


def _resolved(value: Any, made: dict[str, Any]) -> Any:
    """Puts in the name of an object, as an output, for `{"name of": <entry>}`."""
    if isinstance(value, dict):
        if "name of" in value:
            return made[value["name of"]].id.apply(lambda id_: id_.rpartition("/")[2])
        return {key: _resolved(item, made) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, made) for item in value]
    return value


main(pulumi.Config().require_object("resources"))
