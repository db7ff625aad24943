"""What the containers of a manifest mount: data, files, empty folders, and the rest.

Data is what a claim backs. A container that mounts it by another path or a part of it only is told
so; whatever no key of a workload file can say stays in the form of the API.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .notes import Notes

__all__ = ["Mounts", "read_mounts"]

Object = Mapping[str, Any]
Keys = dict[str, Any]

# An empty folder has a size here; without one a container may fill its node.
_EMPTY = "1Gi"


@dataclass(slots=True)
class Mounts:
    """What a pod mounts, divided by who says it.

    Attributes:
        data: From a volume of the manifest to its mount in the main container.
        files: Path to content: what of ConfigMaps the file can hold.
        empty: Path to size.
        beside: By container, from a volume of data to a path.
        volumes: Volumes that only the API's form can say.
        rest: By container, mounts that only the API's form can say.
        needs: Objects that have to be there, as `<kind> <name>`.
    """

    data: dict[str, Keys] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    empty: dict[str, str] = field(default_factory=dict)
    beside: dict[str, dict[str, str]] = field(default_factory=dict)
    volumes: dict[str, Object] = field(default_factory=dict)
    rest: dict[str, list[Keys]] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)


def read_mounts(
    where: str,
    pod: Object,
    main: str,
    data: Mapping[str, str],
    config_maps: Mapping[str, Object],
    notes: Notes,
    *,
    as_it_is: bool = False,
) -> Mounts:
    """Divides what the containers of a pod mount.

    Args:
        where: The workload, for notes.
        pod: Its pod spec.
        main: Name of the container that runs the application.
        data: From each volume of the pod that a claim backs to its name in the components.
        config_maps: Those that were given, by name.
        notes: What is told.
        as_it_is: Whether files and empty folders keep the form of the API.
    """
    made = Mounts()
    volumes = {str(it["name"]): it for it in pod.get("volumes") or ()}
    containers = [*(pod.get("initContainers") or ()), *(pod.get("containers") or ())]
    users: dict[str, set[str]] = {}
    for container in containers:
        for mount in container.get("volumeMounts") or ():
            users.setdefault(str(mount["name"]), set()).add(str(container["name"]))
    for container in containers:
        name = str(container["name"])
        for mount in container.get("volumeMounts") or ():
            volume = str(mount["name"])
            if volume in data:
                _data(made, name, mount, volume, data[volume], main)
            elif name == main and users[volume] == {main} and volume in volumes:
                if as_it_is or not _own(where, made, mount, volumes[volume], config_maps, notes):
                    _other(made, name, mount, volumes[volume])
            else:
                _other(made, name, mount, volumes.get(volume, {"name": volume, "emptyDir": {}}))
    for other in made.volumes.values():
        for kind, key, named in (
            ("ConfigMap", "configMap", "name"),
            ("Secret", "secret", "secretName"),
            ("PersistentVolumeClaim", "persistentVolumeClaim", "claimName"),
        ):
            if key in other:
                made.needs.append(f"{kind} {other[key].get(named)}")
    return made


def _data(made: Mounts, name: str, mount: Object, volume: str, claim: str, main: str) -> None:
    plain = not set(mount) - {"name", "mountPath", "subPath"}
    if name == main and volume not in made.data and plain:
        made.data[volume] = {"mountPath": str(mount["mountPath"])}
        if mount.get("subPath"):
            made.data[volume]["subPath"] = str(mount["subPath"])
        return
    beside = made.beside.setdefault(name, {})
    if name != main and claim not in beside and plain and not mount.get("subPath"):
        beside[claim] = str(mount["mountPath"])
        return
    made.rest.setdefault(name, []).append({**mount, "name": claim})


def _own(
    where: str,
    made: Mounts,
    mount: Object,
    volume: Object,
    config_maps: Mapping[str, Object],
    notes: Notes,
) -> bool:
    """Whether a file or an empty folder of the main container alone can be said in its file."""
    path = str(mount["mountPath"]).rstrip("/")
    if "emptyDir" in volume and not mount.get("subPath"):
        given = volume["emptyDir"] or {}
        if given.get("medium"):
            return False
        if not given.get("sizeLimit"):
            notes.changed(where, f"the empty folder {path} has a limit, {_EMPTY}")
        made.empty[path] = str(given.get("sizeLimit") or _EMPTY)
        return True
    if "configMap" not in volume:
        return False
    named = volume["configMap"]
    found = config_maps.get(str(named.get("name")))
    if found is None or found.get("binaryData") or _executable(named):
        return False
    content = {str(k): str(v) for k, v in (found.get("data") or {}).items()}
    items = {
        str(item["key"]): str(item["path"])
        for item in named.get("items") or ()
        if not _executable(item, "mode")
    }
    if len(items) != len(named.get("items") or ()):
        return False
    paths = items or {key: key for key in content}
    if mount.get("subPath"):
        wanted = [key for key, at in paths.items() if at == mount["subPath"]]
        if len(wanted) != 1 or wanted[0] not in content:
            return False
        made.files[path] = content[wanted[0]]
        return True
    if not set(paths) <= set(content):
        return False
    made.files |= {f"{path}/{at}": content[key] for key, at in paths.items()}
    return True


def _executable(given: Object, key: str = "defaultMode") -> bool:
    """Whether somebody has to be able to run the files."""
    return bool(int(given.get(key) or 0o644) & 0o111)


def _other(made: Mounts, name: str, mount: Object, volume: Object) -> None:
    made.volumes[str(volume["name"])] = volume
    made.rest.setdefault(name, []).append(dict(mount))
