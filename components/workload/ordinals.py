"""The ordinals of a StatefulSet: one place that says which pods, peers and claims there are."""

from ..safety.quorum import Members
from .model import Workload

__all__ = ["members", "ordinals"]


def ordinals(workload: Workload) -> range:
    """The ordinals of the pods, lowest first (KEP-3335: they need not start at 0)."""
    return range(workload.first_ordinal, workload.first_ordinal + workload.replicas)


def members(workload: Workload) -> Members:
    """The pods as members of a quorum."""
    return Members(workload.first_ordinal, workload.replicas)
