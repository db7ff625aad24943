"""A workload or claim that gets another namespace: it would start empty there.

What lives elsewhere takes the right to list a kind in all namespaces. What this stack itself made
elsewhere is in its state, and no right is needed: so an edit of the namespace is refused in every
mode.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...errors import StatefastError
from ..consent import DELETES_CLAIMS, Change
from ..preflight import Reader, owner_of_run
from ..read.cluster import Object
from ..read.known import Known
from ..read.live import OWNER, RETENTION, LiveWorkload
from ..run import this_run

__all__ = ["refuse_moved_claim", "refuse_moved_workload"]


def refuse_moved_workload(
    reader: Reader,
    kind: str,
    *,
    namespace: str,
    name: str,
    known: Known,
    consents: Sequence[str],
) -> None:
    """Refuses to make a workload that is, or was in the last run, in another namespace.

    One that another component of this run makes there stays what it is.

    Args:
        reader: Of the component.
        kind: `stateful sets` or `deployments`.
        namespace: Of the workload now.
        name: Of the workload.
        known: What this stack knows of it.
        consents: What the owner agreed to.

    Raises:
        StatefastError: it is elsewhere, and there is no consent to leave it.
    """
    everywhere = reader.read(kind, "", "whether the workload is in another namespace") or {}
    lives = list(_of_stack(reader, namespace, everywhere.values(), name))
    uids = {live.uid for live in lives}
    made = list(_of_stack(reader, namespace, known.memory.named(kind, name), name))
    if any(live.namespace == namespace for live in made):
        made = []
    for live in [*lives, *(it for it in made if it.uid not in uids)]:
        # Their owner is made again in the new namespace, and the old one is deleted.
        taken = live.takes_claims or live.retention in ("delete", "snapshot")
        if live.namespace != namespace:
            _refuse(
                reader,
                Change(
                    resource=reader.resource,
                    field="namespace",
                    old=live.namespace,
                    new=namespace,
                    uid=live.uid,
                    taking=DELETES_CLAIMS if taken else "",
                ),
                "are deleted with it" if taken else "stay there",
                consents,
            )
    if not lives and not known.memory.named(kind, name):
        _refuse_recorded(reader, namespace, known, consents)


def refuse_moved_claim(
    reader: Reader, *, namespace: str, name: str, known: Known, consents: Sequence[str]
) -> None:
    """Refuses to make a claim that this stack made in another namespace.

    Those of a workload of the same program move with it, and are not asked about twice.

    Args:
        reader: Of the component.
        namespace: Of the claim now.
        name: Of the claim.
        known: What this stack knows of it.
        consents: What the owner agreed to.

    Raises:
        StatefastError: it is elsewhere, and there is no consent to leave it.
    """
    made = [it for it in known.memory.named("claims", name) if _is_ours(it)]
    if (namespace, name) in this_run().of_workloads or any(
        item["metadata"].get("namespace") == namespace for item in made
    ):
        return
    places = [
        (it["metadata"]["namespace"], it["metadata"]["uid"], _goes(it["metadata"])) for it in made
    ]
    before = known.before
    if not made and before.namespace not in ("", namespace):
        places = [(before.namespace, before.claims.get(name, ""), False)]
    for old, uid, goes in places:
        change = Change(
            resource=f"PersistentVolumeClaim {name}",
            field="namespace",
            old=old,
            new=namespace,
            uid=uid,
            taking=DELETES_CLAIMS if goes else "",
        )
        if not change.allowed(consents):
            raise StatefastError(
                reader.resource,
                "namespace",
                namespace,
                f"but claim {old}/{name} has its data{' and is deleted' if goes else ''}, and the"
                f" one in {namespace!r} starts empty",
                f"write {old!r} back, or consent to this one change by adding {change.consent!r} to"
                " consent",
            )


def _of_stack(
    reader: Reader, namespace: str, found: Iterable[Object], name: str
) -> Iterator[LiveWorkload]:
    owner, workloads = owner_of_run(), this_run().workloads
    component = workloads.get((reader.resource, namespace))
    for item in found:
        live = LiveWorkload.of(item)
        elsewhere = workloads.get((reader.resource, live.namespace), component)
        if live.name == name and live.owner == owner and elsewhere == component:
            yield live


def _refuse_recorded(reader: Reader, namespace: str, known: Known, consents: Sequence[str]) -> None:
    """The workload is in no state and not seen; its claims may be where it was."""
    before = known.before
    if before.namespace not in ("", namespace) and before.claims:
        _refuse(
            reader,
            Change(
                resource=reader.resource,
                field="namespace",
                old=before.namespace,
                new=namespace,
                uid=" ".join(f"{name}={uid}" for name, uid in sorted(before.claims.items())),
            ),
            "stay there",
            consents,
        )


def _refuse(reader: Reader, change: Change, becomes: str, consents: Sequence[str]) -> None:
    if change.allowed(consents):
        return
    raise StatefastError(
        reader.resource,
        "namespace",
        change.new,
        f"but it is in {change.old!r}, and its claims {becomes}: it would start with empty volumes",
        f"write {change.old!r} back, or consent to this one change by adding {change.consent!r} to"
        " consent",
    )


def _goes(metadata: Mapping[str, Any]) -> bool:
    return (metadata.get("annotations") or {}).get(RETENTION) in ("delete", "snapshot")


def _is_ours(item: Object) -> bool:
    return bool((item["metadata"].get("annotations") or {}).get(OWNER) == owner_of_run())
