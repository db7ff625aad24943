"""What is made beside a claim while its data goes to a volume of another class."""

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from ..api import Object

__all__ = ["MOVES", "claim_of", "create", "job_name", "job_of", "snapshot_of"]

# The claim that moves: on the volume that it moves away from, and on what is made beside it.
MOVES = "statefast/moves"

_SNAPSHOT_GROUP = "snapshot.storage.k8s.io"
_JOB_NAME_LENGTH = 63
_FROM, _TO = "/statefast-from", "/statefast-to"
# All but what mkfs made. Who cannot read a file of it copies nothing, and is seen to fail.
_COPY = f"""set -eu
cd {_FROM}
set --
for it in .[!.]* ..?* *; do
  [ -e "$it" ] || [ -L "$it" ] || continue
  [ "$it" = lost+found ] || set -- "$@" "./$it"
done
[ $# -eq 0 ] || cp -af -- "$@" {_TO}/
sums() {{ find . -path ./lost+found -prune -o -type f -exec cksum {{}} + | sort | cksum; }}
sync
[ "$(sums)" = "$(cd {_TO} && sums)" ]
"""
# The driver has made the volume from the snapshot, or it is empty.
_COMPARE = f'set -eu\n[ "$(ls -A {_FROM})" = "$(ls -A {_TO})" ]\n'
# What a pod needs to run where, and as whom, the pods of the workload do.
_OF_POD = (
    "securityContext",
    "nodeSelector",
    "tolerations",
    "imagePullSecrets",
    "priorityClassName",
    "runtimeClassName",
)
_OF_CONTAINER = ("image", "imagePullPolicy", "securityContext", "resources")


def create(item: Mapping[str, Any]) -> str:
    """The command that makes an object. `echo` is another in each shell: it may unfold a script."""
    return f"printf %s {shlex.quote(json.dumps(item, separators=(',', ':')))} | kubectl create -f -"


def claim_of(
    name: str,
    namespace: str,
    *,
    moves: str,
    class_name: str,
    modes: Sequence[str],
    size: str,
    volume: str = "",
    snapshot: str = "",
) -> dict[str, Any]:
    """A claim for a volume that is there, from a snapshot, or for a new volume."""
    spec: dict[str, Any] = {
        "accessModes": list(modes),
        "storageClassName": class_name,
        "resources": {"requests": {"storage": size}},
    }
    if volume:
        spec["volumeName"] = volume
    if snapshot:
        spec["dataSource"] = {
            "apiGroup": _SNAPSHOT_GROUP,
            "kind": "VolumeSnapshot",
            "name": snapshot,
        }
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": _metadata(name, namespace, moves),
        "spec": spec,
    }


def snapshot_of(
    of: str, name: str, namespace: str, class_name: str, *, moves: str
) -> dict[str, Any]:
    """A snapshot of a claim."""
    return {
        "apiVersion": f"{_SNAPSHOT_GROUP}/v1",
        "kind": "VolumeSnapshot",
        "metadata": _metadata(name, namespace, moves),
        "spec": {
            "volumeSnapshotClassName": class_name,
            "source": {"persistentVolumeClaimName": of},
        },
    }


def job_name(claim: str) -> str:
    """What the Job of a claim is called; its pods are labelled with that."""
    name = f"{claim}-move"
    if len(name) <= _JOB_NAME_LENGTH and "." not in name:
        return name
    return f"move-{hashlib.sha256(claim.encode()).hexdigest()[:16]}"


def job_of(
    claim: str, namespace: str, template: Object, *, source: str, target: str, copies: bool
) -> dict[str, Any]:
    """A Job that copies one claim to another, or looks that a snapshot was restored.

    It runs as the pods of the workload do, with their image, so it can read what they wrote and
    nothing new is pulled. None of its labels is one that a Service selects.

    Args:
        claim: The claim that moves.
        namespace: Of all of them.
        template: Pod template of the workload.
        source: The claim with the data.
        target: The claim of the new class.
        copies: Whether it copies.
    """
    spec = template["spec"]
    container = spec["containers"][0]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _metadata(job_name(claim), namespace, f"{namespace}/{claim}"),
        "spec": {
            "backoffLimit": 2,
            "template": {
                "spec": {
                    **{key: spec[key] for key in _OF_POD if key in spec},
                    "restartPolicy": "Never",
                    "automountServiceAccountToken": False,
                    "containers": [
                        {
                            **{key: container[key] for key in _OF_CONTAINER if key in container},
                            "name": "move",
                            "command": ["/bin/sh", "-c", _COPY if copies else _COMPARE],
                            "volumeMounts": [
                                {"name": "from", "mountPath": _FROM},
                                {"name": "to", "mountPath": _TO},
                            ],
                        }
                    ],
                    "volumes": [
                        {"name": "from", "persistentVolumeClaim": {"claimName": source}},
                        {"name": "to", "persistentVolumeClaim": {"claimName": target}},
                    ],
                }
            },
        },
    }


def _metadata(name: str, namespace: str, moves: str) -> dict[str, Any]:
    return {"name": name, "namespace": namespace, "annotations": {MOVES: moves}}
