"""Previews made by hand, for what no engine served here would show."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gate.judge import Verdict, judge
from gate.reading import read_preview

Json = dict[str, Any]

PREVIEWS = Path(__file__).parent / "previews"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
TYPES = {
    "Cluster": "kubernetes:postgresql.cnpg.io/v1:Cluster",
    "ConfigMap": "kubernetes:core/v1:ConfigMap",
    "CronJob": "kubernetes:batch/v1:CronJob",
    "CustomResourceDefinition": "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
    "DaemonSet": "kubernetes:apps/v1:DaemonSet",
    "Deployment": "kubernetes:apps/v1:Deployment",
    "DeploymentPatch": "kubernetes:apps/v1:DeploymentPatch",
    "Disk": "gcp:compute/disk:Disk",
    "HorizontalPodAutoscaler": "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
    "Kafka": "kubernetes:kafka.strimzi.io/v1beta2:Kafka",
    "Job": "kubernetes:batch/v1:Job",
    "Namespace": "kubernetes:core/v1:Namespace",
    "PersistentVolume": "kubernetes:core/v1:PersistentVolume",
    "PersistentVolumeClaim": "kubernetes:core/v1:PersistentVolumeClaim",
    "PersistentVolumeClaimList": "kubernetes:core/v1:PersistentVolumeClaimList",
    "PersistentVolumeClaimPatch": "kubernetes:core/v1:PersistentVolumeClaimPatch",
    "PersistentVolumePatch": "kubernetes:core/v1:PersistentVolumePatch",
    "Pod": "kubernetes:core/v1:Pod",
    "Provider": "pulumi:providers:kubernetes",
    "ReplicationDestination": "kubernetes:volsync.backube/v1alpha1:ReplicationDestination",
    "Restore": "kubernetes:velero.io/v1:Restore",
    "ScaledObject": "kubernetes:keda.sh/v1alpha1:ScaledObject",
    "Secret": "kubernetes:core/v1:Secret",
    "SecretPatch": "kubernetes:core/v1:SecretPatch",
    "Service": "kubernetes:core/v1:Service",
    "ReplicaSet": "kubernetes:apps/v1:ReplicaSet",
    "Release": "kubernetes:helm.sh/v3:Release",
    "StatefulSet": "kubernetes:apps/v1:StatefulSet",
    "StatefulSetPatch": "kubernetes:apps/v1:StatefulSetPatch",
    "Store": "kubernetes:nobody.example/v1:Store",
    "StorageClass": "kubernetes:storage.k8s.io/v1:StorageClass",
    "VolumeGroupSnapshot": "kubernetes:groupsnapshot.storage.k8s.io/v1beta1:VolumeGroupSnapshot",
    "VolumeGroupSnapshotContent": (
        "kubernetes:groupsnapshot.storage.k8s.io/v1beta1:VolumeGroupSnapshotContent"
    ),
    "VolumeSnapshot": "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot",
    "VolumeSnapshotContent": "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotContent",
}


def recorded(name: str) -> Json:
    """One of the recorded previews."""
    document: Json = json.loads((PREVIEWS / f"{name}.json").read_text(encoding="utf-8"))
    return document


def as_newer_providers_show_it(document: Json) -> Json:
    """The preview without its errors.

    Up to provider 4.28 a create is an upsert, so the dry-run of a replacement meets the object
    that it replaces, and the preview ends with a 422; since 4.29 it does not (docs/engine.md).
    The steps are the same ones, and they are the engine's own.
    """
    diagnostics = [
        item for item in document.get("diagnostics", ()) if item.get("severity") != "error"
    ]
    return {**document, "diagnostics": diagnostics}


def urn(kind: str, name: str = "x", stack: str = "dev") -> str:
    return f"urn:pulumi:{stack}::shop::{TYPES[kind]}::{name}"


def state(kind: str, body: Mapping[str, Any] | None = None, **fields: Any) -> Json:
    """A state whose outputs are its inputs with an identity."""
    inputs = {"metadata": {"name": "x", "namespace": "data"}, **(body or {})}
    outputs = {**inputs, "metadata": {**inputs["metadata"], "uid": "uid-of-x"}}
    return {"type": TYPES[kind], "inputs": inputs, "outputs": outputs, **fields}


def claim_spec(size: Any = "8Gi", of: Any = "rbd", **more: Any) -> Json:
    return {
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": of,
            "resources": {"requests": {"storage": size}},
            **more,
        }
    }


def set_spec(deleted: Any = "Retain", scaled: Any = "Retain", **more: Any) -> Json:
    template = {"metadata": {"name": "vol"}, **claim_spec()}
    return {
        "spec": {
            "replicas": 3,
            "serviceName": "x",
            "selector": {"matchLabels": {"app": "x"}},
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": deleted, "whenScaled": scaled},
            "template": {"spec": {"containers": [{"name": "x", "image": "x:1"}]}},
            "volumeClaimTemplates": [template],
            **more,
        }
    }


def step(op: str, kind: str, old: Json | None, new: Json | None, name: str = "x") -> Json:
    made: Json = {"op": op, "urn": urn(kind, name)}
    if old is not None:
        made["oldState"] = old
    if new is not None:
        made["newState"] = new
    return made


def preview(*steps: Json, **more: Any) -> Json:
    counts: dict[str, int] = {}
    for its in steps:
        counts[its["op"]] = counts.get(its["op"], 0) + 1
    return {"steps": list(steps), "changeSummary": counts or {"same": 1}, **more}


def judged(document: Json) -> Verdict:
    return judge(read_preview(json.dumps(document).encode(), "preview.json"))


def rules(verdict: Verdict) -> set[str]:
    """The names of all rules that said something."""
    return {found.rule for its in verdict.judged for found in its.findings}
