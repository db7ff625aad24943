"""Objects of older versions of the API, as the version of today has them.

Sources: the deprecated API migration guide of Kubernetes (extensions/v1beta1, apps/v1beta1 and
v1beta2 ended in 1.16, policy/v1beta1 in 1.25, storage.k8s.io/v1beta1 in 1.22), and the beta
annotations that fields have taken over.
"""

import copy
import json
from collections.abc import Mapping
from typing import Any

from .manifests import Manifest
from .notes import Notes

__all__ = ["modern"]

_VERSIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Deployment": ("apps/v1", ("apps/v1beta1", "apps/v1beta2", "extensions/v1beta1")),
    "StatefulSet": ("apps/v1", ("apps/v1beta1", "apps/v1beta2")),
    "StorageClass": ("storage.k8s.io/v1", ("storage.k8s.io/v1beta1",)),
    "PodDisruptionBudget": ("policy/v1", ("policy/v1beta1",)),
    "NetworkPolicy": ("networking.k8s.io/v1", ("extensions/v1beta1",)),
}
_CLASS = "volume.beta.kubernetes.io/storage-class"
_INIT = ("pod.beta.kubernetes.io/init-containers", "pod.alpha.kubernetes.io/init-containers")
_UNREADY = "service.alpha.kubernetes.io/tolerate-unready-endpoints"
# What only a controller of long ago read.
_DEAD = ("pod.alpha.kubernetes.io/initialized", *_INIT)


def modern(given: Manifest, notes: Notes) -> Manifest:
    """The same object in the words of today.

    Args:
        given: As somebody wrote it.
        notes: What is told of it.
    """
    body = copy.deepcopy(dict(given.body))
    now, former = _VERSIONS.get(given.kind, ("", ()))
    version = str(body.get("apiVersion", ""))
    if version in former:
        notes.modernised(given.where, f"apiVersion {version} is {now}")
        body["apiVersion"] = now
    if given.kind in ("Deployment", "StatefulSet"):
        _workload(given, body, notes)
    elif given.kind == "PersistentVolumeClaim":
        _claim(given.where, body, notes)
    elif given.kind == "Service":
        _service(given, body, notes)
    return Manifest(body)


def _workload(given: Manifest, body: dict[str, Any], notes: Notes) -> None:
    spec = body.setdefault("spec", {})
    template = spec.setdefault("template", {})
    metadata = template.setdefault("metadata", {})
    if "selector" not in spec:
        notes.modernised(given.where, "has no selector, which is required today")
        spec["selector"] = {"matchLabels": dict(metadata.get("labels") or {})}
    for claim in spec.get("volumeClaimTemplates") or ():
        _claim(given.where, claim, notes)
    annotations = metadata.get("annotations") or {}
    pod = template.setdefault("spec", {})
    for key in _INIT:
        if key in annotations and not pod.get("initContainers"):
            pod["initContainers"] = json.loads(annotations[key])
            notes.modernised(given.where, f"annotation {key} is initContainers")
    for key in _DEAD:
        annotations.pop(key, None)
    if "serviceAccount" in pod:
        account = pod.pop("serviceAccount")
        pod.setdefault("serviceAccountName", account)


def _claim(where: str, body: dict[str, Any], notes: Notes) -> None:
    annotations = (body.get("metadata") or {}).get("annotations") or {}
    if _CLASS in annotations:
        named = annotations.pop(_CLASS)
        body.setdefault("spec", {}).setdefault("storageClassName", named)
        notes.modernised(where, f"annotation {_CLASS} is storageClassName")


def _service(given: Manifest, body: dict[str, Any], notes: Notes) -> None:
    annotations = given.metadata.get("annotations") or {}
    if _UNREADY in annotations:
        notes.modernised(given.where, f"annotation {_UNREADY} is publishNotReadyAddresses")
