"""VolumeClaim: a claim that stands on its own, and is kept when the stack goes.

A claim is a server-side apply and not an object of the stack's own (decision 0002): it makes the
claim or reattaches it, no edit can replace it, and the engine never deletes it. One that may go
says so by its ownerReferences (decision 0010).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired

import pulumi
import pulumi_kubernetes as k8s

from ..needed import needed
from ..safety.plan.claims import ClaimPlan, WantedClaim, plan_claims
from ..safety.preflight import PreflightArgs, Reader, reader, report, stack_of_run
from ..safety.read.known import Known, known, uid_of
from ..safety.read.last_run import VOLUMES
from ..safety.read.live import DATA
from ..safety.read.replaced import begins
from ..safety.read.versions import ATTRIBUTES_CLASS, Need, check_version, needs_of_modes
from ..safety.refusals.moved import refuse_moved_claim
from ..safety.refusals.namespace import refuse_missing_namespace
from ..safety.run import made_of, this_run
from ..safety.wait.before_change import growth_hook
from ..safety.wait.growth import wait_until_grown
from ..safety.wait.held import held_volumes
from ..safety.wait.stale import refuse_stale_state
from ..schema.annotations import FORCE
from ..schema.args import RETENTIONS
from ..schema.labels import object_labels
from ..schema.named import Named, named, with_names
from ..schema.names import check_label_name, check_subdomain_name
from ..schema.quantity import binary_text, storage_bytes
from ..schema.read import check_args
from ..schema.shape import OneOf, limit
from .brought_snapshot import bring_snapshot
from .claim_annotations import NO_WAIT, claim_annotations
from .claim_owner import ClaimOwner, check_claim_owner, claim_owner_for
from .claim_spec import ClaimSourceArgs, binds_at_once, check_no_origin, claim_spec, snapshot_source
from .namespace import WorkloadNamespace
from .reattach import reattach
from .snapshot_class import VolumeSnapshotClass
from .snapshot_rule import SnapshotsArgs, changes_of, check_snapshots, snapshot_rule
from .storage_class import StorageClass

__all__ = ["VolumeClaim", "VolumeClaimArgs"]

# A claim for a volume that is there is bound at once, or it names the wrong one.
_BOUND = {"pulumi.com/waitFor": "jsonpath={.status.phase}=Bound"}
_COPIES = {"PersistentVolumeClaim": "claim", "VolumeSnapshot": "snapshot"}
# What a check may not have yet, and no plan depends on.
_LATER = ("claim_owner", "data")
_ORIGINS = ("volume_name", "selector", "data_source", "data_source_ref")


class VolumeClaimArgs(ClaimSourceArgs):
    """Inputs of VolumeClaim."""

    namespace: str | WorkloadNamespace
    """Namespace of the claim. Editing it makes a new, empty claim; the old one stays."""
    size: str
    """Size as a quantity, e.g. `8Gi`. A larger one grows the volume in place; a smaller one is
    refused."""
    access_modes: NotRequired[Sequence[str]]
    """How nodes may mount the volume. Default `["ReadWriteOnce"]`. Editing them is refused."""
    storage_class_name: NotRequired[str | StorageClass]
    """Class of the volume; an empty text is a volume without a class. Default: the cluster's
    default class, or none where `volume_name` or `selector` is given. Editing it is refused."""
    claim_name: NotRequired[str]
    """Name of the claim in the cluster. Default: the name of the component. Editing it makes a new,
    empty claim; the old one stays."""
    data_from: NotRequired[str]
    """A namespace of the same cluster: the claim starts on a copy of the data of the claim of its
    name there, from the newest VolumeSnapshot of that which is ready. Default: empty. Refused where
    the claim is there and did not start so; taking it away changes nothing."""
    restore: NotRequired[str]
    """A VolumeSnapshot of its namespace that the claim starts from instead of the data it had.
    Default none. Where the claim is there already it is refused, with the steps and the consent
    that names the volume it leaves; taking it away changes nothing."""
    retention: NotRequired[str]
    """`retain` (default): the claim stays in the cluster when it leaves the stack. `delete`: it is
    deleted with its `claim_owner`. `snapshot`: as `delete`, but not before a snapshot of it is
    ready. Editing `retain` is refused; the others are edited in place."""
    snapshots: NotRequired[SnapshotsArgs]
    """Whether a snapshot is taken before the claim grows (`growth`), and how many are kept.
    Default: none is. Edited in place."""
    snapshot_class_name: NotRequired[str | VolumeSnapshotClass]
    """Class of the snapshot with retention `snapshot`, where `claim_owner` is not given. Default:
    the cluster's default class. Edited in place."""
    claim_owner: NotRequired[ClaimOwner]
    """What it goes with, if it is not retained. Default: an owner of its own, which goes with this
    component. Edited in place."""
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
    data: NotRequired[str]
    """What the workload that mounts it says of how it reads it, for its next run. Default none:
    PersistentDeployment writes it. Edited in place."""
    preflight: NotRequired[PreflightArgs]
    """Reads the cluster first, so that what would fail or lose data is refused at preview.
    Default: reads nothing, and the API server refuses. Editing it changes nothing in the
    cluster."""
    consent: NotRequired[Sequence[str]]
    """Changes that the owner agrees to, each in the words of the refusal that asked for it.
    Default none."""


