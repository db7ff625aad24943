"""Claims that a destroyed stack keeps in another namespace than the one it is made again in.

The state is empty by then, and no workload lives: the claims alone say where the data is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...schema.annotations import INSTANCE, OWNER, RETENTION
from ..preflight import Reader, owner_of_run
from ..read.cluster import Object

__all__ = ["Kept", "kept_elsewhere"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Claims that are kept in one other namespace.

    Attributes:
        namespace: Theirs.
        uids: Of each its uid, by its name.
    """

    namespace: str
    uids: Mapping[str, str]


def kept_elsewhere(
    reader: Reader, *, namespace: str, instance: str = "", claim: str = ""
) -> Sequence[Kept]:
    """The claims of this stack that are kept elsewhere, where it has none of them here.

    Those whose data may go with the stack do not count.

    Args:
        reader: Of the component.
        namespace: Where they would be made.
        instance: Of what workload; empty for any.
        claim: Of what name; empty for any.

    Raises:
        StatefastError: see `Reader.read`.
    """
    everywhere = reader.list_metadata(
        "claims", "", "whether claims of a destroyed stack are kept in another namespace"
    )
    places: dict[str, dict[str, str]] = {}
    for metadata in _ours(everywhere or {}):
        name = metadata["name"]
        of = (metadata.get("labels") or {}).get(INSTANCE, "")
        if instance in ("", of) and claim in ("", name):
            places.setdefault(metadata["namespace"], {})[name] = metadata["uid"]
    if namespace in places:
        return ()
    return [Kept(namespace=place, uids=uids) for place, uids in sorted(places.items())]


def _ours(found: Mapping[str, Object]) -> Iterator[Object]:
    for item in found.values():
        said = item["metadata"].get("annotations") or {}
        if said.get(OWNER) == owner_of_run() and said.get(RETENTION) == "retain":
            yield item["metadata"]
