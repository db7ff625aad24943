"""Which VolumeSnapshot each claim of a workload is to start from, as its `restore` says."""

from collections.abc import Mapping

from ..errors import StatefastError
from ..safety.consent import Change
from ..safety.plan.claims import ClaimPlan
from ..safety.preflight import Reader, Warns
from ..schema.names import check_label_name, check_subdomain_name
from ..schema.nearest import nearest
from .model import Volume, Workload

__all__ = ["check_restore", "note_restore", "restored_from"]

_CLAIM = "{claim}"


def check_restore(workload: Workload, *, of_set: bool) -> None:
    """Refuses what names no claim of the workload, and what cannot be the name of a snapshot.

    Args:
        workload: Checked args.
        of_set: Whether it is a StatefulSet, where a claim template stands for all its claims.

    Raises:
        StatefastError: see above.
    """
    if "data_from" in workload.args:
        check_label_name(workload.resource, "data_from", workload.args["data_from"])
    own = [volume.name for volume in workload.volumes if volume.existing_claim is None]
    for key, snapshot in _given(workload).items():
        if key not in own and not (of_set and workload.is_claim_of_set(key)):
            raise StatefastError(
                workload.resource,
                f"restore.{key}",
                snapshot,
                "but the workload has no claim of that name",
                nearest(key, own)
                + (f"; one claim is <volume>-{workload.name}-<ordinal>" if of_set else ""),
            )
        check_subdomain_name(
            workload.resource, f"restore.{key}", snapshot.replace(_CLAIM, workload.name)
        )


def restored_from(workload: Workload, volume: Volume, claim: str) -> tuple[str, str]:
    """The snapshot that a claim is to start from, and the field that says so; empty for none.

    Args:
        workload: Checked args.
        volume: Of the claim.
        claim: Its name.
    """
    given = _given(workload)
    for key in (claim, volume.name):
        if key in given:
            return given[key].replace(_CLAIM, claim), f"restore.{key}"
    return "", ""


def note_restore(asks: Reader, workload: Workload, claims: Mapping[str, ClaimPlan]) -> None:
    """Names what is restored to no effect, and members that would come back older than others.

    Args:
        asks: The reader, which gets the notes.
        workload: Checked args.
        claims: Plan of each claim, by name.
    """
    volumes = {volume.name for volume in workload.volumes}
    for key in _given(workload):
        if key not in volumes and key not in claims:
            asks.note(f"restore names claim {key}, which none of the replicas has")
    made = [name for name, plan in claims.items() if plan.restored and not plan.live]
    if workload.quorum and made and len(made) < len(claims):
        names = " and ".join(made)
        change = Change(
            resource=workload.resource,
            field="restore",
            old=names,
            new="older than the others",
            uid=" ".join(_given(workload).values()),
        )
        if not change.allowed(workload.args.get("consent") or ()):
            asks.note(
                Warns(
                    f"{names} will be older than the claims of the other members of the"
                    " quorum: a member that forgets what it had acknowledged can elect without it,"
                    " and what the others wrote since is lost; restore all members; or consent to"
                    f" this one change by adding {change.consent!r} to consent"
                )
            )


def _given(workload: Workload) -> Mapping[str, str]:
    return workload.args.get("restore") or {}
