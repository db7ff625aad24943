"""What to run so that a volume outlives its claim, or is for one claim. It imports no SDK."""

import json

__all__ = ["kept_from_all", "patch_to_keep", "reserve"]

_RETAIN = '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'


def kept_from_all(volume: str) -> str:
    """The claim that there is not, for which a volume is reserved that nobody may have."""
    return f"keep-{volume}"


def patch_to_keep(volume: str) -> str:
    """The command after which a volume outlives its claim."""
    return f"kubectl patch pv {volume} -p '{_RETAIN}'"


def reserve(volume: str, namespace: str, claim: str) -> str:
    """The command after which a volume is for one claim, and no other is bound to it."""
    reference = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": namespace,
        "name": claim,
        "uid": None,
        "resourceVersion": None,
    }
    patch = json.dumps({"spec": {"claimRef": reference}}, separators=(",", ":"))
    return f"kubectl patch pv {volume} --type=merge -p '{patch}'"
