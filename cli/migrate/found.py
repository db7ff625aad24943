"""What lives around a workload, and what is left to do with it: of every kind of migration."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from statefast.safety.read.volume_commands import reserve
from statefast.schema.annotations import INSTANCE, OWNER
from statefast.schema.kubernetes import claims_mounted

from ..api import Object
from ..steps import Step

__all__ = [
    "WAIT_SECONDS",
    "Found",
    "Plan",
    "Refused",
    "delete_claim",
    "give_volume",
    "instance_of",
    "mounted_by",
    "name_of",
    "named",
    "ordinal_of",
    "owner_of",
    "pods_on",
    "templates_of",
]

WAIT_SECONDS = 300


class Refused(Exception):
    """Why a workload cannot be migrated; one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What lives in the namespace of the workload.

    Attributes:
        volumes: All PersistentVolumes.
        classes: All StorageClasses; read for a move to another class alone, as are the following.
        snapshot_classes: All VolumeSnapshotClasses; empty where the cluster knows no snapshots.
    """

    namespace: str
    deployments: Sequence[Object] = ()
    sets: Sequence[Object] = ()
    claims: Sequence[Object] = ()
    pods: Sequence[Object] = ()
    volumes: Sequence[Object] = ()
    classes: Sequence[Object] = ()
    snapshot_classes: Sequence[Object] = ()
    snapshots: Sequence[Object] = ()
    jobs: Sequence[Object] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is left to do.

    Attributes:
        moves: From each claim, or the volume that it is on, to what its data will be on.
        steps: The commands, in their order.
        done: Whether nothing is left to do, in the config of the stack either.
        finish: What the owner does in the stack once the commands are done.
    """

    moves: Mapping[str, str]
    steps: tuple[Step, ...]
    done: bool
    finish: str = ""


def pods_on(found: Found, claim: str, workload: str) -> list[Object]:
    """The pods of a workload that mount a claim.

    Raises:
        Refused: one is no pod of the workload.
    """
    mounting = [it for it in found.pods if claim in set(claims_mounted(it["spec"]))]
    others = sorted(name_of(it) for it in mounting if instance_of(it) != workload)
    if others:
        raise Refused(
            f"claim {found.namespace}/{claim} is mounted by {', '.join(others)}, which are no pods"
            f" of {workload}: stop them first"
        )
    return mounting


def delete_claim(item: Object, how: str = f"--timeout={WAIT_SECONDS}s") -> str:
    """The command that deletes a claim, and no other that has got its name since it was read.

    The volume of this one outlives it; that of another one may not.

    Args:
        item: The claim.
        how: Options of the deletion.
    """
    metadata = item["metadata"]
    space = metadata["namespace"]
    by_uid = f'{{.items[?(@.metadata.uid=="{metadata["uid"]}")].metadata.name}}'
    return (
        f"kubectl delete pvc -n {space} {how} $(kubectl get pvc -n {space} -o jsonpath='{by_uid}')"
    )


def give_volume(volume: Object, namespace: str, claim: str) -> str:
    """The command after which a volume is for one claim, if it is then whose it was when read."""
    return reserve(name_of(volume), namespace, claim, volume["spec"].get("claimRef"))


def ordinal_of(workload: str) -> re.Pattern[str]:
    """What the claims of a set are called: template and ordinal."""
    return re.compile(rf"(.+)-{re.escape(workload)}-(\d+)")


def templates_of(item: Object) -> Iterator[str]:
    """The names of the claim templates of a set."""
    templates = item["spec"].get("volumeClaimTemplates") or ()
    yield from (template["metadata"]["name"] for template in templates)


def named(items: Sequence[Object], workload: str) -> Iterator[Object]:
    """What has the name of the workload and is of a stack."""
    yield from (it for it in items if name_of(it) == workload and owner_of(it))


def mounted_by(workload: Object) -> Iterator[str]:
    """The claims that the pod template of a workload names."""
    yield from claims_mounted(workload["spec"]["template"]["spec"])


def name_of(item: Object) -> str:
    """Its name."""
    return str(item["metadata"]["name"])


def instance_of(item: Object) -> str:
    """The workload that it is of; empty for none."""
    return str((item["metadata"].get("labels") or {}).get(INSTANCE, ""))


def owner_of(item: Object) -> str:
    """The stack that it is of; empty for none."""
    return str((item["metadata"].get("annotations") or {}).get(OWNER, ""))
