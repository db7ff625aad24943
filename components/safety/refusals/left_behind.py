"""Volumes that remember a claim and are not mounted by it: nothing starts empty beside them.

A claim that is deleted leaves its volume, with the data. A claim of the same name that is made
then, by this program, by a controller or by a person, is bound to a new volume, and the workload
starts empty while everything is green. So before a claim is made, and each time it is found, its
name is looked up in the volumes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...errors import StatefastError
from ..preflight import Reader, Warns
from ..read.cluster import Object
from ..read.holders import stop_commands
from ..read.live import LiveClaim
from ..read.remembered import LiveVolume, other_volumes
from ..read.volume_commands import patch_to_keep
from .given_away import refuse_given_away

__all__ = ["Asked", "read_volumes", "refuse_beside", "volume_to_reattach"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the args say of a claim, as far as a volume has to fit it.

    Attributes:
        claim: Its name.
        namespace: Its namespace.
        storage_class_name: None for the default class.
        volume_mode: None for the default one.
        volume_name: The volume that the args name; empty where they leave it open.
        source: The field that says where its volume or its data comes from, e.g. `data_source`;
            empty where it starts on a new, empty one.
        source_value: What that says, for sentences.
        disposable: Whether its owner said that its data may go with the stack.
    """

    claim: str
    namespace: str
    storage_class_name: str | None
    access_modes: tuple[str, ...]
    volume_mode: str | None
    volume_name: str
    source: str
    disposable: bool
    source_value: str = ""


def read_volumes(reader: Reader) -> Mapping[str, Object] | None:
    """All volumes, by name; None where they cannot be read.

    Raises:
        StatefastError: see `Reader.read`.
    """
    return reader.read("volumes", "", "whether a volume holds the data of a claim made again")


def volume_to_reattach(
    reader: Reader, asked: Asked, live: LiveClaim | None, consents: Iterable[str]
) -> LiveVolume | None:
    """The volume that a claim which is not there had; None where it gets a new one, or is there.

    Args:
        reader: Of the component; it gets a note of what is left behind.
        asked: The claim as it is wanted.
        live: The claim as it lives; None where there is none.
        consents: What the owner agreed to; a volume that he leaves behind does not count.

    Raises:
        StatefastError: the claim lives on another volume than one that remembers it; several
            remember it; the one that does is about to be deleted, or does not fit.
    """
    volumes = read_volumes(reader)
    if volumes is None:
        return None
    if live is not None and live.volume and live.volume not in volumes:
        reader.note(
            f"volume {live.volume} of claim {asked.namespace}/{live.name} is not in the cluster any"
            " more: no pod can mount it again"
        )
    bound = volumes.get(live.volume) if live is not None else None
    if live is not None and bound is not None:
        refuse_given_away(
            reader,
            live,
            LiveVolume.of(bound),
            namespace=asked.namespace,
            disposable=asked.disposable,
        )
    if bound is not None and "deletionTimestamp" in bound["metadata"]:
        reader.note(
            Warns(
                f"volume {LiveVolume.of(bound).text} of claim {asked.namespace}/{asked.claim} is"
                " being deleted and goes with its claim, whatever its reclaim policy: keep the"
                " claim, copy the data to another one, and mount that"
            )
        )
    given = list(consents)
    found = other_volumes(volumes, asked.namespace, asked.claim, live)
    for volume in found:
        if volume.leaving:
            reader.note(
                f"volume {volume.text}, which was of claim {asked.namespace}/{asked.claim}, is"
                " being deleted, and nothing can take that back"
            )
    left = [volume for volume in found if not volume.leaving and not volume.leave.allowed(given)]
    named = [volume for volume in left if live is None and volume.name == asked.volume_name]
    if asked.disposable and not named:
        _note(reader, asked, left)
        return None
    if not left:
        return None
    if live is not None:
        raise _beside(reader, asked, live, LiveVolume.of(bound) if bound else None, left)
    if len(left) > 1:
        raise _several(reader, asked, left)
    _check(reader, asked, left[0])
    return left[0]


def refuse_beside(
    reader: Reader, namespace: str, claims: Iterable[str], consents: Iterable[str]
) -> None:
    """Refuses to mount a claim that is there, and beside which the data lies.

    Args:
        reader: Of the component.
        namespace: Of the claims.
        claims: Names of claims that somebody else looks after.
        consents: What the owner agreed to.

    Raises:
        StatefastError: see `volume_to_reattach`.
    """
    for name in claims:
        found = reader.read("claims", namespace, "whether the claim was made again, and empty")
        if found and name in found:
            asked = Asked(
                claim=name,
                namespace=namespace,
                storage_class_name=None,
                access_modes=(),
                volume_mode=None,
                volume_name="",
                source="",
                disposable=False,
            )
            volume_to_reattach(reader, asked, LiveClaim.of(found[name]), consents)


