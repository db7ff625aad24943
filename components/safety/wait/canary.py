"""`up` with a partition ends when the canary is ready, and says why where it does not get there.

The provider's own wait asks for one revision in all pods, which is just what a partition prevents,
and whether it notices is a matter of timing in versions before 4.26 (docs/engine.md 22).
"""

from collections.abc import Iterator, Mapping

import pulumi

from ...errors import StatefastError, from_within
from ..read.cluster import Cluster, Object, Unreadable
from ..read.live import LiveWorkload
from .polling import look, until

__all__ = ["after_rollout"]


def after_rollout(
    cluster: Cluster,
    component: pulumi.Resource,
    stateful_set: pulumi.CustomResource,
    *,
    resource: str,
    namespace: str,
    name: str,
    partition: int,
    minutes: float,
) -> pulumi.Input[pulumi.Resource]:
    """The set, for what comes after it to depend on: not before its pods are as far as they get.

    Args:
        cluster: Where the set can be read.
        component: What the progress is shown at.
        stateful_set: The set.
        resource: Kind and name of the set, for errors.
        namespace: Of the set.
        name: Of the set.
        partition: How many pods are held back.
        minutes: How long to wait.

    Raises:
        pulumi.RunError: out of the run and not out of this call: not all pods are ready in time,
            or the set is gone. It is no ValueError, which the SDK would put into words of its own
            at all that comes after.
    """
    if pulumi.runtime.is_dry_run():
        return stateful_set

    async def wait(_: str) -> pulumi.Resource:
        wait = _Wait(cluster, resource, namespace, name, partition)
        trouble = await until(
            component,
            seconds=minutes * 60,
            what=f"StatefulSet {name} rolls out",
            missing=wait.missing,
        )
        if trouble:
            raise wait.failure(
                f"but {trouble} after {minutes} minutes{await wait.reasons()}",
                "nothing is lost and the other pods keep the old template: write the old one back"
                f"{wait.by_hand}, or run up again to go on waiting",
            )
        return stateful_set

    return stateful_set.id.apply(wait)


class _Wait:
    """The wait for one set.

    Attributes:
        by_hand: What its controller leaves to whoever takes a canary back.
    """

    def __init__(
        self, cluster: Cluster, resource: str, namespace: str, name: str, partition: int
    ) -> None:
        self._cluster = cluster
        self._resource = resource
        self._namespace = namespace
        self._name = name
        self._partition = partition
        self.by_hand = ""

    async def missing(self) -> str:
        found = (await look(self._cluster, "stateful sets", self._namespace)).get(self._name)
        if found is None or (live := LiveWorkload.of(found)).leaving:
            raise self.failure(
                "but the StatefulSet is being deleted by somebody else",
                "wait until it is gone, and run up --refresh",
            )
        # The controller waits for the pods in order, broken ones too (kubernetes#67250).
        if live.pod_management_policy == "OrderedReady":
            self.by_hand = " and delete the pods that are not ready"
        return _missing(found)

    async def reasons(self) -> str:
        """What is said of the pods that are not ready; empty where nothing is."""
        try:
            pods = await look(self._cluster, "pods", self._namespace)
        except Unreadable:
            return ""
        said = [
            f"{name}: {reason}"
            for name, pod in sorted(pods.items())
            if _is_of(pod, self._name)
            for reason in _reasons(pod)
        ]
        return f" ({'; '.join(said)})" if said else ""

    def failure(self, why: str, remedy: str) -> pulumi.RunError:
        field = "update_strategy.partition"
        said = StatefastError(self._resource, field, self._partition, why, remedy)
        return from_within(said)


def _missing(item: Object) -> str:
    """What a set lacks until its partition lets it go no further."""
    metadata, spec, status = item["metadata"], item["spec"], item.get("status") or {}
    if status.get("observedGeneration", 0) < metadata["generation"]:
        return "the controller has not seen the edit yet"
    replicas = spec.get("replicas", 1)
    rolling: Mapping[str, int] = (spec.get("updateStrategy") or {}).get("rollingUpdate") or {}
    # Counts are absent while they are 0. More pods are new where the partition came before the
    # edit, and none is held back yet.
    new, wanted = status.get("updatedReplicas", 0), max(0, replicas - rolling.get("partition", 0))
    if new < wanted:
        return f"{new} of {wanted} pods have the new template"
    # Ready for as long as minReadySeconds ask.
    ready = status.get("availableReplicas", 0)
    return "" if ready >= replicas else f"{ready} of {replicas} pods are ready"


def _is_of(pod: Object, name: str) -> bool:
    owners = pod["metadata"].get("ownerReferences") or ()
    return ("StatefulSet", name) in [(owner["kind"], owner["name"]) for owner in owners]


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
