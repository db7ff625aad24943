"""A claim whose volume is another claim's now, or does not know it any more.

Somebody cleared the `claimRef` of a volume that was bound, and Kubernetes bound it to the next
claim that it fits. The claim it was of is Lost from then on: its pod does not start, and the data
is read by whoever has the volume now. So is one Lost whose volume names it, and by another uid.
"""

from collections.abc import Sequence

from ...errors import StatefastError
from ..consent import Change
from ..preflight import Reader, Warns
from ..read.holders import stop_commands
from ..read.live import LiveClaim
from ..read.remembered import LiveVolume
from ..read.volume_commands import patch_to_keep, reserve

__all__ = ["refuse_given_away"]


def refuse_given_away(
    reader: Reader, live: LiveClaim, volume: LiveVolume, *, namespace: str, disposable: bool
) -> None:
    """Refuses to go on with a claim that has lost its volume to another one.

    Args:
        reader: Of the component.
        live: The claim as it lives.
        volume: The volume that it names.
        namespace: Of the claim.
        disposable: Whether its owner said that its data may go with the stack.

    Raises:
        StatefastError: its volume is bound to another claim, or is for a claim of its name.
    """
    mine, of = f"{namespace}/{live.name}", f"{volume.namespace}/{volume.claim}"
    # Whoever was ended while he reattached it has one that is bound in a moment.
    if not volume.claim or (of == mine and (not live.lost or volume.claim_uid == live.uid)):
        return
    whose = "has another uid of it" if of == mine else f"is of claim {of} now"
    trouble = (
        f"claim {mine} has lost its volume {volume.text}, which {whose}, and no pod can mount it by"
        " this one"
    )
    if disposable:
        reader.note(Warns(trouble))
        return
    raise StatefastError(
        reader.resource,
        "volumes",
        live.name,
        f"but {trouble}",
        _ways(reader, namespace, live, volume),
    )


def _ways(reader: Reader, namespace: str, live: LiveClaim, volume: LiveVolume) -> str:
    mine, theirs = (namespace, live.name), (volume.namespace, volume.claim)
    both = (mine,) if mine == theirs else (mine, theirs)
    keep = [] if volume.keeps else [patch_to_keep(volume.name)]
    last = "pulumi up --refresh"
    back = [
        *keep,
        *_stops(reader, both),
        *(f"kubectl delete pvc {name} -n {space}" for space, name in both),
        reserve(volume.name, *mine),
        last,
    ]
    way_back = f"to have it back, with all that is on it, run: {' && '.join(back)}"
    if mine == theirs:
        # Kubernetes keeps it for whichever claim has the name.
        return way_back
    anew = [*_stops(reader, (mine,)), f"kubectl delete pvc {live.name} -n {namespace}", last]
    change = Change(
        resource=f"PersistentVolume {volume.name}",
        field="claim",
        old=f"{namespace}/{live.name}",
        new="none",
        uid=f"{volume.uid} {volume.claim_uid}",
    )
    return (
        f"{way_back}; to leave it to that claim and start on a new, empty one, add"
        f" {change.consent!r} to consent, and run: {' && '.join(anew)}"
    )


def _stops(reader: Reader, claims: Sequence[tuple[str, str]]) -> list[str]:
    """The commands that stop the pods of these claims, namespace by namespace."""
    spaces: dict[str, list[str]] = {}
    for space, name in claims:
        spaces.setdefault(space, []).append(name)
    return [it for space, names in spaces.items() for it in stop_commands(reader, space, *names)]
