"""The cluster at one moment, as far as the promise is about it. Pure: the tests make it by hand."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from localcluster.layout import PROJECT

__all__ = ["Claim", "Mount", "Place", "Pod", "Seen", "Volume", "read", "reads"]

Object = Mapping[str, Any]
INSTANCE, APPLICATION = "app.kubernetes.io/instance", "app.kubernetes.io/name"

# Where each application has its data: a variable, or an argument, or what the image does without.
_FOLDERS: Mapping[str, tuple[str, str]] = {
    "zookeeper": ("ZOO_DATA_DIR", "/data"),
    "postgresql": ("PGDATA", "/var/lib/postgresql/data"),
    "mysql": ("--datadir=", "/var/lib/mysql"),
    "redis": ("", "/data"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A PersistentVolume; the claim is the one that it remembers."""

    name: str
    uid: str
    handle: str = ""
    namespace: str = ""
    claim: str = ""
    claim_uid: str = ""
    keeps: bool = True
    leaving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A PersistentVolumeClaim, and the volume it is bound to.

    Attributes:
        of_set: Whether it is deleted with its StatefulSet, as whenDeleted says.
    """

    namespace: str
    name: str
    uid: str
    volume: str = ""
    leaving: bool = False
    of_set: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a volume an application has its data, and which application wrote it.

    Attributes:
        folder: Below the root of the volume; None where the data folder is outside of it.
    """

    application: str
    major: str
    folder: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A claim in a pod, under the name that its file gives it."""

    role: str
    claim: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A pod of a workload: only ready ones, since others have not written anything."""

    namespace: str
    name: str
    workload: str
    ordinal: int
    mounts: tuple[Mount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything that is looked at, at one moment.

    Attributes:
        volumes: By name.
        claims: By namespace and name.
        objects: What a run might write, by kind, namespace and name: its uid and a digest.
        passwords: What was generated for a workload, as a digest, by its name.
        saved: What the driver calls the volumes that there is a ready snapshot of.
        settled: Whether no controller had anything left to do.
    """

    volumes: Mapping[str, Volume] = field(default_factory=dict)
    claims: Mapping[tuple[str, str], Claim] = field(default_factory=dict)
    pods: tuple[Pod, ...] = ()
    objects: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    passwords: Mapping[str, str] = field(default_factory=dict)
    saved: frozenset[str] = frozenset()
    settled: bool = True

    def volume_of(self, namespace: str, claim: str) -> Volume | None:
        """The volume that a claim is bound to."""
        found = self.claims.get((namespace, claim))
        return self.volumes.get(found.volume) if found is not None else None


def read(items: Iterable[Object], namespaces: Iterable[str]) -> Seen:
    """What there is to see in the objects of a cluster.

    Args:
        items: Objects of all kinds that matter, of the whole cluster.
        namespaces: Those the walk is about; all else is left out.
    """
    ours = set(namespaces)
    mine = [it for it in items if _namespace(it) in ours]
    claims = [_claim(it) for it in mine if it["kind"] == "PersistentVolumeClaim"]
    volumes = [_volume(it) for it in mine if it["kind"] == "PersistentVolume"]
    return Seen(
        volumes={it.name: it for it in volumes},
        claims={(it.namespace, it.name): it for it in claims},
        pods=tuple(_pod(it) for it in mine if it["kind"] == "Pod" and _ready(it)),
        objects=dict(_written(it) for it in mine if it["kind"] not in _MADE_BY_CONTROLLERS),
        passwords=dict(_password(it) for it in mine if _is_generated(it)),
        saved=frozenset(_source(it) for it in mine if it["kind"] == _SNAPSHOT and _usable(it)),
        settled=all(_settled(it) for it in mine),
    )


_SNAPSHOT = "VolumeSnapshotContent"
_MADE_BY_CONTROLLERS = ("Pod", "PersistentVolume", _SNAPSHOT)


def _namespace(item: Object) -> str:
    if item["kind"] == "PersistentVolume":
        return str((item["spec"].get("claimRef") or {}).get("namespace") or "")
    if item["kind"] == _SNAPSHOT:
        return str(item["spec"]["volumeSnapshotRef"]["namespace"])
    # A class of the walk has the name of its namespace at the end.
    metadata = item["metadata"]
    return str(metadata.get("namespace") or re.sub("^rbd-(second-)?", "", metadata["name"]))


def _usable(content: Object) -> bool:
    return bool((content.get("status") or {}).get("readyToUse"))


def _source(content: Object) -> str:
    # A content that somebody brought in names the snapshot instead.
    return str(content["spec"]["source"].get("volumeHandle") or "")


def _volume(item: Object) -> Volume:
    spec, metadata = item["spec"], item["metadata"]
    reference = spec.get("claimRef") or {}
    return Volume(
        name=metadata["name"],
        uid=metadata["uid"],
        handle=(spec.get("csi") or {}).get("volumeHandle") or "",
        namespace=reference.get("namespace") or "",
        claim=reference.get("name") or "",
        claim_uid=reference.get("uid") or "",
        keeps=spec.get("persistentVolumeReclaimPolicy") == "Retain",
        leaving="deletionTimestamp" in metadata,
    )


def _claim(item: Object) -> Claim:
    metadata = item["metadata"]
    return Claim(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        volume=item["spec"].get("volumeName") or "",
        leaving="deletionTimestamp" in metadata,
        of_set=any(it["kind"] == "StatefulSet" for it in metadata.get("ownerReferences") or ()),
    )


def _pod(item: Object) -> Pod:
    metadata = item["metadata"]
    labels = metadata.get("labels") or {}
    number = labels.get("apps.kubernetes.io/pod-index") or "0"
    return Pod(
        namespace=metadata["namespace"],
        name=metadata["name"],
        workload=labels.get(INSTANCE) or metadata["name"],
        ordinal=int(number),
        mounts=tuple(_mounts(item["spec"], labels)),
    )


def _mounts(spec: Mapping[str, Any], labels: Mapping[str, str]) -> Iterable[Mount]:
    application, container = labels.get(APPLICATION) or "", spec["containers"][0]
    for volume in spec.get("volumes") or ():
        if "persistentVolumeClaim" not in volume:
            continue
        where = [it for it in container.get("volumeMounts") or () if it["name"] == volume["name"]]
        yield Mount(
            role=volume["name"].removeprefix(f"{labels.get(INSTANCE)}-"),
            claim=volume["persistentVolumeClaim"]["claimName"],
            place=Place(
                application=application,
                major=_major(container["image"]),
                folder=_folder(container, application, where),
            ),
        )


def _major(image: str) -> str:
    return image.rpartition(":")[2].partition(".")[0]


def _folder(
    container: Mapping[str, Any], application: str, mounts: Iterable[Mapping[str, Any]]
) -> str | None:
    known, default = _FOLDERS.get(application, ("", ""))
    folder = default
    for variable in container.get("env") or ():
        if known and variable["name"] == known:
            folder = variable.get("value") or default
    for argument in container.get("args") or ():
        if known.endswith("=") and argument.startswith(known):
            folder = argument.removeprefix(known)
    for mount in mounts:
        root = mount["mountPath"].rstrip("/")
        if folder == root or folder.startswith(f"{root}/"):
            return f"{mount.get('subPath') or ''}{folder.removeprefix(root)}"
    return None


def _ready(item: Object) -> bool:
    conditions = (item.get("status") or {}).get("conditions") or ()
    ready = any(it["type"] == "Ready" and it["status"] == "True" for it in conditions)
    return ready and "deletionTimestamp" not in item["metadata"]


def _settled(item: Object) -> bool:
    kind, status, spec = item["kind"], item.get("status") or {}, item.get("spec") or {}
    if kind in ("StatefulSet", "Deployment"):
        return bool(
            status.get("observedGeneration", 0) >= item["metadata"].get("generation", 0)
            and status.get("replicas", 0) == spec.get("replicas", 1)
            and status.get("readyReplicas", 0) == spec.get("replicas", 1)
        )
    if kind == "PersistentVolumeClaim":
        return bool(status.get("phase") == "Bound")
    return kind != "Pod" or "deletionTimestamp" not in item["metadata"]


_GENERATED = "-generated"


def _is_generated(item: Object) -> bool:
    named = item["kind"] == "Secret" and item["metadata"]["name"].endswith(_GENERATED)
    return named and bool(item.get("data"))


def _password(item: Object) -> tuple[str, str]:
    name = item["metadata"]["name"].removesuffix(_GENERATED)
    return name, hashlib.sha256(json.dumps(item["data"], sort_keys=True).encode()).hexdigest()[:12]


def _written(item: Object) -> tuple[str, tuple[str, str]]:
    metadata = item["metadata"]
    said = {
        key: item.get(key)
        for key in ("spec", "data", "parameters", "reclaimPolicy", "volumeBindingMode")
        if key in item
    }
    if item["kind"] == "PersistentVolumeClaim":
        # Whose binding is the controller's.
        said["spec"] = {key: it for key, it in item["spec"].items() if key != "volumeName"}
    said["labels"] = metadata.get("labels")
    said["annotations"] = {
        key: value
        for key, value in (metadata.get("annotations") or {}).items()
        if "kubernetes.io/" not in key
    }
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]
    name = f"{metadata.get('namespace') or '-'}/{metadata['name']}"
    return f"{item['kind']} {name}", (metadata["uid"], digest)


@cache
def _readers() -> frozenset[str]:
    """The applications that read what an older version of theirs wrote, by their files."""
    paths = (PROJECT / "workloads").glob("*.yaml")
    files = {path.stem: yaml.safe_load(path.read_text()) for path in paths}
    versions = {name: (file.get("data") or {}).get("version") or {} for name, file in files.items()}
    return frozenset(name for name, version in versions.items() if version.get("readsOlder"))


def reads(was: Place, now: Place) -> bool:
    """Whether the data is where it was, and read by an upgrade that its application is made for."""
    return (
        was.application in _readers()
        and (was.application, was.folder) == (now.application, now.folder)
        and int(was.major) < int(now.major)
    )
