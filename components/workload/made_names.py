"""The small objects of a workload by name, for the question whether somebody has them already."""

from collections.abc import Iterator

from ..pod.config_files import config_data
from ..safety.plan.names import WantedName
from .disruption import disruption_budget
from .model import Workload
from .pod_template import config_name
from .schedule import KINDS, schedule_name, scheduled
from .secret import generated_name, given_name
from .service_account import service_account

__all__ = ["wanted_names"]


def wanted_names(workload: Workload, *, of_set: bool) -> Iterator[WantedName]:
    """What its component makes, but for the workload itself and its claims."""
    namespace, args = workload.namespace, workload.args
    if workload.ports_of("client"):
        yield WantedName(kind="Service", name=workload.name, namespace=namespace)
    if workload.makes_headless and (of_set or workload.ports_of("headless")):
        yield WantedName(kind="Service", name=workload.headless_name, namespace=namespace)
    if service_account(workload) is not None:
        yield WantedName(kind="ServiceAccount", name=workload.name, namespace=namespace)
    if files := args.get("config_files"):
        # The provider replaces a ConfigMap whose data changes.
        yield WantedName(
            kind="ConfigMap",
            name=config_name(workload),
            namespace=namespace,
            remade={"data": config_data(files)},
        )
    if disruption_budget(workload) is not None:
        yield WantedName(kind="PodDisruptionBudget", name=workload.name, namespace=namespace)
    if args.get("network_policy") is not None:
        yield WantedName(kind="NetworkPolicy", name=workload.name, namespace=namespace)
    if scheduled(workload) is not None:
        for kind in KINDS:
            yield WantedName(kind=kind, name=schedule_name(workload), namespace=namespace)
    if args.get("secret_env"):
        yield WantedName(kind="Secret", name=given_name(workload), namespace=namespace)
    if args.get("generated_secret_env"):
        name = generated_name(workload)
        yield WantedName(kind="Secret", name=name, namespace=namespace, applied=True)
