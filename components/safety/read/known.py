"""What a stack knew of one component before this run, and what the next run is to know of it."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from ..preflight import Reader
from ..refusals.other_cluster import Place, place_of, uid_of_cluster
from .cluster import Unreadable
from .memory import RECORD, Memory, Remembered, memory_of_run

_CLAIM = "VolumeClaim"

__all__ = ["Known", "known", "recorded", "uid_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one component.

    Attributes:
        resource: Kind and name of the component, e.g. `StatefulSet zookeeper`.
        memory: What the state holds, where it is about the cluster of this run; else empty.
        before: What the component recorded last; empty where it did not, or of another cluster.
        place: Whether this is the cluster it was deployed to.
        cluster: Uid of namespace kube-system; empty where it could not be read, now or before.
    """

    resource: str
    memory: Memory = field(default_factory=Memory)
    before: Remembered = field(default_factory=Remembered)
    place: Place = Place.NEW
    cluster: str = ""

    def claims(self, namespace: str) -> Mapping[str, str]:
        """The claims in a namespace that this stack knows, with the uid that each had.

        That of the record, where there is one: a refresh brings the state up to date with
        whatever has become of a claim.
        """
        found = self.memory.within("claims", namespace)
        known = {name: str(item["metadata"]["uid"]) for name, item in found.items()}
        if self.before.namespace == namespace:
            known |= {name: uid or known.get(name, "") for name, uid in self.before.claims.items()}
        return known

    def outputs(
        self, namespace: str, claims: Mapping[str, pulumi.Input[str]] | None = None
    ) -> dict[str, dict[str, Any]]:
        """What the component registers among its outputs, for the next run.

        Args:
            namespace: Of its objects.
            claims: By name, the uid of each claim it has now; default none. Those that it had
                stay on record: the ordinals may come back.
        """
        had = self.before.claims if self.before.namespace == namespace else {}
        return {
            RECORD: {
                "of": self.resource,
                "cluster": self.cluster,
                "namespace": namespace,
                "claims": {**had, **(claims or {})},
            }
        }


def known(reader: Reader, consents: Sequence[str], component: str = "") -> Known:
    """What is known of the component that asks, once it is known to be in its cluster.

    Args:
        reader: Of the component.
        consents: What the owner agreed to.
        component: Kind and name of the component, where the reader names the object in the
            cluster by another.

    Raises:
        StatefastError: this is another cluster; or, in mode strict, it could not be read.
    """
    memory = memory_of_run()
    kind = component.partition(" ")[0]
    component = component or reader.resource
    before = memory.records.get(component)
    if before is None and kind in ("", _CLAIM):
        # Versions before 0.2 recorded every claim under its own name.
        before = memory.records.get(reader.resource)
    before = before or Remembered()
    if memory.trouble:
        reader.cannot(memory.trouble, "whether an edit leaves data of the last run behind")
    place, cluster = place_of(reader, memory, [before.cluster], consents)
    if place is Place.MOVED:
        # What it knew is about another cluster.
        memory, before = Memory(), Remembered()
    return Known(resource=component, memory=memory, before=before, place=place, cluster=cluster)


def recorded(reader: Reader) -> Known:
    """What a component without data of its own has to record; nothing is compared.

    Args:
        reader: Of the component.
    """
    before = memory_of_run().records.get(reader.resource, Remembered())
    cluster = ""
    if reader.named is not None:
        with contextlib.suppress(Unreadable):
            cluster = uid_of_cluster(reader.named)
    return Known(resource=reader.resource, before=before, cluster=cluster or before.cluster)


def uid_of(made: pulumi.CustomResource, otherwise: str) -> pulumi.Output[str]:
    """Uid of a claim as the engine has it afterwards.

    Args:
        made: The claim.
        otherwise: What to record where this run leaves it out, or its preview does not make it.
    """

    def look(metadata: object) -> str:
        found = metadata.get("uid") if isinstance(metadata, Mapping) else None
        return found if isinstance(found, str) else otherwise

    metadata: pulumi.Output[Any] = made.metadata  # type: ignore[attr-defined]
    return metadata.apply(look, run_with_unknowns=True)
