"""Members of a quorum that would be outvoted by members without their data.

Seen with ZooKeeper 3.9: from one replica to three in one `up`, the two new members elected each
other, and the first one took their empty snapshot for its own. Every write was lost, and `up`
reported success.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from ...errors import StatefastError
from ...schema.names import claim_name
from ..consent import Change
from ..preflight import Reader
from ..quorum import Members, majorities_meet, majority, one_at_a_time
from ..read.live import LiveClaim, LiveWorkload

__all__ = ["refuse_outvoting"]

_MOST_STEPS = 6


def refuse_outvoting(
    reader: Reader,
    *,
    name: str,
    wanted: Members,
    live: LiveWorkload | None,
    volumes: Collection[str],
    claims: Mapping[str, LiveClaim],
    consents: Iterable[str],
) -> Members:
    """Refuses a change of members after which those without the last writes could decide.

    Args:
        reader: Of the component.
        name: Of the StatefulSet.
        wanted: The members there would be.
        live: The set as it lives; None where there is none.
        volumes: Names of its volumes.
        claims: All claims of the namespace, by name. They tell who was a member where no pod runs.
        consents: What the owner agreed to.

    Returns:
        The members there are when last there were any: what the next run goes by.

    Raises:
        StatefastError: a majority of the new members could do without a majority of the old.
    """
    last = Members.read(live.members) if live is not None else None
    if live is not None and live.replicas:
        old, uid = Members(live.first_ordinal, live.replicas), live.uid
    elif live is not None and last is not None:
        old, uid = last, live.uid
    else:
        old, uid = _paused(name, volumes, claims)
    then = wanted if wanted.count else old
    if majorities_meet(old, wanted):
        if (old.count, wanted.count) == (1, 2):
            reader.note(
                f"pod {name}-{old.first} has to restart to know of a second member, and the"
                " rollout may wait for the second one first: if `up` waits, kubectl delete pod"
                f" {name}-{old.first}; start with three members to have none of this"
            )
        return then
    moved = old.first != wanted.first
    change = Change(
        resource=reader.resource,
        field="ordinals" if moved else "replicas",
        old=str(old) if moved else str(old.count),
        new=str(wanted) if moved else str(wanted.count),
        uid=uid,
    )
    if change.allowed(consents):
        return then
    raise StatefastError(
        reader.resource,
        "first_ordinal" if moved else "replicas",
        wanted.first if moved else wanted.count,
        _consequence(old, wanted),
        f"go {_way(old, wanted, moved)}, an `up` for each, or consent to this one change by adding"
        f" {change.consent!r} to consent",
    )


def _paused(
    name: str, volumes: Collection[str], claims: Mapping[str, LiveClaim]
) -> tuple[Members, str]:
    """The members whose claims are there and none of which runs, and the identity of them all."""
    found: dict[int, list[LiveClaim]] = {}
    for volume in volumes:
        prefix = claim_name(volume, name, 0).removesuffix("0")
        for claim in claims.values():
            ordinal = claim.name.removeprefix(prefix)
            if claim.name.startswith(prefix) and ordinal.isdecimal():
                found.setdefault(int(ordinal), []).append(claim)
    if not found:
        return Members(0, 0), ""
    uid = " ".join(sorted(claim.uid for its in found.values() for claim in its))
    said = {
        members: Members.read(members) for its in found.values() for members in (its[0].members,)
    }
    for text, members in said.items():
        # Claims of members that left earlier say what was true when they left.
        if members is not None and all(
            claim.members == text
            for ordinal, its in found.items()
            if members.first <= ordinal < members.stop
            for claim in its
        ):
            return members, uid
    return Members(min(found), max(found) - min(found) + 1), uid


def _consequence(old: Members, new: Members) -> str:
    was, would = majority(old.count), majority(new.count)
    members = f"{old.count} member{'s' if old.count > 1 else ''}"
    if old.first <= new.first and new.stop <= old.stop:
        return (
            f"but {was} of {members} decided over each write: the {new.count} that would stay may"
            " be without the last ones, which would be lost"
        )
    return (
        f"but its data is that of {members}, and {would} of {new.count} would decide: members"
        " without it could elect each other, and the others would take over their emptiness"
    )


def _way(old: Members, new: Members, moved: bool) -> str:
    steps: Sequence[Members] = [old, *one_at_a_time(old, new)]
    said = [str(step) if moved else str(step.count) for step in steps]
    if len(said) > _MOST_STEPS:
        said = [*said[: _MOST_STEPS - 2], "…", said[-1]]
    return f"one member at a time ({'ordinals ' if moved else ''}{' -> '.join(said)})"
