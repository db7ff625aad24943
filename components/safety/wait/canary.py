"""`up` with a partition ends when the canary is ready, and says why where it does not get there.

The provider's own wait asks for one revision in all pods, which is just what a partition prevents,
and whether it notices is a matter of timing in versions before 4.26 (docs/engine.md 22).
"""

import pulumi

from ...errors import StatefastError
from ..read.cluster import Cluster, Unreadable
from ..read.live import LiveWorkload
from ..run import refused_late
from .polling import look, until
from .set_status import lacks, reasons

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
        return lacks(found)

    async def reasons(self) -> str:
        """What is said of the pods that are not ready; empty where nothing is."""
        try:
            pods = await look(self._cluster, "pods", self._namespace)
        except Unreadable:
            return ""
        return reasons(pods, self._name)

    def failure(self, why: str, remedy: str) -> pulumi.RunError:
        field = "update_strategy.partition"
        said = StatefastError(self._resource, field, self._partition, why, remedy)
        return refused_late(said)
