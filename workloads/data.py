"""Reads what a workload file says of its data."""

from statefast.errors import MISSING
from statefast.schema.fields import Fields
from statefast.workload.data_path import DataArgs, DataSettingArgs, DataVersionArgs

__all__ = ["read_data"]

_MOST_PARTS = 4


def read_data(fields: Fields) -> DataArgs | None:
    """Where the data is and which versions read it; None where the file says nothing.

    Raises:
        StatefastError: a key is unknown, or a value is of the wrong kind.
    """
    if "data" not in fields:
        return None
    group = fields.group("data")
    data: DataArgs = {"settings": [_setting(item) for item in group.groups("settings")]}
    if "version" in group:
        data["version"] = _version(group.group("version"))
    group.done()
    return data


def _setting(fields: Fields) -> DataSettingArgs:
    given = {key: fields.text(key, optional=True) for key in ("env", "argument", "file", "key")}
    fields.done()
    one = [key for key, text in given.items() if text]
    if one not in (["env"], ["argument"], ["file", "key"]):
        raise fields.fail(
            "env",
            given["env"],
            f"and given are {', '.join(one) or 'none'}",
            "name one of env, argument, or file with key",
        )
    setting: dict[str, str] = {key: given[key] for key in one}
    return setting  # type: ignore[return-value]


def _version(fields: Fields) -> DataVersionArgs:
    if "parts" not in fields:
        raise fields.fail("parts", MISSING, "", "write how many numbers of the tag count")
    version: DataVersionArgs = {
        "parts": fields.integer("parts", 0, low=0, high=_MOST_PARTS),
        "reads_older": fields.boolean("readsOlder", False),
    }
    fields.done()
    return version
