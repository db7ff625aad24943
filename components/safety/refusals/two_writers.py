"""Two workloads on one volume that is made for one writer: refused before the second is there.

ReadWriteOnce is about nodes: two pods on one node both get the volume, and what both write is what
neither expects. ReadWriteOncePod keeps the second pod waiting for ever (KEP-2485).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...errors import StatefastError
from ..consent import Change
from ..preflight import Reader
from ..read.cluster import Object
from ..read.live import LiveClaim, claims_of_pod
from ..run import Mount, once

__all__ = ["many_may_write", "refuse_live_writers", "refuse_two_writers"]

_OVER = ("Succeeded", "Failed")


def many_may_write(modes: Iterable[str]) -> bool:
    """Whether pods on any node may share the volume; or nobody writes at all."""
    given = set(modes)
    return "ReadWriteMany" in given or given == {"ReadOnlyMany"}


def refuse_two_writers(
    resource: str,
    namespace: str,
    mounts: Sequence[Mount],
    others: Mapping[tuple[str, str], Sequence[Mount]],
) -> None:
    """Refuses a claim that another workload of the same program mounts.

    Args:
        resource: The workload, e.g. `Deployment backup`.
        namespace: Its namespace.
        mounts: What it mounts.
        others: What the workloads of the program mount, by namespace and workload.

    Raises:
        StatefastError: one of the claims is another's as well, and is made for one writer.
    """
    for (place, other), theirs in others.items():
        if place != namespace or other == resource:
            continue
        for mine in mounts:
            clash = next((their for their in theirs if mine.is_also(their)), None)
            strict = next((it for it in (mine, clash) if it is not None and _one_writer(it)), None)
            if clash is None or strict is None:
                continue
            raise StatefastError(
                resource,
                mine.field,
                mine.claim if not mine.of_set else f"{mine.claim}<n>",
                f"but {other} mounts {'that claim' if not clash.of_set else 'its own claim'}"
                f" {'' if not clash.of_set else 'of that name '}as well, and both would write to"
                f" one {'+'.join(strict.modes)} volume",
                "give each a claim of its own, or one with access mode ReadWriteMany",
            )


def _one_writer(mount: Mount) -> bool:
    return bool(mount.modes) and not many_may_write(mount.modes)


def refuse_live_writers(
    reader: Reader,
    namespace: str,
    mounts: Sequence[Mount],
    wanted: Collection[str],
    consents: Sequence[str],
) -> None:
    """Refuses to mount what a workload that lives, and is none of this program's, mounts.

    What both mount already is only noted: this run does not bring it about.

    Args:
        reader: Of the component.
        namespace: Of the workload.
        mounts: What it mounts.
        wanted: Names of the claims it mounts in this run; none where it has no replicas.
        consents: What the owner agreed to.

    Raises:
        StatefastError: a claim that is made for one writer would get a second one; or, for a
            claim that is somebody else's, it could not be read whether it would.
    """
    if not wanted or reader.cluster is None:
        return
    unchecked = "whether a workload that is there mounts one of its claims"
    claims = reader.read("claims", namespace, unchecked) or {}
    workloads = {
        kind: reader.read(listed, namespace, unchecked)
        for kind, listed in (("Deployment", "deployments"), ("StatefulSet", "stateful sets"))
    }
    writers = {
        name: theirs
        for kind, found in workloads.items()
        for name, theirs in _writers(kind, found or {}).items()
        if name != reader.resource
    }
    mine = next(
        (
            its[reader.resource]
            for its in (_writers(kind, found or {}) for kind, found in workloads.items())
            if reader.resource in its
        ),
        (),
    )
    for claim in wanted:
        live = LiveClaim.of(claims[claim]) if claim in claims else None
        mount = next(mount for mount in mounts if mount.names(claim))
        modes = live.access_modes if live is not None else mount.modes
        if many_may_write(modes) or not modes:
            continue
        has_it = any(own.names(claim) for own in mine)
        others = [name for name, theirs in writers.items() if _mounts(theirs, claim)]
        unread = [kind for kind, found in workloads.items() if found is None]
        if not others and not has_it:
            pods = reader.read("pods", namespace, unchecked)
            unread += ["Pod"] if pods is None else []
            others = sorted(set(_pods_with(pods or {}, claim, reader.resource)) - {reader.resource})
        uid = live.uid if live is not None else ""
        if others and has_it:
            reader.note(f"claim {claim} is mounted by {', '.join(others)} as well")
        elif others:
            _refuse(reader, mount, claim, uid, others[0], consents)
        elif unread and mount.existing and not has_it:
            _refuse_unread(reader, mount, claim, uid, consents)


def _refuse(
    reader: Reader, mount: Mount, claim: str, uid: str, other: str, consents: Sequence[str]
) -> None:
    change = Change(
        resource=f"PersistentVolumeClaim {claim}",
        field="writer",
        old=other,
        new=f"{other} and {reader.resource}",
        uid=uid,
    )
    if not change.allowed(consents):
        raise StatefastError(
            reader.resource,
            mount.field,
            claim,
            f"but {other} mounts that claim, and both would write to one volume",
            f"scale {other} to 0 or remove it in an up of its own first, or, where they keep out of"
            f" each other's way, consent by adding {change.consent!r} to consent",
        )


def _refuse_unread(
    reader: Reader, mount: Mount, claim: str, uid: str, consents: Sequence[str]
) -> None:
    change = Change(
        resource=f"PersistentVolumeClaim {claim}",
        field="writer",
        old="not read",
        new=reader.resource,
        uid=uid,
    )
    if not change.allowed(consents):
        raise StatefastError(
            reader.resource,
            mount.field,
            claim,
            "but it could not be read who mounts that claim, and two that write to one volume"
            " destroy what is on it",
            "give the right to list pods, deployments and statefulsets in the namespace, or, where"
            f" nobody does, consent by adding {change.consent!r} to consent",
        )


def _writers(kind: str, found: Mapping[str, Object]) -> Mapping[str, tuple[Mount, ...]]:
    """What each workload that lives writes to, by its kind and name."""
    return once(
        found,
        "writers",
        lambda items: {f"{kind} {name}": _mounts_of(kind, item) for name, item in items.items()},
    )


def _mounts_of(kind: str, item: Object) -> tuple[Mount, ...]:
    """What a workload that lives writes to; nothing where it has no replicas."""
    spec = item["spec"]
    if not spec.get("replicas", 1):
        return ()
    named = tuple(
        Mount(field="", claim=claim, of_set=False, modes=())
        for claim in claims_of_pod((spec.get("template") or {}).get("spec") or {})
    )
    if kind != "StatefulSet":
        return named
    name = item["metadata"]["name"]
    templates = spec.get("volumeClaimTemplates") or ()
    return named + tuple(
        Mount(field="", claim=f"{one['metadata']['name']}-{name}-", of_set=True, modes=())
        for one in templates
    )


def _mounts(mounts: Iterable[Mount], claim: str) -> bool:
    return any(mount.names(claim) for mount in mounts)


def _pods_with(pods: Mapping[str, Object], claim: str, resource: str) -> Iterator[str]:
    """Whose the pods are that mount a claim; a pod without an owner may be taken in by one."""
    for name, pod in pods.items():
        over = (pod.get("status") or {}).get("phase") in _OVER
        if not over and claim in claims_of_pod(pod["spec"]):
            owner = _owner_of(name, pod["metadata"])
            yield resource if _is_adopted(owner, pod["metadata"], resource) else owner


def _is_adopted(owner: str, metadata: Mapping[str, Any], resource: str) -> bool:
    """Whether a set that is made takes in the pod, as after `kubectl delete --cascade=orphan`.

    The controller goes by the selector and by the pod's name, and does not make it a second time.
    """
    kind, _, name = resource.partition(" ")
    instance = (metadata.get("labels") or {}).get("app.kubernetes.io/instance")
    return (
        kind == "StatefulSet"
        and instance == name
        and re.fullmatch(rf"Pod {re.escape(name)}-\d+", owner) is not None
    )


def _owner_of(name: str, metadata: Mapping[str, Any]) -> str:
    owner = next(
        (one for one in metadata.get("ownerReferences") or () if one.get("controller")), None
    )
    if owner is None:
        return f"Pod {name}"
    # A ReplicaSet is the Deployment's, with the hash of the pods' template behind its name.
    mark = (metadata.get("labels") or {}).get("pod-template-hash")
    if owner["kind"] == "ReplicaSet" and mark:
        return f"Deployment {owner['name'].removesuffix(f'-{mark}')}"
    return f"{owner['kind']} {owner['name']}"
