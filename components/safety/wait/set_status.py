"""What a StatefulSet still lacks, by its status and by its pods."""

from collections.abc import Iterator, Mapping, Sequence

from ...schema.kubernetes import is_ready
from ..read.cluster import Object

__all__ = [
    "all_started",
    "lacks",
    "lacks_new_pods",
    "picture",
    "pods_of",
    "reasons",
    "with_former_template",
    "without",
]


def lacks(item: Object) -> str:
    """What a set lacks until its partition lets it go no further; empty where nothing."""
    spec, status = item["spec"], item.get("status") or {}
    if said := lacks_new_pods(item):
        return said
    # Ready for as long as minReadySeconds ask.
    ready, replicas = status.get("availableReplicas", 0), spec.get("replicas", 1)
    return "" if ready >= replicas else f"{ready} of {replicas} pods are ready"


def lacks_new_pods(item: Object) -> str:
    """What a set lacks until its pods have the template, ready or not; empty where nothing."""
    metadata, spec, status = item["metadata"], item["spec"], item.get("status") or {}
    if status.get("observedGeneration", 0) < metadata["generation"]:
        return "the controller has not seen the edit yet"
    rolling: Mapping[str, int] = (spec.get("updateStrategy") or {}).get("rollingUpdate") or {}
    # Counts are absent while they are 0. More pods are new where the partition came before the
    # edit, and none is held back yet.
    new = status.get("updatedReplicas", 0)
    wanted = max(0, spec.get("replicas", 1) - rolling.get("partition", 0))
    return f"{new} of {wanted} pods have the new template" if new < wanted else ""


def without(item: Object, pods: Mapping[str, Object], ordinals: Sequence[int]) -> str:
    """What the pods of these ordinals lack, whatever the others do; empty where nothing."""
    name, revision = item["metadata"]["name"], (item.get("status") or {}).get("updateRevision")
    for ordinal in ordinals:
        pod = pods.get(f"{name}-{ordinal}")
        if pod is None or "deletionTimestamp" in pod["metadata"]:
            return f"pod {name}-{ordinal} is not there"
        if _revision(pod) != revision:
            return f"pod {name}-{ordinal} has the former template"
        if not is_ready(pod):
            return f"pod {name}-{ordinal} is not ready"
    return ""


def picture(item: Object, pods: Mapping[str, Object]) -> object:
    """What a rollout changes: equal for as long as it gets no further."""
    return [
        (
            pod["metadata"]["uid"],
            "deletionTimestamp" in pod["metadata"],
            _is_started(pod),
            is_ready(pod),
        )
        for pod in pods_of(pods, item["metadata"]["name"]).values()
    ]


def all_started(item: Object, pods: Mapping[str, Object]) -> bool:
    """Whether the pods that there are run, past their startup probes, and none is leaving."""
    there = pods_of(pods, item["metadata"]["name"]).values()
    return all("deletionTimestamp" not in pod["metadata"] and _is_started(pod) for pod in there)


def with_former_template(item: Object, pods: Mapping[str, Object]) -> Mapping[str, str]:
    """The pods of a set that a rollout has yet to restart: name to uid."""
    revision = (item.get("status") or {}).get("updateRevision")
    return {
        name: pod["metadata"]["uid"]
        for name, pod in pods_of(pods, item["metadata"]["name"]).items()
        if _revision(pod) != revision and "deletionTimestamp" not in pod["metadata"]
    }


def pods_of(pods: Mapping[str, Object], name: str) -> Mapping[str, Object]:
    """The pods of a set, by name."""
    return {key: pod for key, pod in sorted(pods.items()) if _is_of(pod, name)}


def reasons(pods: Mapping[str, Object], name: str) -> str:
    """What is said of the pods of a set that are not ready, in brackets; empty where nothing is."""
    said = [f"{key}: {why}" for key, pod in pods_of(pods, name).items() for why in _reasons(pod)]
    return f" ({'; '.join(said)})" if said else ""


def _is_of(pod: Object, name: str) -> bool:
    owners = pod["metadata"].get("ownerReferences") or ()
    return ("StatefulSet", name) in [(owner["kind"], owner["name"]) for owner in owners]


def _revision(pod: Object) -> str:
    return str((pod["metadata"].get("labels") or {}).get("controller-revision-hash", ""))


def _is_started(pod: Object) -> bool:
    containers = (pod.get("status") or {}).get("containerStatuses") or ()
    return bool(containers) and all(each.get("started") for each in containers)


def _reasons(pod: Object) -> Iterator[str]:
    """Why a pod is not ready, in the words of the scheduler and of the kubelet."""
    status = pod.get("status") or {}
    for condition in status.get("conditions") or ():
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            yield str(condition.get("message") or condition.get("reason"))
    for container in status.get("containerStatuses") or ():
        waiting = (container.get("state") or {}).get("waiting")
        if waiting:
            yield " ".join(filter(None, (waiting.get("reason"), waiting.get("message"))))
