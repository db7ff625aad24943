"""What a claim says of itself to the next run."""

from ..safety.plan.claim_plan import ClaimPlan
from ..safety.preflight import owner_of_run
from ..safety.read.live import OWNER, RESTORED, RETENTION, SIZE, SKIP_AWAIT, VOLUME, WAS_OF
from ..schema.quantity import binary_text

__all__ = ["NO_WAIT", "claim_annotations"]

# The claim is bound by what comes after it: its volume, or the workload that mounts it and waits
# for that itself. The provider's own awaiter gives up after minutes where the class binds on
# first use and the claim is bound by then (it waits for Pending).
NO_WAIT = {SKIP_AWAIT: "true"}


def claim_annotations(size: int, retention: str, plan: ClaimPlan | None = None) -> dict[str, str]:
    """What a claim says of itself to the next run, of this stack or of another.

    Args:
        size: What its owner asks for, in bytes.
        retention: What becomes of it.
        plan: What the guard said of it; None for a template, which is of no one claim.
    """
    said = {OWNER: owner_of_run(), SIZE: binary_text(size), RETENTION: retention}
    if plan is None:
        return said
    was_of = plan.was_of if plan.volume else ""
    known = {VOLUME: plan.volume, WAS_OF: was_of, RESTORED: plan.restored}
    return {**said, **{key: value for key, value in known.items() if value}}
