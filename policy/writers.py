"""A Deployment on a volume that one node at a time can mount."""

from collections.abc import Iterator

from components.errors import StatefastError

from .facts import UNKNOWN, Facts
from .rule import Stack
from .where import Where

__all__ = ["one_writer"]

_CLAIMS = ("PersistentVolumeClaim", "PersistentVolumeClaimPatch")
_MANY = {"ReadWriteMany", "ReadOnlyMany"}


def one_writer(stack: Stack, where: Where) -> Iterator[tuple[StatefastError, Facts]]:
    """Such a Deployment is recreated, and has one replica at most."""
    for deployment in stack.of("Deployment"):
        for claim in _mounted(stack, deployment):
            if modes := _one_writer_modes(claim):
                for error in _judge(deployment, f"claim {claim.name} is {modes}"):
                    yield error, deployment


def _judge(deployment: Facts, problem: str) -> Iterator[StatefastError]:
    strategy = deployment.get("spec", "strategy", "type") or "RollingUpdate"
    if strategy not in ("Recreate", UNKNOWN):
        yield StatefastError(
            deployment.title,
            "spec.strategy.type",
            strategy,
            f"but {problem}, and a new pod would wait for ever for the old one's volume",
            "write Recreate",
        )
    replicas = deployment.get("spec", "replicas")
    if isinstance(replicas, int | float) and replicas > 1:
        yield StatefastError(
            deployment.title,
            "spec.replicas",
            int(replicas),
            f"but {problem}, and one node at a time can mount it",
            "write 1, or use a StatefulSet, or access mode ReadWriteMany",
        )


def _mounted(stack: Stack, deployment: Facts) -> list[Facts]:
    """The claims of this stack that the pods mount.

    One whose name is not known yet may be any that the Deployment depends on.
    """
    found: dict[str, Facts] = {}
    path = ("spec", "template", "spec", "volumes")
    for index in range(deployment.count(*path)):
        name = deployment.get(*path, index, "persistentVolumeClaim", "claimName")
        if name is UNKNOWN:
            claims = stack.needed_by(deployment, *_CLAIMS)
        else:
            claims = stack.named(name, deployment, *_CLAIMS) if isinstance(name, str) else []
        found |= {claim.urn: claim for claim in claims}
    return list(found.values())


def _one_writer_modes(claim: Facts) -> str:
    """The access modes, where one node or pod alone can mount the volume; otherwise nothing."""
    modes = [str(mode) for mode in claim.each("spec", "accessModes")]
    return "" if {*_MANY, str(UNKNOWN)} & set(modes) else ", ".join(modes)
