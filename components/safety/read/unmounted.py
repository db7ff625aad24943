"""Volumes of this namespace that no claim has any more, named in each run.

A volume that was released keeps its data for as long as nobody deletes it, and nobody looks. A
workload that is gone may have left it, and with the state of a destroyed stack goes the last word
of it: nothing but the volume itself remembers its claim. Where a claim is made anew beside it, it
may be the data that somebody misses.
"""

from ..preflight import Reader
from ..run import this_run
from .cluster import Object
from .remembered import LiveVolume
from .volume_commands import kept_from_all

__all__ = ["note_unmounted"]

_MOST = 10


def note_unmounted(reader: Reader, namespace: str) -> None:
    """Names the released volumes of a namespace, and what starts empty beside them.

    Args:
        reader: Collects the note.
        namespace: Of the stack.
    """
    # Who may not list them is told so by the claims.
    cluster = reader.readable("volumes", "") and reader.readable("claims", namespace)
    if cluster is None:
        return
    claims, volumes = cluster.list("claims", namespace), cluster.list("volumes")
    wanted = {name for home, name in this_run().claims if home == namespace}
    held = [LiveVolume.of(item) for item in volumes.values() if item["spec"].get("claimRef")]
    here = [volume for volume in held if volume.namespace == namespace and not volume.leaving]
    new = sorted(wanted - set(claims) - {volume.claim for volume in here})
    left = sorted(
        f"{volume.name} (of claim {volume.claim})"
        for volume in here
        if not _has(claims.get(volume.claim), volume)
        and volume.claim not in wanted
        # Its owner knows; whoever starts empty may not.
        and (new or volume.claim != kept_from_all(volume.name))
    )
    if left:
        more = f" and {len(left) - _MOST} more" if len(left) > _MOST else ""
        first = f"{', '.join(new[:_MOST])} {'start' if len(new) > 1 else 'starts'}"
        beside = f"{first} on new and empty volumes, while " if new else ""
        reader.note(
            f"{beside}volumes of this namespace whose claims are gone keep their data:"
            f" {', '.join(left[:_MOST])}{more}"
        )


def _has(claim: Object | None, volume: LiveVolume) -> bool:
    """Whether the claim of that name is the one it remembers, and not one that was made since."""
    if claim is None:
        return False
    is_on = claim["spec"].get("volumeName") == volume.name
    return is_on or volume.claim_uid in ("", claim["metadata"]["uid"])
