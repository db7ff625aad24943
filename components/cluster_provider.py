"""The provider of a stack's objects, which no rename of the stack or the context replaces."""

import pulumi
import pulumi_kubernetes as k8s

from .safety.preflight import stack_of_run

__all__ = ["cluster_provider"]


def cluster_provider(context: str) -> k8s.Provider:
    """The provider for one cluster.

    Args:
        context: Context of the kubeconfig; empty for the current one.
    """
    return k8s.Provider(
        "cluster",
        context=context or None,
        # Without it a moved context is another cluster to the provider, and every object would be
        # replaced (pulumi-kubernetes#4019).
        cluster_identifier=f"{pulumi.get_project()}-{stack_of_run()}",
        # A stack that was renamed and does not say so is refused before it gets here, where the
        # cluster is read. This holds where it is not.
        opts=pulumi.ResourceOptions(ignore_changes=["clusterIdentifier"]),
    )
