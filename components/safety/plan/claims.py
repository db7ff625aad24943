"""What becomes of each claim in this run: made, taken up again, grown, left alone, or refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...drivers.catalogue import driver_of
from ...drivers.driver import GIB
from ...errors import StatefastError
from ...schema.quantity import binary_text
from ..owner import check_owner
from ..preflight import Reader
from ..read.capability import (
    check_class,
    check_expandable,
    check_quota,
    needs_of,
)
from ..read.holders import stop_commands
from ..read.known import Known
from ..read.live import LiveClaim, LiveClass
from ..read.remembered import patch_to_keep
from ..refusals.forgotten import refuse_forgotten, refuse_used
from ..refusals.left_behind import Asked, read_volumes, volume_to_reattach
from ..refusals.owned import check_owned
from ..refusals.unseen import refuse_unseen
from .default_class import default_classes
from .sizes import expected_capacity, request

__all__ = ["ClaimPlan", "WantedClaim", "plan_claims"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedClaim:
    """One claim as the args want it.

    Attributes:
        name: In the cluster.
        field: The field its size stands in, for errors.
        size: In bytes.
        storage_class_name: None for the default class.
        settled: Whether the claim itself is held to class and modes. The claims of a StatefulSet
            are not: they keep those of the template they were made from.
        chosen: The field that says which volume it is for, or what it starts with; empty where
            it starts on a new, empty one.
        volume_name: The volume that the args name; empty where they name none.
    """

    name: str
    field: str
    size: int
    storage_class_name: str | None
    access_modes: tuple[str, ...]
    volume_mode: str | None
    settled: bool
    chosen: str = ""
    volume_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPlan:
    """One claim as this run will have it.

    Attributes:
        request: Size to ask for, in bytes.
        capacity: Size that the volume will have at least, in bytes; 0 where it is not waited for.
        live: Whether the claim is there and this stack's.
        grows: Whether a volume that is there gets larger.
        claim_owner: Name of the ConfigMap whose deletion deletes it now; empty where none does.
        short: Whether a volume that is there has less than `capacity`.
        volume: The volume that the claim takes up again, now or in an earlier run; empty where
            it gets one of its own.
        volume_class: Class of that volume.
        force: Whether the claim is known not to be another's, so that fields may be taken over.
        uid: Of the claim that lives; empty where there is none, None where none could be read.
    """

    request: int
    capacity: int
    live: bool
    grows: bool
    claim_owner: str = ""
    short: bool = False
    volume: str
    volume_class: str
    force: bool
    uid: str | None = None


def plan_claims(
    reader: Reader,
    *,
    namespace: str,
    wanted: Sequence[WantedClaim],
    retention: str,
    known: Known,
    consents: Sequence[str],
) -> Mapping[str, ClaimPlan]:
    """A plan for each claim, by name.

    Args:
        reader: Of the component.
        namespace: Of the claims.
        wanted: The claims.
        retention: What the args say becomes of them.
        known: What this stack knows of them.
        consents: What the owner agreed to.

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
        return {
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
    live = {name: LiveClaim.of(item) for name, item in claims.items()}
    plans = {
        claim.name: _plan(
            reader, namespace, claim, live.get(claim.name), retention, known, consents
        )
        for claim in wanted
    }
    classes = _classes(reader)
    if classes is not None:
        _check_classes(reader, wanted, plans, live, classes)
        _check_default(reader, wanted, plans, classes)
    _check_quotas(reader, namespace, wanted, plans, live)
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
) -> ClaimPlan:
    if live is not None:
        _check_keeping(reader, namespace, live, retention, consents)
    asked_of_volume = Asked(
        claim=wanted.name,
        namespace=namespace,
        storage_class_name=wanted.storage_class_name,
        access_modes=wanted.access_modes,
        volume_mode=wanted.volume_mode,
        volume_name=wanted.volume_name,
        source=wanted.chosen,
        disposable=retention == "delete",
    )
    kept = volume_to_reattach(reader, asked_of_volume, live, consents)
    kept_name = kept.name if kept is not None else ""
    refuse_forgotten(reader, asked_of_volume, live, known.memory.last, consents, kept_name)
    if kept is None:
        refuse_used(reader, asked_of_volume, live, wanted.size, consents)
    if live is None:
        # It binds to no more than the volume has, and what it has stays.
        size = wanted.size if kept is None else kept.size
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
            force=True,
            uid="",
        )
    _check_settled(reader, wanted, live)
    asked = request(reader.resource, wanted.field, wanted.size, live)
    if asked > wanted.size:
        reader.note(
            f"claim {live.name} has grown to {binary_text(asked)} by another hand and keeps that;"
            f" the {binary_text(wanted.size)} written here are less"
        )
    if live.needs_restart:
        reader.note(
            f"the file system of claim {live.name} grows when its pod restarts:"
            " kubectl rollout restart"
        )
    return ClaimPlan(
        request=asked,
        capacity=0,
        live=True,
        grows=asked > live.requested,
        claim_owner=live.claim_owner,
        # Somebody who copies the annotation does not copy the volume.
        volume=live.taken_up if live.volume in ("", live.taken_up) else "",
        volume_class=live.storage_class_name,
        force=True,
        uid=live.uid,
    )


