"""What to run so that a volume outlives its claim, or is for one claim. It imports no SDK."""

import json
from typing import Any

__all__ = ["kept_from_all", "patch_to_keep", "reserve", "reserved"]

_RETAIN = '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'


def kept_from_all(volume: str) -> str:
    """The claim that there is not, for which a volume is reserved that nobody may have."""
    return f"keep-{volume}"


def patch_to_keep(volume: str) -> str:
    """The command after which a volume outlives its claim."""
    return f"kubectl patch pv {volume} -p '{_RETAIN}'"


def reserved(namespace: str, claim: str) -> dict[str, Any]:
    """What a volume says that is for one claim, whichever has the name."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": namespace,
        "name": claim,
        "uid": None,
        "resourceVersion": None,
    }


def reserve(volume: str, namespace: str, claim: str) -> str:
    """The command after which a volume is for one claim, and no other is bound to it."""
    patch = json.dumps({"spec": {"claimRef": reserved(namespace, claim)}}, separators=(",", ":"))
    return f"kubectl patch pv {volume} --type=merge -p '{patch}'"
