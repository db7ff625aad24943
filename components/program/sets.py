"""A StatefulSet of the program: its claims grow one by one, and nothing replaces it unasked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi

from ..errors import StatefastError
from ..safety.consent import DELETES_CLAIMS, Change
from ..safety.edits import FROZEN, Shape, edits, refuse
from ..safety.fields import OBJECTS
from ..safety.plan.claims import ClaimPlan, WantedClaim, plan_claims
from ..safety.plan.workloads import WorkloadPlan, plan_workload
from ..safety.preflight import Reader, owner_of_run
from ..safety.read.known import Known, known
from ..safety.read.live import OWNER, RETENTION, LiveWorkload, Template
from ..safety.refusals.dormant import refuse_shrinking
from ..safety.refusals.namespace import refuse_missing_namespace
from ..safety.wait.stale import note_found
from ..schema.names import claim_name
from ..schema.quantity import binary_text, storage_bytes
from .classes import with_own_classes
from .frozen import frozen
from .growth import Grown, grow
from .made import Made
from .pods import check_pods
from .run import GuardRun, New

__all__ = ["SET_IMMUTABLE", "guard_set"]

# What the provider replaces a set for, and its owner would not think of.
_NEVER = ("spec.revisionHistoryLimit",)
SET_IMMUTABLE = (*FROZEN.values(), *_NEVER)
# A set that is deleted leaves its pods, and the next one of its name takes them up.
_ORPHAN = {"pulumi.com/deletionPropagationPolicy": "orphan"}
_POLICY = "persistentVolumeClaimRetentionPolicy"


def guard_set(run: GuardRun, made: Made, asks: Reader) -> pulumi.ResourceTransformResult:
    """The StatefulSet as it may go on.

    Args:
        run: The guard.
        made: The set.
        asks: Its reader.

    Raises:
        StatefastError: the edit would replace it, or shrink or delete its claims, and there is no
            consent; or it is another stack's.
    """
    if run.keeps:
        _check_policy(made, run.consents)
    before = known(asks, run.consents)
    refuse_missing_namespace(asks, made.namespace)
    templates = {item.name: item for item in _templates(made)}
    shape = _shape(made, templates)
    plan = plan_workload(
        asks,
        "stateful sets",
        namespace=made.namespace,
        name=made.name,
        shape=shape,
        retention=run.retention,
        known=None,
        consents=run.consents,
        adopts=True,
    )
    last = _in_state(made, plan, before)
    if last is not None:
        plan = replace(plan, free=refuse(edits(made.resource, last, shape), run.consents))
    pods = _pods(made, plan)
    claims = {
        claim_name(name, made.name, ordinal): item
        for name, item in templates.items()
        for ordinal in pods
    }
    lives = plan.live or last
    said: Mapping[str, int] = lives.sizes if lives is not None else {}
    refuse_shrinking(
        asks,
        namespace=made.namespace,
        stateful_set=made.name,
        sizes={name: item.size for name, item in templates.items()},
        mounted=claims,
        first_ordinal=pods.start,
        fields=OBJECTS,
    )
    with_own_classes(asks, [item.template.storage_class_name for item in templates.values()])
    plans = plan_claims(
        asks,
        namespace=made.namespace,
        wanted=[_wanted(name, item, said.get(item.name, 0)) for name, item in claims.items()],
        retention=run.retention,
        known=before,
        consents=run.consents,
        adopts=made.resource,
    )
    run.remember(asks, before, made.namespace, plans)
    check_pods(run, made, asks, plan, {name: item.name for name, item in claims.items()})
    if plan.live is None:
        note_found(asks, made.namespace, [name for name in plans if plans[name].live], plan)
        if plan.uid == "" and claims and not any(_has_data(it) for it in plans.values()):
            run.new.append(
                New(
                    asks=asks,
                    namespace=made.namespace,
                    name=made.name,
                    templates=frozenset(templates),
                )
            )
    grown = [
        Grown(
            name=name,
            template=item.template,
            labels={**item.labels, **shape.selector},
            field=OBJECTS.volume(item.name, "size"),
            plan=plans[name],
            frozen=said.get(item.name, 0),
            wanted=item.size,
        )
        for name, item in claims.items()
    ]
    before_set = grow(run, made, asks, grown, plan)
    made.annotate({OWNER: owner_of_run(), RETENTION: run.retention})
    if run.leaving:
        _prepare(run, made, said, templates)
    return made.result(
        pulumi.ResourceOptions(
            ignore_changes=frozen(asks, made, "stateful sets", [*_frozen(plan.free), *_NEVER]),
            import_=plan.imported or None,
            depends_on=before_set,
        )
    )


def _prepare(
    run: GuardRun, made: Made, said: Mapping[str, int], templates: Mapping[str, "_Template"]
) -> None:
    """Lets the set go without its pods: without the guard the engine may make it again."""
    made.annotate(_ORPHAN)
    other = [
        f"{binary_text(was)} in the template {name} and {binary_text(templates[name].size)} here"
        for name, was in said.items()
        if name in templates and templates[name].size != was
    ]
    if other:
        run.say(
            f"{made.resource} has {', '.join(other)}: the up without the guard makes it again, and"
            " its pods and claims stay"
        )


def _frozen(free: frozenset[str]) -> list[str]:
    return [path for key, path in FROZEN.items() if key not in free]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Template:
    name: str
    labels: Mapping[str, str]
    template: Template
    size: int


def _templates(made: Made) -> Sequence[_Template]:
    found = []
    for item in made.spec.get("volumeClaimTemplates") or ():
        metadata, spec = item.get("metadata") or {}, item.get("spec") or {}
        name = str(metadata.get("name"))
        requests = (spec.get("resources") or {}).get("requests") or {}
        field = OBJECTS.volume(name, "size")
        found.append(
            _Template(
                name=name,
                labels=metadata.get("labels") or {},
                template=Template.of({"spec": spec}),
                size=storage_bytes(made.resource, field, requests.get("storage")),
            )
        )
    return found


def _shape(made: Made, templates: Mapping[str, _Template]) -> Shape:
    spec = made.spec
    return Shape(
        selector=(spec.get("selector") or {}).get("matchLabels") or {},
        templates={name: item.template for name, item in templates.items()},
        pod_management_policy=spec.get("podManagementPolicy") or "OrderedReady",
        service_name=spec.get("serviceName") or "",
        fields=OBJECTS,
    )


def _pods(made: Made, plan: WorkloadPlan) -> range:
    """The ordinals of its pods; what says nothing of replicas leaves them to an autoscaler."""
    start = int((made.spec.get("ordinals") or {}).get("start") or 0)
    replicas = made.spec.get("replicas")
    if replicas is None:
        replicas = plan.replicas if plan.live is not None else 1
    return range(start, start + int(replicas))


def _in_state(made: Made, plan: WorkloadPlan, before: Known) -> LiveWorkload | None:
    """The set as the last run left it, where the cluster does not say how it lives."""
    if plan.uid is not None:
        return None
    item = before.memory.within("stateful sets", made.namespace).get(made.name)
    return LiveWorkload.of(item) if item is not None else None


def _wanted(name: str, item: _Template, said: int) -> WantedClaim:
    return WantedClaim(
        name=name,
        field=OBJECTS.volume(item.name, "size"),
        size=item.size,
        storage_class_name=item.template.storage_class_name or None,
        access_modes=item.template.access_modes,
        volume_mode=item.template.volume_mode,
        settled=False,
        said=said,
        fields=OBJECTS,
    )


def _has_data(plan: ClaimPlan) -> bool:
    return plan.live or bool(plan.volume)


def _check_policy(made: Made, consents: Sequence[str]) -> None:
    """Refuses a set that deletes its claims with itself, or with the replicas that leave.

    Raises:
        StatefastError: there is no consent.
    """
    policy = made.spec.get(_POLICY) or {}
    for key, when in (("whenDeleted", "the set is"), ("whenScaled", "replicas are taken away")):
        if policy.get(key) != "Delete":
            continue
        field = f"spec.{_POLICY}.{key}"
        change = Change(
            resource=made.resource,
            field=field,
            old="Retain",
            new="Delete",
            # It stands for as long as there is such a set.
            uid=made.key,
            taking=DELETES_CLAIMS,
        )
        if not change.allowed(consents):
            raise StatefastError(
                made.resource,
                field,
                "Delete",
                f"so its claims are deleted, with their data, when {when}",
                f"write 'Retain', or consent to it by adding {change.consent!r} to consent",
            )
