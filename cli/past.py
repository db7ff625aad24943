"""Says which edits of a stack's past a guard would have refused, out of the states it had."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from statefast.safety.edits import Shape, edits
from statefast.safety.fields import OBJECTS
from statefast.safety.read.live import LiveWorkload, Template
from statefast.schema.numerals import binary_text, whole_bytes

from .state import NotAState

__all__ = ["Past", "past", "told"]

_SET = "kubernetes:apps/v1:StatefulSet"
_DEPLOYMENT = "kubernetes:apps/v1:Deployment"
_CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
_NAMESPACE = "kubernetes:core/v1:Namespace"
_KINDS = (_SET, _DEPLOYMENT, _CLAIM, _NAMESPACE)
_OURS = "statefast:index:"
# What the file backend keeps of each update: `<stack>-<nanoseconds>.checkpoint.json`.
_CHECKPOINT = ".checkpoint.json"
_TIME = re.compile(r"-(\d+)\.checkpoint\.json$")
# Runs that no edit of the program is the reason of.
_NO_EDITS = ("refresh", "import", "resource-import", "rename", "preview")

# The key that marks a value which only the passphrase of its stack opens.
_ENCRYPTED = "4dabf18193072939515e22adb298388d"

_Key = tuple[str, str, str]
_Objects = Mapping[_Key, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One update of the past.

    Attributes:
        update: Which one: its number, and when it was where that is known.
        refused: What of it the guard would have refused, a sentence each.
        kept: What it took away, and the guard would have kept.
    """

    update: str
    refused: Sequence[str]
    kept: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    name: str
    kind: str
    objects: _Objects


def past(files: Sequence[Path]) -> list[Past]:
    """What a guard would have said of each update, by the states before and after it.

    Args:
        files: What the file backend keeps of a stack's past
            (`.pulumi/history/<project>/<stack>`), as a folder or as its checkpoints; or what
            `pulumi stack export --version` printed, the oldest first.

    Raises:
        NotAState: a file is something else, or there are not two states.
    """
    states = [_read(file, number) for number, file in enumerate(_states(files), 1)]
    if len(states) < 2:
        raise NotAState(
            f"{', '.join(map(str, files))}: a past takes two states or more: give the folder"
            " .pulumi/history/<project>/<stack> of a file backend, or several files of `pulumi"
            " stack export --version`, the oldest first."
        )
    return [
        Past(
            update=after.name,
            refused=list(_refused(before.objects, after)) if after.kind != "destroy" else [],
            kept=list(_kept(before.objects, after.objects)),
        )
        for before, after in pairwise(states)
        if after.kind not in _NO_EDITS
    ]


def told(found: Sequence[Past]) -> Iterator[str]:
    """What a person reads of it.

    Args:
        found: Every update.
    """
    for word, said in (
        ("Refused", [(it.update, it.refused) for it in found]),
        ("Kept", [(it.update, it.kept) for it in found]),
    ):
        some = [(update, sentences) for update, sentences in said if sentences]
        yield f"{word}: in {len(some)} of {len(found)} updates"
        for update, sentences in some:
            yield f"  {update}"
            yield from (f"    {sentence}" for sentence in sentences)


def _states(files: Sequence[Path]) -> Iterator[Path]:
    for file in files:
        if not file.is_dir():
            yield file
            continue
        found = [(_TIME.search(it.name), it) for it in file.iterdir()]
        yield from (it for _, it in sorted((int(at[1]), it) for at, it in found if at))


def _read(file: Path, number: int) -> _State:
    try:
        text = json.loads(file.read_text(encoding="utf-8"))
        latest = text.get("deployment") or (text.get("checkpoint") or {}).get("latest")
        if latest is None and "checkpoint" not in text:
            raise ValueError
        objects = dict(_objects((latest or {}).get("resources") or ()))
    except OSError as error:
        raise NotAState(f"{file} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotAState(
            f"{file} is neither a checkpoint of a file backend nor what `pulumi stack export`"
            " prints."
        ) from None
    said = _history(file)
    when = str(said.get("when", ""))
    return _State(
        name=f"update {number}" + (f" ({when})" if when else ""),
        kind=str(said.get("kind", "update")),
        objects=objects,
    )


def _history(file: Path) -> Mapping[str, str]:
    """What kind of run it was, and when; empty where nobody said."""
    beside = Path(str(file).replace(_CHECKPOINT, ".history.json"))
    if not file.name.endswith(_CHECKPOINT) or not beside.exists():
        return {}
    try:
        said = json.loads(beside.read_text(encoding="utf-8"))
        return {"kind": said["kind"], "when": _time(said["startTime"])}
    except (ValueError, KeyError, TypeError):
        return {}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _objects(resources: Sequence[Mapping[str, Any]]) -> Iterator[tuple[_Key, Mapping[str, Any]]]:
    for item in resources:
        if item["type"] not in _KINDS or item.get("delete"):
            continue
        # They guarded themselves then.
        if _OURS in str(item["urn"]).split("::")[2]:
            continue
        if item.get("id"):
            yield (item["type"], _provider(item), str(item["id"])), item


def _provider(item: Mapping[str, Any]) -> str:
    """Which cluster it is in, as far as a state tells; default providers are called by versions."""
    name = str(item.get("provider") or "").rpartition("::")[0].rpartition("::")[2]
    return "default" if name.startswith("default") else name


