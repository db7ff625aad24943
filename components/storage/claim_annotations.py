"""What a claim says of itself to the next run."""

from ..safety.preflight import owner_of_run
from ..safety.read.live import OWNER, RESTORED, RETENTION, SIZE, SKIP_AWAIT, VOLUME, WAS_OF
from ..schema.quantity import binary_text

__all__ = ["NO_WAIT", "claim_annotations"]

# The claim is bound by what comes after it: its volume, or the workload that mounts it and waits
# for that itself. The provider's own awaiter gives up after minutes where the class binds on
# first use and the claim is bound by then (it waits for Pending).
NO_WAIT = {SKIP_AWAIT: "true"}


def claim_annotations(
    size: int, retention: str, volume: str = "", restored: str = "", was_of: str = ""
) -> dict[str, str]:
    """What a claim says of itself to the next run, of this stack or of another.

    Args:
        size: What its owner asks for, in bytes.
        retention: What becomes of it.
        volume: The volume it took up again; empty where it did not.
        was_of: Uid of the claim that had it; empty where none.
        restored: The VolumeSnapshot that its owner had it start from; empty where none.
    """
    said = {OWNER: owner_of_run(), SIZE: binary_text(size), RETENTION: retention}
    known = {VOLUME: volume, WAS_OF: was_of if volume else "", RESTORED: restored}
    return {**said, **{key: value for key, value in known.items() if value}}
