"""How a pod reads its claims: where they are mounted, which settings point at them, which image
reads them, and as whom. Of a pod that lives, of one that is to be, or of one that was.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .images import Image
from .pod_settings import (
    IN_FILES,
    WORKING_DIR,
    absolute,
    declared_places,
    file_values,
    paths_in,
    place_now,
    process_values,
)

__all__ = [
    "Declared",
    "Mounted",
    "PodData",
    "Reads",
    "inside",
    "pod_data",
    "read_record",
    "record",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a workload says of its data.

    Attributes:
        container: The container that reads it.
        settings: The settings that say where it is: each with `env`, or `argument`, or `file` and
            `key`.
        places: What was declared in an earlier run, be it so in this one or not.
        files: Path to content of the config files.
    """

    container: str
    settings: Sequence[Mapping[str, str]] = ()
    places: frozenset[str] = frozenset()
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounted:
    """A claim in a container.

    Attributes:
        source: The claim; of a claim template the template.
        volume: The name of the volume in the pod.
        sub_path: The folder of the volume that is mounted; empty for the whole of it.
    """

    source: str
    volume: str
    sub_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """How one container reads claims.

    Attributes:
        mounts: By path.
        covers: Paths of other things that are mounted inside those, and hide what is there.
        settings: By place, the whole value of a declared one, the paths on claims of any other;
            what is no text is not known yet.
        declared: Which of the places are declared, be they there or not.
        image: As written; no text where it is not known yet.
        user, group, fs_group: Who reads; empty where nothing says so.
        knows_files: Whether `settings` has what config files say.
        values: What is written at every place, for what is shown of a change; not recorded.
    """

    mounts: Mapping[str, Mounted]
    covers: frozenset[str]
    settings: Mapping[str, object]
    declared: frozenset[str]
    image: object
    user: str
    group: str
    fs_group: str
    knows_files: bool
    values: Mapping[str, object] = field(default_factory=dict)

    def place_of(self, path: str) -> str:
        """Where on which claim a path lies, e.g. `pg-vol:/pgdata`; the path where on none."""
        for top in sorted(self.mounts, key=len, reverse=True):
            mounted = self.mounts[top]
            if inside(path, top):
                below = path.removeprefix(top.rstrip("/"))
                return f"{mounted.source}:{absolute(f'/{mounted.sub_path}/{below}')}"
        return path


_OF_FILES = ("configMap", "secret", "projected", "downwardAPI")

# By container: those that mount a claim.
PodData = Mapping[str, Reads]


def inside(path: str, top: str) -> bool:
    """Whether a path is a folder or in it; both as `absolute` writes them."""
    return path == top or path.startswith(f"{top.rstrip('/')}/")


def pod_data(
    spec: Mapping[str, Any], templates: Collection[str], declared: Declared, *, knows_files: bool
) -> PodData:
    """How the containers of a pod read its claims.

    Args:
        spec: The pod spec, in the form of the API.
        templates: Names of the claim templates of its set.
        declared: What is said of it. Its files count where they are known.
        knows_files: Whether they are.
    """
    claims = {
        volume["name"]: volume["persistentVolumeClaim"]["claimName"]
        for volume in spec.get("volumes") or ()
        if volume.get("persistentVolumeClaim")
    } | {name: name for name in templates}
    found = {}
    files = {
        str(volume["name"])
        for volume in spec.get("volumes") or ()
        if any(volume.get(kind) for kind in _OF_FILES)
    }
    for kind in ("initContainers", "containers"):
        for container in spec.get(kind) or ():
            name = str(container.get("name"))
            reads = _reads(spec, container, claims, files)
            if not reads.mounts:
                continue
            # Files are mounted in the main container alone.
            main = name == declared.container
            values = process_values(container)
            if main and knows_files:
                values |= file_values(declared.files)
            reads = replace(reads, knows_files=knows_files or not main)
            found[name] = _with_settings(reads, values, declared if main else None)
    return found


