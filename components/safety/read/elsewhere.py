"""The claims of this stack in all namespaces: also of workloads that moved, or of before it was
destroyed.

Where the state is empty the claims alone say where the data is.
"""

from collections.abc import Mapping
from typing import Any

from ...schema.annotations import DISPOSABLE, OWNER, RETENTION
from ..preflight import Reader, owner_of_run
from .memory import memory_of_run

__all__ = ["retained_claims"]


def retained_claims(reader: Reader) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """The metadata of each by its namespace and its name, without those whose data may go with the
    stack.

    Args:
        reader: Asks the cluster for all claims it has. Where it may not, the state tells of what
            the stack made itself.

    Raises:
        StatefastError: see `Reader.read`.
    """
    unchecked = "whether claims of this stack are kept in another namespace"
    listed = reader.list_metadata("claims", "", unchecked)
    items = memory_of_run().objects.get("claims", ()) if listed is None else listed.values()
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for item in items:
        its = item["metadata"]
        said = its.get("annotations") or {}
        if said.get(OWNER) == owner_of_run() and said.get(RETENTION) not in DISPOSABLE:
            found.setdefault(its["namespace"], {})[its["name"]] = its
    return dict(sorted(found.items()))
