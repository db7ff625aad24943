"""What is still in the cluster once a stack was destroyed."""

from statefast.schema.annotations import OWNER

from .api import Api
from .files import read_json
from .layout import Workspace

__all__ = ["kept_claims"]


def kept_claims(workspace: Workspace, owner: str) -> list[str]:
    """The claims of a stack that are there and are not being deleted.

    Args:
        workspace: Of the cluster, which runs.
        owner: The stack, as `project/stack`.

    Returns:
        `namespace/name` of each, sorted.
    """
    port = read_json(workspace.cluster.facts)["port"]
    found = Api(workspace.cluster, port).get("/api/v1/persistentvolumeclaims") or {}
    return sorted(
        f"{claim['metadata']['namespace']}/{claim['metadata']['name']}"
        for claim in found.get("items", [])
        if claim["metadata"].get("annotations", {}).get(OWNER) == owner
        and not claim["metadata"].get("deletionTimestamp")
    )
