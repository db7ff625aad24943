"""The claims of a StatefulSet: each asks for its size by itself, and keeps what it has."""

import pulumi
import pulumi_kubernetes as k8s

from .claim_owner import ClaimOwner
from .guard.claims import ClaimPlan
from .guard.growing import wait_until_grown
from .guard.live import DATA, MEMBERS, OWNER, RETENTION, SIZE, SKIP_AWAIT, VOLUME
from .guard.preflight import Reader, owner_of_run
from .guard.stale import refuse_stale_state
from .ordinals import members
from .quantity import binary_text, storage_bytes
from .workload import Volume, Workload

__all__ = ["NO_WAIT", "claim_annotations", "grow_claim", "volume_annotations"]

# The claim is bound by what comes after it: its volume, or the workload that mounts it and waits
# for that itself. The provider's own awaiter gives up after minutes where the class binds on
# first use and the claim is bound by then (it waits for Pending).
NO_WAIT = {SKIP_AWAIT: "true"}


def claim_annotations(size: int, retention: str, volume: str = "") -> dict[str, str]:
    """What a claim says of itself to the next run, of this stack or of another.

    Args:
        size: What its owner asks for, in bytes.
        retention: What becomes of it.
        volume: The volume it took up again; empty where it did not.
    """
    said = {OWNER: owner_of_run(), SIZE: binary_text(size), RETENTION: retention}
    return {**said, VOLUME: volume} if volume else said


def volume_annotations(workload: Workload, volume: Volume, taken_up: str = "") -> dict[str, str]:
    """What the claim of one volume of a workload says of itself."""
    size = storage_bytes(workload.resource, "size", volume.size)
    said = claim_annotations(size, workload.retention, taken_up)
    if workload.quorum and workload.replicas:
        said[MEMBERS] = members(workload).text
    return said


def _waiting(asks: Reader, plan: ClaimPlan) -> dict[str, str]:
    """Who waits until the volume has its size, and not only the claim its wish.

    The guard does, which knows why a growth fails. Where it may not read the cluster the provider
    does (from 4.18.4 on).
    """
    if asks.cluster is not None or not plan.capacity:
        return NO_WAIT
    size = binary_text(plan.capacity)
    return {"pulumi.com/waitFor": f"jsonpath={{.status.capacity.storage}}={size}"}


def grow_claim(
    parent: pulumi.ComponentResource,
    workload: Workload,
    volume: Volume,
    claim: str,
    plan: ClaimPlan,
    after: pulumi.Input[pulumi.Resource],
    asks: Reader,
    owner: ClaimOwner | None,
    data: str,
) -> k8s.core.v1.PersistentVolumeClaimPatch:
    """Applies the size wanted to the claim of one ordinal, and how its pod reads it.

    The claim is the controller's: it makes it from the template, whose size is frozen, or finds
    it where an earlier set left it. Either has happened once `after` is there.
    """
    made = k8s.core.v1.PersistentVolumeClaimPatch(
        claim,
        metadata=k8s.meta.v1.ObjectMetaPatchArgs(
            name=claim,
            namespace=workload.namespace,
            labels=dict(workload.labels),
            annotations={
                # The controller that made the claim owns its size.
                "pulumi.com/patchForce": "true",
                **_waiting(asks, plan),
                **volume_annotations(workload, volume, plan.volume),
                # Not in the claim template, which never changes.
                **({DATA: data} if data else {}),
            },
            owner_references=owner.references() if owner is not None else None,
        ),
        spec=k8s.core.v1.PersistentVolumeClaimSpecPatchArgs(
            resources=k8s.core.v1.VolumeResourceRequirementsPatchArgs(
                requests={"storage": binary_text(plan.request)}
            )
        ),
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=[after],
            # Deleting a Patch would take its fields off the claim; a claim without a size is
            # refused, and the ordinal may come back.
            retain_on_delete=True,
        ),
    )
    refuse_stale_state(
        asks,
        made,
        made.metadata,
        resource=f"{workload.resource}: claim {claim}",
        kind="claims",
        namespace=workload.namespace,
        name=claim,
        uid=plan.uid,
    )
    if plan.short or not plan.live:
        wait_until_grown(
            asks,
            parent,
            made,
            namespace=workload.namespace,
            claim=claim,
            field=f"volumes.{volume.name}.size",
            plan=plan,
        )
    return made
