"""PodDisruptionBudget: how many pods the drain of a node may take at once. One."""

import pulumi_kubernetes as k8s

from ..safety.plan.names import NO_NAMES, Names
from .model import Workload

__all__ = ["disruption_budget"]


def disruption_budget(
    workload: Workload, names: Names = NO_NAMES
) -> "k8s.policy.v1.PodDisruptionBudgetInitArgs | None":
    """The budget; None for one replica, which a budget would tie to its node for ever."""
    if workload.replicas <= 1 or not workload.args.get("disruption_budget", True):
        return None
    return k8s.policy.v1.PodDisruptionBudgetInitArgs(
        metadata=k8s.meta.v1.ObjectMetaArgs(
            name=workload.name,
            namespace=workload.namespace,
            labels=dict(workload.labels),
            annotations=names.owned("PodDisruptionBudget", workload.name),
        ),
        spec=k8s.policy.v1.PodDisruptionBudgetSpecArgs(
            max_unavailable=1,
            selector=k8s.meta.v1.LabelSelectorArgs(match_labels=dict(workload.selector)),
            # A pod that is broken anyway must not hold up the drain (KEP-3017).
            unhealthy_pod_eviction_policy="AlwaysAllow",
        ),
    )
