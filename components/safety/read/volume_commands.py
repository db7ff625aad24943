"""What to run so that a volume outlives its claim, or is for one claim. It imports no SDK."""

import json
from collections.abc import Mapping
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


def reserve(volume: str, namespace: str, claim: str, was: Mapping[str, Any] | None = None) -> str:
    """The command after which a volume is for one claim, and no other is bound to it.

    Args:
        volume: Its name.
        namespace: Of the claim.
        claim: Name of the claim.
        was: The `claimRef` that it is to have until then, where it may be another's by the time
            that the command runs; None for whichever it has.
    """
    made = reserved(namespace, claim)
    key = "uid" if (was or {}).get("uid") else "name"
    if was and was.get(key):
        # Of JSON Patch, null is a value.
        value = {name: it for name, it in made.items() if it is not None}
        ops = [
            {"op": "test", "path": f"/spec/claimRef/{key}", "value": was[key]},
            {"op": "replace", "path": "/spec/claimRef", "value": value},
        ]
        return f"kubectl patch pv {volume} --type=json -p '{_text(ops)}'"
    return f"kubectl patch pv {volume} --type=merge -p '{_text({'spec': {'claimRef': made}})}'"


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
