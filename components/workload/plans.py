"""What a component asks the guard before it registers anything."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi_kubernetes as k8s

from ..safety.edits import FROZEN, Shape
from ..safety.owner import asked_together
from ..safety.plan.claims import ClaimPlan, WantedClaim, plan_claims
from ..safety.plan.names import Names, plan_names
from ..safety.plan.passwords import PasswordPlan
from ..safety.plan.reading import WantedPod
from ..safety.plan.workloads import WorkloadPlan, plan_workload
from ..safety.preflight import Reader, owner_of_run, reader
from ..safety.quorum import MemberPlan
from ..safety.read.known import Known, known
from ..safety.read.live import (
    DATA,
    MEMBERS,
    ONE_AT_A_TIME,
    OWNER,
    QUORUM,
    RETENTION,
    Template,
    live_claims,
)
from ..safety.read.pod_data import record
from ..safety.read.versions import (
    ATTRIBUTES_CLASS,
    FIRST_ORDINAL,
    Need,
    check_version,
    needs_of_modes,
)
from ..safety.refusals.dormant import refuse_shrinking
from ..safety.refusals.left_behind import refuse_beside
from ..safety.refusals.namespace import refuse_missing_namespace
from ..safety.refusals.other_pattern import refuse_other_pattern
from ..safety.refusals.outvoted import refuse_outvoting
from ..safety.refusals.renamed import refuse_renamed_set
from ..safety.wait.rule import AT_DELETION, RULE
from ..safety.wait.stale import note_found
from ..schema.names import claim_name
from ..schema.quantity import storage_bytes
from ..storage.snapshot_rule import changes_of, snapshot_rule
from .data_plan import check_data, wanted_pod
from .made_names import wanted_names
from .members import can_step
from .model import Volume, Workload
from .mounts import check_mounts_alive
from .ordinals import claims_of_scaler, members, ordinals
from .restore import note_restore, restored_from
from .secret import password_plan

__all__ = [
    "DeploymentPlan",
    "SetPlan",
    "deployment_plan",
    "frozen",
    "set_plan",
    "workload_annotations",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPlan:
    """A StatefulSet as this run will have it.

    Attributes:
        workload: Plan of the set itself.
        shape: The immutable fields of the set.
        claims: Plan of each claim, by name, volume by volume in the order of the ordinals.
        volumes: The volume of each claim.
        names: What becomes of the objects around it.
        asks: The reader, with what its owner should know.
        members: The members of the quorum, and how this run gets to those that are wanted.
        steps: Whether it could take them one at a time.
        pod: The pods, as far as they read data.
        known: What the stack knew of it, and is to know of it.
        passwords: What becomes of its generated passwords.
    """

    workload: WorkloadPlan
    shape: Shape
    claims: Mapping[str, ClaimPlan]
    volumes: Mapping[str, Volume]
    names: Names
    asks: Reader
    members: MemberPlan
    steps: bool
    pod: WantedPod
    known: Known
    passwords: PasswordPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPlan:
    """A Deployment as this run will have it; its claims are components and plan themselves.

    Attributes:
        workload: Plan of the Deployment itself.
        names: What becomes of the objects around it.
        asks: The reader, with what its owner should know.
        pod: The pods, as far as they read data.
        known: What the stack knew of it, and is to know of it.
        passwords: What becomes of its generated passwords.
    """

    workload: WorkloadPlan
    names: Names
    asks: Reader
    pod: WantedPod
    known: Known
    passwords: PasswordPlan


def set_plan(
    workload: Workload, management: str, template: k8s.core.v1.PodTemplateSpecArgs
) -> SetPlan:
    """Plans a StatefulSet and its claims.

    Args:
        workload: Checked args.
        management: Pod management policy.
        template: Template of the pods.

    Raises:
        StatefastError: the edit would lose data, or cannot work.
    """
    with asked_together():
        return _set_plan(workload, management, template)


def _set_plan(
    workload: Workload, management: str, template: k8s.core.v1.PodTemplateSpecArgs
) -> SetPlan:
    asks = reader(workload.resource, workload.args.get("preflight"))
    consents = workload.args.get("consent") or ()
    before = known(asks, consents, f"StatefulSet {workload.component}")
    refuse_missing_namespace(asks, workload.namespace)
    check_version(asks, _needs(workload))
    check_mounts_alive(asks, workload, of_set=True)
    shape = Shape(
        selector=workload.selector,
        templates={volume.name: _template(volume) for volume in workload.volumes},
        pod_management_policy=management,
        service_name=workload.headless_name,
    )
    plan = plan_workload(
        asks,
        "stateful sets",
        namespace=workload.namespace,
        name=workload.name,
        shape=shape,
        retention=workload.retention,
        known=before,
        consents=consents,
        copied="data_from" in workload.args,
    )
    if plan.live is None:
        refuse_renamed_set(
            asks,
            namespace=workload.namespace,
            name=workload.name,
            known=before,
            consents=consents,
        )
    pods = ordinals(workload)
    steps = can_step(asks, workload, management, template)
    last = _members(asks, workload, plan, by_itself=steps and not plan.free)
    if workload.autoscaled:
        pods = range(pods.start, max(pods.stop, pods.start + plan.replicas))
    volumes = {
        claim_name(volume.name, workload.name, ordinal): volume
        for volume in workload.volumes
        for ordinal in pods
    }
    refuse_shrinking(
        asks,
        namespace=workload.namespace,
        stateful_set=workload.name,
        sizes={
            volume.name: storage_bytes(workload.resource, "size", volume.size)
            for volume in workload.volumes
        },
        mounted=volumes,
        first_ordinal=workload.first_ordinal,
    )
    claims = plan_claims(
        asks,
        namespace=workload.namespace,
        wanted=[_wanted_claim(workload, name, volume) for name, volume in volumes.items()],
        retention=workload.retention,
        known=before,
        consents=consents,
    )
    if workload.autoscaled and plan.live is not None:
        claims = claims_of_scaler(claims, workload, plan.replicas)
        volumes = {name: volumes[name] for name in claims}
    note_restore(asks, workload, claims)
    pod = check_data(
        asks,
        workload,
        wanted_pod(workload, template, of_set=True),
        plan,
        {claim: volume.name for claim, volume in volumes.items()},
    )
    if plan.live is None:
        note_found(asks, workload.namespace, [name for name in claims if claims[name].live], plan)
        # The answer of the engine to the set is enough.
        claims = {
            name: claim if claim.live else replace(claim, uid=None)
            for name, claim in claims.items()
        }
    names = _names(asks, workload, of_set=True)
    return SetPlan(
        workload=plan,
        shape=shape,
        claims=claims,
        volumes=volumes,
        names=names,
        asks=asks,
        members=last,
        # At once, with the owner's consent.
        steps=steps and (plan.live is None or last.last == last.now or bool(last.way)),
        pod=pod,
        known=before,
        passwords=password_plan(asks, workload, workload.is_claim_of_set, before.memory.last),
    )


def deployment_plan(
    workload: Workload, template: k8s.core.v1.PodTemplateSpecArgs
) -> DeploymentPlan:
    """Plans a Deployment.

    Args:
        workload: Checked args.
        template: Template of its pods.

    Raises:
        StatefastError: it would be replaced without consent, or is another's; a claim that it
            mounts was made again beside the volume with the data; its data would be left behind
            or read in another way.
    """
    with asked_together():
        return _deployment_plan(workload, template)


def _deployment_plan(
    workload: Workload, template: k8s.core.v1.PodTemplateSpecArgs
) -> DeploymentPlan:
    asks = reader(workload.resource, workload.args.get("preflight"))
    before = known(asks, workload.args.get("consent") or (), f"Deployment {workload.component}")
    refuse_missing_namespace(asks, workload.namespace)
    check_mounts_alive(asks, workload, of_set=False)
    plan = plan_workload(
        asks,
        "deployments",
        namespace=workload.namespace,
        name=workload.name,
        shape=Shape(selector=workload.selector, templates={}),
        retention=workload.retention,
        known=before,
        consents=workload.args.get("consent") or (),
        copied="data_from" in workload.args,
    )
    refuse_beside(
        asks,
        workload.namespace,
        [volume.claim for volume in workload.volumes if volume.existing_claim is not None],
        workload.args.get("consent") or (),
    )
    pod = check_data(asks, workload, wanted_pod(workload, template, of_set=False), plan, {})
    if plan.live is None:
        note_found(asks, workload.namespace, [volume.claim for volume in workload.volumes], plan)
    return DeploymentPlan(
        workload=plan,
        names=_names(asks, workload, of_set=False),
        asks=asks,
        pod=pod,
        known=before,
        passwords=password_plan(asks, workload, workload.is_claim, before.memory.last),
    )


def _names(asks: Reader, workload: Workload, *, of_set: bool) -> Names:
    """What becomes of the objects around a workload that are there already.

    Raises:
        StatefastError: one is another's, or so is a workload of the other pattern.
    """
    consents = workload.args.get("consent") or ()
    refuse_other_pattern(
        asks,
        workload.namespace,
        workload.name,
        of_set=of_set,
        selector=workload.selector,
        consents=consents,
    )
    return plan_names(asks, wanted_names(workload, of_set=of_set), consents)


def frozen(plan: WorkloadPlan, keys: Sequence[str]) -> list[str]:
    """The paths that the engine leaves as they are, so that none of them can be a replacement.

    The guard refuses such an edit first, where it can read the cluster. This holds where it
    cannot, too.
    """
    return [FROZEN[key] for key in keys if key not in plan.free]


def workload_annotations(
    plan: WorkloadPlan,
    workload: Workload,
    pod: WantedPod,
    members: str = "",
    *,
    steps: bool = False,
) -> dict[str, str]:
    """Whose a workload is, what becomes of its claims, how its pods read them, whether its members
    decide by majority and come and go one at a time, and whether it may be taken from whoever
    edited it last.
    """
    said = {OWNER: owner_of_run(), RETENTION: workload.retention}
    if data := record(pod.data()):
        said[DATA] = data
    if workload.quorum:
        said[QUORUM] = ONE_AT_A_TIME if steps else "true"
    rule = snapshot_rule(workload.args)
    if rule is not None and AT_DELETION & set(rule.before):
        said[RULE] = rule.text
    if members:
        said[MEMBERS] = members
    return {**said, **plan.applied}


def _members(
    asks: Reader, workload: Workload, plan: WorkloadPlan, *, by_itself: bool
) -> MemberPlan:
    """The members of the quorum, as this run finds and leaves them.

    Raises:
        StatefastError: those that come could decide without the data of those there are.
    """
    autoscaled = workload.autoscaled and plan.replicas
    if not workload.quorum or autoscaled:
        return MemberPlan()
    claims = asks.read(
        "claims", workload.namespace, "whether new members of the quorum could outvote the old ones"
    )
    return refuse_outvoting(
        asks,
        name=workload.name,
        wanted=members(workload),
        live=plan.live,
        volumes=[volume.name for volume in workload.volumes],
        claims=live_claims(claims or {}),
        consents=workload.args.get("consent") or (),
        by_itself=by_itself,
    )


def _needs(workload: Workload) -> Iterator[Need]:
    """What a set takes that not every cluster has."""
    if workload.first_ordinal:
        yield Need(field="first_ordinal", value=workload.first_ordinal, feature=FIRST_ORDINAL)
    for volume in workload.volumes:
        yield from needs_of_modes(f"volumes.{volume.name}.access_modes", volume.access_modes)
        if volume.attributes is not None:
            field = f"volumes.{volume.name}.volume_attributes_class_name"
            yield Need(field=field, value=volume.attributes, feature=ATTRIBUTES_CLASS)


def _wanted_claim(workload: Workload, name: str, volume: Volume) -> WantedClaim:
    """A claim as the args want it."""
    restore, field = restored_from(workload, volume, name)
    return WantedClaim(
        name=name,
        field=f"volumes.{volume.name}.size",
        size=storage_bytes(workload.resource, "size", volume.size),
        storage_class_name=volume.storage_class_name,
        access_modes=volume.access_modes,
        volume_mode="Filesystem",
        settled=False,
        attributes=volume.attributes or "",
        snapshots=changes_of(workload.args),
        data_from=workload.args.get("data_from", ""),
        restore=restore,
        restore_field=field,
    )


def _template(volume: Volume) -> Template:
    return Template(
        storage_class_name=volume.storage_class_name or "",
        access_modes=volume.access_modes,
        volume_mode="Filesystem",
    )
