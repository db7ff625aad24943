"""Claims that start on a copy of the data of another namespace: those of a review stack.

A claim starts from a VolumeSnapshot of its own namespace only. So the snapshot of the other one is
brought in by its handle, as a content that is to be kept and a VolumeSnapshot that is bound to it.
The end of the stack deletes these two objects, and nothing in the storage.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..preflight import Reader
from ..read.live import LiveClaim
from ..read.snapshots import LiveContent, LiveSnapshot, content_of, read_snapshots
from .claim_plan import CONTENT, SNAPSHOT, CopyPlan, WantedClaim
from .names import WantedName, plan_names
from .restores import check_content, refusal, unreadable

__all__ = ["plan_copies"]


def plan_copies(
    reader: Reader,
    *,
    namespace: str,
    wanted: Iterable[WantedClaim],
    live: Mapping[str, LiveClaim] | None,
    consents: Sequence[str],
) -> Mapping[str, CopyPlan]:
    """What is brought in for claims that start on data of another namespace, by claim.

    Args:
        reader: Of the component; it gets a note of each claim that starts on a copy.
        namespace: Of the claims.
        wanted: The claims; those that start on nothing, or on what `restore` says, are passed over.
        live: Those of them that are there, by name; None where they cannot be read.
        consents: What the owner agreed to.

    Raises:
        StatefastError: something cannot be read; there is no snapshot of a claim of that name that
            a volume of its class can be made from; the claim is there, on other data; or the
            objects are another stack's.
    """
    copies: dict[str, CopyPlan] = {}
    for given in wanted:
        if not given.data_from or given.restore:
            continue
        claim = replace(given, restore=given.data_from, restore_field="data_from")
        if live is None:
            raise unreadable(reader, claim, "claims")
        copies[claim.name] = _copy(reader, namespace, claim, live.get(claim.name), consents)
    return copies


def _copy(
    reader: Reader,
    namespace: str,
    claim: WantedClaim,
    live: LiveClaim | None,
    consents: Sequence[str],
) -> CopyPlan:
    if claim.data_from == namespace:
        raise refusal(reader, claim, "but that is its own namespace", "name another one")
    if live is not None and live.restored != claim.name:
        raise refusal(
            reader,
            claim,
            f"but claim {namespace}/{claim.name} is there, and did not start on data of"
            f" {claim.data_from}",
            "leave it out, or destroy the stack and run up again",
        )
    brought = CopyPlan(
        snapshot=claim.name,
        content=f"{namespace}-{claim.name}",
        handle="",
        driver="",
        mode="",
        names=plan_names(
            reader,
            [
                WantedName(kind=CONTENT, name=f"{namespace}-{claim.name}"),
                WantedName(kind=SNAPSHOT, name=claim.name, namespace=namespace),
            ],
            consents,
        ),
    )
    # What was brought in once stays what it is: another handle would be another object.
    item = reader.object(
        "snapshot contents", brought.content, "", "which snapshot was brought in before"
    )
    there = LiveContent.of(item) if item is not None else None
    if live is not None:
        return _with(brought, there) if there is not None else brought
    snapshot, content = _newest(reader, claim)
    reader.note(f"claim {namespace}/{claim.name} starts on a copy of {snapshot.text}")
    if snapshot.size > claim.size:
        reader.note(f"claim {namespace}/{claim.name} is as large as that snapshot")
    return replace(_with(brought, there or content), size=snapshot.size)


def _with(brought: CopyPlan, content: LiveContent) -> CopyPlan:
    return replace(brought, handle=content.handle, driver=content.driver, mode=content.mode)


def _newest(reader: Reader, claim: WantedClaim) -> tuple[LiveSnapshot, LiveContent]:
    """The last good snapshot of a claim of that name, once it is known that it will do."""
    snapshots = read_snapshots(reader, claim.data_from)
    if snapshots is None:
        raise unreadable(reader, claim, f"VolumeSnapshots of namespace {claim.data_from}")
    of_claim = [it for it in snapshots.values() if it.claim == claim.name]
    good = [it for it in of_claim if it.ready and not it.leaving]
    if not good:
        has = f"{len(of_claim)} that are not ready" if of_claim else "none"
        raise refusal(
            reader,
            claim,
            f"but of the VolumeSnapshots there {has} is of claim {claim.data_from}/{claim.name},"
            " and the claim would start empty",
            "take one, name a namespace that has one, or leave it out",
        )
    newest = max(good, key=lambda it: (it.taken, it.name))
    content = content_of(reader, newest)
    if content is None or not content.handle:
        raise unreadable(reader, claim, f"VolumeSnapshotContent {newest.content}")
    check_content(reader, claim, newest, content)
    return newest, content
