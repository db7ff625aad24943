"""What becomes of each claim in this run: made, reattached, grown, left alone, or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...drivers.catalogue import driver_of
from ...drivers.driver import GIB
from ...errors import StatefastError
from ...schema.quantity import binary_text
from ..owner import check_owner
from ..preflight import Reader
from ..read.holders import stop_commands
from ..read.known import Known
from ..read.live import LiveClaim, LiveClass
from ..read.volume_commands import patch_to_keep
from ..refusals.forgotten import refuse_forgotten, refuse_used
from ..refusals.left_behind import Asked, read_volumes, volume_to_reattach
from ..refusals.owned import check_owned
from ..refusals.unseen import refuse_unseen
from .claim_plan import ClaimPlan, CopyPlan, WantedClaim
from .copies import plan_copies
from .limits import (
    check_attributes,
    check_classes,
    check_default,
    check_drivers,
    check_quotas,
    classes_of,
    own_classes_of,
)
from .restores import plan_restores
from .sizes import expected_capacity, request

__all__ = ["ClaimPlan", "WantedClaim", "plan_claims"]


def plan_claims(
    reader: Reader,
    *,
    namespace: str,
    wanted: Sequence[WantedClaim],
    retention: str,
    known: Known,
    consents: Sequence[str],
    adopts: str = "",
) -> Mapping[str, ClaimPlan]:
    """A plan for each claim, by name.

    Args:
        reader: Of the component.
        namespace: Of the claims.
        wanted: The claims.
        retention: What the args say becomes of them.
        known: What this stack knows of them.
        consents: What the owner agreed to.
        adopts: Kind and name of the workload that takes claims of nobody for its own, as
            Kubernetes does by their names; empty where none does.

    Raises:
        StatefastError: a claim would shrink, cannot grow, is another's, is being deleted, or may
            have been made again where its volume cannot be seen.
    """
    # First: a claim that is made in between has a volume that is not known yet, and not the other
    # way round.
    volumes = read_volumes(reader)
    claims = reader.read(
        "claims", namespace, "whether the claims are another's, can grow, or would shrink"
    )
    refuse_unseen(
        reader,
        namespace=namespace,
        wanted=[claim.name for claim in wanted],
        claims=claims,
        volumes=volumes,
        known=known,
        retention=retention,
        consents=consents,
    )
    if claims is None:
        for check in (plan_restores, plan_copies):
            check(reader, namespace=namespace, wanted=wanted, live=None, consents=consents)
        unseen = {
            claim.name: ClaimPlan(
                request=claim.size,
                # Waited for by the provider, and only where nobody means to look at the cluster.
                capacity=0 if reader.cluster is not None or claim.size % GIB else claim.size,
                live=False,
                grows=False,
                volume="",
                volume_class="",
                force=False,
            )
            for claim in wanted
        }
        check_drivers(reader, wanted, unseen, {}, own_classes_of(reader), retention)
        return unseen
    live = {
        claim.name: LiveClaim.of(claims[claim.name]) for claim in wanted if claim.name in claims
    }
    for claim in wanted:
        if claim.name in live and not live[claim.name].asked:
            live[claim.name] = replace(live[claim.name], asked=claim.said)
    for found in live.values():
        _check_keeping(reader, namespace, found, retention, consents, adopts)
    plan_restores(reader, namespace=namespace, wanted=wanted, live=live, consents=consents)
    copies = plan_copies(reader, namespace=namespace, wanted=wanted, live=live, consents=consents)
    plans = {
        claim.name: _plan(
            reader,
            namespace,
            claim,
            live.get(claim.name),
            retention,
            known,
            consents,
            copies.get(claim.name),
        )
        for claim in wanted
    }
    classes = classes_of(reader)
    if classes is not None:
        check_classes(reader, wanted, plans, live, classes)
        check_default(reader, wanted, plans, classes)
        check_drivers(reader, wanted, plans, live, classes, retention)
    check_attributes(reader, wanted)
    check_quotas(reader, namespace, wanted, plans, live, classes)
    return {
        claim.name: _with_capacity(reader, plans[claim.name], live.get(claim.name), claim, classes)
        for claim in wanted
    }


def _plan(
    reader: Reader,
    namespace: str,
    wanted: WantedClaim,
    live: LiveClaim | None,
    retention: str,
    known: Known,
    consents: Sequence[str],
    copy: CopyPlan | None,
) -> ClaimPlan:
    field, value = "", ""
    if wanted.restore:
        field, value = wanted.restore_field, wanted.restore
    elif copy is not None:
        field, value = "data_from", wanted.data_from
    asked_of_volume = Asked(
        claim=wanted.name,
        namespace=namespace,
        storage_class_name=wanted.storage_class_name,
        access_modes=wanted.access_modes,
        volume_mode=wanted.volume_mode,
        volume_name=wanted.volume_name,
        source=field or wanted.chosen,
        source_value=value,
        disposable=retention == "delete",
    )
    kept = volume_to_reattach(reader, asked_of_volume, live, consents)
    kept_name = kept.name if kept is not None else ""
    refuse_forgotten(reader, asked_of_volume, live, known.memory.last, consents, kept_name)
    if kept is None:
        refuse_used(reader, asked_of_volume, live, wanted.size, consents)
    if live is None:
        # It binds to no more than the volume has, and what it has stays.
        size = max(wanted.size, copy.size if copy is not None else 0)
        size = size if kept is None else kept.size
        if kept is not None:
            reader.note(
                f"claim {namespace}/{wanted.name} is not there and reattaches its volume"
                f" {kept.text}; if it was deleted behind the back of this stack, run up --refresh"
            )
        return ClaimPlan(
            request=size,
            capacity=0,
            live=False,
            grows=False,
            volume=kept_name,
            volume_class=kept.storage_class_name if kept is not None else "",
            was_of=kept.claim_uid if kept is not None else "",
            force=True,
            restored="" if kept is not None else wanted.restore or (copy.snapshot if copy else ""),
            copy=copy,
            uid="",
        )
    _check_settled(reader, wanted, live)
    asked = request(reader.resource, wanted.field, wanted.size, live)
    # One that started on a copy is as large as that, and its snapshot has its name.
    if asked > wanted.size and live.restored != live.name:
        reader.note(
            f"claim {live.name} has grown to {binary_text(asked)} by another hand and keeps that;"
            f" the {binary_text(wanted.size)} written here are less"
        )
    if pending := live.pending_at_node:
        reader.note(pending)
    return ClaimPlan(
        request=asked,
        capacity=0,
        live=True,
        grows=asked > live.requested,
        claim_owner=live.claim_owner,
        # Somebody who copies the annotation does not copy the volume.
        volume=live.taken_up if live.volume in ("", live.taken_up) else "",
        volume_class=live.storage_class_name,
        was_of=live.was_of,
        force=True,
        restored=live.restored,
        copy=copy,
        uid=live.uid,
    )


def _check_keeping(
    reader: Reader,
    namespace: str,
    live: LiveClaim,
    retention: str,
    consents: Sequence[str],
    adopts: str,
) -> None:
    """Nobody else's claim is taken, none that is going is built upon, none is parted with."""
    if live.leaving:
        raise _leaving(reader, namespace, live, retention)
    if live.owner or not adopts:
        check_owner(
            reader,
            resource=f"PersistentVolumeClaim {live.name}",
            field="volumes",
            name=live.name,
            where="the claim of that name",
            owner=live.owner,
            uid=live.uid,
            consents=consents,
        )
    # What goes with its own set goes by the policy of that, which is looked at there.
    if not adopts or live.owned_by != adopts:
        check_owned(reader, namespace, live, retention)
    if live.retention == "retain" and retention != "retain":
        raise StatefastError(
            reader.resource,
            "retention",
            retention,
            f"but claim {live.name} was promised to be retained",
            "write 'retain' back; to part with the data, destroy the stack, delete the claims by"
            " name, and start anew",
        )


