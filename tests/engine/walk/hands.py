"""Hands in the cluster: what other people, controllers and accidents do behind the stack's back."""

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localcluster.layout import Workspace
from localcluster.toolchain import environment

from .seen import Seen

__all__ = ["HANDS", "Hand"]


@dataclass(frozen=True)
class Hand:
    """A hand in one namespace."""

    workspace: Workspace
    namespace: str
    seen: Seen

    def kubectl(self, *arguments: str, stdin: str | None = None) -> bool:
        """Whether kubectl did it; in a walk that leaves steps out there may be nothing to do."""
        return self._done("kubectl", "-n", self.namespace, *arguments, stdin=stdin, seconds=60)

    def shell(self, command: str) -> bool:
        """Runs what a refusal says to run."""
        return self._done("bash", "-ceu", command, seconds=120)

    def _done(self, *command: str, seconds: int, stdin: str | None = None) -> bool:
        try:
            done = subprocess.run(
                command,
                env=environment(self.workspace),
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def volume(self, claim: str) -> str:
        """The volume that is, or was, of a claim."""
        found = self.seen.claims.get((self.namespace, claim))
        if found is not None and found.volume:
            return found.volume
        names = [it.name for it in self.seen.volumes.values() if it.claim == claim]
        return sorted(names)[0] if names else "none"


def _patch(hand: Hand, kind: str, name: str, change: Any, how: str = "merge") -> bool:
    return hand.kubectl("patch", kind, name, f"--type={how}", "-p", json.dumps(change))


def _delete_claim(hand: Hand, claim: str) -> bool:
    """While it is mounted: it goes when its pod does."""
    return hand.kubectl("delete", "pvc", claim, "--wait=false")


def _lose_claim(hand: Hand, claim: str) -> bool:
    """Its pod as well: a controller makes the claim anew at once."""
    pods = [
        pod.name
        for pod in hand.seen.pods
        if pod.namespace == hand.namespace and any(it.claim == claim for it in pod.mounts)
    ]
    if not hand.kubectl("delete", "pvc", claim, "--wait=false"):
        return False
    return not pods or hand.kubectl("delete", "pod", *pods)


def _release(hand: Hand, claim: str) -> bool:
    """With everything stopped first: the claim stays away, and its volume is released."""
    hand.kubectl("scale", "statefulset,deployment", "--all", "--replicas=0")
    return hand.kubectl("delete", "pvc", claim, "--timeout=30s")


def _delete(hand: Hand, kind: str, name: str) -> bool:
    return hand.kubectl("delete", kind, name, "--timeout=30s")


def _orphan(hand: Hand, kind: str, name: str) -> bool:
    return hand.kubectl("delete", kind, name, "--cascade=orphan", "--timeout=30s")


def _scale(hand: Hand, kind: str, name: str, replicas: int) -> bool:
    return hand.kubectl("scale", f"{kind}/{name}", f"--replicas={replicas}")


def _policy(hand: Hand, name: str, when: str, policy: str) -> bool:
    change = {"spec": {"persistentVolumeClaimRetentionPolicy": {when: policy}}}
    return _patch(hand, "statefulset", name, change)


def _reclaim(hand: Hand, claim: str, policy: str) -> bool:
    change = {"spec": {"persistentVolumeReclaimPolicy": policy}}
    return _patch(hand, "pv", hand.volume(claim), change)


def _clear(hand: Hand, claim: str, what: str) -> bool:
    """As many pages say to make a released volume available again."""
    change = [{"op": "remove", "path": f"/spec/{what}"}]
    return _patch(hand, "pv", hand.volume(claim), change, "json")


def _strip(hand: Hand, kind: str, name: str) -> bool:
    """Whose it is, and what becomes of it, is written nowhere any more."""
    keys = ("stack", "retention", "size", "volume", "members")
    return _patch(
        hand, kind, name, {"metadata": {"annotations": {f"statefast/{key}": None for key in keys}}}
    )


def _grow(hand: Hand, claim: str, size: str) -> bool:
    return _patch(hand, "pvc", claim, {"spec": {"resources": {"requests": {"storage": size}}}})


def _make(hand: Hand, claim: str) -> bool:
    """Somebody makes the claim himself, empty."""
    manifest = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": claim},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": f"rbd-{hand.namespace}",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    return hand.kubectl("create", "-f", "-", stdin=json.dumps(manifest))


def _snapshot(hand: Hand, claim: str) -> bool:
    """As `restore` names it later; another one of that name stays what it was."""
    group, name = {"apiVersion": "snapshot.storage.k8s.io/v1"}, f"walk-{hand.namespace}"
    made: Mapping[str, Any] = {
        "kind": "VolumeSnapshotClass",
        "metadata": {"name": name},
        "driver": "rbd.csi.ceph.com",
        "deletionPolicy": "Delete",
    }
    taken: Mapping[str, Any] = {
        "kind": "VolumeSnapshot",
        "metadata": {"name": f"taken-{claim}"},
        "spec": {
            "volumeSnapshotClassName": name,
            "source": {"persistentVolumeClaimName": claim},
        },
    }
    return all(
        hand.kubectl("apply", "-f", "-", stdin=json.dumps({**group, **it})) for it in (made, taken)
    )


def _delete_class(hand: Hand) -> bool:
    return hand.kubectl("delete", "storageclass", f"rbd-{hand.namespace}")


HANDS: Mapping[str, Callable[..., bool]] = {
    "delete claim": _delete_claim,
    "lose claim": _lose_claim,
    "release": _release,
    "delete": _delete,
    "orphan": _orphan,
    "scale": _scale,
    "claim policy": _policy,
    "reclaim policy": _reclaim,
    "clear": _clear,
    "strip": _strip,
    "grow": _grow,
    "make claim": _make,
    "snapshot": _snapshot,
    "delete class": _delete_class,
}
