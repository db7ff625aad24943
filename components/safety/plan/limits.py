"""What the classes, the drivers and the quotas of a cluster let a claim be.

The API server takes most of it, and the claim waits for ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ...drivers.catalogue import DRIVERS, driver_of
from ...drivers.driver import BLOCK, FILESYSTEM, Driver
from ...errors import StatefastError
from ...schema.args import ACCESS_MODES
from ..edits import Shape
from ..preflight import Reader
from ..read.capability import check_class, check_expandable, check_quota, needs_of
from ..read.live import LiveClaim, LiveClass, Template, class_by_default
from ..run import this_run
from .claim_plan import ClaimPlan, WantedClaim
from .default_class import default_classes

__all__ = [
    "check_attributes",
    "check_classes",
    "check_default",
    "check_drivers",
    "check_new_classes",
    "check_quotas",
    "classes_of",
    "own_classes_of",
]

_EXAMPLES = 3


def classes_of(reader: Reader) -> Mapping[str, LiveClass] | None:
    """The classes of the cluster, with those that this program makes as it makes them."""
    found = reader.read("classes", "", "whether the storage classes are there and let claims grow")
    if found is None:
        return None
    own = {
        name: replace(made, created=LiveClass.of(found[name], default=made.default).created)
        if name in found
        else made
        for name, made in own_classes_of(reader).items()
    }
    defaults = default_classes(found)
    live = {name: LiveClass.of(item, default=name in defaults) for name, item in found.items()}
    return {**live, **own}


def own_classes_of(reader: Reader) -> Mapping[str, LiveClass]:
    """The classes that this program makes, as it makes them."""
    return {
        name: LiveClass(
            name=name,
            provisioner=made["provisioner"],
            expandable=made["expandable"],
            default=made["default"],
        )
        for name, made in reader.own_classes.items()
    }


def check_classes(
    reader: Reader,
    wanted: Iterable[WantedClaim],
    plans: Mapping[str, ClaimPlan],
    live: Mapping[str, LiveClaim],
    classes: Mapping[str, LiveClass],
) -> None:
    """A claim that is made needs its class, and one that grows a class that lets it.

    Raises:
        StatefastError: see `check_class` and `check_expandable`.
    """
    for claim in wanted:
        plan = plans[claim.name]
        if plan.grows:
            name = live[claim.name].storage_class_name
            check_expandable(
                reader.resource, claim.field, plan.request, claim.name, name, classes.get(name)
            )
        elif is_made(plan, claim) and claim.storage_class_name:
            check_class(
                reader.resource,
                claim.called("storage_class_name"),
                claim.storage_class_name,
                classes,
            )


def check_attributes(reader: Reader, wanted: Iterable[WantedClaim]) -> None:
    """A class of attributes that a claim names is there: with another one its volume is not made.

    One that a volume has is not deleted before (KEP-3751).

    Raises:
        StatefastError: the cluster has none of that name, nor does this program make it.
    """
    own = reader.own_attributes
    asked = [it for it in wanted if it.attributes and it.attributes not in own]
    if not asked:
        return
    found = reader.read("attributes classes", "", "whether the classes of attributes are there")
    for claim in asked if found is not None else ():
        check_class(
            reader.resource,
            claim.called("volume_attributes_class_name"),
            claim.attributes,
            {*(found or ()), *own},
            what="VolumeAttributesClass",
            made_with="attributesClasses of statefast:storageClass",
        )


def check_new_classes(reader: Reader, live: Mapping[str, Template], wanted: Shape) -> None:
    """A class that is written into a claim template is there, for the replicas that come later.

    Raises:
        StatefastError: see `check_class`.
    """
    for name, template in wanted.templates.items():
        new, before = template.storage_class_name, live.get(name)
        if new and before is not None and before.storage_class_name != new:
            classes = classes_of(reader)
            if classes is not None:
                field = wanted.fields.volume(name, "storage_class_name")
                check_class(reader.resource, field, new, classes)


def check_default(
    reader: Reader,
    wanted: Iterable[WantedClaim],
    plans: Mapping[str, ClaimPlan],
    classes: Mapping[str, LiveClass],
) -> None:
    """A claim that names no class needs a default one.

    Raises:
        StatefastError: there is none.
    """
    for claim in wanted:
        without = claim.storage_class_name is None and is_made(plans[claim.name], claim)
        if without and not any(found.default for found in classes.values()):
            check_class(reader.resource, claim.called("storage_class_name"), "(default)", classes)


def check_drivers(
    reader: Reader,
    wanted: Iterable[WantedClaim],
    plans: Mapping[str, ClaimPlan],
    live: Mapping[str, LiveClaim],
    classes: Mapping[str, LiveClass],
    retention: str,
) -> None:
    """What the driver of a class cannot do is known before a claim waits for it.

    Raises:
        StatefastError: a driver of the catalogue does not make such a volume, or does not do with
            it what is asked for.
    """
    for claim in wanted:
        plan, lives = plans[claim.name], live.get(claim.name)
        if is_made(plan, claim) or (lives is not None and _other_modes(claim, lives)):
            # Claims that are there keep their modes; an edit of them is for replicas to come.
            name = _class_of(claim, plan, None, classes)
            driver = driver_of(classes[name].provisioner) if name in classes else None
            if driver is not None and (unable := _makes(driver, claim)) is not None:
                raise _cannot(reader, claim, driver, name, unable)
        name = _class_of(claim, plan, lives, classes)
        if name not in classes:
            continue
        driver = driver_of(classes[name].provisioner)
        unable = None
        if claim.attributes and not driver.modifies:
            field = claim.called("volume_attributes_class_name")
            unable = field, claim.attributes, "cannot modify a volume", "leave it out"
        if unable is None and retention == "snapshot" and not driver.snapshots:
            unable = "retention", retention, "takes no snapshots", "write 'delete' or 'retain'"
        if unable is None and claim.snapshots and not driver.snapshots:
            changes = ", ".join(claim.snapshots)
            unable = "snapshots.before", changes, "takes no snapshots", "leave snapshots out"
        if unable is not None:
            raise _cannot(reader, claim, driver, name, unable)


def _cannot(
    reader: Reader, claim: WantedClaim, driver: Driver, name: str, unable: tuple[str, str, str, str]
) -> StatefastError:
    """What a driver cannot do: field, value, why not, and what to write."""
    field, value, cannot, remedy = unable
    return StatefastError(
        reader.resource,
        field,
        value,
        f"but driver {driver.name} of class {name} {cannot}",
        f"{remedy}, or use a class of another driver{_such(claim)}",
    )


def _other_modes(claim: WantedClaim, live: LiveClaim) -> bool:
    """Whether a claim that is there was made with other modes than are written now."""
    return any(key != "storage_class_name" for key, _, _ in claim.edits(live))


def _such(claim: WantedClaim) -> str:
    """Drivers of the catalogue that make such a volume; nothing where all that do are unknown."""
    able = [it.name for it in DRIVERS.values() if it.provisioner and _makes(it, claim) is None]
    return f" (e.g. {', '.join(able[:_EXAMPLES])})" if able else ""


def _makes(driver: Driver, claim: WantedClaim) -> tuple[str, str, str, str] | None:
    """What keeps a driver from making the volume: field, value, why not, and what to write."""
    mode = claim.volume_mode or FILESYSTEM
    if mode == BLOCK and not driver.blocks:
        return claim.called("volume_mode"), mode, "makes no raw devices", f"write {FILESYSTEM!r}"
    for access in claim.access_modes:
        if not driver.serves(access, mode):
            can = [known for known in ACCESS_MODES if driver.serves(known, mode)]
            kind = "raw device" if mode == BLOCK else "file system"
            cannot = f"cannot mount a {kind} as {access}"
            return claim.called("access_modes"), access, cannot, f"write {' or '.join(can)}"
    if claim.copy_of == "claim" and not driver.clones:
        return "data_source", "claim", "clones no volumes", "leave it out"
    if claim.copy_of == "snapshot" and not driver.snapshots:
        return "data_source", "snapshot", "takes no snapshots", "leave it out"
    return None


def is_made(plan: ClaimPlan, claim: WantedClaim) -> bool:
    """Whether a class has to make a volume for it."""
    return not plan.live and not plan.volume and not (claim.chosen and not claim.storage_class_name)


def check_quotas(
    reader: Reader,
    namespace: str,
    wanted: Sequence[WantedClaim],
    plans: Mapping[str, ClaimPlan],
    live: Mapping[str, LiveClaim],
    classes: Mapping[str, LiveClass] | None,
) -> None:
    """All claims of the run have to fit together: each workload is planned by itself."""
    more = {
        claim.name: (
            _class_of(claim, plans[claim.name], live.get(claim.name), classes),
            plans[claim.name].request - (live[claim.name].requested if claim.name in live else 0),
            claim.name not in live,
        )
        for claim in wanted
    }
    # A claim is planned more than once in a run.
    asked = this_run().asked.setdefault((reader.cluster, namespace), {})
    asked |= more
    if not any(size > 0 for _, size, _ in more.values()):
        return
    quotas = reader.read("quotas", namespace, "whether quotas have room")
    if quotas:
        needs = needs_of(more.values())
        others = [need for name, need in asked.items() if name not in more]
        check_quota(reader.resource, wanted[0].field, needs, needs_of(others), quotas)


def _class_of(
    claim: WantedClaim,
    plan: ClaimPlan,
    live: LiveClaim | None,
    classes: Mapping[str, LiveClass] | None,
) -> str:
    """The class that a claim has or gets; empty where it has none, or nobody knows which."""
    if live is not None:
        return live.storage_class_name
    if plan.volume:
        return plan.volume_class
    if claim.storage_class_name is not None:
        return claim.storage_class_name
    return class_by_default(classes or {})
