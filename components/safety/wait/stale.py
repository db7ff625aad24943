"""The engine's word against the cluster's: an object that is taken for there, and is not.

Without a refresh the engine believes its state. A workload that somebody deleted is `unchanged`,
and an `up` that deploys nothing is green. Here the answer of the engine is held against what was
read: it names the uid of the object it means.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

from ...errors import StatefastError
from ..plan.names import Names, listed
from ..plan.workloads import WorkloadPlan
from ..preflight import Reader, owner_of_run
from ..read.cluster import Unreadable
from ..read.deleted import namespace_deleted
from ..read.live import LiveClaim
from ..run import refused_late

__all__ = ["note_found", "refuse_gone", "refuse_stale_state"]

_REMEDY = (
    "bring the state up to date and make what is missing in one run: pulumi up --refresh (pulumi"
    " preview --refresh shows it first)"
)


def refuse_stale_state(
    asks: Reader,
    made: pulumi.CustomResource,
    metadata: pulumi.Output[Any],
    *,
    resource: str,
    kind: str,
    namespace: str,
    name: str,
    uid: str | None,
) -> pulumi.Output[None]:
    """Fails a run in which the engine counts on an object that the cluster does not have.

    Args:
        asks: The reader of the component; without a cluster nothing is compared.
        made: The object as registered.
        metadata: Its metadata, as the engine has them afterwards.
        resource: Kind and name, for the error sentence.
        kind: See `Cluster.list`.
        namespace: Of the object.
        name: Of the object.
        uid: Of the one that was read before; empty where there was none, None where none could be
            read.

    Returns:
        Nothing, once that is known.

    Raises:
        pulumi.RunError: out of the run and not out of this call: the object is gone, by itself or
            with its namespace, or is another one of the same name.
    """
    cluster = asks.cluster
    if cluster is None or uid is None:
        return pulumi.Output.from_input(None)

    async def compare(found: Any) -> None:  # noqa: ANN401  metadata, or nothing
        said = _uid(found)
        if not said or said == uid:
            return
        now = uid
        if not pulumi.runtime.is_dry_run():
            # It may have been made in this run.
            try:
                now = _uid(await asyncio.to_thread(cluster.metadata_again, kind, name, namespace))
            except Unreadable:
                return
        if said != now:
            if not now and (
                refusal := await asyncio.to_thread(namespace_deleted, cluster, namespace)
            ):
                raise refused_late(refusal)
            trouble = (
                "but the stack made one that somebody deleted since"
                if not now
                else "but the stack knows an earlier one, which somebody deleted and made again"
            )
            raise refused_late(StatefastError(resource, "name", name, trouble, _REMEDY))

    # An object that the engine is about to make, or leaves out of this run, has no id.
    # One after the other: `Output.all` makes an Output of each label.
    compared: pulumi.Output[None] = made.id.apply(lambda _: metadata.apply(compare))
    return compared


def refuse_gone(
    asks: Reader,
    names: Names,
    made: pulumi.CustomResource,
    metadata: pulumi.Output[Any],
    *,
    kind: str,
    namespace: str,
    name: str,
) -> pulumi.Input[pulumi.Resource]:
    """Fails a run in which the engine counts on an object around a workload that somebody deleted.

    Args:
        asks: The reader of the component.
        names: What is there of the names that the component gives.
        made: The object as registered.
        metadata: Its metadata, as the engine has them afterwards.
        kind: Of the object, e.g. `ServiceAccount`.
        namespace: Of the object.
        name: Of the object.

    Returns:
        The object, for the `depends_on` of what cannot run without it.

    Raises:
        pulumi.RunError: see `refuse_stale_state`.
    """
    if (kind, name) not in names.gone:
        return made
    compared = refuse_stale_state(
        asks,
        made,
        metadata,
        resource=f"{kind} {name}",
        kind=listed(kind),
        namespace=namespace,
        name=name,
        uid="",
    )
    # It comes to be in this run where the engine does not have it, and has an id after that.
    there: pulumi.Output[pulumi.Resource] = compared.apply(lambda _: made)
    return there


def note_found(asks: Reader, namespace: str, claims: Iterable[str], plan: WorkloadPlan) -> None:
    """Says that a workload which is not there finds claims of this stack with their data.

    So it is after a destroy; or somebody deleted the workload, and the provider fails to edit what
    the state still lists, in words of its own.

    Args:
        asks: The reader of the component.
        namespace: Of the workload.
        claims: Names of its claims.
        plan: What becomes of it.
    """
    if plan.uid is None:
        return
    found = asks.read("claims", namespace, "whether the workload finds claims with data") or {}
    owner = owner_of_run()
    ours = [name for name in claims if name in found and LiveClaim.of(found[name]).owner == owner]
    if ours:
        asks.note(
            f"{asks.resource} is not in namespace {namespace} and finds its data in"
            f" {', '.join(ours)}; if somebody deleted it, run up --refresh"
        )


def _uid(metadata: Mapping[str, Any] | None) -> str:
    return str((metadata or {}).get("uid") or "")
