"""The small objects around a workload: account, config files, budget, network policy, and the
schedule of its snapshots.
"""

from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..pod.config_files import config_data
from ..safety.plan.names import Names
from ..safety.preflight import Reader
from ..safety.wait.stale import refuse_gone
from .disruption import disruption_budget
from .model import Workload
from .network_policy import network_policy
from .pod_template import config_name
from .schedule import register_schedule
from .service_account import service_account

__all__ = ["check_companions", "register_companions"]


def check_companions(workload: Workload) -> None:
    """Refuses what `register_companions` would refuse, and registers nothing.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """
    network_policy(workload, workload.args.get("network_policy"))


def register_companions(
    parent: pulumi.ComponentResource, workload: Workload, names: Names, asks: Reader
) -> list[pulumi.Input[pulumi.Resource]]:
    """Registers them under the component; for the `depends_on` of the workload.

    Args:
        parent: The component.
        workload: Its args.
        names: What becomes of those that are there already.
        asks: The reader of the component.

    Raises:
        pulumi.RunError: out of the run and not out of this call: somebody deleted one of them.
    """
    name = workload.name
    opts = pulumi.ResourceOptions(parent=parent, aliases=workload.aliases(parent))
    made: list[pulumi.Input[pulumi.Resource]] = []

    def add(kind: str, item: Any, name: str = name) -> None:  # noqa: ANN401  each its own type
        place = workload.namespace
        made.append(
            refuse_gone(asks, names, item, item.metadata, kind=kind, namespace=place, name=name)
        )

    if (account := service_account(workload, names)) is not None:
        its = names.opts("ServiceAccount", name, opts)
        add("ServiceAccount", k8s.core.v1.ServiceAccount(workload.component, account, its))
    if files := workload.args.get("config_files"):
        made_of = config_data(files)
        add("ConfigMap", _config_map(workload, made_of, names, opts), config_name(workload))
    if (budget := disruption_budget(workload, names)) is not None:
        its = names.opts("PodDisruptionBudget", name, opts)
        kept = k8s.policy.v1.PodDisruptionBudget(workload.component, budget, its)
        add("PodDisruptionBudget", kept)
    given = workload.args.get("network_policy")
    if (policy := network_policy(workload, given, names)) is not None:
        its = names.opts("NetworkPolicy", name, opts)
        add("NetworkPolicy", k8s.networking.v1.NetworkPolicy(workload.component, policy, its))
    register_schedule(parent, workload, names)
    return made


def _config_map(
    workload: Workload, data: dict[str, str], names: Names, opts: pulumi.ResourceOptions
) -> k8s.core.v1.ConfigMap:
    name = config_name(workload)
    return k8s.core.v1.ConfigMap(
        workload.child(name),
        metadata=k8s.meta.v1.ObjectMetaArgs(
            name=name,
            namespace=workload.namespace,
            labels=dict(workload.labels),
            annotations=names.owned("ConfigMap", name),
        ),
        data=data,
        opts=names.opts("ConfigMap", name, opts),
    )
