"""Makes other previews of a recorded one: hides what it shows, or changes what does not matter."""

import copy
import random
from collections.abc import Iterator
from typing import Any

from .handmade import UNKNOWN, Json

__all__ = ["HIDERS", "hide", "places", "shuffled"]

Path = tuple[Any, ...]

MISSING = object()
HIDERS: dict[str, Any] = {
    "unknown": UNKNOWN,
    "secret": "[secret]",
    "envelope": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"},
    "missing": MISSING,
}


def places(document: Json, *, states: tuple[str, ...] = ("oldState", "newState")) -> list[Path]:
    """Paths of everything that the steps say of their objects, leaves and what holds them."""
    found: list[Path] = []
    for number, step in enumerate(document.get("steps", ())):
        for state in states:
            for tree in ("inputs", "outputs"):
                if tree in step.get(state, {}):
                    base = ("steps", number, state, tree)
                    found += _below(step[state][tree], base)
    return found


def _below(tree: Any, path: Path) -> Iterator[Path]:
    items: Any = ()
    if isinstance(tree, dict):
        items = tree.items()
    elif isinstance(tree, list):
        items = enumerate(tree)
    for key, value in items:
        yield (*path, key)
        yield from _below(value, (*path, key))


def hide(document: Json, choices: list[tuple[Path, str]]) -> Json:
    """A copy with each place hidden in the way chosen for it; what is gone already stays gone."""
    made = copy.deepcopy(document)
    # The last first, so that a list that loses an item keeps the numbers before it.
    for path, how in sorted(choices, key=lambda its: [str(key) for key in its[0]], reverse=True):
        holder: Any = made
        try:
            for key in path[:-1]:
                holder = holder[key]
            if HIDERS[how] is MISSING:
                del holder[path[-1]]
            elif path[-1] in holder or isinstance(holder, list):
                holder[path[-1]] = copy.deepcopy(HIDERS[how])
        except (IndexError, KeyError, TypeError):
            continue
    return made


def shuffled(value: Any, order: random.Random) -> Any:
    """The same value with its keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: shuffled(value[key], order) for key in keys}
    if isinstance(value, list):
        return [shuffled(item, order) for item in value]
    return value
