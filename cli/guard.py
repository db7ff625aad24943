"""Says what a guard would keep in a stack that is there, and what it could not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from statefast.schema.annotations import OWNER, STAYS

from .state import of_resources

__all__ = ["Told", "explain"]

_AUTONAMED = "pulumi.com/autonamed"
_OURS = "statefast:index:"
_GUARDED = {
    "apps/v1:StatefulSet": "its claims grow in place, and nothing replaces it unasked",
    "apps/v1:Deployment": "its claims stay mounted, and nothing replaces it unasked",
    "core/v1:PersistentVolumeClaim": "grows in place, keeps its immutable fields, and stays",
    "core/v1:Namespace": "stays with the claims in it",
    "storage.k8s.io/v1:StorageClass": "is made again where it cannot be edited; its volumes stay",
}
_BUILT_IN = ("", "apps", "autoscaling", "batch", "core", "extensions", "policy")
# Where custom resources of operators say which volumes they want.
_STORAGE = ("storage", "volumeclaim", "persistentvolume", "persistence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What would become of one object of a stack.

    Attributes:
        object: Kind and `<namespace>/<name>`.
        guarded: Whether the guard would keep its data.
        why: The rest of the sentence.
    """

    object: str
    guarded: bool
    why: str


def explain(text: str) -> list[Told]:
    """What a guard would do for each object of a stack that has to do with data.

    Args:
        text: What `pulumi stack export` printed.

    Raises:
        NotAState: it is something else.
    """
    return of_resources(text, lambda item: () if item.get("delete") else _told(item))


def _told(item: Mapping[str, Any]) -> Iterator[Told]:
    package, _, rest = str(item["type"]).partition(":")
    if package != "kubernetes" or not item.get("custom", True):
        return
    place, _, kind = rest.rpartition(":")
    inputs, outputs = item.get("inputs") or {}, item.get("outputs") or {}
    metadata = {**(inputs.get("metadata") or {}), **(outputs.get("metadata") or {})}
    key = "/".join(str(metadata[it]) for it in ("namespace", "name") if metadata.get(it))
    name = f"{kind} {key or str(item['urn']).rpartition('::')[2]}"
    spec = outputs.get("spec") or inputs.get("spec") or {}
    if rest == "helm.sh/v3:Release":
        why = "Helm makes its objects, and the engine sees none of them; make it a helm.v4.Chart"
        yield Told(object=name, guarded=False, why=why)
    elif _OURS in str(item["urn"]).split("::")[2]:
        if rest in _GUARDED:
            yield Told(object=name, guarded=True, why="by the component that makes it")
    elif rest in _GUARDED:
        if kind == "Deployment" and not _mounts(spec):
            return
        yield Told(object=name, guarded=True, why=_with_notes(rest, spec, metadata))
    elif rest.removesuffix("Patch") in _GUARDED:
        why = "a Patch is a part of an object that somebody else makes"
        yield Told(object=name, guarded=False, why=why)
    elif _mounts(spec):
        why = "only the claims that it mounts are, where the program makes them"
        yield Told(object=name, guarded=False, why=why)
    elif (metadata.get("annotations") or {}).get(STAYS):
        why = "stays with what its operator made; what an edit of it does is its operator's affair"
        yield Told(object=name, guarded=True, why=why)
    elif _group(place) not in _BUILT_IN and ".k8s.io" not in place and _wants_storage(spec):
        why = (
            "it stays once a run has found claims of its operator behind it; what an edit of it"
            " does is its operator's affair"
        )
        yield Told(object=name, guarded=False, why=why)


def _with_notes(rest: str, spec: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    said = [_GUARDED[rest]]
    annotations = metadata.get("annotations") or {}
    policy = spec.get("persistentVolumeClaimRetentionPolicy") or {}
    said += [
        f"{key} is 'Delete', which it refuses without consent"
        for key in ("whenDeleted", "whenScaled")
        if policy.get(key) == "Delete"
    ]
    if annotations.get(_AUTONAMED):
        said.append("Pulumi makes its name, so it is known from its second run on")
    if annotations.get(OWNER):
        said.append("a guard has seen it already")
    return "; ".join(said)


def _group(place: str) -> str:
    return place.partition("/")[0] if "/" in place else ""


def _mounts(spec: Mapping[str, Any]) -> bool:
    """Whether its pods mount claims."""
    pods: Any = spec
    for key in ("jobTemplate", "spec", "template", "spec"):
        pods = pods.get(key, pods) if isinstance(pods, Mapping) else {}
    volumes = pods.get("volumes") if isinstance(pods, Mapping) else None
    return any("persistentVolumeClaim" in volume for volume in volumes or ())


def _wants_storage(value: object) -> bool:
    """Whether a spec speaks of volumes, at whatever depth."""
    if isinstance(value, Mapping):
        return any(
            any(word in str(key).lower() for word in _STORAGE) or _wants_storage(item)
            for key, item in value.items()
        )
    return isinstance(value, list) and any(map(_wants_storage, value))