limit(VolumeClaimArgs, retention=OneOf(RETENTIONS))


class VolumeClaim(Named):
    """One PersistentVolumeClaim under a name that never changes.

    Args:
        name: Name of this component, and of the claim in the cluster unless that is given.
        args: See VolumeClaimArgs.
        opts: Options of the component; the provider is inherited.

    Raises:
        StatefastError: an arg is unknown, missing or wrong, or the edit would lose data.
    """

    claim_name: pulumi.Output[str]
    """Name of the claim, known once it exists."""

    @staticmethod
    def check(name: str, args: VolumeClaimArgs) -> None:
        """Refuses what the constructor would refuse without a cluster, and registers nothing.

        Raises:
            StatefastError: an arg is unknown, missing or wrong.
        """
        _checked(name, with_names(args, VolumeClaimArgs))

    @staticmethod
    def preflight(name: str, args: VolumeClaimArgs) -> None:
        """Refuses what the live cluster speaks against, and registers nothing.

        Raises:
            StatefastError: an arg is unknown, missing or wrong, or the edit would lose data.
        """
        _planned(name, with_names(args, VolumeClaimArgs))

    def __init__(
        self, name: str, args: VolumeClaimArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        args, opts = named(args, VolumeClaimArgs, opts)
        checked = _checked(name, args)
        plan, asks, before = _planned(name, args, last=True)
        super().__init__("statefast:index:VolumeClaim", name, {}, opts)
        self.stands_for(checked.name)
        self.made_anew = plan.made_anew
        self.empty = plan.empty and not any(key in args for key in _ORIGINS)
        report(asks.notes, self)
        retention, namespace, labels = checked.retention, checked.namespace, checked.labels
        claim_name = checked.name
        annotations = {
            **(NO_WAIT if plan.volume else checked.waiting),
            **claim_annotations(checked.size, retention, plan),
            **({DATA: args["data"]} if args.get("data") else {}),
        }
        spec = {
            **checked.spec,
            "resources": {"requests": {"storage": binary_text(plan.request)}},
        }
        if plan.volume:
            # The class of the volume, where the args leave it to whatever is the default.
            spec |= {"volume_name": plan.volume, "storage_class_name": plan.volume_class}
        elif plan.restored:
            spec["data_source"] = snapshot_source(plan.restored)
        owner = claim_owner_for(
            self, name, args, namespace=namespace, retention=retention, named=bool(plan.claim_owner)
        )
        brought = bring_snapshot(self, name, namespace, labels, plan.copy)
        # What is known not to be another's may be taken from whoever edited it last.
        force = FORCE if plan.force else {}
        claim = k8s.core.v1.PersistentVolumeClaimPatch(
            name,
            metadata=k8s.meta.v1.ObjectMetaPatchArgs(
                name=claim_name,
                namespace=namespace,
                labels=labels,
                annotations={
                    **annotations,
                    **force,
                    "pulumi.com/patchFieldManager": _field_manager(),
                },
                owner_references=owner.references() if owner is not None else None,
            ),
            spec=k8s.core.v1.PersistentVolumeClaimSpecPatchArgs(**spec),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=needed(brought),
                hooks=_before_growth(self, name, args, checked, plan),
                retain_on_delete=True,
                # Before decision 0010 a claim that was not retained was of this type.
                aliases=[pulumi.Alias(type_="kubernetes:core/v1:PersistentVolumeClaim")],
            ),
        )
        reattach(self, claim, namespace, claim_name, plan, name)
        refuse_stale_state(
            asks,
            claim,
            claim.metadata,
            resource=checked.resource,
            kind="claims",
            namespace=namespace,
            name=claim_name,
            uid=plan.uid,
        )
        if plan.short:
            wait_until_grown(
                asks,
                self,
                claim,
                namespace=namespace,
                claim=claim_name,
                field="size",
                plan=plan,
            )
        self.claim_name = claim.id.apply(lambda _: claim_name)
        if (namespace, claim_name) not in this_run().of_workloads:
            begins(
                asks,
                before,
                args.get("consent") or (),
                namespace,
                {claim_name: self.empty},
            )
        self.register_outputs(
            {
                "claimName": self.claim_name,
                **before.outputs(namespace, {claim_name: uid_of(claim, plan.uid or "")}),
                VOLUMES: held_volumes(
                    asks, claim, namespace, [claim_name], before.memory.last, again=False
                ),
            }
        )


