"""Claims of the last run that are gone, and whose volumes are not: what is on them has no name in
the cluster any more but that of the volume.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..preflight import Reader
from .cluster import Object
from .last_run import key_of
from .memory import memory_of_run
from .remembered import LiveVolume, other_volumes

__all__ = ["LostClaim", "lost_claims"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LostClaim:
    """A claim that somebody deleted since the last run.

    Attributes:
        component: Kind and name of what had it, e.g. `StatefulSet zookeeper`.
        uid: It had; empty where that is not known.
        volumes: Those there are with its data; none where volumes cannot be read.
    """

    component: str
    namespace: str
    name: str
    uid: str
    volumes: Sequence[LiveVolume]


def lost_claims(reader: Reader, consents: Collection[str]) -> Iterator[LostClaim]:
    """The claims that were in the last run and are not there, and may have left data.

    Args:
        reader: Asks the cluster.
        consents: What the owner agreed to: a volume that he leaves does not count.

    Raises:
        StatefastError: see `Reader.read`.
    """
    memory = memory_of_run()
    for component, record in memory.records.items():
        if not record.claims:
            continue
        there = reader.read("claims", record.namespace, "whether claims are left behind")
        for name, uid in record.claims.items():
            if there is None or name in there:
                # What cannot be seen is taken for there.
                continue
            last = memory.last.volumes.get(key_of(record.namespace, name), frozenset())
            volumes = reader.read("volumes", "", "whether a volume holds the data of a lost claim")
            found = None if volumes is None else _volumes(volumes, record.namespace, name, last)
            left = [it for it in found or () if not it.leave.allowed(consents)]
            if found is None or left:
                yield LostClaim(
                    component=component,
                    namespace=record.namespace,
                    name=name,
                    uid=uid,
                    volumes=left,
                )


def _volumes(
    volumes: Mapping[str, Object], namespace: str, claim: str, last: Collection[str]
) -> Sequence[LiveVolume]:
    """Those that remember the claim, and those that it was on and that remember none."""
    remembering = other_volumes(volumes, namespace, claim, None)
    known = {it.name for it in remembering}
    free = [LiveVolume.of(volumes[name]) for name in sorted(last) if name in volumes]
    free = [it for it in free if it.name not in known and not it.claim]
    return [it for it in (*remembering, *free) if not it.leaving]
