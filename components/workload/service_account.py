"""The ServiceAccount of a workload: its own, with no token and no rights."""

import pulumi
import pulumi_kubernetes as k8s

from ..safety.plan.names import NO_NAMES, Names
from ..schema.names import subdomain_name_or_later
from .model import Workload

__all__ = ["account_name", "service_account"]


def account_name(workload: Workload) -> pulumi.Input[str]:
    """Whose rights the pods have.

    Raises:
        StatefastError: the name given is none.
    """
    given = workload.args.get("service_account_name")
    if given is None:
        return workload.name
    return subdomain_name_or_later(workload.resource, "service_account_name", given)


def service_account(
    workload: Workload, names: Names = NO_NAMES
) -> k8s.core.v1.ServiceAccountInitArgs | None:
    """The account to make; None where one that exists was named.

    The account `default` is shared: a right that somebody gives it would be this workload's too.
    """
    if workload.args.get("service_account_name") is not None:
        return None
    return k8s.core.v1.ServiceAccountInitArgs(
        metadata=k8s.meta.v1.ObjectMetaArgs(
            name=workload.name,
            namespace=workload.namespace,
            labels=dict(workload.labels),
            annotations=names.owned("ServiceAccount", workload.name),
        ),
        automount_service_account_token=False,
    )
