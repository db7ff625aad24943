"""A snapshot of another namespace, brought in by its handle, for a claim to start from."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as k8s

from ..needed import needed
from ..safety.owner import owned
from ..safety.plan.claim_plan import CONTENT, SNAPSHOT, CopyPlan

__all__ = ["bring_snapshot"]

_API_VERSION = "snapshot.storage.k8s.io/v1"
_READY = {"pulumi.com/waitFor": "jsonpath={.status.readyToUse}=true"}


def bring_snapshot(
    parent: pulumi.ComponentResource,
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    plan: CopyPlan | None,
) -> Sequence[pulumi.Resource]:
    """Makes a content for a handle, to be kept whatever is deleted, and the snapshot bound to it.

    Args:
        parent: The component.
        name: What the names of the resources begin with.
        namespace: Of the claim.
        labels: Of both objects.
        plan: What the guard said; None where the claim starts on no such copy.

    Returns:
        What the claim has to wait for; nothing where there is nothing to bring in.
    """
    if plan is None or not plan.handle:
        return []
    mode = {"sourceVolumeMode": plan.mode} if plan.mode else {}
    content = k8s.apiextensions.CustomResource(
        f"{name}-content",
        api_version=_API_VERSION,
        kind=CONTENT,
        metadata=k8s.meta.v1.ObjectMetaArgs(
            name=plan.content, labels=dict(labels), annotations=owned()
        ),
        spec={
            "deletionPolicy": "Retain",
            "driver": plan.driver,
            "source": {"snapshotHandle": plan.handle},
            "volumeSnapshotRef": {"name": plan.snapshot, "namespace": namespace},
            **mode,
        },
        # The controller fills in the reference once the snapshot is there.
        opts=plan.opts(
            CONTENT,
            pulumi.ResourceOptions(parent=parent, ignore_changes=["spec.volumeSnapshotRef"]),
        ),
    )
    snapshot = k8s.apiextensions.CustomResource(
        f"{name}-snapshot",
        api_version=_API_VERSION,
        kind=SNAPSHOT,
        metadata=k8s.meta.v1.ObjectMetaArgs(
            name=plan.snapshot,
            namespace=namespace,
            labels=dict(labels),
            annotations={**owned(), **_READY},
        ),
        spec={"source": {"volumeSnapshotContentName": plan.content}},
        opts=plan.opts(
            SNAPSHOT, pulumi.ResourceOptions(parent=parent, depends_on=needed([content]))
        ),
    )
    return [snapshot]
