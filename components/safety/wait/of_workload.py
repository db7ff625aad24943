"""What a workload was, and which of the claims it has belong to one pod."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..read.client import Client, NotThere, Object
from ..read.images import Image
from ..read.live import DATA, claims_of_pod
from ..read.pod_data import read_record
from ..run import Run

__all__ = [
    "Pod",
    "bound_claims",
    "claims_of",
    "image_of",
    "images",
    "live_workload",
    "pod_of",
    "pods_of",
    "read_last",
]

_WORKLOADS = "/apis/apps/v1/namespaces/{namespace}/{plural}/{name}"
_CLAIMS = "/api/v1/namespaces/{namespace}/persistentvolumeclaims"
_PLURALS = {"StatefulSet": "statefulsets", "Deployment": "deployments"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """Claims that one pod writes to: they belong together.

    Attributes:
        name: Of the pod; of a Deployment that of the workload.
        claims: Their names.
    """

    name: str
    claims: tuple[str, ...]


def pods_of(owner: Object, claims: Iterable[str]) -> list[Pod]:
    """Claims of a workload by the pod that they are of; what all pods share is by itself."""
    name, templates = owner["metadata"]["name"], _templates(owner)
    found: dict[str, list[str]] = {}
    for claim in claims:
        ordinal = _ordinal(name, templates, claim)
        pod = f"{name}-{ordinal}" if ordinal else claim if templates else name
        found.setdefault(pod, []).append(claim)
    return [Pod(name=pod, claims=tuple(of)) for pod, of in found.items()]


def pod_of(run: Run, namespace: str, claim: str) -> Pod:
    """The pod of a claim, as a workload of the run mounts it; with that claim alone where none
    does.
    """
    for mounted in run.mounts.values():
        for (within, workload), mounts in mounted.items():
            mine = next((it for it in mounts if it.names(claim)), None)
            if within != namespace or mine is None:
                continue
            name = workload.rpartition(" ")[2]
            if not mine.of_set:
                return Pod(name=name, claims=tuple(it.claim for it in mounts if not it.of_set))
            ordinal = claim.removeprefix(mine.claim)
            claims = tuple(f"{it.claim}{ordinal}" for it in mounts if it.of_set)
            return Pod(name=f"{name}-{ordinal}", claims=claims)
    return Pod(name=claim, claims=(claim,))


def bound_claims(api: Client, namespace: str, names: Iterable[str]) -> tuple[str, ...]:
    """Those of these claims that have a volume.

    Raises:
        Unreadable: claims cannot be listed.
    """
    items = api.get("listing claims", _CLAIMS.format(namespace=namespace))["items"]
    bound = {it["metadata"]["name"] for it in items if it["spec"].get("volumeName")}
    return tuple(name for name in names if name in bound)


def images(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Which image becomes which; empty where none does."""
    return ", ".join(
        f"{before[name]} -> {image}"
        for name, image in after.items()
        if before.get(name, image) != image
    )


def image_of(workload: Mapping[str, Any]) -> dict[str, str]:
    """The image of each container of a workload."""
    spec = ((workload.get("spec") or {}).get("template") or {}).get("spec") or {}
    several = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    return {it["name"]: str(it.get("image")) for it in several}


def live_workload(kind: str, namespace: str, name: str, api: Client) -> Object | None:
    """A workload as it lives; None where it is not there.

    Raises:
        Unreadable: it cannot be read.
    """
    path = _WORKLOADS.format(namespace=namespace, plural=_PLURALS[kind], name=name)
    try:
        # A list of the API says the kind once, and so does the engine.
        return {**api.get("getting the workload", path), "kind": kind}
    except NotThere:
        return None


def read_last(owner: Object, api: Client) -> dict[str, str]:
    """By claim of a workload, which image would become which; claims that say none are left out."""
    wanted = {name: Image.of(image).stem for name, image in image_of(owner).items()}
    found = {}
    for name, item in claims_of(api, owner):
        said = read_record((item["metadata"].get("annotations") or {}).get(DATA, ""))
        last = {it: reads.image for it, reads in said.items() if isinstance(reads.image, str)}
        if change := images({it: image for it, image in last.items() if image}, wanted):
            found[name] = change
    return found


def claims_of(api: Client, owner: Object) -> list[tuple[str, Object]]:
    """The claims with a volume that a workload mounts, or did in one of its ordinals."""
    metadata, templates = owner["metadata"], _templates(owner)
    mounted = claims_of_pod((owner["spec"].get("template") or {}).get("spec") or {})
    path = _CLAIMS.format(namespace=metadata["namespace"])
    found = []
    for item in api.get("listing claims", path)["items"]:
        claim = item["metadata"]["name"]
        own = _ordinal(metadata["name"], templates, claim)
        if (own or claim in mounted) and item["spec"].get("volumeName"):
            found.append((claim, item))
    return found


def _templates(owner: Object) -> Sequence[str]:
    return [it["metadata"]["name"] for it in owner["spec"].get("volumeClaimTemplates") or ()]


def _ordinal(name: str, templates: Sequence[str], claim: str) -> str:
    """The ordinal that a claim of a set is of; empty where it is of none."""
    stems = "|".join(re.escape(f"{template}-{name}") for template in templates)
    found = re.fullmatch(rf"(?:{stems})-(\d+)", claim) if stems else None
    return found[1] if found else ""
