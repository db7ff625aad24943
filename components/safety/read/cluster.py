"""The live cluster, read and never written.

Each kind is listed once in a run of the program, so that all its components judge by the same
facts. Nothing is kept from one run to the next.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import pulumi

from .client import METADATA, WHOLE, Client, NoAnswer, NotThere, Object, Unreadable
from .kubeconfig import contexts, current_context

__all__ = ["Cluster", "NoAnswer", "Object", "Unreadable", "cluster_of"]

T = TypeVar("T")

_PAGE = 500
_ALL_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_PATHS = {
    "attributes classes": "/apis/storage.k8s.io/v1/volumeattributesclasses",
    "claims": "/api/v1/{within}persistentvolumeclaims",
    "classes": "/apis/storage.k8s.io/v1/storageclasses",
    "config maps": "/api/v1/{within}configmaps",
    "cron jobs": "/apis/batch/v1/{within}cronjobs",
    "definitions": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    "deployments": "/apis/apps/v1/{within}deployments",
    "disruption budgets": "/apis/policy/v1/{within}poddisruptionbudgets",
    "namespaces": "/api/v1/namespaces",
    "network policies": "/apis/networking.k8s.io/v1/{within}networkpolicies",
    "pods": "/api/v1/{within}pods",
    "quotas": "/api/v1/{within}resourcequotas",
    "role bindings": "/apis/rbac.authorization.k8s.io/v1/{within}rolebindings",
    "roles": "/apis/rbac.authorization.k8s.io/v1/{within}roles",
    "secrets": "/api/v1/{within}secrets",
    "service accounts": "/api/v1/{within}serviceaccounts",
    "services": "/api/v1/{within}services",
    "snapshot classes": "/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses",
    "snapshot contents": "/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents",
    "snapshots": "/apis/snapshot.storage.k8s.io/v1/{within}volumesnapshots",
    "stateful sets": "/apis/apps/v1/{within}statefulsets",
    "volumes": "/api/v1/persistentvolumes",
}


class Cluster:
    """One cluster, through a kubeconfig.

    Args:
        context: Context of the kubeconfig; empty for the current one.
        kubeconfig: The kubeconfig, its content or a path; empty for that of the environment.
    """

    def __init__(self, context: str = "", kubeconfig: str = "") -> None:
        self._context = context
        self._kubeconfig = kubeconfig
        self._client: Client | None = None
        self._seen: dict[tuple[str, str], Any] = {}
        self._silent: NoAnswer | None = None

    def list(self, kind: str, namespace: str = "") -> Mapping[str, Object]:
        """The objects of a kind, by name; by `<namespace>/<name>` where all are asked for.

        Args:
            kind: One of the kinds this reads, e.g. `claims`; or the path of another one, see
                `resource_path`.
            namespace: Only this one. A namespace that does not exist has no objects.

        Raises:
            Unreadable: no kubeconfig, no such context, no answer, or no right to list the kind.
        """
        return self._once((kind, namespace), lambda: self._read(kind, namespace))

    def list_again(self, kind: str, namespace: str) -> Mapping[str, Object]:
        """As `list`, but as it is now and not as it was when the run began.

        Raises:
            Unreadable: see `list`.
        """
        return self._read(kind, namespace)

    def list_metadata(self, kind: str, namespace: str = "") -> Mapping[str, Object]:
        """As `list`, but of each object its metadata alone.

        Returns:
            Nothing also where the cluster does not know the kind.

        Raises:
            Unreadable: see `list`.
        """
        return self._once(
            (f"{kind}: metadata", namespace), lambda: self._read_all_metadata(kind, namespace)
        )

    def object(self, kind: str, name: str, namespace: str = "") -> Object | None:
        """One object with all that is in it; None where it is not there.

        Raises:
            Unreadable: see `metadata`.
        """
        return self._once(
            (f"{kind}/{name}: whole", namespace), lambda: self._read_object(kind, name, namespace)
        )

    def metadata(self, kind: str, name: str, namespace: str = "") -> Mapping[str, Any] | None:
        """Metadata of one object, and nothing of what is in it; None where it is not there.

        Args:
            kind: See `list`.
            name: Of the object.
            namespace: Of the object; empty for one of the whole cluster.

        Raises:
            Unreadable: see `list`; it takes the right to get one and not to list all.
        """
        return self._once(
            (f"{kind}/{name}", namespace), lambda: self._read_metadata(kind, name, namespace)
        )

    def metadata_again(self, kind: str, name: str, namespace: str = "") -> Mapping[str, Any] | None:
        """As `metadata`, but as it is now and not as it was when the run began.

        Raises:
            Unreadable: see `metadata`.
        """
        return self._read_metadata(kind, name, namespace)

    def context_name(self) -> str:
        """Name of the context in the kubeconfig; empty where there is none."""
        return self._context or current_context()

    def contexts_instead(self) -> Sequence[str]:
        """The contexts that the kubeconfig has, where it has not the one of this cluster.

        Returns:
            Nothing where it has that one, or none at all, or cannot be read.
        """
        if not self._context:
            return ()
        names = self._once(("contexts", ""), contexts)
        return () if self._context in names else names

    def secret_keys(self, name: str, namespace: str) -> frozenset[str] | None:
        """The keys of a Secret that have a value, and no value; None where it is not there.

        Args:
            name: Of the Secret.
            namespace: Of the Secret.

        Raises:
            Unreadable: see `list`; it takes the right to get the Secret.
        """
        return self._once(
            (f"keys of secret {name}", namespace), lambda: self._read_keys(name, namespace)
        )

    def minor_version(self) -> int:
        """Minor version of its Kubernetes 1, e.g. 34.

        Raises:
            Unreadable: see `list`.
        """
        return self._once(("version", ""), self._read_minor_version)

    def _once(self, key: tuple[str, str], read: Callable[[], T]) -> T:
        """What was read the first time, be it that it cannot be read."""
        if key not in self._seen:
            if self._silent is not None:
                # Each question would wait for it again.
                raise self._silent
            try:
                self._seen[key] = read()
            except NoAnswer as error:
                self._silent = self._seen[key] = error
            except Unreadable as error:
                self._seen[key] = error
        if isinstance(self._seen[key], Unreadable):
            raise self._seen[key]
        found: T = self._seen[key]
        return found

    def _read_minor_version(self) -> int:
        said = str(self._ask("asking for the version", "/version", [], "minor")["minor"])
        # Providers write `34+`.
        digits = said.rstrip("+")
        if not digits.isdecimal():
            raise Unreadable(f"the cluster says that its version is {said!r}")
        return int(digits)

    def _read_metadata(self, kind: str, name: str, namespace: str) -> Mapping[str, Any] | None:
        found = self._read_object(kind, name, namespace, accept=METADATA)
        return None if found is None else found["metadata"]

    def _read_object(
        self, kind: str, name: str, namespace: str, *, accept: str = WHOLE
    ) -> Object | None:
        path = f"{_path(kind, namespace)}/{name}"
        try:
            return self._ask(f"getting {kind} {name}", path, [], "metadata", accept=accept)
        except NotThere:
            return None

    def _read_all_metadata(self, kind: str, namespace: str) -> Mapping[str, Object]:
        try:
            return self._read(kind, namespace, accept=_ALL_METADATA)
        except NotThere:
            return {}

    def _read_keys(self, name: str, namespace: str) -> frozenset[str] | None:
        found = self._read_object("secrets", name, namespace)
        if found is None:
            return None
        data: Mapping[str, str] = found.get("data") or {}
        return frozenset(key for key, value in data.items() if value)

    def _read(self, kind: str, namespace: str, *, accept: str = WHOLE) -> Mapping[str, Object]:
        path = _path(kind, namespace)
        objects: dict[str, Object] = {}
        query = [("limit", str(_PAGE))]
        while True:
            page = self._ask(f"listing {kind}", path, query, "items", accept=accept)
            objects |= {_key(item, namespace): item for item in page["items"] or ()}
            following = (page.get("metadata") or {}).get("continue")
            if not following:
                return objects
            query = [("limit", str(_PAGE)), ("continue", following)]

    def _ask(
        self,
        what: str,
        path: str,
        query: Sequence[tuple[str, str]],
        key: str,
        *,
        accept: str = WHOLE,
    ) -> dict[str, Any]:
        if self._client is None:
            self._client = Client(self._context, self._kubeconfig)
        answer = self._client.get(what, path, query, accept)
        if key not in answer:
            raise Unreadable(f"{what} was answered without {key}")
        return answer


def _path(kind: str, namespace: str) -> str:
    return _PATHS.get(kind, kind).format(within=f"namespaces/{namespace}/" if namespace else "")


def _key(item: Object, namespace: str) -> str:
    metadata = item["metadata"]
    own = metadata.get("namespace")
    return str(metadata["name"]) if namespace or own is None else f"{own}/{metadata['name']}"


# By the root of a run: with an inline program many runs share one process.
_clusters: WeakKeyDictionary[pulumi.Resource, dict[tuple[str, str], Cluster]] = WeakKeyDictionary()


def cluster_of(context: str, kubeconfig: str = "") -> Cluster:
    """The cluster of a context, the same object for all that ask in one run.

    Args:
        context: See `Cluster`.
        kubeconfig: See `Cluster`.
    """
    root = pulumi.runtime.get_root_resource()
    if root is None:
        return Cluster(context, kubeconfig)
    made = _clusters.setdefault(root, {})
    return made.setdefault((context, kubeconfig), Cluster(context, kubeconfig))
