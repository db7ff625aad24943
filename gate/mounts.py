"""What the pods of a workload mount, and where: the way from an application to its data."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .folders import digest, folder_of
from .templates import templates
from .values import Hidden, conceals, look

__all__ = ["POD_SPECS", "Mounts", "Place", "mounts_of"]

# Where the spec of the pods is, for each kind that makes some.
POD_SPECS: Mapping[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "Deployment": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "Pod": ("spec",),
    "ReplicaSet": ("spec", "template", "spec"),
    "ReplicationController": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
}
_CLAIM = "claim "
_UNREAD = "?"
# Empty with each pod.
_SCRATCH = frozenset({"emptyDir", "ephemeral"})
_WRITTEN_BY_OTHERS = frozenset({"configMap", "downwardAPI", "image", "projected", "secret"})
# Drivers of inline volumes that bring certificates, secrets or images. Others mount a share.
_DRIVERS_THAT_BRING = frozenset(
    {
        "csi.cert-manager.io",
        "csi.spiffe.io",
        "csi-image.warm-metal.tech",
        "image.csi.k8s.io",
        "secrets-store.csi.k8s.io",
        "spiffe.csi.cert-manager.io",
    }
)
# Of a node itself: sockets, logs and devices of its system, and no data of an application.
_OF_THE_NODE = re.compile(
    r"/(proc|sys|run|var/run|var/log|boot|lib/modules|usr/share|usr/src|etc/(localtime|machine-id|"
    r"os-release|ssl|pki))(/.*)?"
)
# What says how a source is mounted, and not which one it is.
_HOW = frozenset({"fsType", "nodePublishSecretRef", "readOnly", "type"})


Place = tuple[str, str, str]
_Mount = tuple[object, object, object]


@dataclass(frozen=True, slots=True)
class Mounts:
    """Where the data of a pod comes from, and where the application finds it.

    Attributes:
        sources: What holds data and is mounted, or could be; like `claim data`.
        places: Of each container: source, path, and folder in the volume (`subPath`).
        scratch: Of each container: paths of what is empty with each pod.
        is_read: Whether nothing of it is hidden or missing.
    """

    sources: frozenset[str]
    places: Mapping[str, frozenset[Place]]
    scratch: Mapping[str, frozenset[str]]
    is_read: bool

    def __bool__(self) -> bool:
        return bool(self.sources) or not self.is_read

    @property
    def mounted(self) -> frozenset[str]:
        """Sources that a container mounts: nobody lists one for nothing."""
        return frozenset(its[0] for its in self.everywhere)

    @property
    def everywhere(self) -> frozenset[Place]:
        """The places of all containers."""
        return frozenset().union(*self.places.values())

    @property
    def claims(self) -> frozenset[str]:
        """Names of the claims among the sources."""
        return frozenset(its.removeprefix(_CLAIM) for its in self.sources if its.startswith(_CLAIM))


def mounts_of(kind: str, tree: object, *, whole: bool = True) -> Mounts:
    """What the pods of a workload mount.

    Args:
        kind: One of POD_SPECS.
        tree: Inputs or outputs of the workload.
        whole: Whether `tree` is all of it; not so for a `*Patch`.
    """
    spec = look(tree, *POD_SPECS[kind])
    volumes, is_read = _volumes(spec)
    if kind == "StatefulSet":
        made = templates(tree)
        if isinstance(made, Hidden):
            is_read = False
        else:
            volumes |= {name: f"template {name}" for name in made}
    places: dict[str, frozenset[Place]] = {}
    scratch: dict[str, frozenset[str]] = {}
    for name, mounts in _containers(spec):
        if not isinstance(name, str) or mounts is None:
            is_read = False
            continue
        data, empty = set(), set()
        for its, path, folder in mounts:
            source = volumes.get(its, _UNREAD) if isinstance(its, str) else _UNREAD
            if source == _UNREAD or not isinstance(path, str) or not isinstance(folder, str):
                is_read = False
            elif source in _SCRATCH:
                empty.add(_folder(path))
            elif source:
                data.add((source, _folder(path), folder))
        places[name], scratch[name] = frozenset(data), frozenset(empty)
    sources = frozenset(volumes.values()) - _SCRATCH - {_UNREAD, ""}
    # No pod is without containers: those that are missing were not written down.
    return Mounts(sources, places, scratch, is_read and (bool(places) or not whole))


def _volumes(spec: object) -> tuple[dict[str, str], bool]:
    """The source of each volume, empty for one without data; and whether all could be read."""
    listed = look(spec, "volumes")
    if not isinstance(listed, list):
        return {}, listed is None
    found: dict[str, str] = {}
    for item in listed:
        name = look(item, "name")
        if not isinstance(item, dict) or not isinstance(name, str):
            return found, False
        found[name] = _source(item)
    return found, _UNREAD not in found.values()


def _source(volume: Mapping[str, object]) -> str:
    kinds = [key for key, value in volume.items() if key != "name" and value is not None]
    if len(kinds) != 1:
        return _UNREAD
    (kind,) = kinds
    if kind in _SCRATCH:
        return kind
    if kind in _WRITTEN_BY_OTHERS:
        return ""
    if kind == "persistentVolumeClaim":
        name = look(volume, kind, "claimName")
        return f"{_CLAIM}{name}" if isinstance(name, str) else _UNREAD
    driver, path = look(volume, kind, "driver"), look(volume, kind, "path")
    if kind == "csi" and driver in _DRIVERS_THAT_BRING:
        return ""
    if kind == "hostPath" and isinstance(path, str) and _OF_THE_NODE.fullmatch(_folder(path)):
        return ""
    which = look(volume, kind)
    if isinstance(which, dict):
        which = {key: value for key, value in which.items() if key not in _HOW}
    if conceals(which):
        return _UNREAD
    if kind == "csi":
        # Its attributes may say more than a report should.
        return f"csi {driver} [{digest(which)}]"
    return f"{kind} {json.dumps(which, sort_keys=True)}"


def _containers(
    spec: object,
) -> Iterator[tuple[object, list[_Mount] | None]]:
    for key in ("initContainers", "containers"):
        listed = look(spec, key)
        if listed is None:
            continue
        if not isinstance(listed, list):
            yield None, None
            continue
        for item in listed:
            yield look(item, "name"), _mounts(item)


def _mounts(container: object) -> list[_Mount] | None:
    found: list[_Mount] = []
    for key, where in (("volumeMounts", "mountPath"), ("volumeDevices", "devicePath")):
        listed = look(container, key)
        if listed is None:
            continue
        if not isinstance(listed, list):
            return None
        for item in listed:
            found.append((look(item, "name"), look(item, where), folder_of(item, container)))
    return found


def _folder(path: str) -> str:
    return "/" + path.strip("/")
