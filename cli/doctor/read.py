"""Reads what the rules go by; it writes nothing, and asks what the identity may do."""

from collections.abc import Iterator

from statefast.schema.annotations import OWNER

from ..api import Api, Object
from ..cluster import is_stack
from .finding import Facts

__all__ = ["NEEDED", "read_facts"]

# What the guard reads (.github/cluster/guard-reads.yaml): group, resource, verbs.
NEEDED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "namespaces", ("get", "list")),
    ("", "persistentvolumeclaims", ("get", "list")),
    ("", "persistentvolumes", ("get", "list")),
    ("", "pods", ("get", "list")),
    ("", "resourcequotas", ("get", "list")),
    ("apps", "deployments", ("get", "list")),
    ("apps", "statefulsets", ("get", "list")),
    ("apiextensions.k8s.io", "customresourcedefinitions", ("get", "list")),
    ("storage.k8s.io", "storageclasses", ("get", "list")),
    ("storage.k8s.io", "volumeattributesclasses", ("get", "list")),
    ("", "configmaps", ("get", "list")),
    ("", "serviceaccounts", ("get", "list")),
    ("", "services", ("get", "list")),
    ("", "secrets", ("get",)),
    ("networking.k8s.io", "networkpolicies", ("get", "list")),
    ("policy", "poddisruptionbudgets", ("get", "list")),
    ("batch", "cronjobs", ("get", "list")),
    ("rbac.authorization.k8s.io", "roles", ("get", "list")),
    ("rbac.authorization.k8s.io", "rolebindings", ("get", "list")),
    ("snapshot.storage.k8s.io", "volumesnapshotclasses", ("get", "list")),
    ("snapshot.storage.k8s.io", "volumesnapshots", ("get", "list")),
    ("snapshot.storage.k8s.io", "volumesnapshotcontents", ("get", "list")),
)


def read_facts(
    namespace: str | None = None, context: str | None = None, stack: str | None = None
) -> Facts:
    """What a cluster has.

    Args:
        namespace: Only this one, or all when None.
        context: Context of the kubeconfig, or the current one when None.
        stack: Only its claims and sets, as `stack` or `project/stack`, or those of all when None.

    Raises:
        ClusterError: no kubeconfig, no such context, no answer, or no right to list claims or
            volumes.
    """
    api = Api(context)
    within = f"namespaces/{namespace}/" if namespace else ""
    drivers = api.found("/apis/storage.k8s.io/v1/csidrivers")
    return Facts(
        minor=_minor(api),
        claims=_of_stack(api.list(f"/api/v1/{within}persistentvolumeclaims"), stack),
        sets=_of_stack(_items(api, f"/apis/apps/v1/{within}statefulsets"), stack),
        pods=_items(api, f"/api/v1/{within}pods"),
        volumes=api.list("/api/v1/persistentvolumes"),
        classes=_items(api, "/apis/storage.k8s.io/v1/storageclasses"),
        drivers=None if drivers is None else frozenset(_names(drivers["items"])),
        snapshot_drivers=_snapshot_drivers(api),
        events=_items(api, f"/api/v1/{within}events"),
        denied=[
            f"{verb} {resource}"
            for group, resource, verbs in NEEDED
            for verb in verbs
            if not api.may(verb, group, resource)
        ],
    )


def _items(api: Api, path: str) -> list[Object]:
    return list((api.found(path) or {}).get("items") or ())


def _of_stack(items: list[Object], stack: str | None) -> list[Object]:
    of = [(it, (it["metadata"].get("annotations") or {}).get(OWNER) or "") for it in items]
    return [it for it, owner in of if owner and (stack is None or is_stack(owner, stack))]


def _names(items: list[Object]) -> Iterator[str]:
    yield from (it["metadata"]["name"] for it in items)


def _minor(api: Api) -> int | None:
    said = str((api.found("/version") or {}).get("minor") or "").rstrip("+")
    return int(said) if said.isdecimal() else None


def _snapshot_drivers(api: Api) -> frozenset[str] | None:
    if api.found("/apis/snapshot.storage.k8s.io/v1") is None:
        return None
    classes = _items(api, "/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses")
    return frozenset(it["driver"] for it in classes)
