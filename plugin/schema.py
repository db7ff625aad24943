"""Prints the schema that SDKs are generated of: `python -m plugin.schema > plugin/schema.json`."""

import inspect
import json
from typing import Any

from .host import Host

__all__ = ["schema"]

_READINGS = 2


def schema() -> str:
    """The schema, its texts without the indentation of the source."""
    # The SDK reads texts out of the sources, and leaves out in silence those of a class whose
    # source it could not read just then.
    return max((_schema() for _ in range(_READINGS)), key=len)


def _schema() -> str:
    return json.dumps(_clean(json.loads(str(Host().schema))), indent=2, sort_keys=True) + "\n"


def _clean(value: Any) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, dict):
        return {
            key: inspect.cleandoc(item) if key == "description" and item else _clean(item)
            for key, item in value.items()
        }
    return [_clean(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    print(schema(), end="")
