"""Files that only their owner may read."""

import json
import os
from pathlib import Path
from typing import Any


def private_folder(path: Path) -> Path:
    """Makes a folder (and its parents) that no other user can enter.

    Args:
        path: The folder to make; one that exists is closed to others.

    Returns:
        The same path, for chaining.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_private(path: Path, data: str | bytes) -> None:
    """Writes a file of mode 0600 in one step: a reader sees the old content or the new one.

    Args:
        path: The file to write.
        data: Its whole content; text is written as UTF-8.
    """
    # The mode is set at creation, not afterwards: a secret is never readable, not even for
    # the moment between the two calls.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)
    draft.replace(path)


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Writes a value as a private JSON file.

    Args:
        path: The file to write.
        value: The object.
    """
    write_private(path, json.dumps(value, indent=2) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Reads a JSON object.

    Args:
        path: The file to read.

    Returns:
        Its content; an empty dict when the file is missing or is no JSON object, because all
        of these files can be made anew.
    """
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
