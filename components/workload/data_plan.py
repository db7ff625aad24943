"""Whether a workload goes on with its data: on the claims that hold it, read as it was."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi_kubernetes as k8s

from ..safety.plan.reading import WantedPod, check_same_data
from ..safety.plan.workloads import WorkloadPlan
from ..safety.preflight import Reader
from ..safety.read.live import LiveClaim, LiveWorkload, claims_of_pod
from ..safety.refusals.same_claims import WantedClaims, refuse_other_claims
from ..schema.names import claim_name
from .model import Workload

__all__ = ["check_data", "check_pod", "wanted_pod"]


def wanted_pod(
    workload: Workload, template: k8s.core.v1.PodTemplateSpecArgs, *, of_set: bool
) -> WantedPod:
    """The pods of a workload, as far as they read data."""
    return WantedPod(
        name=workload.name,
        spec=cast("Mapping[str, Any]", template.spec),
        templates=[volume.name for volume in workload.volumes] if of_set else [],
        declared=workload.data,
        rule=workload.data_version,
        disposable=workload.retention == "delete",
    )


def check_data(
    asks: Reader,
    workload: Workload,
    pod: WantedPod,
    plan: WorkloadPlan,
    of_templates: Mapping[str, str],
) -> WantedPod:
    """Refuses other claims than those with the data, and another way of reading them.

    Args:
        asks: The reader of the component.
        workload: Checked args.
        pod: Its pods.
        plan: What becomes of the workload.
        of_templates: The claims of a StatefulSet, each with its claim template.

    Returns:
        The pods, with who says how the data was read until now.

    Raises:
        StatefastError: see `refuse_other_claims` and `check_same_data`.
    """
    return check_pod(
        asks,
        workload.namespace,
        pod,
        plan,
        of_templates,
        workload.args.get("consent") or (),
        by_majority=workload.quorum,
    )


def check_pod(
    asks: Reader,
    namespace: str,
    pod: WantedPod,
    plan: WorkloadPlan,
    of_templates: Mapping[str, str],
    consents: Sequence[str],
    *,
    by_majority: bool = False,
) -> WantedPod:
    """As `check_data`, of a workload that is no component of ours.

    Args:
        asks: Its reader.
        namespace: Of the workload.
        pod: Its pods.
        plan: What becomes of it.
        of_templates: The claims of a StatefulSet, each with its claim template.
        consents: What the owner agreed to.
        by_majority: Whether it is another's question which ordinals may come and go.

    Returns:
        See `check_data`.

    Raises:
        StatefastError: see `check_data`.
    """
    live = plan.live
    sources = {**of_templates, **{name: name for name in claims_of_pod(pod.spec)}}
    wanted = WantedClaims(
        name=pod.name,
        namespace=namespace,
        of_set=bool(pod.templates),
        templates=pod.templates,
        mounted=list(sources),
        by_majority=by_majority,
        disposable=pod.disposable,
    )
    refuse_other_claims(asks, wanted, live, consents)
    found = asks.read("claims", namespace, "whether the data would be read as it was")
    busy = _mounted_now(live)
    idle = {
        name: (source, LiveClaim.of((found or {})[name]))
        for name, source in sources.items()
        if name in (found or {}) and name not in busy
    }
    return check_same_data(asks, pod, live, idle, consents, is_new=plan.uid == "")


def _mounted_now(live: LiveWorkload | None) -> set[str]:
    if live is None:
        return set()
    return {
        *live.claims,
        *(
            claim_name(template, live.name, live.first_ordinal + number)
            for template in live.templates
            for number in range(live.replicas)
        ),
    }
