"""Objects as the API server has them, read by the process of the tests.

`kubectl` starts anew for each look, and the tests look some thousand times.
"""

from functools import lru_cache
from typing import Any

from statefast.safety.read.client import Client, Unreadable
from statefast.schema.kubernetes import OF_CLUSTER, resource_path

# By the word that kubectl knows: version and kind.
_KINDS = {
    "deployment": ("apps/v1", "Deployment"),
    "namespace": ("core/v1", "Namespace"),
    "pod": ("core/v1", "Pod"),
    "pv": ("core/v1", "PersistentVolume"),
    "pvc": ("core/v1", "PersistentVolumeClaim"),
    "secret": ("core/v1", "Secret"),
    "service": ("core/v1", "Service"),
    "statefulset": ("apps/v1", "StatefulSet"),
    "storageclass": ("storage.k8s.io/v1", "StorageClass"),
    "volumesnapshot": ("snapshot.storage.k8s.io/v1", "VolumeSnapshot"),
}


def known(kinds: str) -> bool:
    """Whether all kinds of a list, e.g. `pvc,statefulset`, can be read here."""
    return all(kind in _KINDS for kind in kinds.split(","))


def read(kubeconfig: str, kinds: str, namespace: str, name: str = "") -> Any:
    """What `kubectl get -o json` would print: one object by its name, else a list of all.

    Raises:
        AssertionError: the API server refuses, or has no such object.
    """
    found = [_one(_client(kubeconfig), kind, namespace, name) for kind in kinds.split(",")]
    return found[0] if name else [item for items in found for item in items]


def _one(client: Client, word: str, namespace: str, name: str) -> Any:
    version, kind = _KINDS[word]
    within = "" if kind in OF_CLUSTER else f"namespaces/{namespace}/"
    path = resource_path(version, kind).format(within=within) + (f"/{name}" if name else "")
    try:
        found = client.get(f"GET {path}", path)
    except Unreadable as error:
        raise AssertionError(str(error)) from None
    if name:
        return found
    # The items of a list do not say what they are.
    return [{"apiVersion": found["apiVersion"], "kind": kind, **item} for item in found["items"]]


@lru_cache
def _client(kubeconfig: str) -> Client:
    return Client(kubeconfig=kubeconfig)
