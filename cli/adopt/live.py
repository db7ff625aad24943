"""What lives in a namespace, as it would be written: without what the API server filled in."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from statefast.schema.kubernetes import claims_mounted

from ..api import Api, Object
from ..convert.manifests import Manifest

__all__ = ["Live", "called", "read_live", "written"]

_OF_SERVER = (
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "selfLink",
    "finalizers",
    "ownerReferences",
)
# What the API server writes into every pod that says nothing.
_POD_DEFAULTS = {"schedulerName": "default-scheduler", "securityContext": {}}
_CONTAINER_DEFAULTS = {
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
_OTHER_CONTROLLERS = {
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "CronJob": "/apis/batch/v1/namespaces/{}/cronjobs",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What lives in one namespace, each object whole.

    Attributes:
        workloads: StatefulSets and Deployments.
        others: What else makes pods, and pods that nobody looks after.
        volumes: By name, PersistentVolumes; empty where they may not be listed.
        unread: Kinds that may not be listed.
        home: The Namespace; None where it may not be read.
        more: A class and Secrets that are to be taken as well.
    """

    namespace: str
    workloads: Sequence[Object] = ()
    others: Sequence[Object] = ()
    claims: Sequence[Object] = ()
    services: Sequence[Object] = ()
    budgets: Sequence[Object] = ()
    policies: Sequence[Object] = ()
    scalers: Sequence[Object] = ()
    volumes: Mapping[str, Object] = field(default_factory=dict)
    unread: Sequence[str] = ()
    home: Object | None = None
    more: Sequence[Object] = ()

    def mounts(self, claim: str) -> list[str]:
        """What mounts a claim, as `<kind> <name>`."""
        found = []
        for it in (*self.workloads, *self.others):
            spec = it["spec"]
            pod = spec if it["kind"] == "Pod" else _template(it)
            if claim in claims_mounted(pod) or of_template(it, claim):
                found.append(f"{it['kind']} {it['metadata']['name']}")
        return found


def of_template(workload: Object, claim: str) -> bool:
    """Whether a claim is one that a set makes, of whatever ordinal."""
    stem, _, ordinal = claim.rpartition("-")
    templates = workload["spec"].get("volumeClaimTemplates") or ()
    name = workload["metadata"]["name"]
    return ordinal.isdecimal() and stem in {f"{it['metadata']['name']}-{name}" for it in templates}


def _template(workload: Object) -> Mapping[str, Any]:
    spec = workload["spec"]
    if workload["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    found: Mapping[str, Any] = (spec.get("template") or {}).get("spec") or {}
    return found


def read_live(api: Api, namespace: str) -> Live:
    """Reads a namespace.

    Raises:
        ClusterError: workloads, claims or Services could not be listed.
    """
    unread: list[str] = []

    def maybe(kind: str, path: str) -> list[Object]:
        found = api.found(path)
        if found is None:
            unread.append(kind)
        return [{**it, "kind": kind} for it in (found or {}).get("items") or ()]

    def of(kind: str, group: str, plural: str) -> list[Object]:
        return [{**it, "kind": kind} for it in api.list(f"/{group}/{within}/{plural}")]

    within = f"namespaces/{namespace}"
    others = [
        it
        for kind, path in _OTHER_CONTROLLERS.items()
        for it in maybe(kind, path.format(namespace))
    ]
    others += maybe("Pod", f"/api/v1/{within}/pods")
    return Live(
        namespace=namespace,
        workloads=[
            *of("StatefulSet", "apis/apps/v1", "statefulsets"),
            *of("Deployment", "apis/apps/v1", "deployments"),
        ],
        others=[it for it in others if not it["metadata"].get("ownerReferences")],
        claims=of("PersistentVolumeClaim", "api/v1", "persistentvolumeclaims"),
        services=of("Service", "api/v1", "services"),
        budgets=maybe("PodDisruptionBudget", f"/apis/policy/v1/{within}/poddisruptionbudgets"),
        policies=maybe("NetworkPolicy", f"/apis/networking.k8s.io/v1/{within}/networkpolicies"),
        scalers=maybe(
            "HorizontalPodAutoscaler", f"/apis/autoscaling/v2/{within}/horizontalpodautoscalers"
        ),
        volumes={
            it["metadata"]["name"]: it
            for it in maybe("PersistentVolume", "/api/v1/persistentvolumes")
        },
        unread=unread,
        home=api.found(f"/api/v1/namespaces/{namespace}"),
    )


def written(given: Object) -> Manifest:
    """An object as somebody would write it. What an annotation says was applied last is not asked:
    what lives counts.
    """
    body = copy.deepcopy(dict(given))
    body.pop("status", None)
    metadata = body["metadata"]
    for key in _OF_SERVER:
        metadata.pop(key, None)
    spec = body.get("spec") or {}
    if body["kind"] == "PersistentVolumeClaim":
        for key in ("volumeName", "dataSource", "dataSourceRef"):
            spec.pop(key, None)
    for claim in spec.get("volumeClaimTemplates") or ():
        claim.pop("status", None)
    pod = (spec.get("template") or {}).get("spec") if body["kind"] != "Service" else None
    if pod:
        _strip_pod(pod)
    return Manifest(body)


def _strip_pod(pod: dict[str, Any]) -> None:
    for key, value in _POD_DEFAULTS.items():
        if pod.get(key) == value:
            del pod[key]
    pod.pop("serviceAccount", None)
    for kind in ("initContainers", "containers"):
        for container in pod.get(kind) or ():
            for key, said in _CONTAINER_DEFAULTS.items():
                if container.get(key) == said:
                    del container[key]
            if container.get("imagePullPolicy") == _pull_policy(str(container.get("image"))):
                del container["imagePullPolicy"]


def _pull_policy(image: str) -> str:
    """The one that the API server fills in."""
    _, _, tag = image.rpartition("/")[2].partition(":")
    return "Always" if tag in ("", "latest") and "@" not in image else "IfNotPresent"


def called(item: Object) -> str:
    """Kind and name."""
    return f"{item['kind']} {item['metadata']['name']}"
