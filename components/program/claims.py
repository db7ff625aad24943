"""A claim of the program's own: it grows in place, keeps its immutable fields, and stays."""

from typing import Any

import pulumi

from ..safety.fields import OBJECTS
from ..safety.plan.claims import WantedClaim, plan_claims
from ..safety.preflight import Reader, owner_of_run
from ..safety.read.known import known
from ..safety.read.live import OWNER
from ..safety.refusals.namespace import refuse_missing_namespace
from ..schema.quantity import binary_text, storage_bytes
from ..storage.claim_annotations import claim_annotations
from .classes import with_own_classes
from .frozen import frozen
from .made import Made
from .run import GuardRun, New

__all__ = ["CLAIM_IMMUTABLE", "guard_claim"]

_SIZE = ("spec", "resources", "requests", "storage")
_ORIGINS = ("volumeName", "selector", "dataSource", "dataSourceRef")
# The immutable fields of a claim: the provider would replace it, or the API server refuse.
CLAIM_IMMUTABLE = (
    "spec.accessModes",
    "spec.dataSource",
    "spec.dataSourceRef",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeMode",
    "spec.volumeName",
)


def guard_claim(run: GuardRun, made: Made, asks: Reader) -> pulumi.ResourceTransformResult:
    """The claim as it may go on.

    Args:
        run: The guard.
        made: The claim.
        asks: Its reader.

    Raises:
        StatefastError: it would shrink or be replaced, or is another stack's.
    """
    spec: Any = made.spec
    requests = (spec.get("resources") or {}).get("requests") or {}
    size = storage_bytes(made.resource, OBJECTS.claim("size"), requests.get("storage"))
    before = known(asks, run.consents)
    refuse_missing_namespace(asks, made.namespace)
    with_own_classes(asks, [spec.get("storageClassName") or ""])
    wanted = WantedClaim(
        name=made.name,
        field=OBJECTS.claim("size"),
        size=size,
        storage_class_name=spec.get("storageClassName"),
        access_modes=tuple(spec.get("accessModes") or ()),
        volume_mode=spec.get("volumeMode"),
        settled=True,
        chosen=next((key for key in _ORIGINS if key in spec), ""),
        volume_name=spec.get("volumeName") or "",
        fields=OBJECTS,
    )
    plans = plan_claims(
        asks,
        namespace=made.namespace,
        wanted=[wanted],
        retention=run.retention,
        known=before,
        consents=run.consents,
        adopts=made.resource,
    )
    plan = plans[made.name]
    run.remember(asks, before, made.namespace, plans)
    if plan.uid == "" and not plan.volume and not wanted.chosen:
        run.new.append(
            New(asks=asks, namespace=made.namespace, name=made.name, templates=frozenset())
        )
    if plan.request != size:
        made.write(_SIZE, binary_text(plan.request))
    made.annotate(claim_annotations(size, run.retention))
    ours = (asks.read("claims", made.namespace, "whose the claim is") or {}).get(made.name)
    metadata = (ours or {}).get("metadata") or {}
    # The engine then refuses to replace it, whatever the cause; nothing here ever wants that.
    sealed = run.keeps and (metadata.get("annotations") or {}).get(OWNER) == owner_of_run()
    made.args.opts.replace_on_changes = []
    return made.result(
        pulumi.ResourceOptions(
            ignore_changes=frozen(asks, made, "claims", CLAIM_IMMUTABLE),
            import_=made.key if sealed or made.is_taken_back(metadata) else None,
            retain_on_delete=run.keeps,
        )
    )
