"""Which fields the engine has to leave as they are: those that the program says otherwise.

A field that is ignored comes into the state as the cluster has it, with all that the API server
filled in; a program without the guard, which writes less, would then have its object replaced. So
only what needs it is ignored.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ..safety.preflight import Reader
from ..safety.read.memory import applied
from ..schema.numerals import whole_bytes
from .made import Made

__all__ = ["frozen", "within"]


def frozen(asks: Reader, made: Made, kind: str, paths: Sequence[str]) -> list[str]:
    """What the engine is to ignore of some fields of an object.

    Args:
        asks: Its reader.
        made: The object.
        kind: Of its kind, see `Cluster.list`.
        paths: The fields, e.g. `spec.selector`.

    Returns:
        Those that are not, in the program, what was applied last and lives.
    """
    before = applied(made.args.type_, made.key)
    cluster = asks.readable(kind, made.namespace)
    live = cluster.list(kind, made.namespace).get(made.name) if cluster is not None else None
    if before is None or live is None:
        return list(paths)
    return [
        path
        for path in paths
        if (now := _at(made.content, path)) != _at(before, path) or not within(now, _at(live, path))
    ]


def _at(value: Any, path: str) -> Any:  # noqa: ANN401  any JSON
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def within(wanted: Any, lives: Any, key: str = "") -> bool:  # noqa: ANN401  any JSON
    """Whether what lives has all that is wanted, and perhaps more."""
    if wanted is None:
        return True
    if isinstance(wanted, Mapping):
        return isinstance(lives, Mapping) and all(
            within(item, lives.get(name), name) for name, item in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(lives, list)
            and len(wanted) == len(lives)
            and all(map(within, wanted, lives))
        )
    if key == "storage":
        return whole_bytes(wanted) == whole_bytes(lives)
    return bool(wanted == lives)
