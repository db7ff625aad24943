"""What becomes of a workload in this run: made, edited in place, or replaced with consent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...errors import StatefastError
from ...schema.annotations import FIELD_MANAGER, FORCE, RETENTION, field_manager
from ..edits import Shape, edits, refuse
from ..owner import check_owner
from ..preflight import Reader, owner_of_run
from ..read.known import Known
from ..read.live import LiveWorkload
from ..read.memory import applied, held
from ..refusals.left_out import refuse_left_out
from ..refusals.moved import refuse_moved_workload
from .limits import check_new_classes

__all__ = ["WorkloadPlan", "plan_workload"]


_TYPES = {
    "deployments": "kubernetes:apps/v1:Deployment",
    "stateful sets": "kubernetes:apps/v1:StatefulSet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadPlan:
    """One workload as this run will have it.

    Attributes:
        free: Keys of FROZEN that the owner consented to change.
        sealed: `<namespace>/<name>` where the engine is to refuse a replacement, whatever its
            cause; empty where there is nothing to seal, or a replacement is wanted.
        taken_back: `<namespace>/<name>` where it lives and is in no state, so that it is imported.
        replicas: How many the cluster has now; 0 where it has no such workload.
        force: Whether it is known not to be another's, so that fields may be taken over.
        live: The workload as it lives, with the name that it is applied under; None where there is
            none, or none could be read.
    """

    free: frozenset[str] = frozenset()
    sealed: str = ""
    taken_back: str = ""
    replicas: int = 0
    force: bool = False
    live: LiveWorkload | None = None

    @property
    def imported(self) -> str:
        """The id to register it with; empty where it is registered without."""
        return self.sealed or self.taken_back

    @property
    def applied(self) -> dict[str, str]:
        """What it says of how it is applied."""
        force = FORCE if self.force else {}
        # Of one that was another's the name that its fields were handed over to.
        manager = self.live.manager if self.live is not None else ""
        return {**force, **({FIELD_MANAGER: manager} if manager else {})}

    @property
    def uid(self) -> str | None:
        """Of the workload that lives; empty where there is none, None where none could be read."""
        if self.live is not None:
            return self.live.uid
        return "" if self.force else None


def plan_workload(
    reader: Reader,
    kind: str,
    *,
    namespace: str,
    name: str,
    shape: Shape,
    retention: str,
    known: Known | None,
    consents: Sequence[str],
    adopts: bool = False,
    copied: bool = False,
) -> WorkloadPlan:
    """The plan for one StatefulSet or Deployment.

    Args:
        reader: Of the component.
        kind: `stateful sets` or `deployments`.
        namespace: Of the workload.
        name: Of the workload.
        shape: Its immutable fields.
        retention: What the args say becomes of its claims.
        known: What this stack knows of it; None where a workload of that name in another
            namespace may be another one.
        consents: What the owner agreed to.
        adopts: Whether one that is nobody's is taken for this program's own: the engine, which
            goes by its state, does not take it where it is not.
        copied: Whether its claims start on copies of others.

    Raises:
        StatefastError: it would be replaced or moved without consent, or is another's.
    """
    found = reader.read(kind, namespace, "whether an edit would replace the workload")
    if found is None or name not in found:
        if known is not None:
            refuse_moved_workload(
                reader,
                kind,
                namespace=namespace,
                name=name,
                known=known,
                consents=consents,
                copied=copied,
            )
        return WorkloadPlan(force=found is not None)
    live = LiveWorkload.of(found[name])
    if live.owner or not adopts:
        check_owner(
            reader,
            resource=reader.resource,
            field="name",
            name=name,
            where=f"the one in namespace {namespace}",
            owner=live.owner,
            uid=live.uid,
            consents=consents,
        )
    if live.leaving:
        stay = "go with it" if live.takes_claims else "stay"
        raise StatefastError(
            reader.resource,
            "name",
            name,
            f"but the one in namespace {namespace} is being deleted, and its claims {stay}",
            "wait until it is gone, and run again with --refresh",
        )
    key = f"{namespace}/{name}"
    live = _said(live, _TYPES[kind], key)
    if live.retention == "retain" and retention != "retain":
        raise StatefastError(
            reader.resource,
            "retention",
            retention,
            "but its claims were promised to be retained",
            "write 'retain' back; to part with the data, destroy the stack, delete the claims by"
            " name, and start anew",
        )
    if live.takes_claims and live.retention == "retain":
        reader.note(
            f"the claims of {reader.resource} are to be retained, but somebody set whenDeleted to"
            " Delete: run pulumi up --refresh, which sets Retain again, before anything deletes it"
        )
    check_new_classes(reader, live.templates, shape)
    found_edits = list(edits(reader.resource, live, shape))
    free = refuse(found_edits, consents)
    if found_edits and live.unwatched:
        # Its successor would be applied to it while it is on its way out, and go with it.
        change = found_edits[0].change
        raise StatefastError(
            change.resource,
            change.field,
            change.new,
            f"but it has {change.old!r}, and a set that holds pods back is not replaced",
            "run up with a partition of 0 first, and with this change afterwards: the consent"
            " stays good",
        )
    sealed = retention == "retain" and live.owner == owner_of_run() and not free
    # Where nobody knows what the state has, its seal hurts only who wants a replacement.
    ours = live.owner == owner_of_run() or not adopts
    unknown_to_state = ours and not free and not held(_TYPES[kind], key)
    if unknown_to_state:
        refuse_left_out(reader.resource, name)
    return WorkloadPlan(
        free=free,
        sealed=key if sealed else "",
        taken_back=key if unknown_to_state else "",
        replicas=live.replicas,
        force=True,
        live=live,
    )


def _said(live: LiveWorkload, type_: str, key: str) -> LiveWorkload:
    """The workload with what the last run wrote on it, where somebody took that off.

    Under which name it is applied above all: after an update under another name the provider drops
    what only the former one has, and that are the fields which `ignore_changes` leaves out,
    required ones among them (docs/engine.md 76).
    """
    owner = owner_of_run()
    if live.owner == owner:
        return live
    if not held(type_, key):
        # What was another's is applied under a name of this stack's own.
        return replace(live, manager=field_manager(owner))
    metadata = (applied(type_, key) or {}).get("metadata") or {}
    said = metadata.get("annotations") or {}
    return replace(
        live,
        manager=str(said.get(FIELD_MANAGER) or ""),
        retention=live.retention if live.owner else str(said.get(RETENTION) or live.retention),
    )
