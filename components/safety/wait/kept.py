"""Which of the snapshots that a rule took are too many: by claim, and a group as a whole."""

from collections.abc import Collection, Sequence

from ..read.client import Client, Object
from ..read.live import OWNER
from ..read.snapshots import group_of
from .group_taking import delete_group, groups_of
from .taking import TAKEN_BEFORE, delete, snapshots_of

__all__ = ["delete_older"]


def delete_older(
    api: Client, namespace: str, claims: Collection[str], keep: int, stack: str
) -> None:
    """Deletes what this stack took of these claims before a change, but for the newest.

    A group counts for each of its claims, and goes once it is too old for all of them.

    Args:
        api: The cluster.
        namespace: Of the claims.
        claims: Their names; each has a newer snapshot that is ready.
        keep: How many stay of each claim, at least one.
        stack: Whose snapshots they are, as its objects say.

    Raises:
        Unreadable: they cannot be listed, or one is not deleted.
        CannotTake: the cluster has no group snapshots any more.
    """
    snapshots = [it for it in snapshots_of(api, namespace) if _usable(it)]
    groups = {it["metadata"]["uid"]: it for it in _groups(api, namespace, snapshots)}
    taken: dict[str, dict[str, Object]] = {}
    for item in snapshots:
        owner = group_of(item)
        whole = groups.get(owner["uid"]) if owner else item
        if whole is not None and _taken_by(stack, whole):
            claim = item["spec"]["source"].get("persistentVolumeClaimName")
            taken.setdefault(claim, {})[whole["metadata"]["uid"]] = whole
    newest = {claim: sorted(of.values(), key=_age, reverse=True) for claim, of in taken.items()}
    kept = {it["metadata"]["uid"] for of in newest.values() for it in of[: max(keep, 1)]}
    wanted = {it["metadata"]["uid"]: it for claim in claims for it in newest.get(claim, ())}
    for uid in wanted.keys() - kept:
        if uid in groups:
            delete_group(api, namespace, wanted[uid])
        else:
            delete(api, namespace, wanted[uid])


def _groups(api: Client, namespace: str, members: Collection[Object]) -> Sequence[Object]:
    """The groups that these snapshots are of and that stay."""
    if not any(group_of(it) for it in members):
        return []
    return [it for it in groups_of(api, namespace) if "deletionTimestamp" not in it["metadata"]]


def _usable(item: Object) -> bool:
    ready = (item.get("status") or {}).get("readyToUse")
    return bool(ready) and "deletionTimestamp" not in item["metadata"]


def _taken_by(stack: str, item: Object) -> bool:
    annotations = item["metadata"].get("annotations") or {}
    return annotations.get(OWNER) == stack and TAKEN_BEFORE in annotations


def _age(item: Object) -> tuple[str, str]:
    return str(item["metadata"].get("creationTimestamp")), str(item["metadata"]["name"])
