"""What a stack has in the cluster that nobody should have to look for: claims and passwords."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from statefast.schema.annotations import OWNER

from .api import Api
from .files import read_json
from .layout import Workspace

Object = Mapping[str, Any]

__all__ = ["generated_secrets", "kept_claims"]


def kept_claims(workspace: Workspace, owner: str) -> list[str]:
    """The claims of a stack that are there and are not being deleted.

    Args:
        workspace: Of the cluster, which runs.
        owner: The stack, as `project/stack`.

    Returns:
        `namespace/name` of each, sorted.
    """
    return sorted(
        f"{metadata['namespace']}/{metadata['name']}"
        for metadata, _ in _of(workspace, owner, "persistentvolumeclaims")
    )


def generated_secrets(workspace: Workspace, owner: str) -> Mapping[tuple[str, str], Sequence[str]]:
    """By namespace and name, the keys of each Secret of a stack whose values were generated.

    Args:
        workspace: Of the cluster, which runs.
        owner: The stack, as `project/stack`.
    """
    return {
        (metadata["namespace"], metadata["name"]): sorted(item.get("data") or {})
        for metadata, item in _of(workspace, owner, "secrets")
        if metadata["name"].endswith("-generated")
    }


def _of(workspace: Workspace, owner: str, kind: str) -> Iterator[tuple[Object, Object]]:
    """Metadata and whole of the objects of a stack that are not being deleted."""
    port = read_json(workspace.cluster.facts)["port"]
    for item in (Api(workspace.cluster, port).get(f"/api/v1/{kind}") or {}).get("items", []):
        metadata = item["metadata"]
        whose = (metadata.get("annotations") or {}).get(OWNER)
        if whose == owner and "deletionTimestamp" not in metadata:
            yield metadata, item
