"""Values of a preview: what is known, what is not known yet, and what nobody may see."""

from collections.abc import Mapping, Sequence
from enum import Enum

__all__ = ["Hidden", "joined", "look", "plain", "text"]


class Hidden(Enum):
    """A value that is there and cannot be read. It must never be taken for a harmless one."""

    UNKNOWN = "(not known yet)"
    SECRET = "(secret)"  # noqa: S105  stands for one, is none


# The engine writes these where a value is an output of something that is not made yet
# (sdk/go/common/resource/plugin/rpc.go).
_UNKNOWN = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
_MASKED = "[secret]"
# The key that marks an envelope, and the one of its values that stands for a secret
# (sdk/go/common/resource/sig).
_ENVELOPE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  a mark, public and constant


def plain(value: object) -> object:
    """The value itself, or the Hidden that stands for it."""
    if isinstance(value, str):
        if value in _UNKNOWN:
            return Hidden.UNKNOWN
        if value == _MASKED:
            return Hidden.SECRET
    if isinstance(value, Mapping) and _ENVELOPE in value:
        return Hidden.SECRET if value[_ENVELOPE] == _SECRET else Hidden.UNKNOWN
    return value


def look(tree: object, *path: str | int) -> object:
    """What lies at a path: a value, a Hidden if it or what holds it is one, None if nothing."""
    found = plain(tree)
    for key in path:
        if isinstance(found, Hidden):
            return found
        if isinstance(key, int):
            is_list = isinstance(found, Sequence) and not isinstance(found, str)
            found = found[key] if is_list and key < len(found) else None  # type: ignore[index,arg-type]
        else:
            found = found.get(key) if isinstance(found, Mapping) else None
        found = plain(found)
    return found


def text(value: object) -> str:
    """A plain value as text; empty for nothing and for whatever has no short form."""
    if isinstance(value, Hidden):
        return value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def joined(values: object) -> object:
    """A list as the text the components write it, e.g. `ReadOnlyMany+ReadWriteOnce`."""
    if isinstance(values, list | tuple):
        return "+".join(text(plain(value)) for value in values)
    return values