def _refused(before: _Objects, after: _State) -> Iterator[str]:
    for key, new in after.objects.items():
        old = before.get(key)
        try:
            if _ENCRYPTED in json.dumps([_decides(it) for it in (old or {}, new)]):
                raise KeyError
            if key[0] == _CLAIM and old:
                yield from _of_claim(key[2], old["outputs"], new["outputs"])
            elif key[0] in (_SET, _DEPLOYMENT):
                yield from _of_workload(key, old, new["outputs"])
        except (KeyError, TypeError, AttributeError):
            yield f"{_name(key)}: what it was is not readable in these states, so it is not judged"
    yield from _instead(before, after.objects)
    for key, old in before.items():
        policy = _policy(old) if key[0] == _SET and key not in after.objects else {}
        if policy.get("whenDeleted") == "Delete":
            yield f"{_name(key)} left with whenDeleted 'Delete': its claims went with it"


def _decides(item: Mapping[str, Any]) -> object:
    """What of an object decides about data."""
    spec = (item.get("outputs") or {}).get("spec") or {}
    return {key: value for key, value in spec.items() if key != "template"}


def _of_claim(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    one, other = Template.of(old), Template.of(new)
    for key, was, now in (
        ("storage_class_name", one.storage_class_name, other.storage_class_name),
        ("access_modes", "+".join(one.access_modes), "+".join(other.access_modes)),
        ("volume_mode", one.volume_mode, other.volume_mode),
    ):
        if was != now:
            field = OBJECTS.claim(key)
            yield (
                f"PersistentVolumeClaim {where}: {field} {was!r} -> {now!r} (replaced, with its"
                " data)"
            )
    sizes = _size(old["spec"]), _size(new["spec"])
    yield from _shrunk(f"PersistentVolumeClaim {where}", OBJECTS.claim("size"), *sizes)


def _shrunk(resource: str, field: str, was: int, now: int) -> Iterator[str]:
    if now < was:
        yield f"{resource}: {field} {binary_text(was)} -> {binary_text(now)} (smaller)"


def _size(spec: Mapping[str, Any]) -> int:
    return whole_bytes(((spec.get("resources") or {}).get("requests") or {}).get("storage"))


def _of_workload(
    key: _Key, before: Mapping[str, Any] | None, new: Mapping[str, Any]
) -> Iterator[str]:
    was = _policy(before) if before else {}
    for when in ("whenDeleted", "whenScaled"):
        now = (new["spec"].get("persistentVolumeClaimRetentionPolicy") or {}).get(when)
        if now == "Delete" != was.get(when):
            yield f"{_name(key)}: {when} 'Retain' -> 'Delete' (its claims go with it)"
    if before is None:
        return
    old, lives = LiveWorkload.of(before["outputs"]), LiveWorkload.of(new)
    if key[0] == _DEPLOYMENT and not old.claims:
        return
    wanted = Shape(
        selector=lives.selector,
        templates=lives.templates,
        pod_management_policy=lives.pod_management_policy,
        service_name=lives.service_name,
        fields=OBJECTS,
    )
    for edit in edits(_name(key), old, wanted):
        change = edit.change
        yield f"{_name(key)}: {change.field} {change.old!r} -> {change.new!r} ({edit.consequence})"
    for name, size in lives.sizes.items():
        field = OBJECTS.volume(name, "size")
        yield from _shrunk(_name(key), field, old.sizes.get(name, 0), size)


def _policy(item: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = item["outputs"].get("spec") or {}
    return spec.get("persistentVolumeClaimRetentionPolicy") or {}


def _instead(before: _Objects, after: _Objects) -> Iterator[str]:
    """What came, and may be what left under another name."""
    came = [key for key in after if key not in before and key[0] in (_SET, _CLAIM)]
    left = [key for key in before if key not in after and key[0] in (_SET, _CLAIM)]
    for new in came:
        alike = [key for key in left if key[:2] == new[:2] and _templates(before[key], after[new])]
        same = [key for key in alike if key[2].rpartition("/")[2] == new[2].rpartition("/")[2]]
        for old in same or alike:
            yield f"{_name(new)} started new and empty, while {_name(old)} left"


def _templates(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two have a claim template in common, or are claims, which have none."""
    first, second = (set(_sizes(item)) for item in (one, other))
    return bool(first & second) or not (first or second)


def _kept(before: _Objects, after: _Objects) -> Iterator[str]:
    for key, old in before.items():
        if key[0] not in (_CLAIM, _NAMESPACE) or old.get("retainOnDelete"):
            continue
        if key not in after:
            yield f"{_name(key)} left the stack and was deleted: it would have stayed"
    for key, new in after.items():
        old = before.get(key, {})
        if key[0] != _SET or not old or _uid(old) == _uid(new):
            continue
        sizes = _sizes(old)
        if any(size > sizes.get(name, size) for name, size in _sizes(new).items()):
            yield f"{_name(key)} was replaced for a larger size: its claims would have grown"


def _uid(item: Mapping[str, Any]) -> str:
    return str(item["outputs"]["metadata"].get("uid"))


def _sizes(item: Mapping[str, Any]) -> Mapping[str, int]:
    """The sizes of its claim templates, by name."""
    spec = item["outputs"].get("spec") or {}
    return {
        it["metadata"]["name"]: _size(it["spec"]) for it in spec.get("volumeClaimTemplates") or ()
    }


def _name(key: _Key) -> str:
    return f"{key[0].rpartition(':')[2]} {key[2]}"
