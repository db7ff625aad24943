"""Joins claims, volumes, snapshots and what kubelets measured."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from statefast.schema.annotations import INSTANCE, OWNER, RETENTION
from statefast.schema.numerals import whole_bytes

from ..api import Api, Object
from ..cluster import is_stack, natural

__all__ = ["VolumeRow", "read_volumes", "volume_rows"]

_SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1"
Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRow:
    """One volume, or a claim that has none yet.

    Attributes:
        stack: `<project>/<stack>`; empty for a volume that no claim has any more.
        ordinal: Of the pod that mounts it; None in a Deployment.
        asked: Bytes that the claim asks for.
        size: Bytes that the volume has; 0 where there is none.
        used: Bytes that are used, as the kubelet of its node says; None where none says it.
        reclaim_policy: What becomes of the volume when its claim goes.
        retention: What the stack does with the claim when it goes.
        phase: Of the claim, or of the volume where no claim has it.
        snapshot: When the last snapshot that is ready was taken, in ISO 8601; empty for none.
    """

    stack: str
    namespace: str
    workload: str
    ordinal: int | None
    claim: str
    volume: str
    class_name: str
    asked: int
    size: int
    used: int | None
    reclaim_policy: str
    retention: str
    phase: str
    snapshot: str


def read_volumes(
    namespace: str | None = None, context: str | None = None, stack: str | None = None
) -> list[VolumeRow]:
    """A row for each volume of a stack, and for those that a claim of its namespaces once had.

    Args:
        namespace: Only this one, or all when None.
        context: Context of the kubeconfig, or the current one when None.
        stack: Only this one, as `stack` or `project/stack`, or all when None.

    Raises:
        ClusterError: no kubeconfig, no such context, no answer, or no right to list claims or
            volumes.
    """
    api = Api(context)
    within = f"namespaces/{namespace}/" if namespace else ""
    claims = api.list(f"/api/v1/{within}persistentvolumeclaims")
    volumes = api.list("/api/v1/persistentvolumes")
    snapshots = api.found(f"{_SNAPSHOTS}/{within}volumesnapshots") or {}
    nodes = (api.found("/api/v1/nodes") or {}).get("items") or ()
    stats = [
        said
        for node in nodes
        if (said := api.found(f"/api/v1/nodes/{node['metadata']['name']}/proxy/stats/summary"))
    ]
    rows = volume_rows(claims, volumes, snapshots.get("items") or (), stats)
    if stack is not None:
        spaces = {row.namespace for row in rows if is_stack(row.stack, stack)}
        rows = [
            row
            for row in rows
            if is_stack(row.stack, stack) or (not row.stack and row.namespace in spaces)
        ]
    return rows


def volume_rows(
    claims: Iterable[Object],
    volumes: Iterable[Object],
    snapshots: Iterable[Object],
    stats: Iterable[Object],
) -> list[VolumeRow]:
    """The rows, by namespace, workload and claim; volumes without a claim come last.

    Args:
        claims: PersistentVolumeClaims; those of no stack are left out.
        volumes: PersistentVolumes.
        snapshots: VolumeSnapshots.
        stats: The summaries of kubelets.
    """
    by_name = {it["metadata"]["name"]: it for it in volumes}
    taken, used = _taken(snapshots), dict(_used(stats))
    ours = [it for it in claims if (it["metadata"].get("annotations") or {}).get(OWNER)]
    rows = [_row(it, by_name, taken, used) for it in ours]
    spaces = {row.namespace for row in rows}
    held = {row.volume for row in rows}
    rows += [
        _left(it, taken)
        for name, it in by_name.items()
        if name not in held
        and it["spec"].get("claimRef", {}).get("namespace") in spaces
        and (it.get("status") or {}).get("phase") in ("Released", "Available", "Failed")
    ]
    return sorted(
        rows, key=lambda row: (row.namespace, not row.stack, row.workload, natural(row.claim))
    )


def _row(
    claim: Object,
    volumes: Mapping[str, Object],
    taken: Mapping[Place, str],
    used: Mapping[Place, int],
) -> VolumeRow:
    metadata, spec, status = claim["metadata"], claim["spec"], claim.get("status") or {}
    workload = (metadata.get("labels") or {}).get(INSTANCE, "")
    place = metadata["namespace"], metadata["name"]
    found = re.fullmatch(rf".+-{re.escape(workload)}-(\d+)", metadata["name"]) if workload else None
    volume = volumes.get(spec.get("volumeName", ""), {})
    return VolumeRow(
        stack=metadata["annotations"][OWNER],
        namespace=place[0],
        workload=workload,
        ordinal=int(found[1]) if found else None,
        claim=place[1],
        volume=spec.get("volumeName", ""),
        class_name=spec.get("storageClassName", ""),
        asked=whole_bytes(((spec.get("resources") or {}).get("requests") or {}).get("storage")),
        size=whole_bytes((status.get("capacity") or {}).get("storage")),
        used=used.get(place),
        reclaim_policy=(volume.get("spec") or {}).get("persistentVolumeReclaimPolicy", ""),
        retention=metadata["annotations"].get(RETENTION, ""),
        phase="Terminating" if "deletionTimestamp" in metadata else status.get("phase", ""),
        snapshot=taken.get(place, ""),
    )


def _left(volume: Object, taken: Mapping[Place, str]) -> VolumeRow:
    """A volume that a claim once had."""
    spec, of = volume["spec"], volume["spec"]["claimRef"]
    size = whole_bytes((spec.get("capacity") or {}).get("storage"))
    place = str(of.get("namespace") or ""), str(of.get("name") or "")
    return VolumeRow(
        stack="",
        namespace=place[0],
        workload="",
        ordinal=None,
        claim=place[1],
        volume=volume["metadata"]["name"],
        class_name=spec.get("storageClassName", ""),
        asked=size,
        size=size,
        used=None,
        reclaim_policy=spec.get("persistentVolumeReclaimPolicy", ""),
        retention="",
        phase=volume["status"]["phase"],
        snapshot=taken.get(place, ""),
    )


def _taken(snapshots: Iterable[Object]) -> dict[Place, str]:
    """From a claim to when its last good snapshot was taken."""
    found: dict[Place, str] = {}
    for it in snapshots:
        status = it.get("status") or {}
        name = (it["spec"].get("source") or {}).get("persistentVolumeClaimName")
        if not name or not status.get("readyToUse"):
            continue
        place = it["metadata"]["namespace"], name
        when = status.get("creationTime") or it["metadata"].get("creationTimestamp") or ""
        found[place] = max(found.get(place, ""), when)
    return found


def _used(stats: Iterable[Object]) -> Iterator[tuple[Place, int]]:
    for summary in stats:
        for pod in summary.get("pods") or ():
            for volume in pod.get("volume") or ():
                of = volume.get("pvcRef")
                if of and "usedBytes" in volume:
                    yield (of["namespace"], of["name"]), int(volume["usedBytes"])
