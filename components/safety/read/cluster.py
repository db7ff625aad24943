"""The live cluster, read and never written.

Each kind is listed once in a run of the program, so that all its components judge by the same
facts. Nothing is kept from one run to the next.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import pulumi
from yaml import YAMLError

if TYPE_CHECKING:
    from kubernetes.client.api_client import ApiClient

__all__ = ["Cluster", "NoAnswer", "Object", "Unreadable", "cluster_of", "connect"]

T = TypeVar("T")

# A Kubernetes object as JSON.
Object = Mapping[str, Any]

_SECONDS = 10
_PAGE = 500
_NOT_FOUND = 404
_WHOLE = "application/json"
_METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_ALL_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
# What the client says of a kubeconfig, or of the pod it runs in, that quotes nothing but names.
_HARMLESS = ("Invalid kube-config", "Service ")
_PATHS = {
    "claims": "/api/v1/{within}persistentvolumeclaims",
    "classes": "/apis/storage.k8s.io/v1/storageclasses",
    "config maps": "/api/v1/{within}configmaps",
    "deployments": "/apis/apps/v1/{within}deployments",
    "disruption budgets": "/apis/policy/v1/{within}poddisruptionbudgets",
    "namespaces": "/api/v1/namespaces",
    "network policies": "/apis/networking.k8s.io/v1/{within}networkpolicies",
    "pods": "/api/v1/{within}pods",
    "quotas": "/api/v1/{within}resourcequotas",
    "secrets": "/api/v1/{within}secrets",
    "service accounts": "/api/v1/{within}serviceaccounts",
    "services": "/api/v1/{within}services",
    "snapshot classes": "/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses",
    "stateful sets": "/apis/apps/v1/{within}statefulsets",
    "volumes": "/api/v1/persistentvolumes",
}


class Unreadable(Exception):
    """The cluster, or one kind in it, could not be read; the text says why."""


class NoAnswer(Unreadable):
    """Nothing can be read, whatever the rights: there is no cluster, or it does not answer."""


class _NotThere(Unreadable):
    """What was asked for by name is not there."""


class Cluster:
    """One cluster, through a kubeconfig.

    Args:
        context: Context of the kubeconfig; empty for the current one.
        kubeconfig: The kubeconfig, its content or a path; empty for that of the environment.
    """

    def __init__(self, context: str = "", kubeconfig: str = "") -> None:
        self._context = context
        self._kubeconfig = kubeconfig
        self._api: ApiClient | None = None
        self._seen: dict[tuple[str, str], Any] = {}
        self._silent: NoAnswer | None = None

    def list(self, kind: str, namespace: str = "") -> Mapping[str, Object]:
        """The objects of a kind, by name; by `<namespace>/<name>` where all are asked for.

        Args:
            kind: One of the kinds this reads, e.g. `claims`.
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
        from kubernetes.config import ConfigException, list_kube_config_contexts

        if self._context:
            return self._context
        try:
            current = list_kube_config_contexts(config_file=_location())[1]  # type: ignore[no-untyped-call]
        except (ConfigException, YAMLError, OSError, ValueError, TypeError, KeyError):
            return ""
        return str(current.get("name") or "")

    def contexts_instead(self) -> Sequence[str]:
        """The contexts that the kubeconfig has, where it has not the one of this cluster.

        Returns:
            Nothing where it has that one, or none at all, or cannot be read.
        """
        if not self._context:
            return ()
        return self._once(("contexts", ""), self._read_contexts)

    def _read_contexts(self) -> Sequence[str]:
        from kubernetes.config import ConfigException, list_kube_config_contexts

        try:
            found = list_kube_config_contexts(config_file=_location())[0]  # type: ignore[no-untyped-call]
        except (ConfigException, YAMLError, OSError, ValueError, TypeError, KeyError):
            return ()
        names = [str(context.get("name") or "") for context in found]
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
        found = self._read_object(kind, name, namespace, accept=_METADATA)
        return None if found is None else found["metadata"]

    def _read_object(
        self, kind: str, name: str, namespace: str, *, accept: str = _WHOLE
    ) -> Object | None:
        path = f"{_path(kind, namespace)}/{name}"
        try:
            return self._ask(f"getting {kind} {name}", path, [], "metadata", accept=accept)
        except _NotThere:
            return None

    def _read_all_metadata(self, kind: str, namespace: str) -> Mapping[str, Object]:
        try:
            return self._read(kind, namespace, accept=_ALL_METADATA)
        except _NotThere:
            return {}

    def _read_keys(self, name: str, namespace: str) -> frozenset[str] | None:
        found = self._read_object("secrets", name, namespace)
        if found is None:
            return None
        data: Mapping[str, str] = found.get("data") or {}
        return frozenset(key for key, value in data.items() if value)

    def _read(self, kind: str, namespace: str, *, accept: str = _WHOLE) -> Mapping[str, Object]:
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
        accept: str = _WHOLE,
    ) -> dict[str, Any]:
        # Imported here: a program that reads no cluster does not pay for the client.
        from kubernetes.client.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        if self._api is None:
            self._api = connect(self._context, self._kubeconfig)
        try:
            answer = _get(self._api, path, query, accept)
        except ApiException as error:
            kind = _NotThere if error.status == _NOT_FOUND else Unreadable
            raise kind(f"{what} was answered with {error.status} {error.reason}") from None
        except (HTTPError, OSError, ValueError) as error:
            raise NoAnswer(f"the cluster did not answer: {type(error).__name__}") from None
        if key not in answer:
            raise Unreadable(f"{what} was answered without {key}")
        return answer


