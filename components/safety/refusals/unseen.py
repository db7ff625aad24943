"""A claim of the last run that is gone, or is another one, where nobody can see its volume.

A claim that is made again is empty, and the volume with the data lies beside it. The volumes say
so (`left_behind`). Where they cannot be listed, the state of the stack and one look at the claim
say that it may be so, and that is refused in every mode.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ...errors import StatefastError
from ..consent import Change
from ..preflight import Reader
from ..read.cluster import Object, Unreadable
from ..read.known import Known
from .other_cluster import Place

__all__ = ["refuse_unseen"]


def refuse_unseen(
    reader: Reader,
    *,
    namespace: str,
    wanted: Collection[str],
    claims: Mapping[str, Object] | None,
    volumes: Mapping[str, Object] | None,
    known: Known,
    retention: str,
    consents: Sequence[str],
) -> None:
    """Refuses to go on with claims that may have been made again, empty, or would be.

    Args:
        reader: Of the component.
        namespace: Of the claims.
        wanted: Names of the claims of this run.
        claims: Those of the namespace, by name; None where they were not read.
        volumes: All volumes; None where they were not read.
        known: What this stack knows of its claims.
        retention: What becomes of them; with `delete` each incarnation starts anew.
        consents: What the owner agreed to.

    Raises:
        StatefastError: a claim is not the one of the last run, and it cannot be said what its
            volume holds.
    """
    if retention == "delete" or (volumes is not None and known.place is not Place.UNKNOWN):
        return
    in_state = known.memory.within("claims", namespace)
    for name, uid in known.claims(namespace).items():
        if name not in wanted:
            continue
        seen, live = _look(reader, claims, namespace, name)
        # What the engine takes for there, and nobody can see, it leaves as it is.
        if (not uid or live == uid) if live else (not seen and name in in_state):
            continue
        change = Change(
            resource=f"PersistentVolumeClaim {namespace}/{name}",
            field="uid",
            old=uid or "unknown",
            new=(live or "none") if seen else "not read",
            uid=uid,
        )
        if not change.allowed(consents):
            raise _refusal(reader, name, change, seen=seen, live=live)


def _look(
    reader: Reader, claims: Mapping[str, Object] | None, namespace: str, name: str
) -> tuple[bool, str]:
    """Whether it is known if the claim is there, and its uid; empty where it is not."""
    found: Mapping[str, Any] | None
    if claims is not None:
        found = (claims.get(name) or {}).get("metadata")
        return True, str((found or {}).get("uid") or "")
    if reader.named is None:
        return False, ""
    try:
        found = reader.named.metadata("claims", name, namespace)
    except Unreadable:
        return False, ""
    return True, str((found or {}).get("uid") or "")


def _refusal(reader: Reader, name: str, change: Change, *, seen: bool, live: str) -> StatefastError:
    if not seen:
        has = "but it could not be read whether that claim of this stack is there, nor"
    elif live:
        has = "but that claim of this stack was deleted and made again, and it could not be read"
    else:
        has = "but that claim of this stack is not there any more, and it could not be read"
    return StatefastError(
        reader.resource,
        "volumes",
        name,
        f"{has} whether a volume holds its data, so it may start empty",
        "give the right to get persistentvolumeclaims and to list persistentvolumes, with preflight"
        f" on; or, where its data may be left behind, consent by adding {change.consent!r} to"
        " consent",
    )
