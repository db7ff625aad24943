"""Members of a quorum that would be outvoted by members without their data.

Seen with ZooKeeper 3.9: from one replica to three in one `up`, the two new members elected each
other, and the first one took their empty snapshot for its own. Every write was lost, and `up`
reported success.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ...errors import StatefastError
from ...schema.names import claim_name
from ..consent import Change
from ..preflight import Reader
from ..quorum import MemberPlan, Members, majorities_meet, majority, one_at_a_time
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
    by_itself: bool,
) -> MemberPlan:
    """Refuses a change of members after which those without the last writes could decide, where
    the run cannot go there one member at a time.

    Args:
        reader: Of the component.
        name: Of the StatefulSet.
        wanted: The members there would be.
        live: The set as it lives; None where there is none.
        volumes: Names of its volumes.
        claims: All claims of the namespace, by name. They tell who was a member where no pod runs.
        consents: What the owner agreed to.
        by_itself: Whether the run can take the steps of a set that is there.

    Raises:
        StatefastError: a majority of the new members could do without a majority of the old, and
            the run cannot go there in steps.
    """
    last = Members.read(live.members) if live is not None else None
    if live is not None and live.replicas:
        old, uid = Members(live.first_ordinal, live.replicas), live.uid
    elif live is not None and last is not None:
        old, uid = last, live.uid
    else:
        old, uid = _paused(name, volumes, claims)
    plan = MemberPlan(
        last=wanted if wanted.count else old,
        now=old,
        running=live is not None and live.replicas > 0,
        way=(wanted,) if live is not None and old != wanted and old.count and wanted.count else (),
    )
    if majorities_meet(old, wanted):
        if plan.running and (old.count, wanted.count) == (1, 2):
            reader.note(_alone(name, old, by_itself))
        return plan
    moved = old.first != wanted.first
    change = Change(
        resource=reader.resource,
        field="ordinals" if moved else "replicas",
        old=str(old) if moved else str(old.count),
        new=str(wanted) if moved else str(wanted.count),
        uid=uid,
    )
    if change.allowed(consents):
        return replace(plan, way=())
    if by_itself and plan.way:
        reader.note(
            f"{reader.resource} goes {_way(old, wanted, moved)} in this one `up`, each step once"
            " all members of the one before are ready"
        )
        return replace(plan, way=tuple(one_at_a_time(old, wanted)))
    raise StatefastError(
        reader.resource,
        "first_ordinal" if moved else "replicas",
        wanted.first if moved else wanted.count,
        _consequence(old, wanted),
        f"{_safe(old, wanted, moved, gone=live is None, by_itself=by_itself)}, or consent to this"
        f" one change by adding {change.consent!r} to consent",
    )


def _alone(name: str, old: Members, by_itself: bool) -> str:
    pod = f"pod {name}-{old.first}"
    if by_itself:
        return (
            f"{pod} restarts first, to know of the second member, and serves again when that one"
            " is there"
        )
    return (
        f"{pod} has to restart to know of a second member, and the rollout may wait for the second"
        f" one first: if `up` waits, kubectl delete {pod}; start with three"
        " members to have none of this"
    )


def _safe(old: Members, new: Members, moved: bool, *, gone: bool, by_itself: bool) -> str:
    if gone and by_itself:
        # What is not there takes no steps.
        first = f"ordinals {old}" if moved else f"{old.count}"
        then = f"ordinals {new}" if moved else f"{new.count}"
        return f"run up with {first} first, and with {then} next: that one goes one at a time"
    return f"go {_way(old, new, moved)}, an `up` for each"


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
