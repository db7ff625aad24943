"""A workload that goes on under its name with other claims than those that hold its data.

Its pattern was switched, a volume renamed, its ordinals moved, another claim named: the claims are
kept, all of them, and the pods start on others.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...errors import StatefastError
from ...schema.names import claim_name
from ..consent import Change
from ..preflight import Reader, owner_of_run
from ..read.live import LiveClaim, LiveWorkload, live_claims
from ..read.pod_data import read_record
from ..read.remembered import other_volumes

__all__ = ["WantedClaims", "refuse_other_claims"]

_MOST_NAMES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedClaims:
    """What a workload mounts in this run.

    Attributes:
        name: Of the workload.
        namespace: Of the workload.
        of_set: Whether it is a StatefulSet.
        templates: Names of its claim templates; none for a Deployment.
        mounted: Names of the claims that its pods mount.
        by_majority: Whether it is another's question which ordinals may come and go.
        disposable: Whether its owner said that its data may go with the stack.
    """

    name: str
    namespace: str
    of_set: bool
    templates: Collection[str]
    mounted: Sequence[str]
    by_majority: bool
    disposable: bool


def refuse_other_claims(
    reader: Reader,
    wanted: WantedClaims,
    live: LiveWorkload | None,
    consents: Iterable[str],
) -> None:
    """Refuses to leave the data of a workload behind while the workload goes on.

    Args:
        reader: Of the component; it gets a note instead where the data is disposable.
        wanted: What it mounts in this run.
        live: The workload as it lives; None where there is none of its kind.
        consents: What the owner agreed to.

    Raises:
        StatefastError: claims with its data would not be mounted any more.
    """
    found = reader.read("claims", wanted.namespace, "whether its data would be left behind")
    if found is None:
        return
    claims = live_claims(found)
    given = list(consents)
    empty = [name for name in wanted.mounted if _is_new(reader, wanted, name, claims, given)]
    if live is not None and (live.replicas or not wanted.of_set):
        left, uid = _left_by(live, wanted, empty), live.uid
    else:
        left = _left_by_another(reader, wanted, claims, empty)
        uid = " ".join(sorted(claims[name].uid for name in left if name in claims))
    if not left:
        return
    mounted = live.claims if live is not None else ()
    added = [
        name
        for name in wanted.mounted
        # Of a set that lives all but the empty ones are its own.
        if name in empty or (not wanted.of_set and name not in {*mounted, *_own(wanted, claims)})
    ]
    new = _shown(added) or "none of them"
    change = Change(
        resource=reader.resource,
        field="volumes",
        old=_shown(left),
        new=new,
        # Not all of them may be shown.
        uid=" ".join([uid, *left, *added]),
    )
    if change.allowed(given):
        return
    start = "start with new and empty volumes" if empty else "go on without them"
    why = f"but its data is in {change.old}, and it would {start}; nothing is deleted"
    if wanted.disposable:
        reader.note(f"{reader.resource}: volumes is {new!r}, {why}")
        return
    raise StatefastError(
        reader.resource,
        "volumes",
        new,
        why,
        f"write back what led to {change.old}, or consent to this one change by adding"
        f" {change.consent!r} to consent",
    )


def _is_new(
    reader: Reader,
    wanted: WantedClaims,
    name: str,
    claims: Mapping[str, LiveClaim],
    consents: Sequence[str],
) -> bool:
    """Whether a claim starts on a new volume: none is there, and no volume remembers it."""
    if name in claims:
        return False
    volumes = reader.read("volumes", "", "whether a volume holds the data of a claim made again")
    found = other_volumes(volumes or {}, wanted.namespace, name, None)
    return all(volume.leaving or volume.leave.allowed(consents) for volume in found)


def _own(wanted: WantedClaims, claims: Mapping[str, LiveClaim]) -> set[str]:
    """The claims that say of themselves that they are of this workload of this stack."""
    owner = owner_of_run()
    return {
        name
        for name, claim in claims.items()
        if claim.owner == owner and claim.instance == wanted.name
    }


def _left_by(live: LiveWorkload, wanted: WantedClaims, empty: Collection[str]) -> list[str]:
    """The claims that the workload mounts now and would not any more."""
    # Of somebody else's claims only the name is known.
    named = [name for name in live.claims if name not in wanted.mounted]
    if not wanted.of_set or wanted.by_majority:
        return sorted(named)
    for template in live.templates:
        its = {
            claim_name(template, live.name, live.first_ordinal + number): number
            for number in range(live.replicas)
        }
        # A template that is gone is an edit of the set itself; fewer replicas are no loss.
        starts = any(_ordinal(template, live.name, name) is not None for name in empty)
        if template in wanted.templates and starts:
            named += [name for name in its if name not in wanted.mounted]
    return sorted(named)


def _left_by_another(
    reader: Reader,
    wanted: WantedClaims,
    claims: Mapping[str, LiveClaim],
    empty: Collection[str],
) -> list[str]:
    """The claims that the other pattern mounts; or those of its name where nothing runs."""
    other = "deployments" if wanted.of_set else "stateful sets"
    found = reader.read(other, wanted.namespace, "whether its data would be left behind") or {}
    owner = owner_of_run()
    if wanted.name in found:
        live = LiveWorkload.of(found[wanted.name])
        mounted = [
            *live.claims,
            *(
                claim_name(template, live.name, live.first_ordinal + number)
                for template in live.templates
                for number in range(live.replicas)
            ),
        ]
        if live.owner == owner:
            return sorted(name for name in mounted if name in claims and name not in wanted.mounted)
    mine = _own(wanted, claims)
    back = mine & {*wanted.mounted}
    beside = _beside(wanted, claims, back)
    others = [name for name in wanted.mounted if name in claims and name not in mine]
    if not empty and (back or not others):
        return sorted(beside)
    left = mine - {*wanted.mounted}
    if back:
        # It comes back as what it was; what it once left, as another pattern, is no news.
        left = {name for name in left if _of_set(wanted.name, name) is wanted.of_set} | beside
    if wanted.by_majority:
        left = {name for name in left if not _of_set(wanted.name, name)}
    return sorted(left) if wanted.mounted else []


def _beside(wanted: WantedClaims, claims: Mapping[str, LiveClaim], back: Iterable[str]) -> set[str]:
    """The claims that were mounted with those that come back, when last they were."""
    sources = {
        mounted.source
        for name in back
        for reads in read_record(claims[name].data).values()
        for mounted in reads.mounts.values()
    }
    gone = sources - {*wanted.templates, *wanted.mounted}
    return {
        name
        for source in gone
        for name in claims
        if name == source or _ordinal(source, wanted.name, name) is not None
    }


def _of_set(workload: str, claim: str) -> bool:
    return re.fullmatch(rf".+-{re.escape(workload)}-\d+", claim) is not None


def _ordinal(template: str, stateful_set: str, claim: str) -> int | None:
    found = re.fullmatch(rf"{re.escape(template)}-{re.escape(stateful_set)}-(\d+)", claim)
    return int(found[1]) if found else None


def _shown(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    said = ", ".join(names[:_MOST_NAMES])
    return f"{said} and {more} more" if more > 0 else said
