"""How a changed pod template reaches the pods, and how long that may take."""

import json
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import pulumi_kubernetes as k8s

from ..errors import StatefastError
from ..pod.probes import start_seconds
from ..safety.read.live import SKIP_AWAIT
from ..schema.shape import Between, OneOf, limit
from ..schema.whole_number import whole_number
from .model import Workload

__all__ = [
    "POD_MANAGEMENT",
    "UPDATE_STRATEGIES",
    "RolloutArgs",
    "UpdateStrategyArgs",
    "pod_seconds",
    "rollout_minutes",
    "update_strategy",
    "wait_for",
]

POD_MANAGEMENT = ("Parallel", "OrderedReady")
UPDATE_STRATEGIES = ("RollingUpdate", "OnDelete")
# For what is the same for every image: a node that is found, a volume that moves, an image that
# is pulled.
_PREPARATION_SECONDS = 180
_LEAST_MINUTES = 10


class UpdateStrategyArgs(TypedDict):
    """How a StatefulSet brings a changed template to its pods. Edited in place."""

    type: NotRequired[str]
    """`RollingUpdate` (default) restarts pods one by one, the highest ordinal first; `OnDelete`
    leaves it to whoever deletes them."""
    partition: NotRequired[int]
    """How many pods, from the lowest ordinal, a RollingUpdate leaves on the old template: the
    canary is what is above. Default 0. `up` ends when every pod is ready and those above are
    new."""


limit(UpdateStrategyArgs, type=OneOf(UPDATE_STRATEGIES), partition=Between(0, 1000))


class RolloutArgs(TypedDict):
    """Inputs of a StatefulSet that say how it is rolled out."""

    update_strategy: NotRequired[UpdateStrategyArgs]
    """How a changed template reaches the pods. Default: one by one, all of them."""
    first_ordinal: NotRequired[int]
    """Ordinal of the first pod. Default 0. Editing it in place moves the range of pods: claims of
    ordinals that leave are kept, new ordinals start on volumes of their own."""
    service_name: NotRequired[str]
    """The Service that the pods have their names from, where something else made it: none is made
    here for that. Default: the headless Service of the set's own. Editing it is a replacement."""
    pod_management_policy: NotRequired[str]
    """`Parallel` (default) starts and stops all pods at once, as a quorum needs it;
    `OrderedReady` one after the other. Editing it is refused without consent: the set would be
    replaced."""


limit(
    RolloutArgs,
    first_ordinal=Between(0, 100_000),
    pod_management_policy=OneOf(POD_MANAGEMENT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateStrategy:
    """A checked strategy."""

    type: str
    partition: int

    def spec(self) -> k8s.apps.v1.StatefulSetUpdateStrategyArgs:
        """The strategy in the form of the API."""
        if self.partition == 0:
            return k8s.apps.v1.StatefulSetUpdateStrategyArgs(type=self.type)
        return k8s.apps.v1.StatefulSetUpdateStrategyArgs(
            type=self.type,
            rolling_update=k8s.apps.v1.RollingUpdateStatefulSetStrategyArgs(
                partition=self.partition
            ),
        )


def update_strategy(workload: Workload, given: UpdateStrategyArgs | None) -> UpdateStrategy:
    """The strategy of a StatefulSet.

    Raises:
        StatefastError: a partition of pods that are not there, or of a strategy that has none.
    """
    resource, field = workload.resource, "update_strategy."
    given = given or {}
    kind = given.get("type", UPDATE_STRATEGIES[0])
    partition = whole_number(
        resource, f"{field}partition", given.get("partition", 0), low=0, high=workload.replicas
    )
    if partition and kind == "OnDelete":
        raise StatefastError(
            resource,
            f"{field}partition",
            partition,
            "but OnDelete has no partition",
            "leave it out",
        )
    return UpdateStrategy(type=kind, partition=partition)


def wait_for(workload: Workload, partition: int, *, watched: bool) -> dict[str, str]:
    """The annotation that lets an `up` with a partition end.

    The provider's own wait asks for one revision in all pods, which is just what a partition
    prevents. The guard waits instead. Where the set is not watched by it the provider does, from
    4.26 on: every pod has to be ready, and one of them has to be of the newest revision, for
    `updatedReplicas` is absent while there is none. No number is asked for, since a partition
    that is set ahead of the edit finds all pods of the newest revision.
    """
    if partition == 0:
        return {}
    if watched:
        return {SKIP_AWAIT: "true"}
    conditions = [f"jsonpath={{.status.readyReplicas}}={workload.replicas}"]
    if partition < workload.replicas:
        conditions.append("jsonpath={.status.updatedReplicas}")
    return {"pulumi.com/waitFor": json.dumps(conditions)}


def pod_seconds(workload: Workload) -> int:
    """How long one pod may take to stop and to be ready again."""
    args = workload.args
    return (
        _PREPARATION_SECONDS
        + workload.termination_grace_period_seconds
        + start_seconds(args.get("startup_probe"))
        + start_seconds(args.get("readiness_probe"))
        + workload.min_ready_seconds
    )


def rollout_minutes(workload: Workload) -> int:
    """How long an `up` waits for the pods. The provider gives ten minutes whatever the number of
    pods; here each has its own time.
    """
    return max(_LEAST_MINUTES, -(-workload.replicas * pod_seconds(workload) // 60))
