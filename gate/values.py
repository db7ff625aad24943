"""Values of a preview: what is known, what is not known yet, and what nobody may see.

A rule asks for what has to be so for an edit to be harmless, and a hidden value answers no to
every such question: like a NaN it equals nothing, not even itself. So a rule that forgets about
hidden values finds too much, never too little.
"""

from collections.abc import Callable, Mapping, Sequence

__all__ = ["Hidden", "conceals", "contradicts", "joined", "look", "plain", "settled", "text"]

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


class Hidden:
    """A value that is there and cannot be read.

    Attributes:
        is_secret: Whether somebody knows it, and it is not shown; else nobody knows it before
            `up`.
    """

    __slots__ = ("is_secret",)

    def __init__(self, *, is_secret: bool) -> None:
        self.is_secret = is_secret

    def __eq__(self, other: object) -> bool:
        return False

    # One in a set is there to be found as hidden, never to be recognised.
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return self.said

    @property
    def said(self) -> str:
        """As people read it."""
        return "(secret)" if self.is_secret else "(not known yet)"


def _hidden(value: object) -> Hidden | None:
    # Always a new one: a container compares its items by identity first.
    if isinstance(value, str):
        if value in _UNKNOWN:
            return Hidden(is_secret=False)
        return Hidden(is_secret=True) if value == _MASKED else None
    if isinstance(value, Mapping) and _ENVELOPE in value:
        return Hidden(is_secret=value[_ENVELOPE] == _SECRET)
    return None


def plain(value: object) -> object:
    """The value with a Hidden wherever something cannot be read."""
    found = _hidden(value)
    if found is not None:
        return found
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def look(tree: object, *path: str | int) -> object:
    """What lies at a path: a value, a Hidden if it or what holds it is one, None if nothing."""
    for key in path:
        found = _hidden(tree) or (tree if isinstance(tree, Hidden) else None)
        if found is not None:
            return found
        if isinstance(key, int):
            is_list = isinstance(tree, Sequence) and not isinstance(tree, str)
            tree = tree[key] if is_list and key < len(tree) else None  # type: ignore[index,arg-type]
        else:
            tree = tree.get(key) if isinstance(tree, Mapping) else None
    return plain(tree)


def settled(
    old: object, new: object, differs: Callable[[tuple[str | int, ...]], bool | None]
) -> tuple[object, object]:
    """Both trees, as `look` gives them, with one text for each secret that is the same in both.

    Args:
        old: One of them.
        new: The other one.
        differs: Whether anything at, in or around a path differs; None where nobody says.
    """
    return _settled(old, new, differs, ())


def _settled(
    old: object,
    new: object,
    differs: Callable[[tuple[str | int, ...]], bool | None],
    path: tuple[str | int, ...],
) -> tuple[object, object]:
    if isinstance(old, Hidden) and isinstance(new, Hidden):
        if old.is_secret and new.is_secret and differs(path) is False:
            same = f"{old.said} {'.'.join(map(str, path))}"
            return same, same
    elif isinstance(old, dict) and isinstance(new, dict):
        both = {
            key: _settled(old[key], new[key], differs, (*path, key)) for key in old.keys() & new
        }
        return (
            {key: both[key][0] if key in both else value for key, value in old.items()},
            {key: both[key][1] if key in both else value for key, value in new.items()},
        )
    elif isinstance(old, list) and isinstance(new, list):
        pairs = [
            _settled(*pair, differs, (*path, number))
            for number, pair in enumerate(zip(old, new, strict=False))
        ]
        return (
            [its for its, _ in pairs] + old[len(pairs) :],
            [its for _, its in pairs] + new[len(pairs) :],
        )
    return old, new


def conceals(value: object, *, secrets: bool = True) -> bool:
    """Whether the value, or anything in it, is hidden.

    Args:
        value: As `plain` or `look` gives it.
        secrets: Whether secrets count, too.
    """
    if isinstance(value, Hidden):
        return secrets or not value.is_secret
    if isinstance(value, Mapping):
        return any(conceals(item, secrets=secrets) for item in value.values())
    if isinstance(value, list | tuple):
        return any(conceals(item, secrets=secrets) for item in value)
    return False


def contradicts(old: object, new: object) -> bool:
    """Whether two trees, as `look` gives them, differ in what is to be seen of one at least."""
    if isinstance(old, Hidden) or isinstance(new, Hidden):
        return type(old) is not type(new)
    if isinstance(old, dict) and isinstance(new, dict):
        return any(contradicts(old.get(key), new.get(key)) for key in old.keys() | new)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) != len(new) or any(map(contradicts, old, new))
    return old != new


def text(value: object) -> str:
    """A plain value as text; empty for nothing and for whatever has no short form."""
    if isinstance(value, Hidden):
        return value.said
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def joined(values: object) -> object:
    """A list as the text the components write it, e.g. `ReadOnlyMany+ReadWriteOnce`."""
    if isinstance(values, list | tuple):
        return "+".join(text(plain(value)) for value in values)
    return values
