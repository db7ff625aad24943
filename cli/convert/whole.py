"""All that was given, as the files of a program: one workload file each, and one stack's config."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .classes import class_config
from .given import Converted, Surroundings
from .manifests import ConvertError, Manifest
from .modern import modern
from .notes import Notes
from .workload import convert_workload

__all__ = ["Program", "convert"]

_WORKLOADS = ("StatefulSet", "Deployment")
# Kinds that the components make themselves, and what says so.
_MADE = {
    "Service": "",
    "StorageClass": "",
    "PersistentVolumeClaim": "",
    "ConfigMap": "",
    "HorizontalPodAutoscaler": "",
    "Namespace": "namespaces are made by the stack, and never deleted",
    "PodDisruptionBudget": "every workload of several replicas has one",
    "NetworkPolicy": "say who may connect in networkPolicy.clients",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a conversion makes.

    Attributes:
        workloads: Those that were converted.
        storage_class: The class that the stack makes, if one was given.
        namespace: Of all of it; empty where the manifests say none.
        stays: Objects that the stack does not make and its workloads need, as `<kind> <name>`.
        notes: What a reader should know.
    """

    workloads: Sequence[Converted] = ()
    storage_class: dict[str, Any] | None = None
    namespace: str = ""
    stays: Sequence[str] = ()
    notes: Notes = field(default_factory=Notes)

    def config(self, environment: str) -> dict[str, Any]:
        """The config of the stack."""
        said: dict[str, Any] = {
            "statefast:namespace": self.namespace or "default",
            "statefast:environment": environment,
        }
        if self.storage_class is not None:
            said["statefast:storageClass"] = self.storage_class
        said["statefast:workloads"] = {it.name: it.config for it in self.workloads}
        return said

    def files(self) -> dict[str, dict[str, Any]]:
        """From the name of each workload file to what it says."""
        return {it.name: it.file for it in self.workloads}


def convert(given: Sequence[Manifest]) -> Program:
    """Converts manifests of any age.

    Args:
        given: All objects that belong together.

    Raises:
        ConvertError: one of them is not in the form of the API.
    """
    notes = Notes()
    objects = [_understood(it, lambda it: modern(it, notes)) for it in given]
    of_kind: dict[str, list[Manifest]] = {}
    for it in objects:
        of_kind.setdefault(it.kind, []).append(it)
    around = Surroundings(
        services=of_kind.get("Service", []),
        claims={it.name: it for it in of_kind.get("PersistentVolumeClaim", [])},
        config_maps={it.name: it.body for it in of_kind.get("ConfigMap", [])},
        scaled=frozenset(_scaled(of_kind.get("HorizontalPodAutoscaler", []), notes)),
    )
    workloads = [
        made
        for kind in _WORKLOADS
        for it in of_kind.get(kind, [])
        if (made := _understood(it, lambda it: convert_workload(it, around, notes)))
    ]
    storage_class = _class(of_kind.get("StorageClass", []), workloads, notes)
    _claims(of_kind.get("PersistentVolumeClaim", []), workloads, notes)
    stays = _rest(objects, workloads, notes)
    return Program(
        workloads=workloads,
        storage_class=storage_class,
        namespace=_namespace(objects, notes),
        stays=stays,
        notes=notes,
    )


_Made = TypeVar("_Made")


def _understood(given: Manifest, read: Callable[[Manifest], _Made]) -> _Made:
    """What becomes of an object, where it is in the form that the API takes.

    Raises:
        ConvertError: it is not.
    """
    try:
        return read(given)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ConvertError(
            f"{given.where} is not in the form of the API: {type(error).__name__} {error}; ask with"
            " `kubectl apply --dry-run=server`, and correct it."
        ) from None


def _scaled(given: Sequence[Manifest], notes: Notes) -> list[str]:
    scaled: list[str] = []
    for it in given:
        target = _understood(it, lambda it: dict(it.spec.get("scaleTargetRef") or {}))
        scaled.append(f"{target.get('kind')} {target.get('name')}")
        notes.todo(it.where, f"stays yours, and scales {scaled[-1]}, which is autoscaled now")
    return scaled


def _class(
    given: Sequence[Manifest], workloads: Sequence[Converted], notes: Notes
) -> dict[str, Any] | None:
    """The class of the stack: the one that its workloads name, or the only one."""
    named = {
        volume.get("storageClassName")
        for it in workloads
        for volume in it.config["storage"]["volumes"].values()
    }
    wanted = sorted(given, key=lambda it: it.name not in named)
    made: dict[str, Any] | None = None
    for it in wanted:
        if made is not None:
            notes.todo(
                it.where, "a stack makes one class: this one stays as it is, or is another's"
            )
            continue
        made = _understood(it, lambda it: class_config(it, notes))
    return made


def _claims(given: Sequence[Manifest], workloads: Sequence[Converted], notes: Notes) -> None:
    owned = {name for it in workloads for name in it.claims}
    for it in given:
        if it.name not in owned:
            notes.todo(
                it.where, "no workload here mounts it: a program of yours makes a VolumeClaim"
            )


def _rest(objects: Sequence[Manifest], workloads: Sequence[Converted], notes: Notes) -> list[str]:
    """What the stack does not make."""
    needed = dict.fromkeys(name for it in workloads for name in it.needs)
    for it in objects:
        if it.kind in ("Secret", "ConfigMap") and _mentioned(it.name, workloads):
            needed[it.where] = None
        elif it.kind not in (*_WORKLOADS, *_MADE) and it.where not in needed:
            notes.dropped(it.where, "the stack makes no such object: it stays as it is")
        elif _MADE.get(it.kind):
            notes.dropped(it.where, _MADE[it.kind])
    return list(needed)


def _mentioned(name: str, workloads: Sequence[Converted]) -> bool:
    """Whether a variable of a workload comes from an object of this name."""
    return any(_names(it.file, name) or _names(it.config, name) for it in workloads)


def _names(given: object, name: str) -> bool:
    if isinstance(given, dict):
        reference = given.get("secret") == name or given.get("configMap") == name
        nested = {"secretKeyRef", "configMapKeyRef", "secretRef", "configMapRef"} & given.keys()
        deep = any((given[key] or {}).get("name") == name for key in nested)
        return reference or deep or any(_names(value, name) for value in given.values())
    return isinstance(given, list) and any(_names(item, name) for item in given)


def _namespace(objects: Sequence[Manifest], notes: Notes) -> str:
    found = dict.fromkeys(
        str(it.metadata["namespace"]) for it in objects if it.metadata.get("namespace")
    )
    names = list(found) or [it.name for it in objects if it.kind == "Namespace"]
    if not names:
        notes.todo("stack config", "no manifest says a namespace: correct statefast:namespace")
        return ""
    for other in names[1:]:
        notes.todo(
            "stack config", f"namespace {other}: a stack has one, and this one is {names[0]}"
        )
    return names[0]
