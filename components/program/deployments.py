"""A Deployment of the program that mounts claims: nothing replaces it unasked."""

from typing import Any

import pulumi

from ..safety.edits import FROZEN, Shape
from ..safety.fields import OBJECTS
from ..safety.plan.workloads import plan_workload
from ..safety.preflight import Reader, owner_of_run
from ..safety.read.known import known
from ..safety.read.live import OWNER, RETENTION, claims_of_pod
from ..safety.refusals.left_behind import refuse_beside
from .frozen import frozen
from .made import Made
from .pods import check_pods
from .run import GuardRun

__all__ = ["guard_deployment"]


def guard_deployment(
    run: GuardRun, made: Made, asks: Reader
) -> pulumi.ResourceTransformResult | None:
    """The Deployment as it may go on; None where it mounts no claim.

    Args:
        run: The guard.
        made: The Deployment.
        asks: Its reader.

    Raises:
        StatefastError: the edit would replace it, and there is no consent; or it is another
            stack's; or a claim that it mounts was made again beside the volume with the data.
    """
    spec: Any = made.spec
    claims = claims_of_pod((spec.get("template") or {}).get("spec") or {})
    if not claims:
        return None
    known(asks, run.consents)
    plan = plan_workload(
        asks,
        "deployments",
        namespace=made.namespace,
        name=made.name,
        shape=Shape(
            selector=(spec.get("selector") or {}).get("matchLabels") or {},
            templates={},
            fields=OBJECTS,
        ),
        retention=run.retention,
        known=None,
        consents=run.consents,
        adopts=True,
    )
    check_pods(run, made, asks, plan, {})
    refuse_beside(asks, made.namespace, claims, run.consents)
    made.annotate({OWNER: owner_of_run(), RETENTION: run.retention})
    paths = [] if "selector" in plan.free else [FROZEN["selector"]]
    return made.result(
        pulumi.ResourceOptions(
            ignore_changes=frozen(asks, made, "deployments", paths), import_=plan.imported or None
        )
    )
