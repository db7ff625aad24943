"""The ordinals of a StatefulSet: one place that says which pods, peers and claims there are."""

from collections.abc import Mapping

from ..safety.plan.claims import ClaimPlan
from ..safety.quorum import Members
from ..schema.names import claim_name
from .model import Workload

__all__ = ["claims_of_scaler", "members", "ordinals"]


def ordinals(workload: Workload) -> range:
    """The ordinals of the pods, lowest first (KEP-3335: they need not start at 0)."""
    return range(workload.first_ordinal, workload.first_ordinal + workload.replicas)


def members(workload: Workload) -> Members:
    """The pods as members of a quorum."""
    return Members(workload.first_ordinal, workload.replicas)


def claims_of_scaler(
    claims: Mapping[str, ClaimPlan], workload: Workload, replicas: int
) -> dict[str, ClaimPlan]:
    """Of the claims of an autoscaled set, those that are there or will be.

    No scaler makes those of the replicas in config, and the patch of a claim that is not there
    fails: it says no access mode.

    Args:
        claims: By name, those of the replicas in config, too.
        workload: The set, which lives.
        replicas: How many it has.
    """
    made = {
        claim_name(volume.name, workload.name, workload.first_ordinal + number)
        for volume in workload.volumes
        for number in range(replicas)
    }
    return {name: claim for name, claim in claims.items() if claim.live or name in made}
