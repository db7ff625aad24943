"""Reads, never writes, what the cluster has of the workloads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

__all__ = ["ClusterError", "Row", "read_rows", "rows_of"]

_SELECTOR = "app.kubernetes.io/part-of=statefast,app.kubernetes.io/managed-by=pulumi"
_INSTANCE = "app.kubernetes.io/instance"
_SECONDS = 10


class ClusterError(Exception):
    """The cluster could not be read; one sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One claim of a workload; a workload without claims has one row with empty fields."""

    namespace: str
    workload: str
    pattern: str
    ready: str
    claim: str = ""
    class_name: str = ""
    size: str = ""
    reclaim_policy: str = ""
    phase: str = ""


def read_rows(namespace: str | None, context: str | None) -> list[Row]:
    """A row for each claim of each workload.

    Args:
        namespace: Only this one, or all when None.
        context: Context of the kubeconfig, or the current one when None.

    Raises:
        ClusterError: no kubeconfig, no such context, no answer, or no right to read.
    """
    try:
        config.load_kube_config(context=context)  # type: ignore[no-untyped-call]
    except config.ConfigException as error:
        raise ClusterError(f"No cluster to read: {error}; set KUBECONFIG or --context.") from None
    api = client.ApiClient()
    core, apps = client.CoreV1Api(api), client.AppsV1Api(api)
    wanted: dict[str, Any] = {"label_selector": _SELECTOR, "_request_timeout": _SECONDS}
    try:
        if namespace is None:
            sets = apps.list_stateful_set_for_all_namespaces(**wanted)
            deployments = apps.list_deployment_for_all_namespaces(**wanted)
            claims = core.list_persistent_volume_claim_for_all_namespaces(_request_timeout=_SECONDS)
        else:
            sets = apps.list_namespaced_stateful_set(namespace, **wanted)
            deployments = apps.list_namespaced_deployment(namespace, **wanted)
            claims = core.list_namespaced_persistent_volume_claim(
                namespace, _request_timeout=_SECONDS
            )
        volumes = core.list_persistent_volume(_request_timeout=_SECONDS)
    except ApiException as error:
        raise ClusterError(
            f"The cluster refused to be read: {error.status} {error.reason}; ask for the right to"
            " list workloads, claims and volumes."
        ) from None
    except HTTPError as error:
        raise ClusterError(
            f"The cluster did not answer: {type(error).__name__}; check that it runs and that the"
            " kubeconfig points at it."
        ) from None
    return rows_of(
        [("stateful-set", item) for item in sets.items]
        + [("deployment", item) for item in deployments.items],
        claims.items,
        volumes.items,
    )


def rows_of(
    workloads: Iterable[tuple[str, Any]], claims: Iterable[Any], volumes: Iterable[Any]
) -> list[Row]:
    """Joins workloads, claims and volumes into rows, sorted by workload and claim.

    Args:
        workloads: Pattern and object, a StatefulSet or a Deployment.
        claims: PersistentVolumeClaims.
        volumes: PersistentVolumes.
    """
    policies: Mapping[str, str] = {
        volume.metadata.name: volume.spec.persistent_volume_reclaim_policy for volume in volumes
    }
    by_instance: dict[tuple[str, str], list[Any]] = {}
    for claim in claims:
        instance = (claim.metadata.labels or {}).get(_INSTANCE, "")
        by_instance.setdefault((claim.metadata.namespace, instance), []).append(claim)
    rows: list[Row] = []
    for pattern, workload in workloads:
        namespace, name = workload.metadata.namespace, workload.metadata.name
        ready = f"{workload.status.ready_replicas or 0}/{workload.spec.replicas}"
        owned = by_instance.get((namespace, name), [])
        if not owned:
            rows.append(Row(namespace=namespace, workload=name, pattern=pattern, ready=ready))
        rows += [
            Row(
                namespace=namespace,
                workload=name,
                pattern=pattern,
                ready=ready,
                claim=claim.metadata.name,
                class_name=claim.spec.storage_class_name or "",
                size=_size(claim),
                reclaim_policy=policies.get(claim.spec.volume_name or "", ""),
                phase=claim.status.phase or "",
            )
            for claim in owned
        ]
    return sorted(rows, key=lambda row: (row.namespace, row.workload, _natural(row.claim)))


def _size(claim: Any) -> str:  # noqa: ANN401 - the client is untyped
    """The size the volume has; with the size wanted while the two differ."""
    wanted = (claim.spec.resources.requests or {}).get("storage", "")
    has = (claim.status.capacity or {}).get("storage", "")
    return has if has == wanted else f"{has or '-'} → {wanted}"


def _natural(name: str) -> tuple[str, int]:
    stem, _, ordinal = name.rpartition("-")
    return (stem, int(ordinal)) if ordinal.isdigit() else (name, -1)
