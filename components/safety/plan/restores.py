"""Claims that start from a VolumeSnapshot though there was, or is, data under their name.

Kubernetes has no other way back to a snapshot than a new volume, and a claim is bound to one volume
for its life. So a restore is a claim that is made anew, and the volume it had stays, Released, with
all that is on it. What is checked here is that the snapshot is the one that was meant, and that
nobody deletes a claim before the snapshot can take its place.
"""

from collections.abc import Iterable, Mapping, Sequence

from ...errors import StatefastError
from ...schema.nearest import nearest
from ...schema.quantity import binary_text
from ..consent import Change
from ..preflight import Reader
from ..read.holders import stop_commands
from ..read.live import LiveClaim, class_by_default
from ..read.remembered import LiveVolume, other_volumes
from ..read.snapshots import LiveContent, LiveSnapshot, content_of, read_snapshots
from ..read.volume_commands import patch_to_keep
from ..refusals.left_behind import read_volumes
from .claim_plan import WantedClaim
from .limits import classes_of

__all__ = ["check_content", "plan_restores", "refusal", "unreadable"]


def plan_restores(
    reader: Reader,
    *,
    namespace: str,
    wanted: Iterable[WantedClaim],
    live: Mapping[str, LiveClaim] | None,
    consents: Sequence[str],
) -> None:
    """Checks what is to be restored in this run, and says what there is to do before.

    Args:
        reader: Of the component; it gets a note of each claim that starts from a snapshot.
        namespace: Of the claims.
        wanted: The claims; those that are not to be restored are passed over.
        live: Those of them that are there, by name; None where they cannot be read.
        consents: What the owner agreed to.

    Raises:
        StatefastError: something cannot be read; the snapshot is not there, not ready, or of
            another claim, driver, mode or size; the claim is there, on other data.
    """
    asked = [claim for claim in wanted if claim.restore]
    if not asked:
        return
    if live is None:
        raise unreadable(reader, asked[0], "claims")
    waiting: list[tuple[WantedClaim, LiveClaim, LiveSnapshot]] = []
    snapshots: Mapping[str, LiveSnapshot] | None = None
    for claim in asked:
        found = live.get(claim.name)
        if found is not None and claim.restore in (found.restored, found.source):
            _note_another(reader, namespace, claim, found)
            continue
        if snapshots is None:
            snapshots = read_snapshots(reader, namespace)
        if snapshots is None:
            raise unreadable(reader, claim, "VolumeSnapshots")
        snapshot = _checked(reader, namespace, claim, snapshots, consents)
        if found is None:
            _note(reader, namespace, claim, snapshot)
        else:
            waiting.append((claim, found, snapshot))
    if waiting:
        raise _steps(reader, namespace, waiting, consents)


def _checked(
    reader: Reader,
    namespace: str,
    claim: WantedClaim,
    snapshots: Mapping[str, LiveSnapshot],
    consents: Iterable[str],
) -> LiveSnapshot:
    """The snapshot, once it is known that the claim can start from it."""
    snapshot = snapshots.get(claim.restore)
    if snapshot is None:
        raise refusal(
            reader,
            claim,
            f"but there is no VolumeSnapshot of that name in namespace {namespace}",
            f"{_instead(claim, snapshots)}, or leave it out",
        )
    _check_ready(reader, claim, snapshot)
    if snapshot.size > claim.size:
        raise refusal(
            reader,
            claim,
            f"but {snapshot.text} has {binary_text(snapshot.size)}, and a volume of"
            f" {binary_text(claim.size)} does not hold it",
            f"write a size of {binary_text(snapshot.size)} at least",
        )
    content = content_of(reader, snapshot)
    if content is None:
        raise unreadable(reader, claim, f"VolumeSnapshotContent {snapshot.content}")
    check_content(reader, claim, snapshot, content)
    _check_source(reader, namespace, claim, snapshot, content, consents)
    return snapshot


def _instead(claim: WantedClaim, snapshots: Mapping[str, LiveSnapshot]) -> str:
    """What to name: of a VolumeGroupSnapshot its member of the claim, whose name nobody knows."""
    for snapshot in snapshots.values():
        if (snapshot.group, snapshot.claim) == (claim.restore, claim.name):
            return f"of VolumeGroupSnapshot {snapshot.group} name {snapshot.name!r}"
    return nearest(claim.restore, snapshots) if snapshots else "take one there"


def _check_ready(reader: Reader, claim: WantedClaim, snapshot: LiveSnapshot) -> None:
    """Refuses a snapshot that no volume can be made from now.

    Raises:
        StatefastError: it is being deleted, or is not ready.
    """
    if snapshot.leaving or not snapshot.ready:
        state = "is being deleted" if snapshot.leaving else "is not ready"
        said = f" ({snapshot.trouble})" if snapshot.trouble else ""
        raise refusal(
            reader,
            claim,
            f"but {snapshot.text} {state}{said}",
            "name another one" if snapshot.leaving else "wait until it is, or name another one",
        )


