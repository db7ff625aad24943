"""The volumes of a workload: from its claim templates, or from the claims that its pod mounts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .manifests import Manifest
from .notes import Notes

__all__ = ["Claims", "claims_of"]

Object = Mapping[str, Any]


@dataclass(slots=True)
class Claims:
    """The volumes of a workload.

    Attributes:
        names: From the volume of the pod to the name of the claim, or of the claim template.
        specs: By volume of the pod; none of a claim that is somebody else's.
        owned: Names of claims that become the workload's.
    """

    names: dict[str, str] = field(default_factory=dict)
    specs: dict[str, Object] = field(default_factory=dict)
    owned: list[str] = field(default_factory=list)


def claims_of(given: Manifest, pod: Object, claims: Mapping[str, Manifest], notes: Notes) -> Claims:
    """The volumes of a workload that claims back.

    Args:
        given: The workload.
        pod: Its pod spec.
        claims: PersistentVolumeClaims that were given, by name.
        notes: What is told.
    """
    found = Claims()
    if given.kind == "StatefulSet":
        _templates(given, found)
    else:
        _mounted(given, pod, claims, found, notes)
    return found


def _templates(given: Manifest, found: Claims) -> None:
    for claim in given.spec.get("volumeClaimTemplates") or ():
        name = str(claim["metadata"]["name"])
        found.names[name] = name
        found.specs[name] = claim.get("spec") or {}


def _mounted(
    given: Manifest, pod: Object, claims: Mapping[str, Manifest], found: Claims, notes: Notes
) -> None:
    for volume in pod.get("volumes") or ():
        claim = volume.get("persistentVolumeClaim")
        if not claim or claim.get("readOnly"):
            continue
        name, volume_name = str(claim["claimName"]), str(volume["name"])
        found.names[volume_name] = name
        if name in claims:
            found.specs[volume_name] = claims[name].spec
            found.owned.append(name)
        else:
            notes.todo(
                given.where,
                f"claim {name} was not given: it is mounted as an existing claim, and has to be"
                " there; give its manifest as well to have it grow",
            )
