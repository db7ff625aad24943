"""What `statefast.guard()` costs a program of raw StatefulSets, on the engine.

`python -m benchmarks.guarded 100` starts a cluster of its own, brings up as many StatefulSets, each
with its Services, twice, and prints runs in which nothing changes with and without the line. Both
take turns, so that what else the machine does is the same for both.
"""

import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from localcluster.layout import Workspace
from localcluster.stacks import LocalStack

from .many_workloads import QUIET, RAW, objects, timed, workspace

__all__ = ["main"]

_KINDS = ("Namespace", "StorageClass", "Service", "ServiceAccount", "StatefulSet")
_PAIRS = 3
_RUNS = {"preview": ("preview", *QUIET), "up": ("up", "--yes", "--skip-preview", *QUIET)}


def measure(place: Workspace, listing: Path, sets: int) -> None:
    """Prints what the line costs with one number of StatefulSets.

    Args:
        place: With a cluster that runs.
        listing: Folder for the lists of objects.
        sets: How many.
    """
    stacks: dict[bool, LocalStack] = {}
    for guarded in (False, True):
        stack = LocalStack(place, f"{'guarded' if guarded else 'plain'}-{sets}", RAW)
        listed = listing / f"{stack.name}.json"
        made = [
            {
                **item,
                "inputs": _unmarked(item["inputs"]),
                "ignore_changes": [],
                "retain_on_delete": False,
            }
            for item in objects(stack.name, sets)
            if item["type"].rpartition(":")[2].removesuffix("Patch") in _KINDS
        ]
        listed.write_text(json.dumps(made))
        stack.prepare({"raw:objects": str(listed), "raw:guard": guarded})
        stack.run(*_RUNS["up"], quiet=True)
        stacks[guarded] = stack
    for kind, arguments in _RUNS.items():
        pairs = [
            {guarded: timed(stack, *arguments) for guarded, stack in stacks.items()}
            for _ in range(_PAIRS)
        ]
        wall = median(pair[True].wall / pair[False].wall for pair in pairs)
        cpu = median(pair[True].cpu / pair[False].cpu for pair in pairs)
        plain, ours = (median(pair[it].wall for pair in pairs) for it in (False, True))
        print(
            f"| {sets} | {kind} | {plain:.1f} | {ours:.1f} | {wall:.2f} | {cpu:.2f} |", flush=True
        )


def _unmarked(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Without the marks of this package: the program is somebody else's."""
    if isinstance(value, dict):
        return {key: _unmarked(it) for key, it in value.items() if not key.startswith("statefast/")}
    return [_unmarked(it) for it in value] if isinstance(value, list) else value


def main() -> None:
    """Measures each number of StatefulSets that the command line names."""
    print("| sets | nothing changes in a | without s | with s | ratio | ratio of CPU |")
    print("|---|---|---|---|---|---|")
    with workspace() as place, tempfile.TemporaryDirectory() as listing:
        for number in sys.argv[1:] or ("10", "100"):
            measure(place, Path(listing), int(number))


if __name__ == "__main__":
    main()
