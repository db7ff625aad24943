"""Many workloads in one program, on the engine, beside the same objects in raw Pulumi.

`python -m benchmarks.many_workloads 1 10 100` starts a cluster of its own, and prints a line for
each number of workloads and each kind of run: seconds, and seconds of CPU of all that `pulumi`
started. Both programs take turns, so that what else the machine does is the same for both.
"""

import json
import os
import resource
import runpy
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcluster.layout import PROJECT, Workspace
from localcluster.review import own_cluster
from localcluster.stacks import LocalStack
from statefast.storage.claim_annotations import NO_WAIT
from tests import recording

__all__ = ["QUIET", "RAW", "main", "objects", "timed", "workspace"]

RAW = Path(__file__).parent / "raw"
QUIET = ("--suppress-progress", "--suppress-outputs")
_RUNS = {
    "first up": ("up", "--yes", "--skip-preview", *QUIET),
    "no-op preview": ("preview", *QUIET),
    "no-op up": ("up", "--yes", "--skip-preview", *QUIET),
}
_AGAIN = 2


@dataclass(frozen=True)
class Cost:
    """What a run took, in seconds."""

    wall: float
    cpu: float


def config(stack: str, workloads: int) -> dict[str, Any]:
    """The config of a stack of StatefulSets of one replica, each with two Services and a claim."""
    return {
        "statefast:namespace": stack,
        "statefast:environment": "test",
        "statefast:storageClass": {
            "name": stack,
            "driver": "ceph-rbd",
            "parameters": {"clusterID": "test", "pool": "test"},
        },
        "statefast:workloads": {
            f"zk{number:03}": {"workload": "zookeeper", "storage": {"size": "1Gi"}}
            for number in range(workloads)
        },
    }


def objects(stack: str, workloads: int) -> list[dict[str, Any]]:
    """The objects that the program makes of this config."""
    # A hundred workloads take their time on a machine that does other things as well.
    recording.SECONDS = 600
    recording.THREADS = True
    given = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in (config(stack, workloads) | {"statefast:preflight": "off"}).items()
    }
    recorded = recording.run(
        lambda: runpy.run_path(str(PROJECT / "__main__.py")), config=given, stack=stack, state=[]
    )
    return [
        {
            "type": item.type,
            "name": item.name,
            "urn": item.urn,
            "inputs": {
                key: _whole(_waited_for(value))
                for key, value in item.inputs.items()
                if key not in ("apiVersion", "kind")
            },
            "dependencies": item.dependencies,
            "ignore_changes": item.ignore_changes,
            "retain_on_delete": item.retain_on_delete,
        }
        for item in recorded.objects()
    ]


def _waited_for(value: Any) -> Any:  # noqa: ANN401  any JSON
    """With the cluster unread the provider waits for each volume, and with it the guard does."""
    if not isinstance(value, dict) or "pulumi.com/waitFor" not in value.get("annotations", {}):
        return value
    said = {key: it for key, it in value["annotations"].items() if key != "pulumi.com/waitFor"}
    return {**value, "annotations": {**said, **NO_WAIT}}


def _whole(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Numbers as they were written: on the way to the engine all of them are fractions."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A cluster of its own, for programs that keep what they have compiled, as anywhere."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with (
        tempfile.TemporaryDirectory(prefix="statefast-") as folder,
        own_cluster(Path(folder)) as place,
    ):
        yield place


def timed(stack: LocalStack, *arguments: str) -> Cost:
    """What one run of `pulumi` took."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    stack.run(*arguments, quiet=True)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu)


def measure(place: Workspace, listing: Path, workloads: int) -> None:
    """Prints what one number of workloads costs.

    Args:
        place: With a cluster that runs.
        listing: Folder for the lists of objects.
        workloads: How many.
    """
    ours, raw = (
        LocalStack(place, f"ours-{workloads}"),
        LocalStack(place, f"raw-{workloads}", RAW),
    )
    listed = listing / f"objects-{workloads}.json"
    listed.write_text(json.dumps(objects(raw.name, workloads)))
    ours.prepare(config(ours.name, workloads))
    raw.prepare({"raw:objects": str(listed)})
    for kind, arguments in _RUNS.items():
        costs: dict[str, Cost] = {}
        for _ in range(1 if kind == "first up" else _AGAIN):
            for name, stack in (("raw", raw), ("ours", ours)):
                now, best = timed(stack, *arguments), costs.get(name)
                costs[name] = (
                    Cost(min(now.wall, best.wall), min(now.cpu, best.cpu)) if best else now
                )
        o, r = costs["ours"], costs["raw"]
        print(
            f"| {workloads} | {kind} | {r.wall:.1f} | {o.wall:.1f} | {o.wall / r.wall:.2f}"
            f" | {r.cpu:.1f} | {o.cpu:.1f} | {o.cpu / r.cpu:.2f} |",
            flush=True,
        )


def main() -> None:
    """Measures each number of workloads that the command line names."""
    print("| workloads | run | raw s | ours s | ratio | raw CPU s | ours CPU s | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    with workspace() as place, tempfile.TemporaryDirectory() as listing:
        for number in sys.argv[1:] or ("1", "10", "100"):
            measure(place, Path(listing), int(number))


if __name__ == "__main__":
    main()