def _check_keeping(
    reader: Reader, namespace: str, live: LiveClaim, retention: str, consents: Sequence[str]
) -> None:
    """Nobody else's claim is taken, none that is going is built upon, none is parted with."""
    if live.leaving:
        raise _leaving(reader, namespace, live, retention)
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
    """What a claim is for life."""
    for field, before, after in (
        ("storage_class_name", live.storage_class_name, wanted.storage_class_name),
        ("access_modes", "+".join(live.access_modes), "+".join(wanted.access_modes)),
        ("volume_mode", live.volume_mode, wanted.volume_mode),
    ):
        if after is None or before == after:
            continue
        if not wanted.settled:
            reader.note(f"claim {live.name} keeps its {field} {before}; it cannot become {after}")
            continue
        raise StatefastError(
            reader.resource,
            field,
            after,
            f"but claim {live.name} has {before!r} for life",
            f"write {before!r} back, or give the volume another name to start on a new, empty"
            " claim; the old one stays with its data",
        )


def _classes(reader: Reader) -> Mapping[str, LiveClass] | None:
    """The classes of the cluster, with those that this program makes as it makes them."""
    found = reader.read("classes", "", "whether the storage classes are there and let claims grow")
    if found is None:
        return None
    own = {
        name: LiveClass(
            name=name,
            provisioner=made["provisioner"],
            expandable=made["expandable"],
            default=made["default"],
        )
        for name, made in reader.own_classes.items()
    }
    defaults = default_classes(found)
    live = {name: LiveClass.of(item, default=name in defaults) for name, item in found.items()}
    return {**live, **own}


def _check_classes(
    reader: Reader,
    wanted: Iterable[WantedClaim],
    plans: Mapping[str, ClaimPlan],
    live: Mapping[str, LiveClaim],
    classes: Mapping[str, LiveClass],
) -> None:
    for claim in wanted:
        plan = plans[claim.name]
        if plan.grows:
            name = live[claim.name].storage_class_name
            check_expandable(
                reader.resource, claim.field, plan.request, claim.name, name, classes.get(name)
            )
        elif _is_made(plan, claim) and claim.storage_class_name:
            check_class(reader.resource, "storage_class_name", claim.storage_class_name, classes)


def _check_default(
    reader: Reader,
    wanted: Iterable[WantedClaim],
    plans: Mapping[str, ClaimPlan],
    classes: Mapping[str, LiveClass],
) -> None:
    for claim in wanted:
        without = claim.storage_class_name is None and _is_made(plans[claim.name], claim)
        if without and not any(found.default for found in classes.values()):
            check_class(reader.resource, "storage_class_name", "(default)", classes)


def _is_made(plan: ClaimPlan, claim: WantedClaim) -> bool:
    """Whether a class has to make a volume for it."""
    return not plan.live and not plan.volume and not (claim.chosen and not claim.storage_class_name)


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
    capacity = expected_capacity(plan.request, live) if online else 0
    return replace(
        plan,
        capacity=capacity,
        short=live is not None and bool(live.volume) and live.capacity < capacity,
    )


def _check_quotas(
    reader: Reader,
    namespace: str,
    wanted: Sequence[WantedClaim],
    plans: Mapping[str, ClaimPlan],
    live: Mapping[str, LiveClaim],
) -> None:
    more = [
        (
            claim.storage_class_name or "",
            plans[claim.name].request - (live[claim.name].requested if claim.name in live else 0),
            claim.name not in live,
        )
        for claim in wanted
    ]
    if not any(size > 0 for _, size, _ in more):
        return
    quotas = reader.read("quotas", namespace, "whether quotas have room")
    if quotas:
        check_quota(reader.resource, wanted[0].field, needs_of(more), quotas)
