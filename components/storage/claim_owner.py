"""ClaimOwner: the one object whose deletion deletes claims, those of an ephemeral stack.

Kubernetes deletes what is owned by an object once the object is gone (ownerReferences and the
garbage collector). Claims that may go with their stack name this ConfigMap as their owner; claims
that are retained name nobody. So retention is a field of the claims, edited in place, and no
object changes its kind with it (decision 0010).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as k8s

from ..errors import StatefastError
from ..safety.owner import owned
from ..safety.preflight import PreflightArgs, reader
from ..safety.read.known import recorded
from ..safety.read.live import CLAIM_OWNER, RETENTION, live_claims
from ..safety.wait.before_change import deletion_hook
from ..safety.wait.snapshots import SNAPSHOT_CLASS, snapshot_before_deletion, snapshot_hook
from ..schema.args import RETENTIONS
from ..schema.labels import object_labels
from ..schema.named import name_of, named
from ..schema.names import check_label_name
from ..schema.read import check_args
from ..schema.shape import OneOf, limit
from .namespace import WorkloadNamespace
from .snapshot_class import VolumeSnapshotClass

__all__ = ["ClaimOwner", "ClaimOwnerArgs", "check_claim_owner", "claim_owner_for"]

_DESCRIPTION = "Claims that name this ConfigMap in their ownerReferences are deleted with it."


class ClaimOwnerArgs(TypedDict):
    """Inputs of ClaimOwner."""

    namespace: str | WorkloadNamespace
    """Namespace of the claims. Editing it deletes the claims in the old one, unless they are
    retained."""
    retention: NotRequired[str]
    """What becomes of the claims when the stack is destroyed. `retain` (default): nothing.
    `delete`: they are deleted. `snapshot`: they are deleted once a snapshot of each is ready.
    Edited in place; the components refuse to turn away from `retain`."""
    snapshot_class_name: NotRequired[str | VolumeSnapshotClass]
    """Class of the snapshots with retention `snapshot`. Default: the cluster's default class.
    Edited in place."""
    preflight: NotRequired[PreflightArgs]
    """Reads which claims name this owner, see `retention`. Default: reads nothing, and with
    `retain` the ConfigMap stays in the cluster when the stack goes. Editing it changes nothing in
    the cluster."""


limit(ClaimOwnerArgs, retention=OneOf(RETENTIONS))


class ClaimOwner(pulumi.ComponentResource):
    """A ConfigMap that owns the claims which go with a stack.

    A program that makes it once and hands it to its workloads (`claim_owner`) can rename, remove
    and switch them: their claims go when the stack is destroyed, and with no edit before. A
    component that gets none and is not to retain its claims makes one of its own.

    Args:
        name: Name of this component; the ConfigMap's is made from it and unique.
        args: See ClaimOwnerArgs.
        opts: Options of the component; the provider is inherited.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """

    retention: str
    """As given."""
    namespace: str
    """As given."""

    def __init__(
        self, name: str, args: ClaimOwnerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        args, opts = named(args, ClaimOwnerArgs, opts)
        resource = f"ClaimOwner {name}"
        check_args(resource, args, ClaimOwnerArgs)
        self.namespace = check_label_name(resource, "namespace", args["namespace"])
        self.retention = args.get("retention", "retain")
        super().__init__("statefast:index:ClaimOwner", name, {}, opts)
        context = args.get("preflight", {}).get("context", "")
        # Also where nothing needs it any more: the state may have it from before, and the engine
        # refuses to go on without.
        snapshot_hook(context)
        deletion_hook(context)
        annotations = {
            **owned(),
            CLAIM_OWNER: "true",
            RETENTION: self.retention,
            "kubernetes.io/description": _DESCRIPTION,
        }
        if snapshot_class := args.get("snapshot_class_name"):
            annotations[SNAPSHOT_CLASS] = name_of(snapshot_class)
        # No data: the provider replaces a ConfigMap whose data changes, and this one's uid is what
        # the claims name. No name either, so that one that was left behind is in nobody's way.
        made = k8s.core.v1.ConfigMap(
            name,
            metadata=k8s.meta.v1.ObjectMetaArgs(
                namespace=self.namespace,
                labels=object_labels(
                    resource,
                    app=name,
                    instance=name,
                    component="claim-owner",
                    part_of="statefast",
                ),
                annotations=annotations,
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                retain_on_delete=self._is_named(resource, args.get("preflight")),
                hooks=snapshot_before_deletion(self.retention, context),
            ),
        )
        # Before it is made the preview knows its metadata but for the uid; its id is not known.
        self._reference: pulumi.Output[k8s.meta.v1.OwnerReferencePatchArgs] = made.id.apply(
            lambda _: made.metadata.apply(_reference)
        )
        # Soon after the run began: what comes later may fail, and the next run is to know where.
        self.register_outputs(
            recorded(reader(resource, args.get("preflight"))).outputs(self.namespace)
        )

    def references(
        self,
    ) -> pulumi.Input[Sequence[pulumi.Input[k8s.meta.v1.OwnerReferencePatchArgs]]] | None:
        """What a claim says of its owner; None for one that is retained."""
        return None if self.retention == "retain" else [self._reference]

    def _is_named(self, resource: str, given: PreflightArgs | None) -> bool:
        """Whether claims that are to be retained may name this owner still, from an earlier run.

        Those of workloads that left are edited by no program; so the owner stays for them.
        """
        if self.retention != "retain":
            return False
        asks = reader(resource, given)
        claims = asks.read("claims", self.namespace, "whether a claim would go with the stack")
        return claims is None or any(claim.claim_owner for claim in live_claims(claims).values())


def check_claim_owner(
    resource: str, args: Mapping[str, Any], namespace: str, retention: str
) -> None:
    """Refuses an owner that claims of this namespace and retention cannot have.

    Kubernetes takes an owner in another namespace for one that is gone, and deletes the claim.

    Raises:
        StatefastError: namespace or retention of the owner are others.
    """
    owner: ClaimOwner | None = args.get("claim_owner")
    if owner is None:
        return
    for field, theirs, ours in (
        ("namespace", owner.namespace, namespace),
        ("retention", owner.retention, retention),
    ):
        if theirs != ours:
            raise StatefastError(
                resource,
                field,
                ours,
                f"but its claim_owner has {theirs!r}",
                "give both the same, or leave claim_owner out",
            )


def claim_owner_for(
    component: pulumi.ComponentResource,
    name: str,
    args: Mapping[str, Any],
    *,
    namespace: str,
    retention: str,
    named: bool,
) -> ClaimOwner | None:
    """What the claims of a component go with; None where they go with nothing, and never did.

    Args:
        component: Whose claims.
        name: Of the component.
        args: Of the component.
        namespace: Of the claims.
        retention: Of the claims.
        named: Whether one of the claims names an owner now.
    """
    given: ClaimOwner | None = args.get("claim_owner")
    if given is not None or (retention == "retain" and not named):
        return given
    own: ClaimOwnerArgs = {"namespace": namespace, "retention": retention}
    if "snapshot_class_name" in args:
        own["snapshot_class_name"] = args["snapshot_class_name"]
    if "preflight" in args:
        own["preflight"] = args["preflight"]
    return ClaimOwner(f"{name}-claims", own, pulumi.ResourceOptions(parent=component))


def _reference(metadata: Mapping[str, str]) -> k8s.meta.v1.OwnerReferencePatchArgs:
    return k8s.meta.v1.OwnerReferencePatchArgs(
        api_version="v1", kind="ConfigMap", name=metadata["name"], uid=metadata["uid"]
    )
