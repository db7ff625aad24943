"""The claims of a StatefulSet: each asks for its size by itself, and keeps what it has."""

from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as k8s

from ..needed import needed
from ..safety.plan.claims import ClaimPlan
from ..safety.preflight import Reader
from ..safety.read.live import DATA, MEMBERS
from ..safety.wait.before_change import growth_hook
from ..safety.wait.growth import wait_until_grown
from ..safety.wait.stale import refuse_stale_state
from ..schema.annotations import FORCE
from ..schema.quantity import binary_text, storage_bytes
from ..storage.brought_snapshot import bring_snapshot
from ..storage.claim_annotations import NO_WAIT, claim_annotations
from ..storage.claim_owner import ClaimOwner
from ..storage.claim_spec import snapshot_source
from ..storage.reattach import reattach
from ..storage.snapshot_rule import snapshot_rule
from .model import Volume, Workload
from .ordinals import members

__all__ = ["grow_claim", "reattach_claim", "volume_annotations"]


def volume_annotations(
    workload: Workload, volume: Volume, plan: ClaimPlan | None = None
) -> dict[str, str]:
    """What the claim of one volume of a workload says of itself."""
    size = storage_bytes(workload.resource, "size", volume.size)
    said = claim_annotations(size, workload.retention, plan)
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
        workload.child_of_claim(volume, claim),
        metadata=k8s.meta.v1.ObjectMetaPatchArgs(
            name=claim,
            namespace=workload.namespace,
            labels=dict(workload.labels),
            annotations={
                # The controller that made the claim owns its size.
                **FORCE,
                **_waiting(asks, plan),
                **volume_annotations(workload, volume, plan),
                # Not in the claim template, which never changes.
                **({DATA: data} if data else {}),
            },
            owner_references=owner.references() if owner is not None else None,
        ),
        spec=k8s.core.v1.PersistentVolumeClaimSpecPatchArgs(
            resources=k8s.core.v1.VolumeResourceRequirementsPatchArgs(
                requests={"storage": binary_text(plan.request)}
            ),
            # Not in the claim template, which never changes.
            volume_attributes_class_name=volume.attributes,
        ),
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=needed([after]),
            # Deleting a Patch would take its fields off the claim; a claim without a size is
            # refused, and the ordinal may come back.
            retain_on_delete=True,
            hooks=_before_growth(parent, workload, volume, claim, plan),
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


def reattach_claim(
    parent: pulumi.ComponentResource,
    workload: Workload,
    volume: Volume,
    claim: str,
    plan: ClaimPlan,
) -> Sequence[pulumi.Resource]:
    """Makes the claim of one ordinal before its StatefulSet would: on the volume it had, or from
    the snapshot that its owner named.

    Returns:
        What the set has to wait for; nothing where the controller makes the claim.
    """
    if not (plan.volume or plan.restored):
        return []
    name = workload.child_of_claim(volume, claim)
    brought = bring_snapshot(parent, name, workload.namespace, workload.labels, plan.copy)
    made = k8s.core.v1.PersistentVolumeClaimPatch(
        f"{name}-claim",
        metadata=k8s.meta.v1.ObjectMetaPatchArgs(
            name=claim,
            namespace=workload.namespace,
            labels=dict(workload.labels),
            annotations={
                **FORCE,
                **NO_WAIT,
                **volume_annotations(workload, volume, plan),
            },
        ),
        spec=k8s.core.v1.PersistentVolumeClaimSpecPatchArgs(
            access_modes=list(volume.access_modes),
            resources=k8s.core.v1.VolumeResourceRequirementsPatchArgs(
                requests={"storage": binary_text(plan.request)}
            ),
            storage_class_name=plan.volume_class or volume.storage_class_name,
            volume_name=plan.volume or None,
            data_source=_source(plan),
        ),
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=needed(brought),
            retain_on_delete=True,
            ignore_changes=["metadata", "spec"],
        ),
    )
    return [made, *reattach(parent, made, workload.namespace, claim, plan, name)]


def _source(plan: ClaimPlan) -> k8s.core.v1.TypedLocalObjectReferencePatchArgs | None:
    if plan.volume or not plan.restored:
        return None
    return k8s.core.v1.TypedLocalObjectReferencePatchArgs(**snapshot_source(plan.restored))


def _before_growth(
    parent: pulumi.ComponentResource,
    workload: Workload,
    volume: Volume,
    claim: str,
    plan: ClaimPlan,
) -> pulumi.ResourceHookBinding | None:
    rule = snapshot_rule(workload.args)
    if rule is None or not plan.grows:
        return None
    return growth_hook(
        parent,
        rule,
        namespace=workload.namespace,
        claim=claim,
        size=binary_text(plan.request),
        called=f"set-{workload.child_of_claim(volume, claim)}",
    )
