"""What a claim or a pod waits for, in the words of Kubernetes and of the driver."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from statefast.schema.numerals import whole_bytes

from .api import Object

__all__ = ["Events", "Wait", "claim_waits", "pod_waits"]

# By which a claim says that its volume is being changed.
_CHANGING = (
    "Resizing",
    "FileSystemResizePending",
    "ControllerResizeError",
    "NodeResizeError",
    "ModifyingVolume",
    "ModifyVolumeError",
)
_STARTING = ("ContainerCreating", "PodInitializing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something that is not done.

    Attributes:
        object: What waits, as `<kind> <name>`.
        since: When it began, in ISO 8601; empty where nobody says.
        message: What it waits for.
        command: What to run to see more.
    """

    object: str
    since: str
    message: str
    command: str


class Events:
    """The warnings about objects, by kind and name, the last one first.

    Args:
        items: Events of one namespace.
    """

    def __init__(self, items: Iterable[Object]) -> None:
        self._last: dict[tuple[str, str], Object] = {}
        for item in items:
            of = item.get("involvedObject") or {}
            key = str(of.get("kind")), str(of.get("name"))
            before = self._last.get(key)
            if item.get("type") == "Warning" and (before is None or _when(before) <= _when(item)):
                self._last[key] = item

    def last(self, kind: str, name: str) -> str:
        """What was said last of an object; empty where nothing was."""
        found = self._last.get((kind, name))
        if found is None:
            return ""
        count = int(found.get("count") or (found.get("series") or {}).get("count") or 1)
        often = f", {count} times" if count > 1 else ""
        return f"{_line(found.get('message'))} ({found.get('reason')}{often})"


def claim_waits(claim: Object, events: Events) -> Sequence[Wait]:
    """What a claim waits for: to be bound, to grow, to be changed, or to go."""
    metadata, spec, status = claim["metadata"], claim["spec"], claim.get("status") or {}
    name, namespace = metadata["name"], metadata["namespace"]
    command = f"kubectl describe pvc {name} -n {namespace}"
    said = events.last("PersistentVolumeClaim", name)

    def wait(since: str, message: str) -> Sequence[Wait]:
        whole = f"{message}: {said}" if said else message
        return [
            Wait(
                object=f"PersistentVolumeClaim {name}", since=since, message=whole, command=command
            )
        ]

    if "deletionTimestamp" in metadata:
        return wait(metadata["deletionTimestamp"], "is deleted once no pod mounts it any more")
    if status.get("phase") == "Lost":
        return wait("", f"has lost its volume {spec.get('volumeName')}")
    if status.get("phase") != "Bound":
        return wait(metadata.get("creationTimestamp", ""), "has no volume yet")
    changing = [it for it in status.get("conditions") or () if it.get("type") in _CHANGING]
    for condition in changing:
        told = _line(condition.get("message"))
        text = f"{condition['type']}{f' ({told})' if told else ''}"
        return wait(condition.get("lastTransitionTime") or "", text)
    wanted = (spec.get("resources", {}).get("requests") or {}).get("storage")
    if whole_bytes(wanted) > whole_bytes((status.get("capacity") or {}).get("storage")):
        return wait("", "its volume has not grown yet, and nobody says why")
    return []


def pod_waits(pod: Object, events: Events) -> Sequence[Wait]:
    """What a pod waits for that is not ready; nothing for one that is."""
    metadata, status = pod["metadata"], pod.get("status") or {}
    name, namespace = metadata["name"], metadata["namespace"]
    conditions = {it["type"]: it for it in status.get("conditions") or ()}
    ready = conditions.get("Ready") or {}
    if ready.get("status") == "True" and "deletionTimestamp" not in metadata:
        return []
    since = ready.get("lastTransitionTime") or metadata.get("creationTimestamp") or ""
    command = f"kubectl describe pod {name} -n {namespace}"
    scheduled = conditions.get("PodScheduled") or {}
    if "deletionTimestamp" in metadata:
        message, since = "is being stopped", metadata["deletionTimestamp"]
    elif scheduled.get("status") == "False":
        message = f"has no node: {_line(scheduled.get('message'))}"
    else:
        message = "; ".join(_containers(status)) or "is not ready"
        if _restarts(status):
            command = f"kubectl logs {name} -n {namespace} --previous --all-containers"
        if said := events.last("Pod", name):
            message = f"{message}: {said}"
    return [Wait(object=f"Pod {name}", since=since, message=message, command=command)]


def _containers(status: Mapping[str, object]) -> Iterator[str]:
    """What keeps each container from running, or from being ready."""
    for key in ("initContainerStatuses", "containerStatuses"):
        found: Iterable[Object] = status.get(key) or ()  # type: ignore[assignment]
        for container in found:
            state = container.get("state") or {}
            waiting, ended = state.get("waiting"), state.get("terminated")
            last = ((container.get("lastState") or {}).get("terminated")) or {}
            if waiting and waiting.get("reason") not in _STARTING:
                ending = f", exit code {last['exitCode']}" if "exitCode" in last else ""
                yield f"container {container['name']} {waiting.get('reason')}{ending}"
            elif ended and ended.get("exitCode"):
                yield f"container {container['name']} ended with code {ended['exitCode']}"


def _restarts(status: Mapping[str, object]) -> bool:
    found: Iterable[Object] = status.get("containerStatuses") or ()  # type: ignore[assignment]
    return any(container.get("restartCount") for container in found)


def _when(event: Object) -> str:
    series = event.get("series") or {}
    return str(
        series.get("lastObservedTime")
        or event.get("lastTimestamp")
        or event.get("eventTime")
        or event["metadata"].get("creationTimestamp")
        or ""
    )


def _line(text: object) -> str:
    return " ".join(str(text or "").split())
