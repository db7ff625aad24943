"""Reattaches volumes whose claims were deleted: the data is where it was, under its name."""

import hashlib
from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as k8s

from ..safety.plan.claims import ClaimPlan
from ..schema.annotations import FORCE

__all__ = ["reattach"]


def reattach(
    parent: pulumi.ComponentResource,
    made: k8s.core.v1.PersistentVolumeClaimPatch,
    namespace: str,
    claim: str,
    plan: ClaimPlan,
    name: str = "",
) -> Sequence[pulumi.Resource]:
    """Hands a released volume to the claim that has its old claim's name, and to no other.

    The volume remembers namespace and name of its claim, and the uid of the one that is gone.
    The uid of the new one takes its place, and the controller binds the two.

    Args:
        parent: The component.
        made: The claim, waiting for this volume by name.
        namespace: Of the claim.
        claim: Name of the claim.
        plan: What the guard said.
        name: What the name of the resource begins with. Default: the name of the claim.

    Returns:
        What a workload has to wait for; nothing where the claim is reattached to no volume.
    """
    if not plan.volume:
        return []
    # Another time is another resource: this one is written once, and the engine would find that
    # nothing of it has changed.
    once = f"-{hashlib.sha256(plan.was_of.encode()).hexdigest()[:8]}" if plan.was_of else ""
    volume = k8s.core.v1.PersistentVolumePatch(
        f"{name or claim}-volume{once}",
        metadata=k8s.meta.v1.ObjectMetaPatchArgs(name=plan.volume, annotations=dict(FORCE)),
        spec=k8s.core.v1.PersistentVolumeSpecPatchArgs(
            claim_ref=k8s.core.v1.ObjectReferencePatchArgs(
                namespace=namespace,
                name=claim,
                # A preview does not make the claim, and has no uid for it.
                uid=made.metadata.apply(lambda found: found.get("uid") if found else None),
            )
        ),
        # Once: from then on the reference is the controller's again.
        opts=pulumi.ResourceOptions(
            parent=parent, retain_on_delete=True, ignore_changes=["metadata", "spec"]
        ),
    )
    return [volume]
