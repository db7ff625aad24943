"""The small objects around a workload: account, config files, budget, network policy, and the
schedule of its snapshots.
"""

import pulumi
import pulumi_kubernetes as k8s

from ..pod.config_files import config_data
from ..safety.plan.names import Names
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
    parent: pulumi.ComponentResource, workload: Workload, names: Names
) -> list[pulumi.Resource]:
    """Registers them under the component; for the `depends_on` of the workload.

    Args:
        parent: The component.
        workload: Its args.
        names: What becomes of those that are there already.
    """
    name = workload.name
    opts = pulumi.ResourceOptions(parent=parent, aliases=workload.aliases(parent))
    made: list[pulumi.Resource] = []
    if (account := service_account(workload, names)) is not None:
        made.append(
            k8s.core.v1.ServiceAccount(
                workload.component, account, names.opts("ServiceAccount", name, opts)
            )
        )
    if files := workload.args.get("config_files"):
        made.append(
            _config_map(
                workload,
                config_data(files),
                names,
                opts,
            )
        )
    if (budget := disruption_budget(workload, names)) is not None:
        made.append(
            k8s.policy.v1.PodDisruptionBudget(
                workload.component, budget, names.opts("PodDisruptionBudget", name, opts)
            )
        )
    given = workload.args.get("network_policy")
    if (policy := network_policy(workload, given, names)) is not None:
        made.append(
            k8s.networking.v1.NetworkPolicy(
                workload.component, policy, names.opts("NetworkPolicy", name, opts)
            )
        )
    register_schedule(parent, workload, names)
    return made


def _config_map(
    workload: Workload, data: dict[str, str], names: Names, opts: pulumi.ResourceOptions
) -> pulumi.Resource:
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
