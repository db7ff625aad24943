"""Objects of other people's making, with and without the guard: raw, or as children of a chart."""

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

import statefast

given = pulumi.Config("guarded").require_object("program")
if "guard" in given:
    statefast.guard(**given["guard"])

cluster = k8s.Provider("cluster", cluster_identifier="guarded", **given.get("provider", {}))
# Another cluster, as far as the engine and the guard can tell.
second = given.get("second")
other = cluster
if second:
    kubeconfig = pulumi.Output.secret(Path(os.environ["KUBECONFIG"]).read_text())
    other = k8s.Provider("second", kubeconfig=kubeconfig, cluster_identifier="second")
objects: list[dict[str, Any]] = given["objects"]
source = given["source"]
KINDS: dict[str, Any] = {
    "Deployment": k8s.apps.v1.Deployment,
    "Namespace": k8s.core.v1.Namespace,
    "PersistentVolume": k8s.core.v1.PersistentVolume,
    "PersistentVolumeClaim": k8s.core.v1.PersistentVolumeClaim,
    "StatefulSet": k8s.apps.v1.StatefulSet,
    "StorageClass": k8s.storage.v1.StorageClass,
}


def later(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Another team's transform, which comes after the guard: it has the last word on classes."""
    spec: Any = args.props.get("spec") or {}
    for template in spec.get("volumeClaimTemplates") or ():
        template["spec"]["storageClassName"] = given["later"]
    return pulumi.ResourceTransformResult(args.props, args.opts)


if "later" in given:
    pulumi.runtime.register_resource_transform(later)


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
        elsewhere = second in (item["metadata"].get("namespace"), item["metadata"]["name"])
        make = KINDS.get(item["kind"])
        if make is None or item["metadata"]["name"] in given.get("custom", []):
            make = k8s.apiextensions.CustomResource
            args |= {"api_version": item["apiVersion"], "kind": item["kind"]}
        resource = make(
            f"{item['metadata']['name']}{'@second' if second and elsewhere else ''}",
            **args,
            opts=pulumi.ResourceOptions(
                provider=other if elsewhere else cluster,
                depends_on=[] if first else list(made),
                **given.get("options", {}).get(item["kind"], {}),
            ),
        )
        if first:
            made.append(resource)
elif source == "chart":
    k8s.helm.v4.Chart(
        given.get("release", "release"),
        chart=str(Path(__file__).parent / "chart"),
        values={"objects": objects},
        **given.get("args", {}),
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
        **given.get("args", {}),
        opts=pulumi.ResourceOptions(provider=cluster, **given.get("opts", {})),
    )
elif source == "kustomize":
    # Where it lies the engine does not see: the folder is read by the provider.
    folder = Path(tempfile.mkdtemp())
    (folder / "objects.yaml").write_text("\n---\n".join(map(json.dumps, objects)))
    (folder / "kustomization.yaml").write_text("resources: [objects.yaml]")
    k8s.kustomize.v2.Directory(
        given.get("release", "release"),
        directory=str(folder),
        opts=pulumi.ResourceOptions(providers=[cluster]),
    )
elif source == "group":
    k8s.yaml.v2.ConfigGroup(
        given.get("release", "release"),
        objs=objects,
        opts=pulumi.ResourceOptions(providers=[cluster]),
    )
