"""A workload or claim that gets another namespace: it would start empty there.

What lives elsewhere takes the right to list a kind in all namespaces. What this stack itself made
elsewhere is in its state, and no right is needed: so an edit of the namespace is refused in every
mode.
"""

from collections.abc import Iterable, Iterator, Sequence

from ...errors import StatefastError
from ...schema.annotations import DISPOSABLE
from ..consent import DELETES_CLAIMS, Change
from ..preflight import Reader, owner_of_run
from ..read.cluster import Object
from ..read.known import Known
from ..read.live import LiveWorkload, may_go, owner_of
from ..run import this_run
from .kept_elsewhere import Kept, kept_elsewhere

__all__ = ["refuse_moved_claim", "refuse_moved_workload"]


def refuse_moved_workload(
    reader: Reader,
    kind: str,
    *,
    namespace: str,
    name: str,
    known: Known,
    consents: Sequence[str],
    copied: bool = False,
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
        copied: Whether its claims start on copies of others.

    Raises:
        StatefastError: it is elsewhere, or claims of it are kept there, and there is no consent to
            leave them.
    """
    everywhere = reader.read(kind, "", "whether the workload is in another namespace") or {}
    found = _named(reader, namespace, everywhere.values(), name)
    lives = [live for live in found if live.owner == owner_of_run()]
    uids = {live.uid for live in lives}
    # What is in the state is this stack's, whatever it was called by then.
    remembered = known.memory.named(kind, name)
    made = [live for live in _named(reader, namespace, remembered, name) if live.owner]
    if any(live.namespace == namespace for live in made):
        made = []
    for live in [*lives, *(it for it in made if it.uid not in uids)]:
        # Their owner is made again in the new namespace, and the old one is deleted.
        taken = live.takes_claims or live.retention in DISPOSABLE
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
                f"it is in {live.namespace!r}, and its claims"
                f" {'are deleted with it' if taken else 'stay there'}",
                consents,
            )
    if lives or remembered:
        return
    before = known.before
    if before.namespace:
        # The workload is in no state and not seen; its claims may be where it was.
        if before.namespace != namespace and before.claims:
            kept = Kept(namespace=before.namespace, uids=before.claims)
            _refuse_kept(reader, namespace, kept, consents)
        return
    if copied:
        return
    for kept in kept_elsewhere(reader, namespace=namespace, instance=name):
        if (reader.resource, kept.namespace) not in this_run().workloads:
            _refuse_kept(reader, namespace, kept, consents)


def refuse_moved_claim(
    reader: Reader,
    *,
    namespace: str,
    name: str,
    known: Known,
    consents: Sequence[str],
    copied: bool = False,
) -> None:
    """Refuses to make a claim that this stack made in another namespace.

    Those of a workload of the same program move with it, and are not asked about twice.

    Args:
        reader: Of the component.
        namespace: Of the claim now.
        name: Of the claim.
        known: What this stack knows of it.
        consents: What the owner agreed to.
        copied: Whether its args say where its volume or its data comes from.

    Raises:
        StatefastError: it is elsewhere, and there is no consent to leave it.
    """
    # What is in the state is this stack's, whatever it was called by then.
    made = [it["metadata"] for it in known.memory.named("claims", name)]
    made = [its for its in made if owner_of(its)]
    if (namespace, name) in this_run().of_workloads or any(
        its.get("namespace") == namespace for its in made
    ):
        return
    places = [(its["namespace"], its["uid"], may_go(its)) for its in made]
    before = known.before
    if not made and before.namespace not in ("", namespace):
        places = [(before.namespace, before.claims.get(name, ""), False)]
    if not made and not before.namespace and not copied:
        places = [
            (kept.namespace, kept.uids[name], False)
            for kept in kept_elsewhere(reader, namespace=namespace, claim=name)
            if (kept.namespace, name) not in this_run().claims
        ]
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


def _named(
    reader: Reader, namespace: str, found: Iterable[Object], name: str
) -> Iterator[LiveWorkload]:
    workloads = this_run().workloads
    component = workloads.get((reader.resource, namespace))
    for item in found:
        live = LiveWorkload.of(item)
        elsewhere = workloads.get((reader.resource, live.namespace), component)
        if live.name == name and elsewhere == component:
            yield live


def _refuse_kept(reader: Reader, namespace: str, kept: Kept, consents: Sequence[str]) -> None:
    """The workload is in no state and not seen; its claims are where it was."""
    change = Change(
        resource=reader.resource,
        field="namespace",
        old=kept.namespace,
        new=namespace,
        uid=Change.uids_of(kept.uids),
    )
    _refuse(reader, change, f"its claims are in {kept.namespace!r} and stay there", consents)


def _refuse(reader: Reader, change: Change, trouble: str, consents: Sequence[str]) -> None:
    if change.allowed(consents):
        return
    raise StatefastError(
        reader.resource,
        "namespace",
        change.new,
        f"but {trouble}: it would start with empty volumes",
        f"write {change.old!r} back, or consent to this one change by adding {change.consent!r} to"
        " consent",
    )
