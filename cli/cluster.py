"""Reads, never writes, what the cluster has of the workloads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from statefast.safety.read.client import Client, NoAnswer, Object, Unreadable
from statefast.schema.annotations import OWNER

__all__ = ["ClusterError", "Row", "read_rows", "rows_of"]

_INSTANCE = "app.kubernetes.io/instance"


class ClusterError(Exception):
    """The cluster could not be read; one sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One claim of a workload; a workload without claims has one row with empty fields."""

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
    within = f"namespaces/{namespace}/" if namespace else ""
    try:
        api = Client(context or "")
        rows = rows_of(
            {
                "stateful-set": _list(api, f"/apis/apps/v1/{within}statefulsets"),
                "deployment": _list(api, f"/apis/apps/v1/{within}deployments"),
            },
            _list(api, f"/api/v1/{within}persistentvolumeclaims"),
            _list(api, "/api/v1/persistentvolumes"),
        )
        return [row for row in rows if stack is None or _is(row.stack, stack)]
    except NoAnswer as error:
        raise ClusterError(
            f"{_capital(error)}; check that it runs and that the kubeconfig points at it"
            " (KUBECONFIG, --context)."
        ) from None
    except Unreadable as error:
        raise ClusterError(
            f"{_capital(error)}; ask for the right to list workloads, claims and volumes."
        ) from None


def _is(stack: str, wanted: str) -> bool:
    return stack == wanted or stack.partition("/")[2] == wanted


def _capital(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]


def _list(api: Client, path: str) -> list[Object]:
    items: list[Object] = api.get(f"listing {path.rpartition('/')[2]}", path)["items"] or []
    return items


def rows_of(
    workloads: Mapping[str, Iterable[Object]], claims: Iterable[Object], volumes: Iterable[Object]
) -> list[Row]:
    """Joins workloads, claims and volumes into rows, sorted by workload and claim.

    Args:
        workloads: By pattern, StatefulSets or Deployments; those of no stack are left out.
        claims: PersistentVolumeClaims.
        volumes: PersistentVolumes.
    """
    policies = {
        volume["metadata"]["name"]: volume["spec"].get("persistentVolumeReclaimPolicy", "")
        for volume in volumes
    }
    by_instance: dict[tuple[str, str], list[Object]] = {}
    for claim in claims:
        metadata = claim["metadata"]
        instance = metadata.get("labels", {}).get(_INSTANCE, "")
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
        owned = by_instance.get((namespace, name), [])
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
                size=_size(claim),
                reclaim_policy=policies.get(claim["spec"].get("volumeName", ""), ""),
                phase=claim.get("status", {}).get("phase", ""),
            )
            for claim in owned
        ]
    return sorted(rows, key=lambda row: (row.namespace, row.workload, _natural(row.claim)))


def _size(claim: Object) -> str:
    """The size the volume has; with the size wanted while the two differ."""
    wanted = claim["spec"].get("resources", {}).get("requests", {}).get("storage", "")
    has = claim.get("status", {}).get("capacity", {}).get("storage", "")
    return has if has == wanted else f"{has or '-'} → {wanted}"


def _natural(name: str) -> tuple[str, int]:
    stem, _, ordinal = name.rpartition("-")
    return (stem, int(ordinal)) if ordinal.isdigit() else (name, -1)