def _path(kind: str, namespace: str) -> str:
    return _PATHS[kind].format(within=f"namespaces/{namespace}/" if namespace else "")


def _key(item: Object, namespace: str) -> str:
    metadata = item["metadata"]
    own = metadata.get("namespace")
    return str(metadata["name"]) if namespace or own is None else f"{own}/{metadata['name']}"


def _location() -> str:
    return os.environ.get("KUBECONFIG") or str(Path("~/.kube/config").expanduser())


def _is_there(location: str) -> bool:
    files = [Path(name).expanduser() for name in location.split(os.pathsep) if name]
    return any(file.exists() for file in files)


def _parsed(kubeconfig: str) -> object:
    # Imported here, as the client is.
    import yaml

    try:
        return yaml.safe_load(kubeconfig)
    except yaml.YAMLError:
        raise ValueError("no YAML") from None


def connect(context: str, kubeconfig: str = "") -> "ApiClient":
    """A client of a context's cluster.

    Args:
        context: See `Cluster`.
        kubeconfig: See `Cluster`.

    Raises:
        NoAnswer: there is no such context, or no kubeconfig.
    """
    from kubernetes.client.api_client import ApiClient
    from kubernetes.client.configuration import Configuration
    from kubernetes.config import (
        ConfigException,
        load_incluster_config,
        load_kube_config,
        load_kube_config_from_dict,
    )

    configuration = Configuration()
    configuration.retries = 0
    location = kubeconfig or _location()
    try:
        if "\n" in location or location.lstrip().startswith("{"):
            load_kube_config_from_dict(  # type: ignore[no-untyped-call]
                _parsed(location),
                context=context or None,
                client_configuration=configuration,
                persist_config=False,
            )
        # In the order of the provider: a kubeconfig, else the pod this runs in.
        elif not context and not _is_there(location):
            load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
        else:
            load_kube_config(  # type: ignore[no-untyped-call]
                config_file=location,
                context=context or None,
                client_configuration=configuration,
                persist_config=False,
            )
    except (ConfigException, YAMLError, OSError, ValueError, TypeError, KeyError) as error:
        said = " ".join(str(error).split())
        # What a credential plugin printed is quoted by other messages, and is nobody's business.
        known = isinstance(error, ConfigException) and said.startswith(_HARMLESS)
        raise NoAnswer(
            f"there is no cluster to read: {said if known else type(error).__name__}"
        ) from None
    return ApiClient(configuration)


def _get(
    api: "ApiClient", path: str, query: Sequence[tuple[str, str]], accept: str
) -> dict[str, Any]:
    from kubernetes.client.exceptions import ApiException

    # The typed API of the client takes two seconds to import; this is its plain one.
    request = api.param_serialize(
        "GET",
        path,
        query_params=list(query),
        header_params={"Accept": accept},
        auth_settings=["BearerToken"],
    )
    response = api.call_api(*request, _request_timeout=_SECONDS)
    body = response.read()  # type: ignore[no-untyped-call]
    if not 200 <= response.status < 300:
        raise ApiException(status=response.status, reason=response.reason)
    page: dict[str, Any] = json.loads(body)
    return page


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
