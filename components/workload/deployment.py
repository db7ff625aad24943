"""PersistentDeployment: claims, the one Deployment that mounts them, and its Services.

For one replica, or for many on a volume that many nodes can mount. Replicas that each own
their data are a PersistentStatefulSet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NotRequired

import pulumi
import pulumi_kubernetes as k8s

from ..errors import StatefastError
from ..needed import needed
from ..safety.plan.reading import settled
from ..safety.preflight import report
from ..safety.read.last_run import VOLUMES
from ..safety.read.memory import held
from ..safety.read.pod_data import record
from ..safety.read.replaced import begins
from ..safety.run import made_of
from ..safety.wait.held import held_volumes
from ..safety.wait.stale import refuse_stale_state
from ..schema.named import named, with_names
from ..schema.whole_number import whole_number
from ..storage.claim import VolumeClaim, VolumeClaimArgs
from ..storage.claim_owner import ClaimOwner, claim_owner_for
from .args import WorkloadArgs
from .companions import check_companions, register_companions
from .hooks import deployment_hooks
from .model import Volume, Workload
from .mounts import check_mounts, note_claims
from .plans import DeploymentPlan, deployment_plan, frozen, workload_annotations
from .pod_template import pod_template
from .read import LATER, check_claim_owner_of, read_workload
from .restore import check_restore, restored_from
from .rollout import pod_seconds
from .scaled_down import refuse_scaled_down
from .schedule_args import before_changes
from .secret import WorkloadSecrets, secret_sources
from .service import client_host, register_services, service_port

__all__ = [
    "CheckedDeployment",
    "PersistentDeployment",
    "PersistentDeploymentArgs",
    "checked_deployment",
    "strategy",
]

_CLAIM = "kubernetes:core/v1:PersistentVolumeClaimPatch"
_LEAST_DEADLINE_SECONDS = 540
_LONGEST_DEADLINE_SECONDS = 2**31 - 1
_MORE_SECONDS = 60


class PersistentDeploymentArgs(WorkloadArgs):
    """Inputs of PersistentDeployment: those of every workload.

    `volumes[].size`: a larger size grows the claim in place, a smaller one is refused.
    `replicas` above 1 is refused unless each volume can be mounted by
    many nodes.
    """

    progress_deadline_seconds: NotRequired[int]
    """Seconds without progress after which a rollout counts as stuck, and `up` says why. Default:
    what a pod may take to stop and start, at least 540. Edited in place."""


class PersistentDeployment(pulumi.ComponentResource):
    """A Deployment whose data outlives it.

    The strategy follows from the access modes: `Recreate` where one node at a time can mount
    the volume, `RollingUpdate` otherwise. A rolling update of a ReadWriteOnce volume waits for
    ever for the pod that holds it (kubernetes/kubernetes#26567).

    Args:
        name: Name of this component, and of the Deployment and the client Service unless
            `workload_name` is given.
        args: See PersistentDeploymentArgs.
        opts: Options of the component; the provider is inherited.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """

    deployment_name: pulumi.Output[str]
    """Name of the Deployment, known once its pods are ready."""
    claim_names: pulumi.Output[Sequence[str]]
    """Names of the claims."""
    strategy: pulumi.Output[str]
    """`Recreate` or `RollingUpdate`."""
    service_host: pulumi.Output[str]
    """DNS name for clients; empty where no port is for clients."""
    service_port: pulumi.Output[int]
    """First port for clients; 0 where there is none."""

    @staticmethod
    def check(name: str, args: PersistentDeploymentArgs) -> None:
        """Refuses what the constructor would refuse, and registers nothing.

        A program that checks everything before it builds anything never leaves half a stack.

        Raises:
            StatefastError: an arg is unknown, missing or wrong.
        """
        checked_deployment(name, with_names(args, PersistentDeploymentArgs))

    @staticmethod
    def preflight(name: str, args: PersistentDeploymentArgs) -> None:
        """Refuses what the live cluster speaks against, and registers nothing.

        Raises:
            StatefastError: see `check`; or the edit would lose data, or cannot work.
        """
        args = with_names(args, PersistentDeploymentArgs)
        workload = checked_deployment(name, args).workload
        _planned(name, args)
        for volume in workload.volumes:
            if volume.existing_claim is None:
                VolumeClaim.preflight(
                    _claim_component(workload, volume), _claim_args(workload, volume)
                )

    def __init__(
        self,
        name: str,
        args: PersistentDeploymentArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        args, opts = named(args, PersistentDeploymentArgs, opts)
        checked = checked_deployment(name, args)
        workload, deadline = checked.workload, checked.deadline_seconds
        check_mounts(workload, of_set=False, opts=opts)
        planned = _planned(name, args, last=True)
        plan, asks, pod = planned.workload, planned.asks, planned.pod
        settled(asks, pod, args.get("consent") or ())
        super().__init__("statefast:index:PersistentDeployment", name, {}, opts)
        report(asks.notes, self)
        child = pulumi.ResourceOptions(parent=self, aliases=workload.aliases(self))
        owner = claim_owner_for(
            self,
            name,
            args,
            namespace=workload.namespace,
            retention=workload.retention,
            named=False,
        )
        own = [volume for volume in workload.volumes if volume.existing_claim is None]
        claims = [
            VolumeClaim(
                _claim_component(workload, volume),
                _claim_args(workload, volume, owner, record(pod.data(), volume.claim)),
                pulumi.ResourceOptions(parent=self, aliases=_claim_aliases(workload, volume)),
            )
            for volume in own
        ]
        secrets = WorkloadSecrets(self, workload, owner, planned.names, asks, planned.passwords)
        companions = register_companions(self, workload, planned.names, asks)
        # A little more, so that a stuck rollout is reported with the reason Kubernetes gives: its
        # clock begins once the former pod is gone.
        wait = f"{deadline + workload.termination_grace_period_seconds + _MORE_SECONDS}s"
        deployment = k8s.apps.v1.Deployment(
            name,
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=workload.name,
                namespace=workload.namespace,
                labels=dict(workload.labels),
                annotations=workload_annotations(plan, workload, pod),
            ),
            spec=k8s.apps.v1.DeploymentSpecArgs(
                replicas=workload.replicas,
                progress_deadline_seconds=deadline,
                min_ready_seconds=workload.min_ready_seconds or None,
                selector=k8s.meta.v1.LabelSelectorArgs(match_labels=dict(workload.selector)),
                strategy=k8s.apps.v1.DeploymentStrategyArgs(type=checked.strategy),
                template=checked.template,
            ),
            # Claims are named by literals, which keeps the preview's dry-run alive; the
            # dependency is what makes a destroy take the pods before the claims they hold.
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=needed(
                    [*claims, *secrets.resources, *companions, *([owner] if owner else [])]
                ),
                ignore_changes=[
                    *frozen(plan, ("selector",)),
                    *(["spec.replicas"] if workload.autoscaled else []),
                ],
                import_=plan.imported or None,
                hooks=deployment_hooks(self, workload, plan),
                custom_timeouts=pulumi.CustomTimeouts(create=wait, update=wait),
            ),
        )
        refuse_stale_state(
            asks,
            deployment,
            deployment.metadata,
            resource=workload.resource,
            kind="deployments",
            namespace=workload.namespace,
            name=workload.name,
            uid=plan.uid,
        )
        anew = any(claim.made_anew for claim in claims)
        refuse_scaled_down(asks, deployment, workload, "deployments", plan, made_anew=anew)
        its = bool(workload.ports_of("headless"))
        register_services(asks, planned.names, workload, child, headless=its)
        self.deployment_name = deployment.metadata["name"]
        self.plain: dict[str, Any] = {
            "claims": [volume.claim for volume in workload.volumes],
            "host": client_host(workload),
            "port": service_port(workload),
            "strategy": checked.strategy,
        }
        self.claim_names = pulumi.Output.from_input(self.plain["claims"])
        self.strategy = pulumi.Output.from_input(self.plain["strategy"])
        self.service_host = pulumi.Output.from_input(self.plain["host"])
        self.service_port = pulumi.Output.from_input(self.plain["port"])
        begins(
            asks,
            planned.known,
            workload.args.get("consent") or (),
            workload.namespace,
            {it.claim: made.empty for it, made in zip(own, claims, strict=True)},
        )
        self.register_outputs(
            {
                "deploymentName": self.deployment_name,
                "claimNames": self.plain["claims"],
                "strategy": self.plain["strategy"],
                "serviceHost": self.plain["host"],
                "servicePort": self.plain["port"],
                **planned.known.outputs(
                    workload.namespace,
                    {volume.claim: "" for volume in own},
                ),
                **secrets.outputs(),
                VOLUMES: held_volumes(
                    asks,
                    deployment,
                    workload.namespace,
                    [volume.claim for volume in workload.volumes],
                    planned.known.memory.last,
                ),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDeployment:
    """All that the args of a Deployment say, before the cluster is asked."""

    workload: Workload
    strategy: str
    deadline_seconds: int
    template: k8s.core.v1.PodTemplateSpecArgs


def checked_deployment(name: str, args: PersistentDeploymentArgs) -> CheckedDeployment:
    """The args of a component, read once in a run.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """
    made = made_of("Deployment", name, args, lambda: _checked(name, args), besides=LATER)
    check_claim_owner_of(made.workload, args)
    return made


def _planned(name: str, args: PersistentDeploymentArgs, *, last: bool = False) -> DeploymentPlan:
    """What this run makes of it, decided once."""
    it = checked_deployment(name, args)
    return made_of(
        "plan of Deployment",
        name,
        args,
        lambda: deployment_plan(it.workload, it.template),
        besides=LATER,
        last=last,
    )


def _checked(name: str, args: PersistentDeploymentArgs) -> CheckedDeployment:
    workload = read_workload("Deployment", name, args, PersistentDeploymentArgs)
    template = pod_template(
        workload,
        ordinals=False,
        claims={volume.name: volume.claim for volume in workload.volumes},
        secrets=secret_sources(workload),
    )
    check_companions(workload)
    check_restore(workload, of_set=False)
    note_claims(workload, of_set=False)
    return CheckedDeployment(
        workload=workload,
        strategy=strategy(workload),
        deadline_seconds=_progress_deadline(workload, args),
        template=template,
    )


def _progress_deadline(workload: Workload, args: PersistentDeploymentArgs) -> int:
    """When a rollout counts as stuck: one replica that starts as slowly as it may is not."""
    least = workload.min_ready_seconds + 1
    usual = max(_LEAST_DEADLINE_SECONDS, pod_seconds(workload))
    return whole_number(
        workload.resource,
        "progress_deadline_seconds",
        args.get("progress_deadline_seconds", usual),
        low=least,
        high=_LONGEST_DEADLINE_SECONDS,
    )


def strategy(workload: Workload) -> str:
    """The only safe strategy for the volumes; the strictest of them decides.

    Raises:
        StatefastError: more than one replica would share a volume that one node can mount.
    """
    strict = [volume for volume in workload.volumes if volume.one_writer]
    if not strict:
        return "RollingUpdate"
    if workload.replicas > 1 or workload.autoscaled:
        raise StatefastError(
            workload.resource,
            "replicas" if workload.replicas > 1 else "autoscaled",
            workload.replicas if workload.replicas > 1 else True,
            f"but claim {strict[0].name} is {', '.join(strict[0].access_modes)} and one node at"
            " a time can mount it",
            f"write {1 if workload.replicas > 1 else 'false'}, or use the pattern stateful-set, or"
            " access mode ReadWriteMany",
        )
    return "Recreate"


def _claim_component(workload: Workload, volume: Volume) -> str:
    """Name of the component of a claim: no other Deployment of the program has it, in whatever
    namespace or cluster it has a claim of that name.
    """
    begins = volume.name.startswith(f"{workload.component}-")
    # A volume's name has no dot, so no two pairs of them are one.
    return volume.name if begins else f"{workload.component}.{volume.name}"


def _claim_aliases(workload: Workload, volume: Volume) -> list[pulumi.Alias] | None:
    """Before 0.2 it was called like the claim. Two components that give one resource that name are
    an error; so only those do whose claim the state has, or may have.
    """
    claim = f"{workload.namespace}/{volume.name}"
    if _claim_component(workload, volume) == volume.name or held(_CLAIM, claim) is False:
        return None
    return [pulumi.Alias(name=volume.name)]


def _claim_args(
    workload: Workload, volume: Volume, owner: ClaimOwner | None = None, data: str = ""
) -> VolumeClaimArgs:
    given = workload.args
    args: VolumeClaimArgs = {
        "claim_name": volume.name,
        "namespace": workload.namespace,
        "size": volume.size,
        "access_modes": list(volume.access_modes),
        "retention": workload.retention,
        "app": given.get("app", workload.name),
        "instance": workload.name,
        "component": given.get("component", "server"),
        "part_of": given.get("part_of", "statefast"),
        "labels": given.get("labels") or {},
        "consent": given.get("consent") or (),
    }
    if restore := restored_from(workload, volume, volume.name)[0]:
        args["restore"] = restore
    if before := before_changes(given.get("snapshots")):
        args["snapshots"] = before
    if "data_from" in given:
        args["data_from"] = given["data_from"]
    if "snapshot_class_name" in given:
        args["snapshot_class_name"] = given["snapshot_class_name"]
    if owner is not None:
        args["claim_owner"] = owner
    if data:
        args["data"] = data
    if "preflight" in given:
        args["preflight"] = given["preflight"]
    if volume.attributes is not None:
        args["volume_attributes_class_name"] = volume.attributes
    if volume.storage_class_name is not None:
        args["storage_class_name"] = volume.storage_class_name
    return args
