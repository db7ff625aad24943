"""Fields that a StatefulSet is better off without."""

from collections.abc import Iterator

from statefast.errors import StatefastError

from .facts import UNKNOWN, Facts
from .where import Where

__all__ = ["awaited_set", "no_revision_history_limit"]

_SKIP = "pulumi.com/skipAwait"


def no_revision_history_limit(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """Kubernetes changes it in place; the provider replaces the set."""
    # Of a Patch no field forces a replacement (docs/engine.md 2).
    if facts.kind != "StatefulSet" or facts.patch:
        return
    limit = facts.get("spec", "revisionHistoryLimit")
    if limit not in (None, UNKNOWN):
        yield StatefastError(
            facts.title,
            "spec.revisionHistoryLimit",
            int(limit) if isinstance(limit, float) else limit,
            "but the provider replaces the set when it changes",
            "leave it out",
        )


def awaited_set(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """A set that nobody waits for is reported as up whether or not its pods are.

    With a partition the provider's own wait would never end, so that skipping it is no neglect.
    """
    if facts.kind != "StatefulSet" or facts.get("metadata", "annotations", _SKIP) != "true":
        return
    if facts.get("spec", "updateStrategy", "rollingUpdate", "partition") in (None, 0):
        yield StatefastError(
            facts.title,
            f"metadata.annotations.{_SKIP}",
            "true",
            "but then a rollout that is stuck looks like one that has ended",
            "leave it out, and give the set custom_timeouts",
        )
