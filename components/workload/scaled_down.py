"""A workload that was scaled down so that a claim could be made anew, and is not up again.

Who restores a claim, or goes back to a volume, stops the pods first. The engine brings them back
where it has seen that they are gone: in a run with `--refresh`. Without one it takes the workload
for unchanged, and the run would be green with a replica less than its owner asked for.
"""

import pulumi

from ..errors import StatefastError
from ..safety.plan.workloads import WorkloadPlan
from ..safety.preflight import Reader
from ..safety.read.cluster import Unreadable
from ..safety.run import refused_late
from ..safety.wait.polling import look
from .model import Workload

__all__ = ["refuse_scaled_down"]


def refuse_scaled_down(
    asks: Reader,
    made: pulumi.CustomResource,
    workload: Workload,
    kind: str,
    plan: WorkloadPlan,
    *,
    made_anew: bool,
) -> None:
    """Fails an `up` that made claims of a workload anew and left it without their pods.

    Args:
        asks: The reader of the component; without a cluster nothing is looked at.
        made: The workload as registered.
        workload: Checked args.
        kind: See `Cluster.list`.
        plan: What was there before.
        made_anew: Whether this run makes any of its claims on the volume it had, or from a
            snapshot.

    Raises:
        pulumi.RunError: out of the run and not out of this call.
    """
    cluster, wanted = asks.cluster, workload.replicas
    if cluster is None or not made_anew or workload.autoscaled or pulumi.runtime.is_dry_run():
        return
    if plan.live is None or plan.replicas >= wanted:
        return

    async def compare(_: object) -> None:
        try:
            found = await look(cluster, kind, workload.namespace, soon=True)
        except Unreadable:
            return
        live = found.get(workload.name)
        now = live["spec"].get("replicas", 1) if live is not None else 0
        if now < wanted:
            raise refused_late(
                StatefastError(
                    workload.resource,
                    "replicas",
                    wanted,
                    f"but it was scaled to {now} for a claim to be made anew, which it is, and the"
                    " engine takes that for unchanged",
                    "bring its pods back: pulumi up --refresh",
                )
            )

    _: pulumi.Output[None] = made.id.apply(compare)
