"""PersistentStatefulSet: replicas that each own their volumes, which grow in place.

It makes the headless Service the set needs, and the one clients use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired

import pulumi
import pulumi_kubernetes as k8s

from ..errors import StatefastError
from ..needed import needed
from ..pod.member_env import MemberEnvArgs
from ..safety.plan.reading import settled
from ..safety.preflight import report
from ..safety.read.known import uid_of
from ..safety.read.last_run import VOLUMES
from ..safety.read.pod_data import record
from ..safety.read.replaced import begins
from ..safety.run import made_of
from ..safety.wait.canary import after_rollout
from ..safety.wait.held import held_volumes
from ..safety.wait.second_look import refuse_what_had_no_effect
from ..safety.wait.stale import refuse_stale_state
from ..schema.named import named, with_names
from ..schema.names import pod_name
from ..storage.claim_owner import claim_owner_for
from .args import WorkloadArgs
from .claims import grow_claim, reattach_claim, volume_annotations
from .companions import check_companions, register_companions
from .hooks import set_hooks
from .members import with_member_env
from .model import Volume, Workload
from .mounts import check_mounts, note_claims
from .ordinals import ordinals
from .plans import SetPlan, frozen, set_plan, workload_annotations
from .pod_template import pod_template
from .read import LATER, check_claim_owner_of, read_workload
from .restore import check_restore
from .rollout import (
    POD_MANAGEMENT,
    RolloutArgs,
    UpdateStrategy,
    rollout_minutes,
    update_strategy,
    wait_for,
)
from .scaled_down import refuse_scaled_down
from .secret import WorkloadSecrets, secret_sources
from .service import client_host, peer_host, register_services, service_port

__all__ = ["CheckedSet", "PersistentStatefulSet", "PersistentStatefulSetArgs", "checked_set"]


class PersistentStatefulSetArgs(WorkloadArgs, RolloutArgs):
    """Inputs of PersistentStatefulSet: those of every workload, and its own.

    `volumes[].size`: a larger size grows the claim of every replica in place; pods and set are
    not touched, and `up` ends when the volumes have the size. A smaller one is refused.
    """

    quorum: NotRequired[bool]
    """Whether the replicas are members of a quorum: each write is decided by more than half of
    them. A change of `replicas` or `first_ordinal` after which members without the last writes
    could decide is then gone one member at a time, or refused where `member_env` does not say what
    to tell them on the way. Default false. Edited in place; start with three members."""
    member_env: NotRequired[Mapping[str, MemberEnvArgs]]
    """Variables of the main container that say who the members of the quorum are. Default none.
    Editing it rolls pods."""


class PersistentStatefulSet(pulumi.ComponentResource):
    """A StatefulSet whose volumes outlive it and can grow.

    What cannot change in place is frozen when the set is made, the claim templates above all:
    Kubernetes does not allow it (KEP-4650 is not merged), and the provider would replace the
    set instead. The size wanted is applied to each claim by itself.

    Args:
        name: Name of this component, and of the StatefulSet and the client Service unless
            `workload_name` is given.
        args: See PersistentStatefulSetArgs.
        opts: Options of the component; the provider is inherited.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """

    stateful_set_name: pulumi.Output[str]
    """Name of the StatefulSet, known once its pods are ready."""
    claim_names: pulumi.Output[Sequence[str]]
    """Names of the claims, volume by volume, in the order of the ordinals."""
    peers: pulumi.Output[Sequence[str]]
    """DNS names of the pods, in the order of the ordinals."""
    service_host: pulumi.Output[str]
    """DNS name for clients; empty where no port is for clients."""
    service_port: pulumi.Output[int]
    """First port for clients; 0 where there is none."""
    strategy: pulumi.Output[str]
    """`RollingUpdate` or `OnDelete`."""

    @staticmethod
    def check(name: str, args: PersistentStatefulSetArgs) -> None:
        """Refuses what the constructor would refuse, and registers nothing.

        A program that checks everything before it builds anything never leaves half a stack.

        Raises:
            StatefastError: an arg is unknown, missing or wrong.
        """
        checked_set(name, with_names(args, PersistentStatefulSetArgs))

    @staticmethod
    def preflight(name: str, args: PersistentStatefulSetArgs) -> None:
        """Refuses what the live cluster speaks against, and registers nothing.

        Raises:
            StatefastError: see `check`; or the edit would lose data, or cannot work.
        """
        _planned(name, with_names(args, PersistentStatefulSetArgs))

    def __init__(
        self,
        name: str,
        args: PersistentStatefulSetArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        args, opts = named(args, PersistentStatefulSetArgs, opts)
        checked = checked_set(name, args)
        workload, template, strategy = checked.workload, checked.template, checked.strategy
        check_mounts(workload, of_set=True, opts=opts)
        plan = _planned(name, args, last=True)
        settled(plan.asks, plan.pod, args.get("consent") or ())
        super().__init__("statefast:index:PersistentStatefulSet", name, {}, opts)
        report(plan.asks.notes, self)
        child = pulumi.ResourceOptions(parent=self, aliases=workload.aliases(self))
        its = workload.makes_headless
        services = register_services(plan.asks, plan.names, workload, child, headless=its)
        owner = claim_owner_for(
            self,
            name,
            args,
            namespace=workload.namespace,
            retention=workload.retention,
            named=any(claim.claim_owner for claim in plan.claims.values()),
        )
        secrets = WorkloadSecrets(self, workload, owner, plan.names, plan.asks, plan.passwords)
        companions = register_companions(self, workload, plan.names, plan.asks)
        minutes = rollout_minutes(workload)
        # Where the guard waits for a canary.
        cluster = (
            plan.asks.readable("stateful sets", workload.namespace) if strategy.partition else None
        )
        taken_up = [
            resource
            for claim, claim_plan in plan.claims.items()
            for resource in reattach_claim(self, workload, plan.volumes[claim], claim, claim_plan)
        ]
        stateful_set = k8s.apps.v1.StatefulSet(
            name,
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=workload.name,
                namespace=workload.namespace,
                labels=dict(workload.labels),
                annotations={
                    **workload_annotations(
                        plan.workload, workload, plan.pod, plan.members.text, steps=plan.steps
                    ),
                    **wait_for(workload, strategy.partition, watched=cluster is not None),
                },
            ),
            spec=k8s.apps.v1.StatefulSetSpecArgs(
                replicas=workload.replicas,
                ordinals=_first_ordinal(workload),
                min_ready_seconds=workload.min_ready_seconds or None,
                update_strategy=strategy.spec(),
                service_name=workload.headless_name,
                pod_management_policy=checked.management,
                selector=k8s.meta.v1.LabelSelectorArgs(match_labels=dict(workload.selector)),
                template=template,
                volume_claim_templates=[_template(workload, volume) for volume in workload.volumes],
                persistent_volume_claim_retention_policy=_retention_policy(),
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                # An owner is deleted after the pods, so that its claims can go, and are snapshotted
                # at rest.
                depends_on=needed(
                    [
                        *services,
                        *secrets.resources,
                        *companions,
                        *taken_up,
                        *([owner] if owner else []),
                    ]
                ),
                ignore_changes=[
                    *frozen(
                        plan.workload, ("pod_management_policy", "service", "selector", "volumes")
                    ),
                    # Never said here, and filled in by the API server: a set that lives and is in
                    # no state (an `up` that was interrupted) is imported with it, and leaving it
                    # out would be a replacement.
                    "spec.revisionHistoryLimit",
                    *(["spec.replicas"] if workload.autoscaled else []),
                ],
                import_=plan.workload.imported or None,
                hooks=set_hooks(self, workload, plan, minutes),
                custom_timeouts=pulumi.CustomTimeouts(create=f"{minutes}m", update=f"{minutes}m"),
            ),
        )
        refuse_stale_state(
            plan.asks,
            stateful_set,
            stateful_set.metadata,
            resource=workload.resource,
            kind="stateful sets",
            namespace=workload.namespace,
            name=workload.name,
            uid=plan.workload.uid,
        )
        anew = any(claim.made_anew for claim in plan.claims.values())
        refuse_scaled_down(
            plan.asks, stateful_set, workload, "stateful sets", plan.workload, made_anew=anew
        )
        refuse_what_had_no_effect(workload.resource, stateful_set, plan.shape, plan.workload)
        rolled_out: pulumi.Input[pulumi.Resource] = stateful_set
        if cluster is not None:
            rolled_out = after_rollout(
                cluster,
                self,
                stateful_set,
                resource=workload.resource,
                namespace=workload.namespace,
                name=workload.name,
                partition=strategy.partition,
                minutes=minutes,
            )
        data = plan.pod.data()
        records = {volume.name: record(data, volume.name) for volume in workload.volumes}
        uids: dict[str, pulumi.Input[str]] = {}
        for claim, claim_plan in plan.claims.items():
            volume = plan.volumes[claim]
            # Who grows a volume may do it for the sake of the pods that do not get ready.
            after = stateful_set if claim_plan.live else rolled_out
            made = grow_claim(
                self,
                workload,
                volume,
                claim,
                claim_plan,
                after,
                plan.asks,
                owner,
                records[volume.name],
            )
            uids[claim] = uid_of(made, claim_plan.uid or "")
        self.stateful_set_name = stateful_set.metadata["name"]
        self.plain: dict[str, Any] = {
            "claims": list(plan.claims),
            "host": client_host(workload),
            "port": service_port(workload),
            "strategy": strategy.type,
            "peers": [
                peer_host(
                    pod_name(workload.name, ordinal), workload.headless_name, workload.namespace
                )
                for ordinal in ordinals(workload)
            ],
        }
        self.claim_names = pulumi.Output.from_input(self.plain["claims"])
        self.peers = pulumi.Output.from_input(self.plain["peers"])
        self.service_host = pulumi.Output.from_input(self.plain["host"])
        self.service_port = pulumi.Output.from_input(self.plain["port"])
        self.strategy = pulumi.Output.from_input(self.plain["strategy"])
        begins(
            plan.asks,
            plan.known,
            workload.args.get("consent") or (),
            workload.namespace,
            {claim: it.empty for claim, it in plan.claims.items()},
        )
        self.register_outputs(
            {
                "statefulSetName": self.stateful_set_name,
                "claimNames": self.plain["claims"],
                "peers": self.plain["peers"],
                "serviceHost": self.plain["host"],
                "servicePort": self.plain["port"],
                "strategy": self.plain["strategy"],
                **plan.known.outputs(workload.namespace, uids),
                **secrets.outputs(),
                VOLUMES: held_volumes(
                    plan.asks,
                    stateful_set,
                    workload.namespace,
                    list(plan.claims),
                    plan.known.memory.last,
                    workload.name,
                ),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSet:
    """All that the args of a StatefulSet say, before the cluster is asked."""

    workload: Workload
    management: str
    strategy: UpdateStrategy
    template: k8s.core.v1.PodTemplateSpecArgs


def checked_set(name: str, args: PersistentStatefulSetArgs) -> CheckedSet:
    """The args of a component, read once in a run.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """
    made = made_of("StatefulSet", name, args, lambda: _checked(name, args), besides=LATER)
    check_claim_owner_of(made.workload, args)
    return made


def _planned(name: str, args: PersistentStatefulSetArgs, *, last: bool = False) -> SetPlan:
    """What this run makes of it, decided once."""
    it = checked_set(name, args)
    return made_of(
        "plan of StatefulSet",
        name,
        args,
        lambda: set_plan(it.workload, it.management, it.template),
        besides=LATER,
        last=last,
    )


def _checked(name: str, args: PersistentStatefulSetArgs) -> CheckedSet:
    workload = with_member_env(read_workload("StatefulSet", name, args, PersistentStatefulSetArgs))
    management = args.get("pod_management_policy", POD_MANAGEMENT[0])
    for index, volume in enumerate(workload.volumes):
        if volume.existing_claim is not None:
            raise StatefastError(
                workload.resource,
                f"volumes[{index}].existing_claim",
                volume.existing_claim,
                "but each replica has a claim of its own",
                "give a size, or use the pattern deployment",
            )
    template = pod_template(workload, ordinals=True, claims={}, secrets=secret_sources(workload))
    check_companions(workload)
    check_restore(workload, of_set=True)
    note_claims(workload, of_set=True)
    return CheckedSet(
        workload=workload,
        management=management,
        strategy=update_strategy(workload, args.get("update_strategy")),
        template=template,
    )


def _first_ordinal(workload: Workload) -> k8s.apps.v1.StatefulSetOrdinalsArgs | None:
    if workload.first_ordinal == 0:
        return None
    return k8s.apps.v1.StatefulSetOrdinalsArgs(start=workload.first_ordinal)


def _template(workload: Workload, volume: Volume) -> k8s.core.v1.PersistentVolumeClaimArgs:
    return k8s.core.v1.PersistentVolumeClaimArgs(
        # The API server adds both; without them here the next diff would be a replacement.
        api_version="v1",
        kind="PersistentVolumeClaim",
        # The labels that select and no others: any later edit here is a replacement.
        metadata=k8s.meta.v1.ObjectMetaArgs(
            name=volume.name,
            labels=dict(workload.selector),
            annotations=volume_annotations(workload, volume),
        ),
        spec=k8s.core.v1.PersistentVolumeClaimSpecArgs(
            access_modes=list(volume.access_modes),
            resources=k8s.core.v1.VolumeResourceRequirementsArgs(requests={"storage": volume.size}),
            storage_class_name=volume.storage_class_name,
        ),
    )


def _retention_policy() -> k8s.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs:
    """Neither the end of the set nor a scale-in is a statement about data; a ClaimOwner is."""
    return k8s.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs(
        when_deleted="Retain", when_scaled="Retain"
    )