def _leaving(reader: Reader, namespace: str, live: LiveClaim, retention: str) -> StatefastError:
    """The claim is on its way out, and nothing takes that back."""
    if live.moving:
        called = f"statefast migrate {live.instance or 'WORKLOAD'} -n {namespace}"
        return StatefastError(
            reader.resource,
            "volumes",
            live.name,
            "but that claim is on its way to another class, and its pod waits for it",
            f"finish it: {called} --class … --run; or take it back: {called} --back --run",
        )
    gone = f"kubectl wait pvc {live.name} -n {namespace} --for=delete"
    # Else the controller makes a new, empty one at once.
    stop = stop_commands(reader, namespace, live.name)
    disposable = "retain" not in (retention, live.retention)
    if disposable and not stop:
        trouble = "but the claim of an earlier run is being deleted"
        remedy = f"wait until it is gone ({gone}) and run again"
    else:
        keep = [patch_to_keep(live.volume)] if live.volume and not disposable else []
        way = "start anew, and run" if disposable else "reattach the volume"
        trouble = "but that claim is being deleted and goes, with what is in it, when its pod stops"
        commands = " && ".join([*keep, *stop, gone, "pulumi up --refresh"])
        remedy = f"{'' if disposable else 'keep its volume, '}let it go and {way}: {commands}"
    return StatefastError(reader.resource, "volumes", live.name, trouble, remedy)


def _check_settled(reader: Reader, wanted: WantedClaim, live: LiveClaim) -> None:
    """The immutable fields of a claim."""
    for field, before, after in wanted.edits(live):
        if not wanted.settled:
            called = wanted.fields.claim(field)
            reader.note(f"claim {live.name} keeps its {called} {before}; it cannot become {after}")
            continue
        raise StatefastError(
            reader.resource,
            wanted.fields.claim(field),
            after,
            f"but claim {live.name} has {before!r}, which is immutable",
            f"write {before!r} back, or give the volume another name to start on a new, empty"
            " claim; the old one stays with its data",
        )


def _with_capacity(
    reader: Reader,
    plan: ClaimPlan,
    live: LiveClaim | None,
    claim: WantedClaim,
    classes: Mapping[str, LiveClass] | None,
) -> ClaimPlan:
    """The least that the volume will have: a driver may round up, and never down."""
    name = live.storage_class_name if live is not None else claim.storage_class_name
    found = (classes or {}).get(name or "")
    driver = driver_of(found.provisioner) if found is not None else None
    online = driver is None or driver.grows_online
    if driver is not None and not online and plan.grows:
        reader.note(
            f"the volume of claim {claim.name} grows when its pod restarts (driver"
            f" {driver.name}): kubectl rollout restart"
        )
    if driver is not None and (live is None or plan.grows):
        made = driver.size_made(plan.request)
        if made > plan.request:
            reader.note(
                f"driver {driver.name} rounds {binary_text(plan.request)} up to"
                f" {binary_text(made)}, which is what the volume will have"
            )
    # One that has lost its volume never has any; that is told where volumes are read.
    lost = live is not None and live.lost and read_volumes(reader) is not None
    capacity = expected_capacity(plan.request, live) if online and not lost else 0
    return replace(
        plan,
        capacity=capacity,
        short=live is not None and bool(live.volume) and live.capacity < capacity,
    )
