"""What a workload says of its data: which settings say where it is, which versions read it."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from ..errors import StatefastError
from ..safety.read.images import Format
from ..safety.read.pod_data import Declared
from ..schema.shape import Between, Form, alternatives, limit

__all__ = ["DataArgs", "DataSettingArgs", "DataVersionArgs", "read_data"]

_MOST_PARTS = 4


class DataSettingArgs(TypedDict):
    """One setting of the main container that says where its data is: a variable, an option of its
    command, or a line of one of its config files. Editing which it is changes nothing in the
    cluster; a change of its value is refused without consent, be it given, taken away or another.
    """

    env: NotRequired[str]
    """Name of a variable, e.g. `PGDATA`."""
    argument: NotRequired[str]
    """Option of the command or its arguments, e.g. `--datadir`, written as `--datadir=x` or
    `--datadir x`."""
    file: NotRequired[str]
    """Path of one of `config_files`, with `key`."""
    key: NotRequired[str]
    """First word of the line in `file`, e.g. `dir`."""


alternatives(DataSettingArgs, ("env",), ("argument",), ("file", "key"))
limit(
    DataSettingArgs, **dict.fromkeys(("env", "argument", "file", "key"), Form(r"(?s).+", "PGDATA"))
)


class DataVersionArgs(TypedDict):
    """Which versions of the image read the data, by the numbers that its tag begins with."""

    parts: int
    """How many of them name the format of the data: 1 for 17 of 17.6, 2 for 8.4 of 8.4.6, 0 where
    every version reads it. Editing it changes nothing in the cluster."""
    reads_older: NotRequired[bool]
    """Whether a newer version reads what an older one wrote; no older one ever reads what a newer
    one wrote. Default false. Editing it changes nothing in the cluster."""


limit(DataVersionArgs, parts=Between(0, _MOST_PARTS))


class DataArgs(TypedDict):
    """What is known of the data of the main container. Where nothing is said, the paths on its
    volumes in its environment, its arguments and its config files are watched, and its image by
    the rule of semantic versions.
    """

    settings: NotRequired[Sequence[DataSettingArgs]]
    """The settings that say where the data is. Default none."""
    version: NotRequired[DataVersionArgs]
    """Which versions read the data. Default: another first number does not, nor does an older
    second one."""


def read_data(
    resource: str, name: str, given: DataArgs | None, files: Mapping[str, str]
) -> tuple[Declared, Format | None]:
    """What a workload declares, checked.

    Args:
        resource: Who asks, for errors.
        name: Name of the main container.
        given: As given; None where nothing is.
        files: Path to content of the config files.

    Returns:
        The settings, and the rule of versions; None where none is given.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """
    args: DataArgs = given if given is not None else {}
    settings = []
    for index, item in enumerate(args.get("settings") or ()):
        path = f"data.settings[{index}]"
        settings.append(_setting(resource, path, item, files))
    declared = Declared(container=name, settings=settings, files=files)
    version = args.get("version")
    if version is None:
        return declared, None
    older = version.get("reads_older", False)
    return declared, Format(parts=version["parts"], reads_older=older)


def _setting(
    resource: str, path: str, item: DataSettingArgs, files: Mapping[str, str]
) -> dict[str, str]:
    file = item.get("file")
    if file is not None and file not in files:
        raise StatefastError(
            resource,
            f"{path}.file",
            file,
            "but that is none of the config files",
            "write the path of one, or leave the setting out",
        )
    return {key: str(value) for key, value in item.items()}
