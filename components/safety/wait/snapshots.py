"""Retention `snapshot`: nothing is removed before a snapshot of it is there and ready.

The snapshot is taken by a hook that the engine calls before it deletes the owner of the claims.
A hook that fails stops the deletion. The engine has hooks only while the program runs: a plain
`pulumi destroy` is refused by the engine itself, `pulumi destroy --run-program` is what works.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from ...errors import StatefastError
from ..read.client import Client, Unreadable
from ..read.live import LiveClaim
from .hooks import hook_of_run
from .taking import CannotTake, Lasting, progress, take

__all__ = ["SNAPSHOT_CLASS", "snapshot_before_deletion", "snapshot_hook"]

SNAPSHOT_CLASS = "statefast/snapshot-class"
_HOOK = "statefast-snapshot"
_READY_SECONDS = 600
_EVERY_SECONDS = 0.5


def snapshot_hook(context: str) -> pulumi.ResourceHook:
    """The hook, made once in a run.

    A program whose last workload with retention `snapshot` leaves must still make it: the engine
    looks for it by name when it deletes that workload.

    Args:
        context: Context of the kubeconfig; empty for the current one.
    """

    def take(args: pulumi.ResourceHookArgs) -> None:
        _take(context, args.old_outputs or {})

    return hook_of_run(_HOOK, take)


def snapshot_before_deletion(retention: str, context: str) -> pulumi.ResourceHookBinding | None:
    """What to hang on the owner of claims; None where it may go without."""
    if retention != "snapshot":
        return None
    return pulumi.ResourceHookBinding(before_delete=[snapshot_hook(context)])


def _take(context: str, owner: Mapping[str, Any]) -> None:
    """Takes a snapshot of each claim that goes with its owner, and waits for all of them.

    Raises:
        StatefastError: one could not be taken, or is not ready in ten minutes; nothing is
            deleted then.
    """
    metadata = owner["metadata"]
    namespace, annotations = metadata["namespace"], metadata.get("annotations") or {}
    resource = f"{owner['kind']} {metadata['name']}"
    try:
        api = Client(context)
        taken = []
        for claim in _claims(api, owner):
            taken.append(take(api, namespace, claim, annotations.get(SNAPSHOT_CLASS, "")))
            pulumi.log.info(f"{resource}: snapshot {namespace}/{taken[-1]} is being taken")
    except (Unreadable, CannotTake) as error:
        raise StatefastError(
            resource,
            "retention",
            "snapshot",
            f"but {error}, so no snapshot could be taken and no claim was deleted",
            "see to it, or give the right to create VolumeSnapshots, and run again",
        ) from None
    for name in taken:
        _wait(api, resource, namespace, name)


def _claims(api: Client, owner: Mapping[str, Any]) -> Iterator[str]:
    """The claims with a volume that go when this object goes."""
    metadata = owner["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/persistentvolumeclaims"
    for item in api.get("listing claims", path)["items"]:
        live, owners = LiveClaim.of(item), item["metadata"].get("ownerReferences") or ()
        goes = any(found["uid"] == metadata["uid"] for found in owners)
        # A stack of an earlier version has the claim itself in its state.
        itself = owner["kind"] == "PersistentVolumeClaim" and live.name == metadata["name"]
        if (goes or itself) and live.volume:
            yield live.name


def _wait(api: Client, resource: str, namespace: str, name: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    said, trouble_of = "it is not ready in ten minutes", Lasting()
    while time.monotonic() < deadline:
        ready, error = progress(api, namespace, name)
        if ready:
            pulumi.log.info(f"{resource}: snapshot {namespace}/{name} is ready")
            return
        if trouble := trouble_of(error):
            said = trouble
            break
        time.sleep(_EVERY_SECONDS)
    raise StatefastError(
        resource,
        "retention",
        "snapshot",
        f"but snapshot {name} failed ({said}) and no claim was deleted",
        "mend what the snapshot needs, delete the failed VolumeSnapshot, and run again",
    )
