"""Objects as the API server gives them, and a cluster that has just those."""

import itertools
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from statefast.safety import preflight
from statefast.safety.read.cluster import Cluster, Object, Unreadable
from statefast.safety.wait import growth, polling
from tests.recording import Recording, Registered

OWNER = "statefast/dev"
_TICK_SECONDS = 0.05
_SMALL = (
    "config maps",
    "cron jobs",
    "disruption budgets",
    "network policies",
    "role bindings",
    "roles",
    "secrets",
    "service accounts",
    "services",
    "snapshot classes",
)


class _Grown(dict[str, Object]):
    """Any claim at all, with all the space anybody could want."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Object:
        return claim(name, capacity="1Pi")


class FakeCluster(Cluster):
    """Lists what it was given; what it was not given may not be read.

    Asked again for what is waited for, it has what `later` says, look by look, and the last one
    for good; without that all claims have grown.
    """

    def __init__(self, **kinds: Sequence[Object]) -> None:
        super().__init__()
        self.kinds = {name.replace("_", " "): items for name, items in kinds.items()}
        self.asked: list[tuple[str, str]] = []
        self.later: list[Object | Unreadable] = []
        self.looks = 0
        self.minor: int | Unreadable = 34

    def _read_minor_version(self) -> int:
        if isinstance(self.minor, Unreadable):
            raise self.minor
        return self.minor

    def metadata_again(self, kind: str, name: str, namespace: str = "") -> Mapping[str, Any] | None:
        if kind in ("namespaces", "secrets"):
            return self._read_metadata(kind, name, namespace)
        found = self.list_again(kind, namespace)
        return dict(found[name]["metadata"]) if name in found else None

    def list_again(self, kind: str, namespace: str) -> Mapping[str, Object]:
        if kind == "pods":
            return self._read(kind, namespace)
        self.looks += 1
        if not self.later:
            return _Grown()
        found = self.later[min(self.looks, len(self.later)) - 1]
        if isinstance(found, Unreadable):
            raise found
        return {found["metadata"]["name"]: found}

    def _read_metadata(self, kind: str, name: str, namespace: str) -> Mapping[str, Any] | None:
        if kind == "namespaces" and kind not in self.kinds:
            return {"name": name}
        if kind in _SMALL and kind not in self.kinds:
            return None
        found = self._read(kind, namespace).get(name)
        return None if found is None else dict(found["metadata"])

    def _read_all_metadata(self, kind: str, namespace: str) -> Mapping[str, Object]:
        # What few tests are about: there is none, unless it was given.
        if kind in _SMALL and kind not in self.kinds:
            return {}
        return self._read(kind, namespace)

    def _read_object(
        self, kind: str, name: str, namespace: str, *, accept: str = ""
    ) -> Object | None:
        return self._read(kind, namespace).get(name)

    def _read_keys(self, name: str, namespace: str) -> frozenset[str] | None:
        if "secrets" not in self.kinds:
            return None
        found = self._read("secrets", namespace).get(name)
        return None if found is None else frozenset(found.get("data") or {})

    def _read(self, kind: str, namespace: str, *, accept: str = "") -> Mapping[str, Object]:
        self.asked.append((kind, namespace))
        if kind not in self.kinds:
            raise Unreadable(f"listing {kind} was answered with 403 Forbidden")
        found = {}
        for item in self.kinds[kind]:
            own = item["metadata"].get("namespace")
            if not namespace or own == namespace:
                key = item["metadata"]["name"]
                found[key if namespace or own is None else f"{own}/{key}"] = item
        return found


def use(monkeypatch: pytest.MonkeyPatch, cluster: Cluster) -> None:
    """Makes it the cluster of every context."""
    monkeypatch.setattr(preflight, "cluster_of", lambda context: cluster)
    monkeypatch.setattr(polling, "_PAUSE_SECONDS", 0.0)
    # What waits for nothing in vain would look as fast as it can until its time is over.
    ticks = itertools.count(1)
    clock = SimpleNamespace(monotonic=lambda: next(ticks) * _TICK_SECONDS)
    for waiting in (polling, growth):
        monkeypatch.setattr(waiting, "time", clock)


def claim(name: str = "zk-vol-zk-0", **changes: Any) -> Object:
    """A bound claim of 8Gi that stack dev looks after."""
    given = {
        "owner": OWNER,
        "size": "8Gi",
        "requested": "8Gi",
        "capacity": "8Gi",
        "class_name": "rbd",
        "modes": ["ReadWriteOnce"],
        "retention": "retain",
        "volume": "pvc-1",
        "leaving": False,
        "restart": False,
        "namespace": "data",
        "taken_up": "",
        "goes_with": "",
        "members": "",
        **changes,
    }
    annotations = {
        "statefast/stack": given["owner"],
        "statefast/size": given["size"],
        "statefast/retention": given["retention"],
        "statefast/volume": given["taken_up"],
        "statefast/members": given["members"],
    }
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": given["namespace"],
        "uid": f"uid-{name}",
        "annotations": {key: value for key, value in annotations.items() if value},
    }
    if given["leaving"]:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    if given["goes_with"]:
        metadata["ownerReferences"] = [{"kind": "ConfigMap", "name": given["goes_with"]}]
    status: dict[str, Any] = {"phase": "Bound", "capacity": {"storage": given["capacity"]}}
    if given["restart"]:
        status["conditions"] = [{"type": "FileSystemResizePending", "status": "True"}]
    return {
        "metadata": metadata,
        "spec": {
            "accessModes": given["modes"],
            "storageClassName": given["class_name"],
            "volumeMode": "Filesystem",
            "volumeName": given["volume"],
            "resources": {"requests": {"storage": given["requested"]}},
        },
        "status": status,
    }


def stateful_set(name: str = "zk", **changes: Any) -> Object:
    """A set of three with one template, made by stack dev from the args of samples.py."""
    given = {
        "owner": OWNER,
        "namespace": "data",
        "replicas": 3,
        "management": "Parallel",
        "service": f"{name}-headless",
        "selector": {
            "app.kubernetes.io/name": name,
            "app.kubernetes.io/instance": name,
        },
        "templates": {"zk-vol": ("rbd", ["ReadWriteOnce"])},
        "when_deleted": "Retain",
        "leaving": False,
        "unwatched": False,
        "first": 0,
        "members": "",
        **changes,
    }
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": given["namespace"],
        "uid": f"uid-{name}",
        "annotations": {"statefast/stack": given["owner"]} if given["owner"] else {},
    }
    if given["leaving"]:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    if given["unwatched"]:
        metadata["annotations"]["pulumi.com/skipAwait"] = "true"
    if given["members"]:
        metadata["annotations"]["statefast/members"] = given["members"]
    return {
        "metadata": metadata,
        "spec": {
            "replicas": given["replicas"],
            **({"ordinals": {"start": given["first"]}} if given["first"] else {}),
            "podManagementPolicy": given["management"],
            "serviceName": given["service"],
            "selector": {"matchLabels": given["selector"]},
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": given["when_deleted"]},
            "volumeClaimTemplates": [
                {
                    "metadata": {"name": template},
                    "spec": {
                        "storageClassName": class_name,
                        "accessModes": modes,
                        "volumeMode": "Filesystem",
                    },
                }
                for template, (class_name, modes) in given["templates"].items()
            ],
        },
    }


def storage_class(name: str = "rbd", *, expandable: bool = True, default: bool = False) -> Object:
    """A storage class."""
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"} if default else {}
    return {
        "metadata": {"name": name, "annotations": annotations},
        "provisioner": "rbd.csi.ceph.com",
        "allowVolumeExpansion": expandable,
    }


def volume(name: str = "pvc-old", **changes: Any) -> Object:
    """A released volume that was of claim data/zk-vol-zk-0."""
    given = {
        "phase": "Released",
        "policy": "Retain",
        "namespace": "data",
        "claim": "zk-vol-zk-0",
        "class_name": "rbd",
        "size": "8Gi",
        "modes": ["ReadWriteOnce"],
        "claim_uid": "gone",
        "leaving": False,
        **changes,
    }
    metadata: dict[str, Any] = {"name": name, "uid": f"uid-{name}"}
    if given["leaving"]:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    return {
        "metadata": metadata,
        "spec": {
            "accessModes": given["modes"],
            "capacity": {"storage": given["size"]},
            "persistentVolumeReclaimPolicy": given["policy"],
            "storageClassName": given["class_name"],
            "claimRef": {
                "namespace": given["namespace"],
                "name": given["claim"],
                "uid": given["claim_uid"],
            },
        },
        "status": {"phase": given["phase"]},
    }


def quota(name: str = "storage", *, hard: Mapping[str, str], used: Mapping[str, str]) -> Object:
    """A quota of namespace data."""
    return {
        "metadata": {"name": name, "namespace": "data"},
        "status": {"hard": dict(hard), "used": dict(used)},
    }


def deployment(name: str = "zk", *, claims: Sequence[str] = (), owner: str = OWNER) -> Object:
    """A Deployment that mounts claims."""
    return {
        "metadata": {
            "name": name,
            "namespace": "data",
            "uid": f"uid-{name}",
            "annotations": {"statefast/stack": owner} if owner else {},
        },
        "spec": {
            "replicas": 1,
            "selector": {
                "matchLabels": {
                    "app.kubernetes.io/name": name,
                    "app.kubernetes.io/instance": name,
                }
            },
            "template": {
                "spec": {
                    "volumes": [
                        {"name": claim, "persistentVolumeClaim": {"claimName": claim}}
                        for claim in claims
                    ]
                }
            },
        },
    }


def volume_patch(recording: Recording) -> Registered:
    """The volume that a claim is reattached to, as the program writes it."""
    (found,) = [it for it in recording.objects() if it.kind == "PersistentVolumePatch"]
    return found
