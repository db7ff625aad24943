"""What the state of the stack says of volumes and passwords.

A volume remembers its claim until somebody clears its `claimRef`, and a Secret that is deleted
remembers nothing. The outputs of the components do: no refresh touches them, and they take no
right in the cluster. They go with the state, so a destroy ends them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

__all__ = ["AGAIN", "PASSWORDS", "VOLUMES", "LastRun", "key_of"]

# Outputs of the components: by namespace and name, the volume of a claim; the keys and values of a
# Secret, in base64.
VOLUMES = "heldVolumes"
PASSWORDS = "generatedPasswords"

# On a Secret that was made again: how often.
AGAIN = "statefast/made-again"

_CLAIM = "kubernetes:core/v1:PersistentVolumeClaimPatch"
_SECRET = "kubernetes:core/v1:SecretPatch"  # noqa: S105  the name of a type

# Its type and its outputs.
Resource = tuple[str, Mapping[str, Any]]


def key_of(namespace: str, name: str) -> str:
    """How an object is called here: `<namespace>/<name>`, or its name where it is in none."""
    return f"{namespace}/{name}" if namespace else name


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """What the state says of claims and Secrets.

    A program may have two clusters with objects of the same names, and here they are one: so a
    claim may have several volumes, and a password that is not the only one is left out.

    Attributes:
        volumes: By claim, the names of the volumes it was on.
        secrets: By Secret, the value of each key, in base64.
        patched: The Secrets that the engine takes for there.
        again: By Secret, how often it was made again.
    """

    volumes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    patched: frozenset[str] = frozenset()
    again: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, resources: Sequence[Resource]) -> Self:
        """Reads types and outputs of a stack's resources.

        What a component says stands for what its patches say: they are as old as the last time
        that they were applied.
        """
        volumes: dict[str, frozenset[str]] = {}
        for told in (_applied_claims(resources), _said(resources, VOLUMES)):
            newer: dict[str, set[str]] = {}
            for claim, volume in told:
                if volume:
                    newer.setdefault(claim, set()).add(str(volume))
            volumes |= {claim: frozenset(found) for claim, found in newer.items()}
        secrets: dict[tuple[str, str], set[str]] = {}
        for source in (_applied_secrets(resources), _said(resources, PASSWORDS)):
            values: dict[tuple[str, str], set[str]] = {}
            for secret, data in source:
                for key, value in (data or {}).items():
                    values.setdefault((secret, key), set()).add(str(value))
            secrets |= values
        single: dict[str, dict[str, str]] = {}
        for (secret, key), found in secrets.items():
            if len(found) == 1:
                single.setdefault(secret, {})[key] = next(iter(found))
        again: dict[str, int] = {}
        for secret, outputs in _applied(resources, _SECRET):
            times = (outputs["metadata"].get("annotations") or {}).get(AGAIN) or 0
            again[secret] = max(again.get(secret, 0), int(times))
        return cls(volumes=volumes, secrets=single, patched=frozenset(again), again=again)


def _said(resources: Sequence[Resource], output: str) -> Iterator[tuple[str, Any]]:
    for _, outputs in resources:
        yield from (outputs.get(output) or {}).items()


def _applied(resources: Sequence[Resource], wanted: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects that the patches of a type were of, whole, as they were when applied."""
    for type_, outputs in resources:
        metadata = outputs.get("metadata") or {}
        if type_ == wanted and "name" in metadata:
            yield key_of(metadata.get("namespace") or "default", metadata["name"]), outputs


def _applied_claims(resources: Sequence[Resource]) -> Iterator[tuple[str, Any]]:
    for claim, outputs in _applied(resources, _CLAIM):
        yield claim, (outputs.get("spec") or {}).get("volumeName")


def _applied_secrets(resources: Sequence[Resource]) -> Iterator[tuple[str, Any]]:
    for secret, outputs in _applied(resources, _SECRET):
        yield secret, outputs.get("data")
