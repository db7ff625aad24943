"""Objects for the recorded programs: what a raw program would write, in as few words as possible.

Each is an entry of the config that tests/gate/programs reads. `NS` stands for the namespace of
the recording.
"""

from typing import Any

Entry = dict[str, Any]
NS = "NS"


def entry(
    kind: str, name: str, body: Entry, *, label: Entry | None = None, opts: Entry | None = None
) -> Entry:
    """One resource, under the name it has in the cluster unless it says another."""
    cluster_wide = kind in ("StorageClass", "PersistentVolume", "VolumeSnapshotClass")
    where = {} if cluster_wide or kind.startswith("Namespace") else {"namespace": NS}
    metadata = {"name": name, **where, **({"labels": label} if label else {})}
    body = {**body, "metadata": {**metadata, **body.get("metadata", {})}}
    return {"kind": kind, "name": name, "body": body, "opts": opts or {}}


def called(name: str, made: Entry) -> Entry:
    """The same object under another logical name."""
    return {**made, "name": name}


def namespace(**opts: Any) -> Entry:
    return called("namespace", entry("Namespace", NS, {}, opts=opts))


def storage_class(
    name: str = "rbd",
    *,
    reclaim: str = "Delete",
    expand: bool = True,
    pool: str = "kubernetes",
    **opts: Any,
) -> Entry:
    body = {
        "provisioner": "rbd.csi.ceph.com",
        "parameters": {"pool": pool},
        "reclaimPolicy": reclaim,
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": expand,
    }
    return entry("StorageClass", name, body, opts=opts)


def claim(
    name: str = "data",
    *,
    size: str = "8Gi",
    of: Any = "rbd",
    mode: str = "ReadWriteOnce",
    kind: str = "PersistentVolumeClaim",
    label: Entry | None = None,
    metadata: Entry | None = None,
    **opts: Any,
) -> Entry:
    spec = {
        "accessModes": [mode],
        "storageClassName": of,
        "resources": {"requests": {"storage": size}},
    }
    return entry(kind, name, {"spec": spec, "metadata": metadata or {}}, label=label, opts=opts)


def patch(name: str = "data", *, size: str = "8Gi", **opts: Any) -> Entry:
    """A claim as this project keeps it: applied, not owned."""
    metadata = {"annotations": {"pulumi.com/waitFor": "jsonpath={.status.phase}"}}
    return claim(name, size=size, kind="PersistentVolumeClaimPatch", metadata=metadata, **opts)


def stateful_set(
    name: str = "zk",
    *,
    replicas: int = 2,
    image: str = "zookeeper:3.9.4",
    template: str = "vol",
    size: str = "8Gi",
    of: str = "rbd",
    service: str = "zk-server",
    deleted: str = "Retain",
    scaled: str = "Retain",
    orphan: bool = False,
    **opts: Any,
) -> Entry:
    labels = {"app": "zk"}
    annotations = {"pulumi.com/deletionPropagationPolicy": "orphan"} if orphan else {}
    container = {
        "name": "zk",
        "image": image,
        "env": [{"name": "TOKEN", "value": "hunter2"}],
        "volumeMounts": [{"name": template, "mountPath": "/data"}],
    }
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": template},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": of,
            "resources": {"requests": {"storage": size}},
        },
    }
    spec = {
        "replicas": replicas,
        "serviceName": service,
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": labels},
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": deleted, "whenScaled": scaled},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        "volumeClaimTemplates": [volume],
    }
    return entry(
        "StatefulSet", name, {"spec": spec, "metadata": {"annotations": annotations}}, opts=opts
    )


def deployment(name: str = "db", *, mounts: Any = "data", image: str = "mysql:8.4.6") -> Entry:
    labels = {"app": name}
    container = {
        "name": name,
        "image": image,
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": mounts}}]
    spec = {
        "replicas": 1,
        "strategy": {"type": "Recreate"},
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [container], "volumes": volumes},
        },
    }
    return entry("Deployment", name, {"spec": spec})


def volume(name: str = "disk", *, reclaim: str = "Retain", **opts: Any) -> Entry:
    spec = {
        "capacity": {"storage": "8Gi"},
        "accessModes": ["ReadWriteOnce"],
        "persistentVolumeReclaimPolicy": reclaim,
        "storageClassName": "by-hand",
        "nfs": {"server": "nfs.example.com", "path": "/disk"},
    }
    return entry("PersistentVolume", name, {"spec": spec}, opts=opts)


def snapshot_class(policy: str = "Delete") -> Entry:
    body = {"driver": "rbd.csi.ceph.com", "deletionPolicy": policy}
    return entry("VolumeSnapshotClass", "copies", body)


def snapshot() -> Entry:
    spec = {
        "volumeSnapshotClassName": "copies",
        "source": {"persistentVolumeClaimName": "data"},
    }
    return entry("VolumeSnapshot", "before-upgrade", {"spec": spec})


def secret(value: str) -> Entry:
    return entry("Secret", "password", {"stringData": {"password": value}})


def provider(cluster: str) -> Entry:
    return {"kind": "Provider", "name": "cluster", "body": {"clusterIdentifier": cluster}}


def at(name: str, *entries: Entry) -> list[Entry]:
    """The same entries, by a provider of their own."""
    return [{**its, "opts": {**its.get("opts", {}), "provider": name}} for its in entries]
