"""The schema of workload files: `python -m workloads.schema` prints what schema.json is to hold."""

import json
from collections.abc import Mapping

from statefast.schema.json_schema import Schema, json_schema

from .shape import WorkloadFileArgs

__all__ = ["schema", "text"]

_TEXT: Schema = {"type": "string"}


def _one(says: str, keys: Mapping[str, str], optional: str = "") -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "description": says,
        "properties": {key: {**_TEXT, "description": said} for key, said in keys.items()},
        "required": [key for key in keys if key != optional],
    }


# How a variable of the main container can come about, beside a text and another place.
_WAYS = [
    _one(
        "It depends on whether there is more than one replica.",
        {"single": "For one replica.", "several": "For more than one."},
    ),
    _one(
        "A text repeated for each replica, {host}, {ordinal} and {number} (one more) filled in.",
        {
            "perReplica": "The text.",
            "separator": "What stands between the repetitions. Default a comma.",
        },
        optional="separator",
    ),
    _one(
        "It depends on whether an optional volume is there.",
        {
            "volume": "Name of the volume.",
            "with": "Where it is there.",
            "without": "Where it is not.",
        },
    ),
]


def schema() -> Schema:
    """The schema, made out of the shape."""
    made = json_schema(WorkloadFileArgs)
    elsewhere = {"$ref": "#/$defs/EnvSource"}
    for one in (made, *made["$defs"].values()):
        # Files write the two under one key.
        if one["properties"].pop("envSources", None):
            one["properties"]["env"]["additionalProperties"] = {"anyOf": [_TEXT, elsewhere]}
    made["properties"]["env"]["type"] = "object"
    made["properties"]["env"]["additionalProperties"] = {"anyOf": [_TEXT, *_WAYS, elsewhere]}
    return made


def text() -> str:
    """The content of schema.json."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    print(text(), end="")
