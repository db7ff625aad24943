"""Takes a VolumeSnapshot of a claim, by the class that its driver has, and sees it ready."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ...drivers.catalogue import driver_of
from ...schema.kubernetes import DEFAULT_SNAPSHOT_CLASS, snapshot_classes
from ..read.client import Client, NotThere, Object, Unreadable

__all__ = [
    "TAKEN_BEFORE",
    "CannotTake",
    "Lasting",
    "classes_for",
    "delete",
    "driver_of_claim",
    "progress",
    "snapshots_of",
    "stamped",
    "take",
]

# On a snapshot: the change that it was taken before.
TAKEN_BEFORE = "statefast/taken-before"

_SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1/namespaces/{namespace}/volumesnapshots"
_CLASSES = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses"
# Looks in a row, two a second.
_LASTING_LOOKS = 10


class CannotTake(Exception):
    """No snapshot can be taken of this volume; the text says why, and what would help."""


def take(
    api: Client,
    namespace: str,
    claim: str,
    class_name: str,
    annotations: Mapping[str, str] | None = None,
) -> str:
    """Asks for a snapshot of a claim.

    Args:
        api: The cluster.
        namespace: Of the claim.
        claim: Its name.
        class_name: Class of the snapshot, where it is of the claim's driver; empty for the one that
            the driver has.
        annotations: Of the snapshot.

    Returns:
        Name of the snapshot.

    Raises:
        Unreadable: the API server does not take it.
        CannotTake: the driver has no class, or several.
    """
    name = stamped(claim)
    spec: dict[str, Any] = {"source": {"persistentVolumeClaimName": claim}}
    if found := _class(api, namespace, claim, class_name):
        spec["volumeSnapshotClassName"] = found
    snapshot = {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshot",
        "metadata": {"name": name, "annotations": dict(annotations or {})},
        "spec": spec,
    }
    try:
        api.send("making a snapshot", "POST", _SNAPSHOTS.format(namespace=namespace), snapshot)
    except NotThere:
        raise Unreadable(
            "the cluster has no VolumeSnapshots: its snapshot controller is missing"
        ) from None
    return name


def progress(api: Client, namespace: str, name: str) -> tuple[bool, str]:
    """Whether a snapshot is ready, and what is said of one that failed.

    Raises:
        Unreadable: it cannot be read.
    """
    path = f"{_SNAPSHOTS.format(namespace=namespace)}/{name}"
    status = api.get("getting a snapshot", path).get("status") or {}
    error = status.get("error")
    return bool(status.get("readyToUse")), str(error.get("message", "it failed")) if error else ""


class Lasting:
    """What is said of a snapshot, once it is said for some time.

    The snapshotter writes down a conflict of two of its own writes as well, and tries again after a
    second or two; what its driver cannot do it says again and again.
    """

    def __init__(self) -> None:
        self._looks = 0

    def __call__(self, said: str) -> str:
        """What was said in this look; empty until it has been said in the looks before, too."""
        self._looks = self._looks + 1 if said else 0
        return said if self._looks >= _LASTING_LOOKS else ""


def snapshots_of(api: Client, namespace: str) -> Sequence[Object]:
    """The snapshots of a namespace.

    Raises:
        Unreadable: they cannot be read.
    """
    found: Sequence[Object] = api.get("listing snapshots", _SNAPSHOTS.format(namespace=namespace))[
        "items"
    ]
    return found


def delete(api: Client, namespace: str, snapshot: Object, place: str = _SNAPSHOTS) -> None:
    """Deletes a snapshot, and no other one that has its name meanwhile.

    Args:
        api: The cluster.
        namespace: Of the snapshot.
        snapshot: As it was read.
        place: Where the API server has its kind, with `{namespace}`.

    Raises:
        Unreadable: the API server does not.
    """
    metadata = snapshot["metadata"]
    path = f"{place.format(namespace=namespace)}/{metadata['name']}"
    body = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {"uid": metadata["uid"]},
    }
    api.send("deleting a snapshot", "DELETE", path, body)


def _class(api: Client, namespace: str, claim: str, wanted: str) -> str:
    """The class for the volume of a claim; empty where it is left to the cluster.

    A stack may have volumes of several drivers, and a class is of one.
    """
    driver = driver_of_claim(api, namespace, claim)
    try:
        classes = api.get("listing snapshot classes", _CLASSES)["items"]
    except Unreadable:
        return wanted
    choice = classes_for(driver, classes, wanted, DEFAULT_SNAPSHOT_CLASS)
    if len(choice) == 1:
        return choice[0]
    if choice:
        raise CannotTake(
            f"driver {driver} has several snapshot classes ({', '.join(choice)}): give"
            f" one of them alone the annotation {DEFAULT_SNAPSHOT_CLASS}"
        )
    if not driver_of(driver).snapshots:
        raise CannotTake(f"driver {driver} takes no snapshots")
    raise CannotTake(f"driver {driver} has no VolumeSnapshotClass: make one")


def stamped(name: str) -> str:
    """The name of a snapshot that is taken now, of what it is taken of."""
    return f"{name}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"


def classes_for(
    driver: str, classes: Sequence[Object], wanted: str, default_by: str
) -> Sequence[str]:
    """The class that is wanted, where it is of the driver; else see `snapshot_classes`."""
    theirs = {it["metadata"]["name"] for it in classes if it["driver"] == driver}
    return [wanted] if wanted in theirs else snapshot_classes(driver, classes, default_by)


def driver_of_claim(api: Client, namespace: str, claim: str) -> str:
    """The driver of the volume of a claim.

    Raises:
        Unreadable: the claim or its volume cannot be read.
        CannotTake: the volume is of no CSI driver.
    """
    path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{claim}"
    volume = api.get("getting a claim", path)["spec"]["volumeName"]
    spec = api.get("getting a volume", f"/api/v1/persistentvolumes/{volume}")["spec"]
    driver: str = (spec.get("csi") or {}).get("driver", "")
    if not driver:
        raise CannotTake(f"volume {volume} is of no CSI driver")
    return driver
