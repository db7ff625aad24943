"""Which volumes the claims of a component are on, for the memory of its next run."""

import re
from collections.abc import Collection, Iterable, Mapping

import pulumi

from ..preflight import Reader
from ..read.cluster import Object, Unreadable
from ..read.last_run import LastRun, key_of
from ..read.live import live_claims
from .polling import look

__all__ = ["held_volumes"]


def held_volumes(
    asks: Reader,
    after: pulumi.CustomResource,
    namespace: str,
    claims: Collection[str],
    last: LastRun,
    of_set: str = "",
    *,
    again: bool = True,
) -> pulumi.Output[Mapping[str, str]]:
    """By claim, the volume it is on once a resource is there.

    What cannot be read is what it was before: the last that is known of the data.

    Args:
        asks: The reader of the component.
        after: What waits until the claims are bound.
        namespace: Of the claims.
        claims: Their names.
        last: What the stack knew of this cluster.
        of_set: Name of their StatefulSet, whose claims of other ordinals are not forgotten, either.
        again: Whether claims without a volume are read again; not where nothing waits for them.
    """
    known = {
        key: next(iter(found))
        for key, found in last.volumes.items()
        if len(found) == 1 and _is_of(key, namespace, claims, of_set)
    }
    cluster = asks.readable("claims", namespace)
    listed = cluster.list("claims", namespace) if cluster is not None else {}
    bound = dict(_volumes(listed, namespace, claims))

    async def read(_: object) -> Mapping[str, str]:
        unbound = [name for name in claims if key_of(namespace, name) not in bound]
        if cluster is None or not (again and unbound) or pulumi.runtime.is_dry_run():
            return {**known, **bound}
        try:
            found = await look(cluster, "claims", namespace, soon=True)
        except Unreadable:
            return {**known, **bound}
        return {**known, **bound, **dict(_volumes(found, namespace, unbound))}

    held: pulumi.Output[Mapping[str, str]] = after.id.apply(read)
    return held


def _volumes(
    found: Mapping[str, Object], namespace: str, claims: Iterable[str]
) -> Iterable[tuple[str, str]]:
    live = live_claims(found)
    for name in claims:
        if name in live and (volume := live[name].volume):
            yield key_of(namespace, name), volume


def _is_of(key: str, namespace: str, claims: Collection[str], of_set: str) -> bool:
    home, _, name = key.partition("/")
    if home != namespace or (name not in claims and f"-{of_set}-" not in name):
        return False
    return name in claims or bool(of_set and re.fullmatch(rf".+-{re.escape(of_set)}-\d+", name))