def _reads(
    spec: Mapping[str, Any],
    container: Mapping[str, Any],
    claims: Mapping[str, str],
    files: Collection[str],
) -> Reads:
    mounts, others = {}, []
    for mount in container.get("volumeMounts") or ():
        path = absolute(str(mount["mountPath"]))
        if mount["name"] in claims:
            expression = mount.get("subPathExpr")
            mounts[path] = Mounted(
                source=claims[mount["name"]],
                volume=str(mount["name"]),
                sub_path=f"$({expression})" if expression else _folder(mount.get("subPath")),
            )
        elif not (mount["name"] in files and mount.get("subPath")):
            # A single file hides no folder.
            others.append(path)
    shared, own = spec.get("securityContext") or {}, container.get("securityContext") or {}
    return Reads(
        mounts=mounts,
        covers=frozenset(
            path for path in others if any(inside(path, top) and path != top for top in mounts)
        ),
        settings={},
        declared=frozenset(),
        image=container.get("image", ""),
        user=_said(own, shared, "runAsUser"),
        group=_said(own, shared, "runAsGroup"),
        fs_group=_said({}, shared, "fsGroup"),
        knows_files=True,
    )


def _folder(sub_path: object) -> str:
    return absolute(str(sub_path)).strip("/") if sub_path else ""


def _said(own: Mapping[str, Any], shared: Mapping[str, Any], key: str) -> str:
    value = own.get(key, shared.get(key))
    return "" if value is None else str(int(value)) if isinstance(value, float) else str(value)


def _with_settings(reads: Reads, values: Mapping[str, object], declared: Declared | None) -> Reads:
    places = {WORKING_DIR}
    if declared is not None:
        places |= declared_places(declared.settings, values) | declared.places
    if not reads.knows_files:
        places = {place for place in places if not place.startswith(IN_FILES)}
    settings: dict[str, object] = {}
    for place, value in values.items():
        if place in places or not isinstance(value, str):
            settings[place] = value
        elif on := [path for path in paths_in(value) if reads.place_of(path) != path]:
            settings[place] = " ".join(on)
    if any(place.startswith("env.") and place not in values for place in places):
        # It may come from a Secret or a ConfigMap that is taken whole.
        settings |= {"env": values["env"]} if "env" in values else {}
    else:
        settings.pop("env", None)
    return replace(reads, settings=settings, declared=frozenset(places), values=values)


def record(data: PodData, source: str = "") -> str:
    """What an object carries of it to the next run; empty where nothing is to say.

    Args:
        data: As this run has it.
        source: Only what is said of this claim; empty for all of it.
    """
    said = {}
    for name, reads in sorted(data.items()):
        if source and source not in {mounted.source for mounted in reads.mounts.values()}:
            continue
        said[name] = {
            "mounts": {
                path: [mounted.source, mounted.volume, mounted.sub_path]
                for path, mounted in sorted(reads.mounts.items())
            },
            "covers": sorted(reads.covers),
            "settings": {
                place: value
                for place, value in sorted(reads.settings.items())
                if isinstance(value, str)
            },
            # What was not known is as good as never asked for.
            "declared": sorted(
                place for place in reads.declared if isinstance(reads.settings.get(place, ""), str)
            ),
            "image": Image.of(reads.image).stem if isinstance(reads.image, str) else "",
            "user": [reads.user, reads.group, reads.fs_group],
        }
    return json.dumps(said, sort_keys=True, separators=(",", ":")) if said else ""


def read_record(text: str) -> PodData:
    """What an earlier run said; nothing where it said nothing, or somebody else wrote over it."""
    try:
        return {
            name: Reads(
                mounts={
                    path: Mounted(source=its[0], volume=its[1], sub_path=its[2])
                    for path, its in said["mounts"].items()
                },
                covers=frozenset(said["covers"]),
                settings={place_now(place): value for place, value in said["settings"].items()},
                declared=frozenset(map(place_now, said["declared"])),
                image=said["image"],
                user=said["user"][0],
                group=said["user"][1],
                fs_group=said["user"][2],
                knows_files=True,
            )
            for name, said in json.loads(text).items()
        }
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return {}
