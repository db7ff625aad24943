"""Volumes that remember nothing any more: somebody cleared their `claimRef`, or gave them away.

The stack remembers instead, in its state: a claim that is about to be made, or is there, on
another volume than when the stack ran last is its owner's choice. And a volume that was used and
is free is bound by Kubernetes to any claim that it fits, with what is on it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...errors import StatefastError
from ...schema.quantity import binary_text
from ..consent import Change
from ..plan.default_class import default_classes
from ..preflight import Reader, Warns
from ..read.cluster import Object
from ..read.last_run import LastRun, key_of
from ..read.live import LiveClaim
from ..read.remembered import LiveVolume
from ..read.volume_commands import kept_from_all, reserve
from .left_behind import Asked, read_volumes

__all__ = ["refuse_forgotten", "refuse_used"]

_BOUND_BY = "pv.kubernetes.io/bound-by-controller"
_MADE_BY = "pv.kubernetes.io/provisioned-by"
# It makes its volumes free, and wipes them before they are so again.
_WIPED = "local-volume-provisioner"


def refuse_forgotten(
    reader: Reader,
    asked: Asked,
    live: LiveClaim | None,
    last: LastRun,
    consents: Sequence[str],
    kept: str = "",
) -> None:
    """Refuses a claim on another volume than the one it was on when this stack ran last.

    Args:
        reader: Of the component.
        asked: The claim as it is wanted.
        live: The claim as it lives; None where there is none.
        last: What the stack knew of this cluster.
        consents: What the owner agreed to.
        kept: Name of the volume that the claim is about to be reattached to; empty where there is
            none.

    Raises:
        StatefastError: the volume it was on is there, or is gone and the claim would be made
            anew.
    """
    before = last.volumes.get(key_of(asked.namespace, asked.claim), frozenset())
    named = live.volume if live is not None else kept or asked.volume_name
    if not before or named in before:
        return
    volumes = read_volumes(reader)
    if volumes is None:
        # Asked about once, with all that cannot be seen (`unseen`).
        return
    there = {name: volumes[name] for name in before if name in volumes}
    if not there and len(before) > 1:
        # Those of other clusters of this program: which one was here is not known.
        return
    where = f"claim {asked.namespace}/{asked.claim}"
    for name in sorted(there or before):
        found = LiveVolume.of(there[name]) if name in there else None
        if found is not None and (found.namespace, found.claim) == (asked.namespace, asked.claim):
            # It remembers the claim itself, and was judged by that.
            continue
        change = Change(
            resource=f"PersistentVolume {name}",
            field="claim",
            old=f"{asked.namespace}/{asked.claim}",
            new="none",
            uid=f"{found.uid} {found.claim_uid}" if found is not None else name,
        )
        if change.allowed(consents):
            continue
        state = _state(found)
        now = f"is on volume {live.volume or 'none'} now" if live is not None else "is not there"
        if asked.disposable or (found is None and live is not None):
            reader.note(
                Warns(f"{where} {now}, and was on volume {name} when this stack ran last,{state}")
            )
            continue
        raise StatefastError(
            reader.resource,
            "volumes",
            asked.claim,
            f"but {where} {now}, and was on volume {name} when this stack ran last,{state}",
            _ways(asked, live, name, found, change),
        )


def _state(found: LiveVolume | None) -> str:
    if found is None:
        return " which is not in the cluster any more"
    of = f"is of claim {found.namespace}/{found.claim}" if found.claim else "names no claim"
    return f" which has {binary_text(found.size)} and {of} now"


def _ways(
    asked: Asked, live: LiveClaim | None, name: str, found: LiveVolume | None, change: Change
) -> str:
    on = f"on {live.volume}" if live is not None and live.volume else "without it"
    go_on = f"to {'go on' if live is not None else 'start'} {on}, add {change.consent!r} to consent"
    if found is None:
        return go_on
    first = "" if not found.claim else "(once that claim does without it) "
    back = first + reserve(name, asked.namespace, asked.claim)
    if live is None:
        return f"to mount {name}, run: {back} && pulumi up --refresh; {go_on}"
    return f"to go back to {name}, run: {back}, and run again, which says how to go on; {go_on}"


def refuse_used(
    reader: Reader,
    asked: Asked,
    live: LiveClaim | None,
    size: int,
    consents: Sequence[str],
) -> None:
    """Refuses to make a claim to which Kubernetes would bind a volume that has been used.

    Kubernetes looks among the free volumes of the class before it has one made
    (`pv_controller.go`, `FindMatchingVolume`).

    Args:
        reader: Of the component.
        asked: The claim as it is wanted.
        live: The claim as it lives; None where there is none.
        size: What it asks for, in bytes.
        consents: What the owner agreed to.

    Raises:
        StatefastError: there is such a volume, and nobody said that it may be bound.
    """
    if (live is not None and live.volume) or asked.source in ("volume_name", "selector"):
        return
    volumes = read_volumes(reader) or {}
    free = {name: item for name, item in volumes.items() if _is_free(item) and _was_used(item)}
    if not free:
        return
    names = _classes(reader, asked)
    for name, item in sorted(free.items()):
        volume = LiveVolume.of(item)
        fits = (
            volume.storage_class_name in names
            and volume.size >= size
            and volume.volume_mode == (asked.volume_mode or "Filesystem")
            and set(asked.access_modes) <= set(volume.access_modes)
        )
        change = Change(
            resource=f"PersistentVolume {name}",
            field="claim",
            old="none",
            new="any that it fits",
            uid=volume.uid,
        )
        if fits and not change.allowed(consents):
            raise StatefastError(
                reader.resource,
                "volumes",
                asked.claim,
                f"but volume {volume.text} was used before, is free now that somebody cleared its"
                f" claimRef, and would be bound to claim {asked.namespace}/{asked.claim} with"
                " what is on it",
                f"if it is the data of this claim, say so on the volume:"
                f" {reserve(name, asked.namespace, asked.claim)}; to keep it from every claim:"
                f" {reserve(name, asked.namespace, kept_from_all(name))}; to have it bound as it"
                f" is, add {change.consent!r} to consent",
            )


def _is_free(item: Object) -> bool:
    """Whether any claim that it fits may be bound to it."""
    return not item["spec"].get("claimRef") and "deletionTimestamp" not in item["metadata"]


def _was_used(item: Object) -> bool:
    """Whether it had a claim: the controller says so of those it bound, and who makes a volume
    makes it for a claim.
    """
    annotations: Mapping[str, str] = item["metadata"].get("annotations") or {}
    maker = annotations.get(_MADE_BY, _WIPED)
    return _BOUND_BY in annotations or not maker.startswith(_WIPED)


def _classes(reader: Reader, asked: Asked) -> Iterable[str]:
    """The class that the claim has, or may get for want of one."""
    if asked.storage_class_name is not None:
        return (asked.storage_class_name,)
    found = reader.read("classes", "", "which class the claim gets") or {}
    return (*default_classes(found), *_own_defaults(reader))


def _own_defaults(reader: Reader) -> Iterator[str]:
    yield from (name for name, made in reader.own_classes.items() if made["default"])
