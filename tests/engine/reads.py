"""Objects as the API server has them, read by the process of the tests.

`kubectl` starts anew for each look, and the tests look some thousand times.
"""

import json
from functools import lru_cache
from http.client import OK
from typing import Any

from kubernetes.client.api_client import ApiClient

from statefast.safety.read.kubeconfig import api_client

# By the word that kubectl knows: API, resource, whether it is in a namespace.
_KINDS = {
    "deployment": ("apis/apps/v1", "deployments", True),
    "namespace": ("api/v1", "namespaces", False),
    "pod": ("api/v1", "pods", True),
    "pv": ("api/v1", "persistentvolumes", False),
    "pvc": ("api/v1", "persistentvolumeclaims", True),
    "secret": ("api/v1", "secrets", True),
    "service": ("api/v1", "services", True),
    "statefulset": ("apis/apps/v1", "statefulsets", True),
    "storageclass": ("apis/storage.k8s.io/v1", "storageclasses", False),
    "volumesnapshot": ("apis/snapshot.storage.k8s.io/v1", "volumesnapshots", True),
}


def known(kinds: str) -> bool:
    """Whether all kinds of a list, e.g. `pvc,statefulset`, can be read here."""
    return all(kind in _KINDS for kind in kinds.split(","))


def read(kubeconfig: str, kinds: str, namespace: str, name: str = "") -> Any:
    """What `kubectl get -o json` would print: one object by its name, else a list of all.

    Raises:
        AssertionError: the API server refuses, or has no such object.
    """
    reader = _client(kubeconfig)
    found = [_one(reader, kind, namespace, name) for kind in kinds.split(",")]
    return found[0] if name else [item for items in found for item in items]


def _one(reader: ApiClient, kind: str, namespace: str, name: str) -> Any:
    api, resource, within = _KINDS[kind]
    space = f"namespaces/{namespace}/" if within else ""
    path = f"/{api}/{space}{resource}" + (f"/{name}" if name else "")
    request = reader.param_serialize("GET", path, auth_settings=["BearerToken"])
    response = reader.call_api(*request)
    content = response.read()  # type: ignore[no-untyped-call]
    assert response.status == OK, f"GET {path}: {content.decode()}"
    parsed = json.loads(content)
    if name:
        return parsed
    # The items of a list do not say what they are.
    said = {"apiVersion": parsed["apiVersion"], "kind": parsed["kind"].removesuffix("List")}
    return [said | item for item in parsed["items"]]


@lru_cache
def _client(kubeconfig: str) -> ApiClient:
    return api_client("", kubeconfig)