def _note(reader: Reader, asked: Asked, left: Sequence[LiveVolume]) -> None:
    for volume in left:
        reader.note(
            f"volume {volume.text} was of an earlier claim {asked.namespace}/{asked.claim} and is"
            " not mounted: the data of this stack may go with it, so nothing is reattached"
        )


def _beside(
    reader: Reader,
    asked: Asked,
    live: LiveClaim,
    bound: LiveVolume | None,
    left: Sequence[LiveVolume],
) -> StatefastError:
    """The claim lives on one volume, and others remember it."""
    on = f"is on volume {bound.text}" if bound is not None else "has no volume"
    every = [*left, *([bound] if bound is not None else [])]
    ways = [f"to go on {'with ' + bound.name if bound else 'without it'}, {_leaving(left)}"]
    for volume in left:
        others = [other for other in every if other is not volume]
        leaving = f"{_leaving(others)}, and run: " if others else "run: "
        commands = _way_back(reader, asked, [item for item in every if not item.keeps])
        ways.append(f"to go back to {volume.name}, {leaving}{commands}")
    return StatefastError(
        reader.resource,
        "volumes",
        live.name,
        f"but claim {asked.namespace}/{live.name} was made again and {on}, and {_texts(left)}"
        " with the data of the claim before it",
        "; ".join(ways),
    )


def _way_back(reader: Reader, asked: Asked, fleeting: Sequence[LiveVolume]) -> str:
    """The commands after which the next `up` finds no claim, and reattaches the volume."""
    stop = stop_commands(reader, asked.namespace, asked.claim)
    commands = [
        *(patch_to_keep(volume.name) for volume in fleeting),
        *stop,
        f"kubectl delete pvc {asked.claim} -n {asked.namespace}",
        "pulumi up --refresh",
    ]
    first = "" if stop else "(once no pod mounts the claim) "
    return first + " && ".join(commands)


def _several(reader: Reader, asked: Asked, left: Sequence[LiveVolume]) -> StatefastError:
    ways = [
        f"to mount {volume.name}, {_leaving([other for other in left if other is not volume])}"
        for volume in left
    ]
    return StatefastError(
        reader.resource,
        "volumes",
        asked.claim,
        f"but that claim is not there, and {_texts(left)} with the data of one of that name",
        "; ".join(ways),
    )


def _check(reader: Reader, asked: Asked, volume: LiveVolume) -> None:
    """Whether the claim can be bound to the volume that remembers it."""
    where = f"volume {volume.text} holds the data of claim {asked.namespace}/{asked.claim}"
    empty = f"start without it: {_leaving([volume])}"
    if asked.source and volume.name != asked.volume_name:
        raise StatefastError(
            reader.resource,
            asked.source,
            asked.source_value or asked.volume_name or "given",
            f"but {where} from before it was deleted, which the claim would start without",
            f"leave {asked.source} out to reattach it, or {empty}",
        )
    if not volume.keeps:
        raise StatefastError(
            reader.resource,
            "volumes",
            asked.claim,
            f"but {where}, and is deleted for want of a claim, as its reclaim policy says",
            f"keep it and run again: {patch_to_keep(volume.name)}; or {empty}",
        )
    for field, has, wants in (
        ("storage_class_name", volume.storage_class_name, asked.storage_class_name),
        ("volume_mode", volume.volume_mode, asked.volume_mode or "Filesystem"),
    ):
        if wants is not None and wants != has:
            raise _unfit(reader, field, wants, where, has, empty)
    if not set(asked.access_modes) <= set(volume.access_modes):
        has, wants = "+".join(volume.access_modes), "+".join(asked.access_modes)
        raise _unfit(reader, "access_modes", wants, where, has, empty)


def _unfit(
    reader: Reader, field: str, wants: str, where: str, has: str, empty: str
) -> StatefastError:
    return StatefastError(
        reader.resource,
        field,
        wants,
        f"but {where} and has {has!r}",
        f"write {has!r} to reattach it, or {empty}",
    )


def _leaving(volumes: Sequence[LiveVolume]) -> str:
    """What to write to leave volumes behind."""
    return f"add {' and '.join(repr(volume.leave.consent) for volume in volumes)} to consent"


def _texts(volumes: Sequence[LiveVolume]) -> str:
    names = ", ".join(volume.text for volume in volumes)
    return f"volume {names} is left" if len(volumes) == 1 else f"volumes {names} are left"
