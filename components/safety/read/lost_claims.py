"""Claims of the last run that are gone, and whose volumes are not: what is on them has no name in
the cluster any more but that of the volume.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..preflight import Reader
from .cluster import Object
from .last_run import key_of
from .live import LiveWorkload
from .memory import memory_of_run
from .remembered import LiveVolume, other_volumes

__all__ = ["LostClaim", "lost_claims", "mounts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LostClaim:
    """A claim that somebody deleted since the last run.

    Attributes:
        workload: Name of what had it.
        uid: It had; empty where that is not known.
        volumes: Those there are with its data; none where volumes cannot be read.
    """

    workload: str
    namespace: str
    name: str
    uid: str
    volumes: Sequence[LiveVolume]


def lost_claims(
    reader: Reader, namespace: str, lives: Sequence[LiveWorkload], consents: Collection[str]
) -> Iterator[LostClaim]:
    """The claims that were in the last run and are not there, and may have left data.

    Args:
        reader: Asks the cluster.
        namespace: Of the workloads.
        lives: Those of the stack that live; a run that was interrupted has recorded none of their
            claims.
        consents: What the owner agreed to: a volume that he leaves does not count.

    Raises:
        StatefastError: see `Reader.read`.
    """
    memory = memory_of_run()
    if not lives and not any(record.claims for record in memory.records.values()):
        return
    volumes = reader.read("volumes", "", "whether a volume holds the data of a lost claim")
    had = {
        (namespace, volume.claim): (live.name, volume.claim_uid)
        for volume in map(LiveVolume.of, (volumes or {}).values())
        for live in lives
        if volume.namespace == namespace and mounts(live, volume.claim)
    }
    for component, record in memory.records.items():
        kind, _, name = component.partition(" ")
        for claim, uid in record.claims.items():
            # The claims of a Deployment are components of their own as well.
            if kind != "VolumeClaim" or (record.namespace, claim) not in had:
                had[record.namespace, claim] = (name, uid)
    for (place, claim), (name, uid) in sorted(had.items()):
        there = reader.read("claims", place, "whether claims are left behind")
        if there is None or claim in there:
            # What cannot be seen is taken for there.
            continue
        last = memory.last.volumes.get(key_of(place, claim), frozenset())
        found = None if volumes is None else _volumes(volumes, place, claim, last)
        left = [it for it in found or () if not it.leave.allowed(consents)]
        if found is None or left:
            yield LostClaim(workload=name, namespace=place, name=claim, uid=uid, volumes=left)


def mounts(live: LiveWorkload, claim: str) -> bool:
    """Whether a workload that lives mounts a claim of this name, or an ordinal of it would."""
    made = (claim.removeprefix(f"{template}-{live.name}-") for template in live.templates)
    return claim in live.claims or any(it != claim and it.isdecimal() for it in made)


def _volumes(
    volumes: Mapping[str, Object], namespace: str, claim: str, last: Collection[str]
) -> Sequence[LiveVolume]:
    """Those that remember the claim, and those that it was on and that remember none."""
    remembering = other_volumes(volumes, namespace, claim, None)
    known = {it.name for it in remembering}
    free = [LiveVolume.of(volumes[name]) for name in sorted(last) if name in volumes]
    free = [it for it in free if it.name not in known and not it.claim]
    return [it for it in (*remembering, *free) if not it.leaving]
