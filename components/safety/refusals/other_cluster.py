"""A context that has come to mean another cluster: nothing is deployed there in silence.

The engine goes by its state: against another cluster all is `unchanged`, and a refresh forgets all
and makes it anew, empty. What tells clusters apart is the uid of the namespace kube-system, which
each has from its beginning to its end.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto

from ...errors import StatefastError
from ..consent import Change
from ..preflight import Reader
from ..read.cluster import Cluster, NoAnswer, Unreadable
from ..read.memory import Memory

__all__ = ["Place", "place_of", "uid_of_cluster"]

_UNCHECKED = "whether this is the cluster that this stack was deployed to"
# Of each kind; one that has its uid is enough.
_PROOFS = ("namespaces", "stateful sets", "deployments", "claims")


class Place(Enum):
    """Where a run is."""

    NEW = auto()
    """Nothing says where the stack was before."""
    SAME = auto()
    """In the cluster it was in before."""
    MOVED = auto()
    """In another one, with the consent of the owner."""
    UNKNOWN = auto()
    """It was deployed before, and it could not be read where this is."""


def uid_of_cluster(cluster: Cluster) -> str:
    """What tells a cluster from any other; empty where it does not say.

    Raises:
        Unreadable: it takes the right to get the namespace kube-system.
    """
    return str((cluster.metadata("namespaces", "kube-system") or {}).get("uid") or "")


def place_of(
    reader: Reader, memory: Memory, recorded: Iterable[str], consents: Sequence[str]
) -> tuple[Place, str]:
    """Where this run is, and the uid to go on record for it.

    Args:
        reader: Who asks. Reads the cluster from now on, whatever its mode, where that is another
            one with consent: all that the state says is about the former.
        memory: Of this stack.
        recorded: The uids on record, of the component or of all; empty ones do not count.
        consents: What the owner agreed to.

    Raises:
        StatefastError: this is another cluster, and there is no consent to that; or, in mode
            strict, it could not be read which one it is.
    """
    before = sorted({uid for uid in recorded if uid})
    cluster = reader.named
    if cluster is None:
        return Place.NEW, before[0] if before else ""
    trouble = ""
    try:
        found = uid_of_cluster(cluster)
    except Unreadable as error:
        found, trouble = "", str(error)
    if found:
        others = [uid for uid in before if uid != found]
        for uid in others:
            _refuse(reader, cluster, uid, found, consents)
        if others:
            reader.turn_on()
        return (Place.MOVED if others else Place.SAME if before else Place.NEW), found
    known = before[0] if before else ""
    if not before and not memory.objects:
        return Place.NEW, known
    if _proved(cluster, memory):
        return Place.SAME, known
    reader.cannot(trouble or "namespace kube-system has no uid", _UNCHECKED)
    return Place.UNKNOWN, known


def _refuse(reader: Reader, cluster: Cluster, old: str, new: str, consents: Sequence[str]) -> None:
    change = Change(resource="Cluster", field="uid", old=old, new=new, uid=old)
    if change.allowed(consents):
        return
    raise StatefastError(
        reader.resource,
        "context",
        cluster.context_name() or "(current)",
        f"but its cluster has the uid {new} (of namespace kube-system), and what this stack made is"
        f" in the one with the uid {old}",
        "point the context back at that cluster; or, where it is gone and all is to be made anew in"
        f" this one, consent by adding {change.consent!r} to consent, and run"
        " pulumi up --refresh --run-program",
    )


def _proved(cluster: Cluster, memory: Memory) -> bool:
    """Whether an object of this stack is there with the uid that it had: no two are alike."""
    for kind, name, namespace, uid in _candidates(memory):
        try:
            found = cluster.metadata(kind, name, namespace)
        except NoAnswer:
            return False
        except Unreadable:
            continue
        if found is not None and found.get("uid") == uid:
            return True
    return False


def _candidates(memory: Memory) -> Iterator[tuple[str, str, str, str]]:
    for kind in _PROOFS:
        for item in memory.objects.get(kind, ())[:1]:
            metadata = item["metadata"]
            yield kind, metadata["name"], metadata.get("namespace") or "", metadata["uid"]
