"""VolumeClaim: a claim that stands on its own, and is kept when the stack goes.

A retained claim is a server-side apply and not an object of the stack's own (decision 0002):
it makes the claim or takes it up again, no edit can replace it, and no end of the stack deletes
it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired

import pulumi
import pulumi_kubernetes as k8s

from .args import RETENTIONS, check_keys, one_of
from .claim_spec import ClaimSourceArgs, binds_at_once, claim_spec
from .labels import object_labels
from .names import check_label_name, check_subdomain_name

__all__ = ["ANY_PHASE", "VolumeClaim", "VolumeClaimArgs"]

# The provider's own awaiter takes minutes to give up where the class binds on first use and
# the claim is bound by then (it waits for Pending). Any phase will do: the workload that
# mounts the claim waits for the binding.
ANY_PHASE = {"pulumi.com/waitFor": "jsonpath={.status.phase}"}
# A claim for a volume that is there is bound at once, or it names the wrong one.
_BOUND = {"pulumi.com/waitFor": "jsonpath={.status.phase}=Bound"}


class VolumeClaimArgs(ClaimSourceArgs):
    """Inputs of VolumeClaim."""

    namespace: str
    """Namespace of the claim. Editing it makes a new, empty claim; the old one stays."""
    size: str
    """Size as a quantity, e.g. `8Gi`. A larger one grows the volume in place; a smaller one is
    refused by the API server at preview."""
    access_modes: NotRequired[Sequence[str]]
    """How nodes may mount the volume. Default `["ReadWriteOnce"]`. Editing them is refused by the
    API server at preview."""
    storage_class_name: NotRequired[str]
    """Class of the volume; an empty text is a volume without a class. Default: the cluster's
    default class, or none where `volume_name` or `selector` is given. Editing it is refused by the
    API server at preview."""
    retention: NotRequired[str]
    """`retain` (default): the claim stays in the cluster when it leaves the stack. `delete`: it
    goes with the stack, and an edit that replaces it loses the data. Editing it on a claim that
    exists is refused: the new object finds the old one."""
    app: NotRequired[str]
    """What the data belongs to, for the label `name`. Default: the name. Edited in place."""
    instance: NotRequired[str]
    """The workload, for the label `instance`. Default: the name. Edited in place."""
    component: NotRequired[str]
    """Role, for the label `component`. Default `storage`. Edited in place."""
    part_of: NotRequired[str]
    """The larger application. Default `statefast`. Edited in place."""
    labels: NotRequired[Mapping[str, str]]
    """More labels. Default none. Edited in place."""


class VolumeClaim(pulumi.ComponentResource):
    """One PersistentVolumeClaim under a name that never changes.

    Args:
        name: Name of the claim in the cluster, and of this component.
        args: See VolumeClaimArgs.
        opts: Options of the component; the provider is inherited.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """

    claim_name: pulumi.Output[str]
    """Name of the claim, known once it exists."""

    @staticmethod
    def check(name: str, args: VolumeClaimArgs) -> None:
        """Refuses what the constructor would refuse, and registers nothing.

        Raises:
            StatefastError: an arg is unknown, missing or wrong.
        """
        _plan(name, args)

    def __init__(
        self, name: str, args: VolumeClaimArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        plan = _plan(name, args)
        super().__init__("statefast:index:VolumeClaim", name, {}, opts)
        claim: k8s.core.v1.PersistentVolumeClaim | k8s.core.v1.PersistentVolumeClaimPatch
        if plan.retention == "delete":
            claim = k8s.core.v1.PersistentVolumeClaim(
                name,
                metadata=k8s.meta.v1.ObjectMetaArgs(
                    name=name,
                    namespace=plan.namespace,
                    labels=plan.labels,
                    annotations=plan.annotations,
                ),
                spec=k8s.core.v1.PersistentVolumeClaimSpecArgs(**plan.spec),
                opts=pulumi.ResourceOptions(parent=self),
            )
        else:
            claim = k8s.core.v1.PersistentVolumeClaimPatch(
                name,
                metadata=k8s.meta.v1.ObjectMetaPatchArgs(
                    name=name,
                    namespace=plan.namespace,
                    labels=plan.labels,
                    annotations={
                        **plan.annotations,
                        "pulumi.com/patchFieldManager": _field_manager(),
                    },
                ),
                spec=k8s.core.v1.PersistentVolumeClaimSpecPatchArgs(**plan.spec),
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
            )
        self.claim_name = claim.id.apply(lambda _: name)
        self.register_outputs({"claimName": self.claim_name})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    namespace: str
    labels: dict[str, str]
    annotations: dict[str, str]
    spec: dict[str, Any]
    retention: str


def _plan(name: str, args: VolumeClaimArgs) -> _Plan:
    """The whole claim, checked."""
    resource = f"VolumeClaim {name}"
    check_keys(resource, args, VolumeClaimArgs)
    check_subdomain_name(resource, "name", name)
    spec = claim_spec(resource, args)
    return _Plan(
        namespace=check_label_name(resource, "namespace", args["namespace"]),
        labels=object_labels(
            resource,
            app=args.get("app", name),
            instance=args.get("instance", name),
            component=args.get("component", "storage"),
            part_of=args.get("part_of", "statefast"),
            extra=args.get("labels"),
        ),
        annotations=_BOUND if binds_at_once(spec) else ANY_PHASE,
        spec=spec,
        retention=one_of(resource, "retention", args.get("retention", "retain"), RETENTIONS),
    )


def _field_manager() -> str:
    """Who applies the claim: this stack, now and when it comes back after a destroy.

    Another's claim of the same name has another manager, and the API server answers with a
    conflict instead of handing it over.
    """
    return f"statefast-{pulumi.get_project()}-{pulumi.get_stack()}"[:128]
