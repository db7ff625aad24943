"""What somebody deleted by hand: one sentence with the command that helps, and not the words of
the provider, which names an id that it does not find.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import pulumi

from ...errors import StatefastError
from ..preflight import Reader
from ..run import refused_late
from .cluster import Cluster, Unreadable

__all__ = ["namespace_deleted", "refuse_deleted_secret"]


def refuse_deleted_secret(
    asks: Reader, kept: pulumi.CustomResource, *, resource: str, namespace: str, name: str
) -> pulumi.Output[str]:
    """Fails a run that is about to read a generated Secret which is not there any more.

    Args:
        asks: The reader of the component; without a cluster the provider fails, in its own words.
        kept: What the engine takes for the Secret; of one that it is about to make it has no id.
        resource: Kind and name of the workload, for the error sentence.
        namespace: Of the Secret.
        name: Of the Secret.

    Returns:
        Its id.

    Raises:
        pulumi.RunError: out of the run and not out of this call: it was deleted.
    """
    cluster = asks.cluster
    if cluster is None:
        return kept.id

    async def look(known: Sequence[Any]) -> str:
        found: str = known[0]
        try:
            live = await asyncio.to_thread(cluster.metadata_again, "secrets", name, namespace)
        except Unreadable:
            return found
        if live is None:
            refusal = await asyncio.to_thread(
                namespace_deleted, cluster, namespace
            ) or StatefastError(
                resource,
                "generated_secret_env",
                name,
                f"but somebody deleted Secret {namespace}/{name} while this ran, and with it the"
                " passwords that the volume was initialized with",
                "run pulumi up again, which makes it with the values that the state of this stack"
                " has; where it may not read Secrets, make it again by hand with what pulumi stack"
                f" export --show-secrets says of {name}-values",
            )
            raise refused_late(refusal)
        return found

    return pulumi.Output.all(kept.id).apply(look)


def namespace_deleted(cluster: Cluster, namespace: str) -> StatefastError | None:
    """The refusal of a run in a namespace that somebody deleted; None where it is there."""
    try:
        if cluster.metadata_again("namespaces", namespace) is not None:
            return None
    except Unreadable:
        return None
    return StatefastError(
        f"Namespace {namespace}",
        "name",
        namespace,
        "but somebody deleted it, with all that was in it",
        "note the generated passwords, which only the state has now (pulumi stack export"
        " --show-secrets), and make it again with what this stack had in it: pulumi up --refresh",
    )
