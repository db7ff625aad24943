"""Reads, never writes, what the cluster has of the workloads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from statefast.schema.annotations import INSTANCE, OWNER
from statefast.schema.kubernetes import claims_mounted

from .api import Api, Object
from .waits import Events, Wait, claim_waits, pod_waits

__all__ = ["Row", "is_stack", "natural", "read_rows", "rows_of", "size_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One claim of a workload; a workload without claims has one row with empty fields.

    Attributes:
        waits: What the claim and the pod that mounts it wait for; a pod of several claims is in
            the row of the first.
    """

    stack: str
    namespace: str
    workload: str
    pattern: str
    ready: str
    claim: str = ""
    class_name: str = ""
    size: str = ""
    reclaim_policy: str = ""
    phase: str = ""
    waits: tuple[Wait, ...] = ()


def read_rows(
    namespace: str | None = None, context: str | None = None, stack: str | None = None
) -> list[Row]:
    """A row for each claim of each workload.

    Args:
        namespace: Only this one, or all when None.
        context: Context of the kubeconfig, or the current one when None.
        stack: Only this one, as `stack` or `project/stack`, or all when None.

    Raises:
        ClusterError: no kubeconfig, no such context, no answer, or no right to read.
    """
    api = Api(context)
    within = f"namespaces/{namespace}/" if namespace else ""
    rows = rows_of(
        {
            "stateful-set": api.list(f"/apis/apps/v1/{within}statefulsets"),
            "deployment": api.list(f"/apis/apps/v1/{within}deployments"),
        },
        api.list(f"/api/v1/{within}persistentvolumeclaims"),
        api.list("/api/v1/persistentvolumes"),
        (api.found(f"/api/v1/{within}pods") or {}).get("items") or (),
        (api.found(f"/api/v1/{within}events") or {}).get("items") or (),
    )
    return [row for row in rows if stack is None or is_stack(row.stack, stack)]


def is_stack(stack: str, wanted: str) -> bool:
    """Whether `project/stack` is the one that is wanted, by its whole name or the second half."""
    return stack == wanted or stack.partition("/")[2] == wanted


def rows_of(
    workloads: Mapping[str, Iterable[Object]],
    claims: Iterable[Object],
    volumes: Iterable[Object],
    pods: Iterable[Object] = (),
    events: Iterable[Object] = (),
) -> list[Row]:
    """Joins workloads, claims and volumes into rows, sorted by workload and claim.

    Args:
        workloads: By pattern, StatefulSets or Deployments; those of no stack are left out.
        claims: PersistentVolumeClaims.
        volumes: PersistentVolumes.
        pods: Pods, where they may be read.
        events: Events, likewise.
    """
    said = _by_namespace(events)
    running: dict[str, list[Object]] = {}
    for pod in pods:
        running.setdefault(pod["metadata"]["namespace"], []).append(pod)
    policies = {
        volume["metadata"]["name"]: volume["spec"].get("persistentVolumeReclaimPolicy", "")
        for volume in volumes
    }
    by_instance: dict[tuple[str, str], list[Object]] = {}
    for claim in claims:
        metadata = claim["metadata"]
        instance = metadata.get("labels", {}).get(INSTANCE, "")
        by_instance.setdefault((metadata["namespace"], instance), []).append(claim)
    rows: list[Row] = []
    for pattern, workload in [(key, item) for key, items in workloads.items() for item in items]:
        metadata = workload["metadata"]
        namespace, name = metadata["namespace"], metadata["name"]
        stack = metadata.get("annotations", {}).get(OWNER, "")
        if not stack:
            continue
        wanted = workload["spec"].get("replicas", 1)
        ready = f"{workload.get('status', {}).get('readyReplicas', 0)}/{wanted}"
        owned, first = by_instance.get((namespace, name), []), len(rows)
        if not owned:
            rows.append(
                Row(stack=stack, namespace=namespace, workload=name, pattern=pattern, ready=ready)
            )
        rows += [
            Row(
                stack=stack,
                namespace=namespace,
                workload=name,
                pattern=pattern,
                ready=ready,
                claim=claim["metadata"]["name"],
                class_name=claim["spec"].get("storageClassName", ""),
                size=size_of(claim),
                reclaim_policy=policies.get(claim["spec"].get("volumeName", ""), ""),
                phase=claim.get("status", {}).get("phase", ""),
                waits=tuple(claim_waits(claim, said.get(namespace, Events([])))),
            )
            for claim in owned
        ]
        selected = [it for it in running.get(namespace, []) if _selects(workload, it)]
        for mounted, waits in _pods_waits(selected, said):
            at = next((n for n in range(first, len(rows)) if rows[n].claim in mounted), first)
            rows[at] = replace(rows[at], waits=(*rows[at].waits, *waits))
    return sorted(rows, key=lambda row: (row.namespace, row.workload, natural(row.claim)))


def _selects(workload: Object, pod: Object) -> bool:
    """Whether a pod is of a workload: by its selector, which may be of somebody else's choice."""
    chosen = (workload["spec"].get("selector") or {}).get("matchLabels")
    labels = pod["metadata"].get("labels") or {}
    chosen = chosen or {INSTANCE: workload["metadata"]["name"]}
    return all(labels.get(key) == value for key, value in chosen.items())


def _by_namespace(events: Iterable[Object]) -> Mapping[str, Events]:
    found: dict[str, list[Object]] = {}
    for event in events:
        found.setdefault(event["metadata"].get("namespace", ""), []).append(event)
    return {namespace: Events(items) for namespace, items in found.items()}


def _pods_waits(
    pods: Iterable[Object], said: Mapping[str, Events]
) -> Iterator[tuple[set[str], Sequence[Wait]]]:
    """The claims of each pod that waits, and what it waits for."""
    for pod in sorted(pods, key=lambda pod: natural(pod["metadata"]["name"])):
        waits = pod_waits(pod, said.get(pod["metadata"]["namespace"], Events([])))
        if waits:
            yield set(claims_mounted(pod["spec"])), waits


def size_of(claim: Object) -> str:
    """The size the volume has; with the size wanted while the two differ."""
    wanted = claim["spec"].get("resources", {}).get("requests", {}).get("storage", "")
    has = claim.get("status", {}).get("capacity", {}).get("storage", "")
    return has if has == wanted else f"{has or '-'} → {wanted}"


def natural(name: str) -> tuple[str, int]:
    """What names of claims are sorted by: 2 comes before 10."""
    stem, _, ordinal = name.rpartition("-")
    return (stem, int(ordinal)) if ordinal.isdigit() else (name, -1)
