"""Who mounts a claim, and how its pods are stopped so that it can be deleted."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...schema.kubernetes import claims_mounted
from ..preflight import Reader
from .cluster import Object

__all__ = ["stop_commands"]

# Of the pods of a Deployment; their ReplicaSet is called after the Deployment and this.
_HASH = "pod-template-hash"


def stop_commands(reader: Reader, namespace: str, *claims: str) -> list[str]:
    """The commands that stop the pods which mount a claim, and no more of them than need be.

    A controller makes the claim of a pod again as soon as it is gone, and empty: so the pods have
    to be stopped before a claim is deleted, and a deleted claim is only gone once they are.

    Args:
        reader: Of the component; what it cannot read has no command.
        namespace: Of the claim.
        claims: Its name; of several the pods of each are stopped.
    """
    scaled = [
        f"kubectl scale {kind}/{name} -n {namespace} --replicas={left}"
        for listed, kind, remaining in (
            ("deployments", "deployment", _of_deployment),
            ("stateful sets", "statefulset", _of_set),
        )
        for name, item in _read(reader, listed, namespace).items()
        if (left := _least(remaining(item, claim) for claim in claims)) is not None
    ]
    deployments = _read(reader, "deployments", namespace)
    alone = [
        command
        for item in _read(reader, "pods", namespace).values()
        if not set(claims).isdisjoint(claims_mounted(item["spec"]))
        and (command := _of_orphan(item["metadata"], namespace, deployments))
    ]
    return scaled + list(dict.fromkeys(alone))


def _of_orphan(
    pod: Mapping[str, Any], namespace: str, deployments: Mapping[str, Object]
) -> str | None:
    """What stops a pod that nobody scales, as after `kubectl delete --cascade=orphan`.

    That leaves the pods of a StatefulSet alone, and those of a Deployment with their ReplicaSet,
    which makes them again.
    """
    owners = pod.get("ownerReferences") or ()
    if not owners:
        return f"kubectl delete pod {pod['name']} -n {namespace}"
    hashed = (pod.get("labels") or {}).get(_HASH, "")
    for owner in owners:
        if owner["kind"] == "ReplicaSet" and hashed:
            name = owner["name"]
            if name.removesuffix(f"-{hashed}") not in deployments:
                return f"kubectl scale replicaset/{name} -n {namespace} --replicas=0"
    return None


def _least(replicas: Iterable[int | None]) -> int | None:
    """The smallest number there is; None where there is none."""
    return min((it for it in replicas if it is not None), default=None)


def _read(reader: Reader, kind: str, namespace: str) -> Mapping[str, Object]:
    cluster = reader.readable(kind, namespace)
    return cluster.list(kind, namespace) if cluster is not None else {}


def _of_deployment(item: Object, claim: str) -> int | None:
    """How many replicas may stay; None where it does not mount the claim."""
    return 0 if claim in set(_mounted(item["spec"])) else None


def _of_set(item: Object, claim: str) -> int | None:
    name, spec = item["metadata"]["name"], item["spec"]
    for template in spec.get("volumeClaimTemplates") or ():
        found = re.fullmatch(
            rf"{re.escape(template['metadata']['name'])}-{re.escape(name)}-(\d+)", claim
        )
        if found:
            # Pods stop from the highest ordinal down.
            start: int = (spec.get("ordinals") or {}).get("start", 0)
            return max(0, int(found[1]) - start)
    return _of_deployment(item, claim)


def _mounted(spec: Mapping[str, Any]) -> Iterator[str]:
    yield from claims_mounted((spec.get("template") or {}).get("spec") or {})
