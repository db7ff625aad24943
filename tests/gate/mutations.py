"""Makes other previews of one: hides what it shows, or changes what does not matter."""

import copy
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gate.state import dotted

from .handmade import UNKNOWN, Json

__all__ = [
    "HIDERS",
    "Choice",
    "Path",
    "hide",
    "kept",
    "places",
    "renamed_provider",
    "unchanged",
    "shuffled",
    "with_word",
    "witnessed",
]

Path = tuple[Any, ...]
Choice = tuple[Path, str]

MISSING = object()
HIDERS: dict[str, Any] = {
    "unknown": UNKNOWN,
    "secret": "[secret]",
    "envelope": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"},
    "missing": MISSING,
}
STATES = ("oldState", "newState")


def places(document: Json) -> list[Path]:
    """Paths of everything that the steps say of their objects, leaves and what holds them."""
    found: list[Path] = []
    for number, step in enumerate(document.get("steps", ())):
        for state in STATES:
            for tree in ("inputs", "outputs"):
                if tree in step.get(state, {}):
                    base = ("steps", number, state, tree)
                    found += _below(step[state][tree], base)
    return found


def _below(tree: Any, path: Path) -> Iterator[Path]:
    for key, value in _items(tree):
        yield (*path, key)
        yield from _below(value, (*path, key))


def _items(tree: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(tree, dict):
        return tree.items()
    return enumerate(tree) if isinstance(tree, list) else ()


def hide(document: Json, choices: Sequence[Choice]) -> Json:
    """A copy with each place hidden in the way chosen for it; what is gone already stays gone."""
    steps = list(document["steps"])
    for number in {path[1] for path, _ in choices}:
        steps[number] = copy.deepcopy(steps[number])
    made = {**document, "steps": steps}
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


def kept(choices: Iterable[Choice], document: Json) -> list[Choice]:
    """The choices without those after which a field is missing wherever its object says it.

    What is on no side was never written: that is another edit, which may be harmless. Where the
    engine itself says what differs, it says so of a field that neither side shows, too.
    """
    left: list[Choice] = []
    gone: list[Path] = []
    for path, how in choices:
        if HIDERS[how] is MISSING:
            step = document["steps"][path[1]]
            # A patch says some fields of an object, whichever.
            if _is_of_patch(step) or _is_alone(step, path):
                continue
            if any(_is_all(document, path, its) for its in gone):
                continue
            gone.append(path)
        left.append((path, how))
    return left


def _is_of_patch(step: Json) -> bool:
    return "Patch::" in step["urn"] and not ("oldState" in step and "newState" in step)


def _is_alone(step: Json, path: Path) -> bool:
    """Whether a field is among the inputs of one side alone, so that without it nothing differs.

    The same of owners that the cluster alone names: whatever it names no owner of has none.
    """
    if path[3] == "outputs":
        asked = [its for its in STATES if "ownerReferences" in _metadata(step, its, "inputs")]
        has = "ownerReferences" in _metadata(step, path[2], "outputs")
        return has and not asked and _overlap(path[4:], ("metadata", "ownerReferences"))
    if not all(state in step for state in STATES):
        return False
    (other,) = set(STATES) - {path[2]}
    try:
        witnessed(step, (other, *path[3:]))
    except (IndexError, KeyError, TypeError):
        return not _is_said(step, path[4:])
    return False


def _metadata(step: Json, state: str, tree: str) -> Json:
    found: Json = step.get(state, {}).get(tree, {}).get("metadata", {})
    return found


def _is_all(document: Json, one: Path, other: Path) -> bool:
    """Whether a field that is missing in both places is seen nowhere else."""
    steps = [document["steps"][its[1]] for its in (one, other)]
    sides = {one[2:4], other[2:4]}
    return (
        steps[0]["urn"] == steps[1]["urn"]
        and _overlap(one[4:], other[4:])
        and ("oldState", "inputs") in sides
        and sides & {("oldState", "outputs"), ("newState", "inputs")} != set()
        and not any(_is_said(its, one[4:]) for its in steps)
    )


def _is_said(step: Json, field: Path) -> bool:
    return any(
        _overlap(tuple(dotted(path).split(".")), tuple(map(str, field)))
        for path in step.get("detailedDiff", ())
    )


def _overlap(one: Path, other: Path) -> bool:
    short = min(len(one), len(other))
    return one[:short] == other[:short]


def with_word(document: Json) -> Json:
    """The preview with what the provider says of each difference (detailedDiff)."""
    steps = []
    for step in document["steps"]:
        if "oldState" in step and "newState" in step and step["op"] not in ("same", "read"):
            old, new = (step[state].get("inputs", {}) for state in STATES)
            replacing = [its.partition("[")[0] for its in step.get("replaceReasons", ())]
            details = {
                path: {"kind": "update-replace" if _is_in(path, replacing) else "update"}
                for path in _differing(old, new, "")
            }
            step = {"detailedDiff": details, **step}
        steps.append(step)
    return {**document, "steps": steps}


def _is_in(path: str, replacing: Iterable[str]) -> bool:
    return any(path.startswith(its) for its in replacing)


def _differing(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            plain = key.replace("_", "").isalnum()
            inside = f"{path}.{key}".lstrip(".") if plain else f'{path}["{key}"]'
            yield from _differing(old.get(key), new.get(key), inside)
    elif isinstance(old, list) and isinstance(new, list):
        for number in range(max(len(old), len(new))):
            before, after = (its[number] if number < len(its) else None for its in (old, new))
            yield from _differing(before, after, f"{path}[{number}]")
    elif old != new:
        yield path


def unchanged(document: Json) -> list[list[Path]]:
    """Of what an edit leaves alone: all places of one value in one step."""
    found: dict[tuple[int, Path], list[Path]] = {}
    for path in places(document):
        found.setdefault((path[1], path[4:]), []).append(path)
    return [
        paths
        for (number, _), paths in found.items()
        if document["steps"][number]["op"] in ("same", "update")
        and len({repr(witnessed(document, path)) for path in paths}) == 1
        and {path[2:4] for path in paths} >= {(state, "inputs") for state in STATES}
    ]


def witnessed(document: Json, path: Path) -> Any:
    """What lies at a path."""
    found: Any = document
    for key in path:
        found = found[key]
    return found


def renamed_provider(document: Json, kubeconfig: str) -> Json:
    """The preview of a stack whose objects go on under another provider of the same cluster."""
    made = copy.deepcopy(document)
    stack, project = made["steps"][0]["urn"].removeprefix("urn:pulumi:").split("::")[:2]
    urns = {
        state: f"urn:pulumi:{stack}::{project}::pulumi:providers:kubernetes::{name}"
        for state, name in zip(STATES, ("before", "after"), strict=True)
    }
    for step in made["steps"]:
        for state, urn in urns.items():
            if step["urn"].split("::")[2].startswith("kubernetes:") and state in step:
                step[state]["provider"] = f"{urn}::1"
    its = {"type": "pulumi:providers:kubernetes", "inputs": {"kubeconfig": kubeconfig}}
    made["steps"] += [
        {"op": "delete", "urn": urns["oldState"], "oldState": its},
        {"op": "create", "urn": urns["newState"], "newState": its},
    ]
    counts = made["changeSummary"]
    made["changeSummary"] = {
        **counts,
        **{op: counts.get(op, 0) + 1 for op in ("create", "delete")},
    }
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