def check_content(
    reader: Reader, claim: WantedClaim, snapshot: LiveSnapshot, content: LiveContent
) -> None:
    """Refuses a snapshot that no volume of the claim's class and mode can be made from.

    Raises:
        StatefastError: it is of another driver or mode, or the classes cannot be read.
    """
    classes = classes_of(reader)
    if classes is None:
        raise unreadable(reader, claim, "storage classes")
    name = claim.storage_class_name
    name = class_by_default(classes) if name is None else name
    # One that is not there is refused with the other claims of its class.
    if name in classes and classes[name].provisioner != content.driver:
        raise refusal(
            reader,
            claim,
            f"but {snapshot.text} is of driver {content.driver}, and class {name} is of"
            f" {classes[name].provisioner}, which knows nothing of it",
            f"name a snapshot of that driver, or a class of {content.driver}",
        )
    mode = claim.volume_mode or "Filesystem"
    if content.mode and content.mode != mode:
        raise refusal(
            reader,
            claim,
            f"but {snapshot.text} is of a volume of mode {content.mode}, and the claim of {mode}",
            "name another one",
        )


def _check_source(
    reader: Reader,
    namespace: str,
    claim: WantedClaim,
    snapshot: LiveSnapshot,
    content: LiveContent,
    consents: Iterable[str],
) -> None:
    """Data of another claim is no data of this one, unless its owner says so."""
    if snapshot.claim == claim.name:
        return
    source = f"{namespace}/{snapshot.claim}" if snapshot.claim else f"handle {content.handle}"
    change = Change(
        resource=f"VolumeSnapshot {snapshot.name}",
        field="claim",
        old=source,
        new=f"{namespace}/{claim.name}",
        uid=snapshot.uid,
    )
    if not change.allowed(consents):
        of = f"was taken of claim {source}" if snapshot.claim else f"was brought in by its {source}"
        raise refusal(
            reader,
            claim,
            f"but {snapshot.text} {of}, not of {namespace}/{claim.name}",
            f"name one of that claim, or add {change.consent!r} to consent",
        )


def _note_another(reader: Reader, namespace: str, claim: WantedClaim, live: LiveClaim) -> None:
    """The claim started from a snapshot of that name, and now there is another one of it."""
    if not live.created:
        return
    found = (read_snapshots(reader, namespace) or {}).get(claim.restore)
    if found is not None and found.created > live.created:
        reader.note(
            f"claim {namespace}/{claim.name} started from an earlier VolumeSnapshot"
            f" {claim.restore} than the one that is there now ({found.created}); to restore that"
            " one, take it under another name"
        )


def _note(reader: Reader, namespace: str, claim: WantedClaim, snapshot: LiveSnapshot) -> None:
    volumes = other_volumes(read_volumes(reader) or {}, namespace, claim.name, None)
    kept = [volume.text for volume in volumes if not volume.leaving]
    left = f"; what it had stays on {', '.join(kept)}" if kept else ""
    reader.note(f"claim {namespace}/{claim.name} starts from {snapshot.text}{left}")


def _steps(
    reader: Reader,
    namespace: str,
    waiting: Sequence[tuple[WantedClaim, LiveClaim, LiveSnapshot]],
    consents: Sequence[str],
) -> StatefastError:
    """What brings the claims to where this run can make them anew."""
    claim = waiting[0][0]
    volumes = read_volumes(reader)
    if volumes is None:
        return unreadable(reader, claim, "volumes")
    bound = [
        LiveVolume.of(volumes[live.volume]) for _, live, _ in waiting if live.volume in volumes
    ]
    names = [it.name for it, _, _ in waiting]
    one = len(names) == 1
    on = f", on volume{'s' if len(bound) > 1 else ''} {_and(it.text for it in bound)},"
    commands = [
        *(patch_to_keep(volume.name) for volume in bound if not volume.keeps),
        *stop_commands(reader, namespace, *names),
        f"kubectl delete pvc {' '.join(names)} -n {namespace}",
        "pulumi up --refresh",
    ]
    stay = f" which stay{'s' if len(bound) == 1 else ''}, Released, with all that is on"
    stay += " it" if len(bound) == 1 else " them"
    left = [repr(it.leave.consent) for it in bound if not it.leave.allowed(consents)]
    return refusal(
        reader,
        claim,
        f"but claim{'' if one else 's'} {_and(f'{namespace}/{name}' for name in names)}"
        f" {'is' if one else 'are'} there{on + stay if bound else ''}",
        f"to have {'it' if one else 'them'} start from {_and(it.text for _, _, it in waiting)},"
        + (f" add {_and(left)} to consent, and" if left else "")
        + f" run: {' && '.join(commands)}; or leave it out to go on as it is",
    )


def _and(texts: Iterable[str]) -> str:
    return " and ".join(texts)


def unreadable(reader: Reader, claim: WantedClaim, what: str) -> StatefastError:
    """The refusal to make a claim of which nobody knows what it would start with."""
    return refusal(
        reader,
        claim,
        f"but {what} cannot be read, and nobody knows what the claim would start with",
        "give the right to read them (docs/guard.md) and preflight 'warn', or leave it out",
    )


def refusal(reader: Reader, claim: WantedClaim, problem: str, remedy: str) -> StatefastError:
    """The refusal to make a claim from what its args name."""
    return StatefastError(reader.resource, claim.restore_field, claim.restore, problem, remedy)
