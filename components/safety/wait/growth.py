"""`up` ends when the volumes have the sizes their claims ask for, and not before.

The API server takes a larger size at once; the driver's resizer, and then the node, make it true
afterwards, or fail to. Who is told that `up` is done relies on the space.
"""

import time
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ...errors import StatefastError
from ...schema.quantity import binary_text, parse_quantity
from ..plan.claims import ClaimPlan
from ..preflight import Reader
from ..read.cluster import Cluster
from ..read.live import LiveClaim
from ..run import refused_late
from .polling import look, until

__all__ = ["wait_until_grown"]

# A node that has the volume mounted grows the file system within its sync loop; a pod that is not
# there never does.
_NODE_SECONDS = 120.0


def wait_until_grown(
    asks: Reader,
    component: pulumi.Resource,
    made: k8s.core.v1.PersistentVolumeClaimPatch,
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
        made: The claim, as registered.
        namespace: Of the claim.
        claim: Its name.
        field: The field the size stands in, for errors.
        plan: What becomes of the claim. A capacity of 0 is not waited for.

    Raises:
        pulumi.RunError: out of the run and not out of this call: the driver cannot make that size,
            or has not made it in time.
    """
    cluster, capacity = asks.cluster, plan.capacity
    if cluster is None or not capacity or not asks.growth_seconds or pulumi.runtime.is_dry_run():
        return

    async def wait(spec: Any, status: Any) -> None:  # noqa: ANN401  as the engine has them
        # What `--target` and `--exclude` leave out comes back as it was; one that was never made
        # has no id, and is not waited for either.
        asked = ((spec or {}).get("resources") or {}).get("requests", {}).get("storage")
        if asked and parse_quantity(asked) < plan.request:
            return
        # A claim that was just bound comes with its size, and costs no question.
        said = ((status or {}).get("capacity") or {}).get("storage")
        if said and not plan.short and parse_quantity(said) >= capacity:
            return
        await _Wait(asks, component, claim, field, capacity).until(cluster, namespace)

    _: pulumi.Output[None] = made.id.apply(
        # One in the other: `Output.all` makes an Output of each of their fields.
        lambda _: made.spec.apply(lambda spec: made.status.apply(lambda status: wait(spec, status)))
    )


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
        self._at_node = 0.0

    async def until(self, cluster: Cluster, namespace: str) -> None:
        async def missing() -> str:
            found = await look(cluster, "claims", namespace)
            return self._missing(LiveClaim.of(found[self._claim]) if self._claim in found else None)

        trouble = await until(
            self._component,
            seconds=self._seconds,
            what=f"claim {self._claim} waits for {self._size}",
            missing=missing,
        )
        if trouble:
            raise self._refusal(
                f"but {trouble} after {self._seconds} seconds",
                "nothing is lost and the claim goes on asking: run up again to go on waiting, or"
                f" look for the reason: kubectl describe pvc {self._claim}",
            )

    def _missing(self, live: LiveClaim | None) -> str:
        if live is None:
            return "it has no volume yet"
        if live.capacity >= self._capacity:
            return ""
        trouble = self._trouble(live)
        if live.lost:
            raise self._refusal(
                f"but claim {live.name} has lost its volume",
                "run pulumi preview, which says how to have it back",
            )
        if live.infeasible:
            raise self._refusal(
                f"but {trouble}",
                "write a size that the driver can make: what it has not made yet may be taken back",
            )
        self._at_node = (self._at_node or time.monotonic()) if live.needs_restart else 0.0
        if not self._at_node or time.monotonic() - self._at_node <= _NODE_SECONDS:
            return trouble
        if live.node_failed:
            raise self._refusal(
                f"but {trouble}: its node cannot grow the file system",
                "nothing is lost and the node goes on trying: see to what it says and run up again",
            )
        if not live.node_tries:
            pulumi.log.warn(
                f"the volume of claim {self._claim} has {self._size}; its file system"
                " grows when its pod restarts: kubectl rollout restart",
                self._component,
            )
            return ""
        return trouble

    def _trouble(self, live: LiveClaim) -> str:
        has = f"the volume of claim {live.name} has {binary_text(live.capacity)}"
        if live.infeasible:
            has += " and its driver cannot make it larger"
        return f"{has} ({live.trouble})" if live.trouble else has

    def _refusal(self, why: str, remedy: str) -> pulumi.RunError:
        said = StatefastError(self._resource, self._field, self._size, why, remedy)
        return refused_late(said)
