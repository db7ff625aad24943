"""The ordinals of a StatefulSet: one place that says which pods, peers and claims there are."""

from .workload import Workload

__all__ = ["ordinals"]


def ordinals(workload: Workload) -> range:
    """The ordinals of the pods, lowest first (KEP-3335: they need not start at 0)."""
    return range(workload.first_ordinal, workload.first_ordinal + workload.replicas)
