"""The second look, with the provider's own eyes: what the engine left as it was, against the args.

Where the cluster was not read beforehand, an edit that would be a replacement reaches the engine,
which is told to leave those fields alone. Then the edit had no effect, and its owner must hear so.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ...errors import StatefastError
from ..edits import Shape, edits
from ..plan.workloads import WorkloadPlan
from ..read.live import LiveWorkload, Template
from ..run import refused_late

__all__ = ["refuse_what_had_no_effect"]


def refuse_what_had_no_effect(
    resource: str,
    stateful_set: k8s.apps.v1.StatefulSet,
    wanted: Shape,
    plan: WorkloadPlan,
) -> None:
    """Fails the preview, or the `up`, of an edit that the engine was told to ignore.

    Where the workload was read, all of its edits were looked at then, and nothing is done here:
    the SDK copies the spec of each set several times over to hand it on.

    Args:
        resource: Kind and name, e.g. `StatefulSet zookeeper`.
        stateful_set: As registered.
        wanted: What the args say.
        plan: What the owner consented to.

    Raises:
        pulumi.RunError: out of the run and not out of this call, once the engine has answered.
    """
    if plan.uid is not None:
        return

    def look(found: Sequence[Mapping[str, Any]]) -> None:
        metadata, spec = found
        live = LiveWorkload(
            name=metadata["name"],
            namespace=metadata["namespace"],
            uid=metadata.get("uid") or "",
            owner="",
            retention="",
            leaving=False,
            unwatched=False,
            members="",
            replicas=0,
            first_ordinal=0,
            selector=spec["selector"].get("match_labels") or {},
            templates={
                template["metadata"]["name"]: _template(template["spec"])
                for template in spec.get("volume_claim_templates") or ()
            },
            pod_management_policy=spec["pod_management_policy"],
            service_name=spec["service_name"],
            when_deleted="",
        )
        for edit in edits(resource, live, wanted):
            if edit.frozen not in plan.free:
                change = edit.change
                raise refused_late(
                    StatefastError(
                        resource,
                        change.field,
                        change.new,
                        f"but it has {change.old!r}, only a replacement could change that,"
                        " and nothing was done",
                        f"write {change.old!r} back, or turn preflight on to learn how to consent",
                    )
                )

    pulumi.Output.all(stateful_set.metadata, stateful_set.spec).apply(look)


def _template(spec: Mapping[str, Any]) -> Template:
    return Template(
        storage_class_name=spec.get("storage_class_name") or "",
        access_modes=tuple(spec.get("access_modes") or ()),
        volume_mode=spec.get("volume_mode") or "Filesystem",
    )
