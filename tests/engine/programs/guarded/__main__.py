"""Objects of other people's making, with and without the guard: raw, or as children of a chart."""

import re
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

import statefast

given = pulumi.Config("guarded").require_object("program")
if "guard" in given:
    statefast.guard(**given["guard"])

cluster = k8s.Provider("cluster", cluster_identifier="guarded")
opts = pulumi.ResourceOptions(provider=cluster)
objects: list[dict[str, Any]] = given["objects"]
source = given["source"]
KINDS: dict[str, Any] = {
    "Deployment": k8s.apps.v1.Deployment,
    "Namespace": k8s.core.v1.Namespace,
    "PersistentVolumeClaim": k8s.core.v1.PersistentVolumeClaim,
    "StatefulSet": k8s.apps.v1.StatefulSet,
    "StorageClass": k8s.storage.v1.StorageClass,
}


def snake(key: str) -> str:
    """A field as the SDK calls it."""
    return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", key)


if source == "raw":
    made: list[pulumi.Resource] = []
    for item in objects:
        args = {
            snake(key): value for key, value in item.items() if key not in ("apiVersion", "kind")
        }
        first = item["kind"] in ("Namespace", "StorageClass")
        resource = KINDS[item["kind"]](
            item["metadata"]["name"],
            **args,
            opts=pulumi.ResourceOptions(provider=cluster, depends_on=[] if first else list(made)),
        )
        if first:
            made.append(resource)
elif source == "chart":
    k8s.helm.v4.Chart(
        given.get("release", "release"),
        chart=str(Path(__file__).parent / "chart"),
        values={"objects": objects},
        opts=pulumi.ResourceOptions(providers=[cluster]),
    )
elif source == "chart v3":
    k8s.helm.v3.Chart(
        given.get("release", "release"),
        k8s.helm.v3.LocalChartOpts(
            path=str(Path(__file__).parent / "chart"), values={"objects": objects}
        ),
        opts=pulumi.ResourceOptions(providers=[cluster]),
    )
elif source == "release":
    k8s.helm.v3.Release(
        given.get("release", "release"),
        chart=str(Path(__file__).parent / "chart"),
        values={"objects": objects},
        opts=pulumi.ResourceOptions(provider=cluster),
    )
elif source == "group":
    k8s.yaml.v2.ConfigGroup(
        given.get("release", "release"),
        objs=objects,
        opts=pulumi.ResourceOptions(providers=[cluster]),
    )
