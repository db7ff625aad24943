"""Whether the pods of a workload go on with their data, be it anybody's workload."""

from collections.abc import Mapping
from typing import Any

from ..safety.plan.reading import WantedPod
from ..safety.plan.workloads import WorkloadPlan
from ..safety.preflight import Reader
from ..safety.read.pod_data import Declared
from ..workload.data_plan import check_pod
from .made import Made, has_unknowns
from .run import GuardRun

__all__ = ["check_pods"]

# Where the shape of the pods is; a value inside that is not known yet is let through.
_PARTS = ("volumes", "containers", "initContainers")


def check_pods(
    run: GuardRun,
    made: Made,
    asks: Reader,
    plan: WorkloadPlan,
    of_templates: Mapping[str, str],
) -> None:
    """Refuses pods that would mount other claims, or read the same ones in another way.

    Args:
        run: The guard.
        made: The workload.
        asks: Its reader.
        plan: What becomes of it.
        of_templates: The claims of a StatefulSet, each with its claim template.

    Raises:
        StatefastError: see `check_pod`.
    """
    template: Any = made.spec.get("template") or {}
    spec = template.get("spec") if isinstance(template, Mapping) else None
    if not isinstance(spec, Mapping) or _is_open(spec):
        asks.note(
            f"the pods of {made.resource} are not known yet, so it is not checked whether they"
            " read their data as before"
        )
        return
    pod = WantedPod(
        name=made.name,
        spec=spec,
        templates=sorted(set(of_templates.values())),
        declared=Declared(container=""),
        rule=None,
        disposable=False,
    )
    check_pod(asks, made.namespace, pod, plan, of_templates, run.consents)


def _is_open(spec: Mapping[str, Any]) -> bool:
    """Whether the volumes or the mounts are not known yet."""
    if any(not isinstance(spec.get(part) or [], list) for part in _PARTS):
        return True
    containers = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    return has_unknowns(spec.get("volumes") or []) or any(
        not isinstance(container, Mapping) or has_unknowns(container.get("volumeMounts") or [])
        for container in containers
    )