def _before_growth(
    component: VolumeClaim, name: str, args: VolumeClaimArgs, checked: "_Checked", plan: ClaimPlan
) -> pulumi.ResourceHookBinding | None:
    rule = snapshot_rule(args)
    if rule is None or not plan.grows:
        return None
    return growth_hook(
        component,
        rule,
        namespace=checked.namespace,
        claim=checked.name,
        size=binary_text(plan.request),
        called=f"claim-{name}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    resource: str
    name: str
    namespace: str
    labels: dict[str, str]
    waiting: dict[str, str]
    spec: dict[str, Any]
    size: int
    retention: str


def _checked(name: str, args: VolumeClaimArgs) -> _Checked:
    """The whole claim, as far as its args tell, read once in a run."""
    made = made_of("VolumeClaim", name, args, lambda: _read(name, args), besides=_LATER)
    check_claim_owner(made.resource, args, made.namespace, made.retention)
    return made


def _read(name: str, args: VolumeClaimArgs) -> _Checked:
    # Errors and consents name what is in the cluster.
    claim = args.get("claim_name", name)
    resource = f"VolumeClaim {claim}"
    check_args(resource, args, VolumeClaimArgs)
    check_snapshots(resource, args.get("snapshots"))
    check_subdomain_name(resource, "claim_name" if "claim_name" in args else "name", claim)
    spec = claim_spec(resource, args)
    check_no_origin(resource, args)
    namespace = check_label_name(resource, "namespace", args["namespace"])
    this_run().claims.add((namespace, claim))
    return _Checked(
        resource=resource,
        name=claim,
        namespace=namespace,
        labels=object_labels(
            resource,
            app=args.get("app", claim),
            instance=args.get("instance", claim),
            component=args.get("component", "storage"),
            part_of=args.get("part_of", "statefast"),
            extra=args.get("labels"),
        ),
        waiting=_BOUND if binds_at_once(spec) else NO_WAIT,
        spec=spec,
        size=storage_bytes(resource, "size", args["size"]),
        retention=args.get("retention", "retain"),
    )


def _planned(
    name: str, args: VolumeClaimArgs, *, last: bool = False
) -> tuple[ClaimPlan, Reader, Known]:
    """What this run makes of it, the reader with what its owner should know, and what was known;
    decided once.
    """
    checked = _checked(name, args)
    return made_of(
        "plan of VolumeClaim",
        name,
        args,
        lambda: _plan(name, args, checked),
        besides=_LATER,
        last=last,
    )


def _plan(name: str, args: VolumeClaimArgs, checked: _Checked) -> tuple[ClaimPlan, Reader, Known]:
    spec = checked.spec
    wanted = WantedClaim(
        name=checked.name,
        field="size",
        size=checked.size,
        storage_class_name=spec.get("storage_class_name"),
        access_modes=tuple(spec["access_modes"]),
        volume_mode=spec.get("volume_mode"),
        settled=True,
        chosen=next((key for key in _ORIGINS if key in spec), ""),
        volume_name=spec.get("volume_name", ""),
        copy_of=_COPIES.get(_source(spec).get("kind", ""), ""),
        attributes=spec.get("volume_attributes_class_name", ""),
        snapshots=changes_of(args),
        data_from=args.get("data_from", ""),
        restore=args.get("restore", ""),
        restore_field="restore",
    )
    asks = reader(checked.resource, args.get("preflight"))
    consents = args.get("consent") or ()
    before = known(asks, consents, f"VolumeClaim {name}")
    refuse_missing_namespace(asks, checked.namespace)
    check_version(asks, _needs(spec))
    refuse_moved_claim(
        asks,
        namespace=checked.namespace,
        name=checked.name,
        known=before,
        consents=consents,
        copied=bool(wanted.chosen or wanted.data_from or wanted.restore),
    )
    plans = plan_claims(
        asks,
        namespace=checked.namespace,
        wanted=[wanted],
        retention=checked.retention,
        known=before,
        consents=consents,
    )
    return plans[checked.name], asks, before


def _source(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = spec.get("data_source") or spec.get("data_source_ref") or {}
    return found


def _needs(spec: Mapping[str, Any]) -> Iterator[Need]:
    """What a claim takes that not every cluster has."""
    yield from needs_of_modes("access_modes", spec["access_modes"])
    chosen = spec.get("volume_attributes_class_name")
    if chosen:
        yield Need(field="volume_attributes_class_name", value=chosen, feature=ATTRIBUTES_CLASS)


def _field_manager() -> str:
    """Who applies the claim: this stack, now and when it comes back after a destroy.

    Another's claim of the same name has another manager, and the API server answers with a
    conflict instead of handing it over.
    """
    return f"statefast-{pulumi.get_project()}-{stack_of_run()}"[:128]
