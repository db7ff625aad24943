"""Where an object of any kind says what its pods run and mount."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .facts import UNKNOWN, Facts

__all__ = ["Mount", "Path", "mounts_in", "pod_specs_in", "text_of"]

Path = tuple[str | int, ...]

_TEMPLATE: Path = ("spec", "template", "spec")
_POD_SPECS: Mapping[str, Path] = {
    "CronJob": ("spec", "jobTemplate", *_TEMPLATE),
    "DaemonSet": _TEMPLATE,
    "Deployment": _TEMPLATE,
    "Job": _TEMPLATE,
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "ReplicaSet": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
}
# Lists that a pod spec has, by which one is known in an object of any other kind.
_MARKS = ("containers", "initContainers", "ephemeralContainers", "volumes")
# Keys on the way to one: whatever is unknown there may hold one.
_LEADS = ("spec", "template", "jobTemplate", "podTemplate", "templates", *_MARKS)


@dataclass(frozen=True)
class Mount:
    """One volume of a pod spec that is a claim.

    Attributes:
        claim: Name of the claim; None where it is not known yet.
        reads: Whether the pods are known to only read it.
        field: Where the name stands, for the error sentence.
    """

    claim: str | None
    reads: bool
    field: str


def pod_specs_in(facts: Facts) -> Iterator[Path]:
    """The pod specs of an object: where its kind has one, or wherever something looks like one."""
    known = _POD_SPECS.get(facts.kind) if facts.native else None
    if known:
        yield known
    elif not facts.is_list:
        yield from _search(facts, ())


def _search(facts: Facts, path: Path) -> Iterator[Path]:
    value = facts.peek(*path)
    if isinstance(value, Mapping):
        if any(isinstance(facts.peek(*path, mark), Sequence) for mark in _MARKS):
            yield path
        keys: Sequence[str | int] = list(value)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        keys = range(len(value))
    else:
        return
    for key in keys:
        if facts.peek(*path, key) is UNKNOWN:
            # Said to the user only where it may be what is looked for.
            if key in _LEADS or (path and path[-1] in _LEADS):
                facts.get(*path, key)
        else:
            yield from _search(facts, (*path, key))


def mounts_in(facts: Facts) -> Iterator[Mount]:
    """Every claim that the pods of an object mount; one that nobody knows where that is unknown."""
    for spec in pod_specs_in(facts):
        path = (*spec, "volumes")
        if facts.get(*path) is UNKNOWN:
            yield Mount(claim=None, reads=False, field=text_of(path))
        for index in range(facts.count(*path)):
            source = (*path, index, "persistentVolumeClaim")
            name = facts.get(*source, "claimName")
            if name is UNKNOWN or isinstance(name, str):
                yield Mount(
                    claim=name if isinstance(name, str) else None,
                    reads=facts.get(*source, "readOnly") is True,
                    field=text_of((*source, "claimName")),
                )


def text_of(path: Path) -> str:
    """The path as a person writes it: `spec.volumes[0].name`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)[1:]
