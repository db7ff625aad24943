"""Config files: a ConfigMap of the workload's own, each key mounted as one file.

A file that is mounted by itself hides nothing that the image has beside it. It does not follow
the ConfigMap either, so a checksum in the pod template rolls the pods when a file changes.
"""

import hashlib
import json
import re
from collections.abc import Mapping

from ..errors import StatefastError

__all__ = ["CHECKSUM", "VOLUME", "check_config_files", "checksum", "config_data", "config_mounts"]

CHECKSUM = "checksum/config"
VOLUME = "config-files"
# The API server takes one mebibyte for all values together.
_MOST_BYTES = 2**20
_PATH = re.compile(r"(/[A-Za-z0-9._-]+)+")


def check_config_files(resource: str, given: Mapping[str, str]) -> None:
    """Refuses what could not be mounted.

    Raises:
        StatefastError: not a path of a file, not a text, two paths that make one key, or too big.
    """
    keys: dict[str, str] = {}
    for path, content in given.items():
        field = f"config_files.{path}"
        if not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
            raise StatefastError(
                resource, field, path, "not the path of a file", "write it like '/etc/app/app.conf'"
            )
        if not isinstance(content, str):
            raise StatefastError(resource, field, content, "not a text", "give what is in the file")
        if _key(path) in keys:
            raise StatefastError(
                resource, field, path, f"but {keys[_key(path)]} makes the same key", "rename one"
            )
        keys[_key(path)] = path
    size = sum(len(text.encode()) for pair in config_data(given).items() for text in pair)
    if size > _MOST_BYTES:
        raise StatefastError(
            resource,
            "config_files",
            f"{size} bytes",
            "more than a ConfigMap holds",
            "make it smaller",
        )


def config_data(given: Mapping[str, str]) -> dict[str, str]:
    """What the ConfigMap holds."""
    return {_key(path): content for path, content in sorted(given.items())}


def config_mounts(given: Mapping[str, str]) -> list[dict[str, object]]:
    """Where a container sees the files."""
    return [
        {"name": VOLUME, "mountPath": path, "subPath": _key(path), "readOnly": True}
        for path in sorted(given)
    ]


def checksum(given: Mapping[str, str]) -> str:
    """Changes when any file does, and with nothing else."""
    return hashlib.sha256(json.dumps(config_data(given), sort_keys=True).encode()).hexdigest()


def _key(path: str) -> str:
    return path.lstrip("/").replace("/", "_")
