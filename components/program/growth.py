"""The claims of a StatefulSet that is not ours: each asks for its size by itself.

A claim template is frozen when its set is made. So a larger size is applied to each claim, and a
claim of an ordinal that comes later is made ahead of its pod, with the size of now: the controller
finds it by its name. A set whose sizes never changed has none of that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..errors import StatefastError
from ..safety.plan.claims import ClaimPlan
from ..safety.plan.workloads import WorkloadPlan
from ..safety.preflight import Reader
from ..safety.read.last_run import key_of
from ..safety.read.live import Template
from ..safety.read.memory import held
from ..safety.wait.growth import wait_until_grown
from ..safety.wait.stale import refuse_stale_state
from ..schema.annotations import FORCE
from ..schema.quantity import binary_text
from ..storage.claim_annotations import NO_WAIT, claim_annotations
from ..storage.reattach import reattach
from .made import Made
from .run import GuardRun

__all__ = ["Grown", "grow"]

_PATCH = "kubernetes:core/v1:PersistentVolumeClaimPatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """The claim of one ordinal.

    Attributes:
        name: Of the claim.
        template: What it is made from.
        labels: Those that the controller gives it.
        field: The field its size stands in.
        plan: What becomes of it.
        frozen: Size in the template that lives, in bytes; 0 where none does.
        wanted: Size that the program writes, in bytes.
    """

    name: str
    template: Template
    labels: Mapping[str, str]
    field: str
    plan: ClaimPlan
    frozen: int
    wanted: int

    def is_applied(self, namespace: str) -> bool:
        """Whether the claim takes more than the set that makes it."""
        return bool(
            self.plan.grows
            or self.plan.volume
            or (self.frozen and self.frozen != self.wanted)
            # What was applied once stays in the state.
            or held(_PATCH, key_of(namespace, self.name))
        )


def grow(
    run: GuardRun,
    made: Made,
    asks: Reader,
    claims: Sequence[Grown],
    plan: WorkloadPlan,
) -> Sequence[pulumi.Resource]:
    """Applies to each claim what its set cannot say any more.

    Args:
        run: The guard.
        made: The set.
        asks: Its reader.
        claims: Its claims.
        plan: What becomes of it.

    Returns:
        What the set has to wait for.

    Raises:
        StatefastError: its provider does not apply.
    """
    first: list[pulumi.Resource] = []
    for claim in claims:
        if not claim.is_applied(made.namespace):
            continue
        if not run.applies(made.provider):
            raise StatefastError(
                made.resource,
                claim.field,
                binary_text(claim.wanted),
                f"but provider {made.provider or 'default'} has enableServerSideApply false, and"
                " the claims of a set are grown by server-side apply",
                "take that out of the provider, which touches no object",
            )
        patch = _patch(run, made, claim)
        if not claim.plan.live:
            # Else the controller may come first, and what is not bound cannot grow.
            first += [
                patch,
                *reattach(run.component, patch, made.namespace, claim.name, claim.plan),
            ]
        if plan.live is not None:
            refuse_stale_state(
                asks,
                patch,
                patch.metadata,
                resource=f"{made.resource}: claim {claim.name}",
                kind="claims",
                namespace=made.namespace,
                name=claim.name,
                uid=claim.plan.uid,
            )
        if claim.plan.short:
            wait_until_grown(
                asks,
                patch,
                patch,
                namespace=made.namespace,
                claim=claim.name,
                field=claim.field,
                plan=claim.plan,
            )
    return first


def _patch(run: GuardRun, made: Made, claim: Grown) -> k8s.core.v1.PersistentVolumeClaimPatch:
    """The claim, made if it is not there: with all that a claim takes, which then never changes."""
    where = f"@{made.provider}" if made.provider else ""
    spec: dict[str, object] = {
        "access_modes": list(claim.template.access_modes),
        "resources": {"requests": {"storage": binary_text(claim.plan.request)}},
        "volume_mode": claim.template.volume_mode,
    }
    chosen = claim.plan.volume_class or claim.template.storage_class_name
    if chosen:
        spec["storage_class_name"] = chosen
    if claim.plan.volume:
        spec["volume_name"] = claim.plan.volume
    return k8s.core.v1.PersistentVolumeClaimPatch(
        f"{made.namespace}/{claim.name}{where}",
        metadata=k8s.meta.v1.ObjectMetaPatchArgs(
            name=claim.name,
            namespace=made.namespace,
            labels=dict(claim.labels),
            annotations={
                # The controller that made the claim owns its size.
                **FORCE,
                **NO_WAIT,
                **claim_annotations(claim.wanted, run.retention, claim.plan),
            },
        ),
        spec=k8s.core.v1.PersistentVolumeClaimSpecPatchArgs(**spec),  # type: ignore[arg-type]
        opts=pulumi.ResourceOptions(
            parent=run.component,
            provider=made.args.opts.provider,
            # Where it has no provider of its own, the same one as the set.
            version=made.args.opts.version,
            plugin_download_url=made.args.opts.plugin_download_url,
            # Deleting a Patch would take its fields off the claim; a claim without a size is
            # refused, and the ordinal may come back.
            retain_on_delete=True,
            ignore_changes=[
                "metadata.labels",
                "spec.accessModes",
                "spec.storageClassName",
                "spec.volumeMode",
                "spec.volumeName",
            ],
        ),
    )
