"""`up` ends when the volumes have the sizes their claims ask for, and not before.

The API server takes a larger size at once; the driver's resizer, and then the node, make it true
afterwards, or fail to. Who is told that `up` is done relies on the space.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import pulumi

from ..errors import StatefastError
from ..quantity import binary_text, parse_quantity
from .claims import ClaimPlan
from .cluster import Cluster, Object, Unreadable
from .live import LiveClaim
from .preflight import Reader

__all__ = ["wait_until_grown"]

_PAUSE_SECONDS = 1.0
_PROGRESS_SECONDS = 10.0
# A node that has the volume mounted grows the file system within its sync loop; a pod that is not
# there never does.
_NODE_SECONDS = 120.0


def wait_until_grown(
    asks: Reader,
    component: pulumi.Resource,
    made: pulumi.Output[Any],
    *,
    namespace: str,
    claim: str,
    field: str,
    plan: ClaimPlan,
) -> None:
    """Holds up the end of `up` until the volume of a claim has its size; a preview never waits.

    Args:
        asks: The reader of the component; without a cluster nothing is waited for.
        component: What the progress is shown at.
        made: Status of the claim as the engine has it once it has applied the claim.
        namespace: Of the claim.
        claim: Its name.
        field: The field the size stands in, for errors.
        plan: What becomes of the claim. A capacity of 0 is not waited for.

    Raises:
        StatefastError: out of the run and not out of this call: the driver cannot make that size,
            or has not made it in time.
    """
    cluster, capacity = asks.cluster, plan.capacity
    if cluster is None or not capacity or not asks.growth_seconds or pulumi.runtime.is_dry_run():
        return

    async def wait(status: Mapping[str, Any] | None) -> None:
        # A claim that was just bound comes with its size, and costs no question.
        said = ((status or {}).get("capacity") or {}).get("storage")
        if said and not plan.short and parse_quantity(said) >= capacity:
            return
        await _Wait(asks, component, claim, field, capacity).until(cluster, namespace)

    _: pulumi.Output[None] = made.apply(wait)


class _Wait:
    """The wait for one volume."""

    def __init__(
        self, asks: Reader, component: pulumi.Resource, claim: str, field: str, capacity: int
    ) -> None:
        self._resource = asks.resource
        self._seconds = asks.growth_seconds
        self._component = component
        self._claim = claim
        self._field = field
        self._capacity = capacity
        self._size = binary_text(capacity)

    async def until(self, cluster: Cluster, namespace: str) -> None:
        began = shown = time.monotonic()
        at_node = 0.0
        trouble = "it has no volume yet"
        while (waited := time.monotonic() - began) < self._seconds:
            try:
                live = await _look(cluster, namespace, self._claim)
            except Unreadable as error:
                trouble = str(error)
            else:
                if live is not None:
                    if live.capacity >= self._capacity:
                        return
                    trouble = self._trouble(live)
                    if live.infeasible:
                        raise self._refusal(
                            f"but {trouble}",
                            "write a size that the driver can make: what it has not made yet may"
                            " be taken back",
                        )
                    at_node = (at_node or waited or 0.001) if live.needs_restart else 0.0
                    if at_node and waited - at_node > _NODE_SECONDS:
                        pulumi.log.warn(
                            f"the volume of claim {self._claim} has {self._size}; its file system"
                            " grows when its pod restarts: kubectl rollout restart",
                            self._component,
                        )
                        return
            if time.monotonic() - shown > _PROGRESS_SECONDS:
                shown = time.monotonic()
                pulumi.log.info(
                    f"claim {self._claim} waits for {self._size}: {trouble}",
                    self._component,
                    ephemeral=True,
                )
        raise self._refusal(
            f"but {trouble} after {self._seconds} seconds",
            "nothing is lost and the claim goes on asking: run up again to go on waiting, or look"
            f" for the reason: kubectl describe pvc {self._claim}",
        )

    def _trouble(self, live: LiveClaim) -> str:
        has = f"the volume of claim {live.name} has {binary_text(live.capacity)}"
        if live.infeasible:
            has += " and its driver cannot make it larger"
        return f"{has} ({live.trouble})" if live.trouble else has

    def _refusal(self, why: str, remedy: str) -> StatefastError:
        return StatefastError(self._resource, self._field, self._size, why, remedy)


# The look of a namespace that is under way: all who wait in it share the answer.
_looks: WeakKeyDictionary[Cluster, dict[str, asyncio.Task[Mapping[str, Object]]]] = (
    WeakKeyDictionary()
)


async def _look(cluster: Cluster, namespace: str, claim: str) -> LiveClaim | None:
    under_way = _looks.setdefault(cluster, {})
    if namespace not in under_way or under_way[namespace].done():
        under_way[namespace] = asyncio.ensure_future(_list(cluster, namespace))
    found = await asyncio.shield(under_way[namespace])
    return LiveClaim.of(found[claim]) if claim in found else None


async def _list(cluster: Cluster, namespace: str) -> Mapping[str, Object]:
    await asyncio.sleep(_PAUSE_SECONDS)
    return await asyncio.to_thread(cluster.list_again, "claims", namespace)
