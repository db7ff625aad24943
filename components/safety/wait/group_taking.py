"""Takes one VolumeGroupSnapshot of the claims of a pod: snapshots of one moment (KEP-3476).

The snapshot controller makes a VolumeSnapshot of each claim of it, which the group owns; a claim is
restored from that one like from any. It goes by the labels of claims, and of a selector it reads
`matchLabels` alone (external-snapshotter 8.6.0).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from ...schema.kubernetes import DEFAULT_GROUP_SNAPSHOT_CLASS
from ..read.client import Client, NotThere, Object
from ..read.snapshots import GROUP, group_of
from .taking import CannotTake, classes_for, delete, snapshots_of, stamped

__all__ = [
    "LABEL",
    "CannotGroup",
    "TakenGroup",
    "delete_group",
    "group_progress",
    "groups_of",
    "take_group",
]

# On claims: the last group that was taken of them.
LABEL = "statefast/snapshot-group"

_API = "/apis/groupsnapshot.storage.k8s.io"
_GROUPS = f"{_API}/{{version}}/namespaces/{{namespace}}/volumegroupsnapshots"
_CLAIM = "/api/v1/namespaces/{namespace}/persistentvolumeclaims/{name}"
_MANAGER = [("fieldManager", "statefast-snapshots"), ("force", "true")]


class CannotGroup(CannotTake):
    """No group snapshot can be taken of these claims; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenGroup:
    """A group snapshot that was asked for.

    Attributes:
        path: Where the API server has it.
        claims: Each of them has to have a snapshot in it.
    """

    name: str
    namespace: str
    path: str
    claims: tuple[str, ...]


def take_group(
    api: Client,
    namespace: str,
    pod: str,
    claims: Sequence[str],
    driver: str,
    class_name: str,
    annotations: Mapping[str, str],
) -> TakenGroup:
    """Asks for one snapshot of several claims.

    Args:
        api: The cluster.
        namespace: Of the claims.
        pod: What the group is called after.
        claims: Their names; all have volumes of the driver.
        driver: Of the volumes.
        class_name: Class of the group, where it is of the driver; empty for the one that it has.
        annotations: Of the group.

    Raises:
        CannotGroup: the cluster has no such kind, or the driver no class or several.
        Unreadable: the API server does not take it.
    """
    version = _version(api)
    chosen = _class(api, version, driver, class_name)
    # Of this group alone: the labels that claims have are those of a whole workload, or of none.
    label = {LABEL: uuid4().hex}
    for claim in claims:
        body = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": claim, "namespace": namespace, "labels": label},
        }
        path = _CLAIM.format(namespace=namespace, name=claim)
        api.send("labelling a claim", "PATCH", path, body, query=_MANAGER)
    name = stamped(pod)
    path = _GROUPS.format(version=version, namespace=namespace)
    group = {
        "apiVersion": f"groupsnapshot.storage.k8s.io/{version}",
        "kind": GROUP,
        "metadata": {"name": name, "annotations": dict(annotations)},
        "spec": {
            "volumeGroupSnapshotClassName": chosen,
            "source": {"selector": {"matchLabels": label}},
        },
    }
    api.send("making a group snapshot", "POST", path, group)
    return TakenGroup(name=name, namespace=namespace, path=f"{path}/{name}", claims=tuple(claims))


def group_progress(api: Client, group: TakenGroup) -> tuple[bool, str]:
    """Whether each claim has a snapshot of the group that is ready, and what is said of one that
    failed.

    Raises:
        Unreadable: it cannot be read.
    """
    found = api.get("getting a group snapshot", group.path)
    members = [
        it
        for it in snapshots_of(api, group.namespace)
        if (owner := group_of(it)) and owner["uid"] == found["metadata"]["uid"]
    ]
    for item in (found, *members):
        error = (item.get("status") or {}).get("error")
        if error:
            return False, str(error.get("message", "it failed"))
    ready = {
        it["spec"]["source"].get("persistentVolumeClaimName")
        for it in members
        if (it.get("status") or {}).get("readyToUse")
    }
    whole = bool((found.get("status") or {}).get("readyToUse"))
    return whole and ready.issuperset(group.claims), ""


def groups_of(api: Client, namespace: str) -> Sequence[Object]:
    """The group snapshots of a namespace.

    Raises:
        Unreadable: they cannot be listed.
        CannotGroup: the cluster has no such kind.
    """
    path = _GROUPS.format(version=_version(api), namespace=namespace)
    found: Sequence[Object] = api.get("listing group snapshots", path)["items"]
    return found


def delete_group(api: Client, namespace: str, group: Object) -> None:
    """Deletes a group snapshot with its members, see `delete`.

    Raises:
        Unreadable: the API server does not.
    """
    place = _GROUPS.format(version=_version(api), namespace=namespace)
    delete(api, namespace, group, place)


def _version(api: Client) -> str:
    """The version of the kind that the cluster prefers."""
    try:
        found = api.get("looking for group snapshots", _API)
    except NotThere:
        raise CannotGroup("the cluster has no VolumeGroupSnapshots") from None
    return str(found["preferredVersion"]["version"])


def _class(api: Client, version: str, driver: str, wanted: str) -> str:
    classes = api.get(
        "listing group snapshot classes", f"{_API}/{version}/volumegroupsnapshotclasses"
    )["items"]
    if wanted and wanted not in {it["metadata"]["name"] for it in classes}:
        raise CannotGroup(f"there is no VolumeGroupSnapshotClass {wanted}")
    choice = classes_for(driver, classes, wanted, DEFAULT_GROUP_SNAPSHOT_CLASS)
    if len(choice) == 1:
        return choice[0]
    if choice:
        raise CannotGroup(
            f"driver {driver} has several VolumeGroupSnapshotClasses ({', '.join(choice)}) and the"
            f" annotation {DEFAULT_GROUP_SNAPSHOT_CLASS} is on none of them alone"
        )
    raise CannotGroup(f"driver {driver} has no VolumeGroupSnapshotClass")
