"""The life of a volume: bound, grown, snapshotted, restored."""

from typing import Any

from localcluster.api import Api

CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims"
PODS = "/api/v1/namespaces/default/pods"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1"


def storage_class(
    api: Api,
    name: str = "rbd",
    parameters: dict[str, str] | None = None,
    binding: str = "WaitForFirstConsumer",
) -> None:
    api.apply(
        f"{CLASSES}/{name}",
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": name},
            "provisioner": "rbd.csi.ceph.com",
            "allowVolumeExpansion": True,
            "volumeBindingMode": binding,
            "parameters": parameters or {},
        },
    )


def claim(
    api: Api, name: str, size: str = "1Gi", source: str | None = None, of: str = "rbd"
) -> None:
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": of,
        "resources": {"requests": {"storage": size}},
    }
    if source:
        group = "snapshot.storage.k8s.io"
        spec["dataSource"] = {"apiGroup": group, "kind": "VolumeSnapshot", "name": source}
    api.apply(
        f"{CLAIMS}/{name}",
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name},
            "spec": spec,
        },
    )


def pod(api: Api, name: str, claim: str | None = None) -> None:
    container: dict[str, Any] = {"name": "main", "image": "none"}
    spec: dict[str, Any] = {"containers": [container]}
    if claim:
        container["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
    api.apply(f"{PODS}/{name}", body)


def snapshot(api: Api, name: str, claim: str) -> None:
    kind = {"apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshotClass"}
    api.apply(
        f"{SNAPSHOTS}/volumesnapshotclasses/rbd",
        {
            **kind,
            "metadata": {"name": "rbd"},
            "driver": "rbd.csi.ceph.com",
            "deletionPolicy": "Delete",
        },
    )
    api.apply(
        f"{SNAPSHOTS}/namespaces/default/volumesnapshots/{name}",
        {
            **kind,
            "kind": "VolumeSnapshot",
            "metadata": {"name": name},
            "spec": {
                "volumeSnapshotClassName": "rbd",
                "source": {"persistentVolumeClaimName": claim},
            },
        },
    )


def phase(api: Api, path: str) -> str:
    return str(((api.get(path) or {}).get("status") or {}).get("phase", ""))


def capacity(api: Api, name: str) -> str:
    status = (api.get(f"{CLAIMS}/{name}") or {}).get("status") or {}
    return str(status.get("capacity", {}).get("storage", ""))


def snapshot_ready(api: Api, name: str) -> bool:
    found = api.get(f"{SNAPSHOTS}/namespaces/default/volumesnapshots/{name}") or {}
    return bool((found.get("status") or {}).get("readyToUse"))
