"""What the engine calls before it changes or deletes a workload: snapshots, then members."""

import pulumi

from ..safety.plan.workloads import WorkloadPlan
from ..safety.run import this_run
from ..safety.wait.before_change import deletion_hook, image_hook
from ..safety.wait.rule import AT_DELETION
from ..storage.snapshot_rule import snapshot_rule
from .member_steps import member_steps
from .model import Workload
from .plans import SetPlan

__all__ = ["deployment_hooks", "set_hooks"]


def set_hooks(
    component: pulumi.Resource, workload: Workload, plan: SetPlan, minutes: float
) -> pulumi.ResourceHookBinding | None:
    """What to hang on a StatefulSet; None where there is nothing.

    Args:
        component: What the progress is shown at.
        workload: Checked args.
        plan: What the guard said.
        minutes: How long each step of its members may take.
    """
    members = member_steps(
        component,
        workload,
        plan.members,
        plan.asks.cluster,
        by_itself=plan.steps and not plan.workload.free,
        minutes=minutes,
    )
    return _hooks(component, workload, "StatefulSet", plan.workload, members)


def deployment_hooks(
    component: pulumi.Resource, workload: Workload, plan: WorkloadPlan
) -> pulumi.ResourceHookBinding | None:
    """What to hang on a Deployment; None where there is nothing.

    Args:
        component: What the progress is shown at.
        workload: Checked args.
        plan: What the guard said.
    """
    return _hooks(component, workload, "Deployment", plan, None)


def _hooks(
    component: pulumi.Resource,
    workload: Workload,
    kind: str,
    plan: WorkloadPlan,
    members: pulumi.ResourceHookBinding | None,
) -> pulumi.ResourceHookBinding | None:
    context = (workload.args.get("preflight") or {}).get("context", "")
    # Also where nothing needs it any more: the state may have it from before.
    at_deletion = deletion_hook(context)
    if plan.free:
        this_run().replaced.add((workload.namespace, f"{kind} {workload.name}"))
    rule = snapshot_rule(workload.args)
    if rule is None:
        return members
    first = (
        [
            image_hook(
                component,
                rule,
                kind=kind,
                namespace=workload.namespace,
                name=workload.name,
                called=workload.component,
            )
        ]
        if "image" in rule.before
        else []
    )
    steps = members.before_update or [] if members is not None else []
    return pulumi.ResourceHookBinding(
        before_create=[*first],
        before_update=[*first, *steps],
        before_delete=[at_deletion] if AT_DELETION & set(rule.before) else [],
    )
