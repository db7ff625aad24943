"""The growth of the claims of one large StatefulSet, on the engine."""

import sys
from typing import Any

from localcluster.stacks import LocalStack

from .many_workloads import QUIET, timed, workspace

__all__ = ["main"]


def _config(replicas: int, size: str, wait: bool) -> dict[str, Any]:
    return {
        "statefast:namespace": "growth",
        "statefast:environment": "test",
        "statefast:growthSeconds": 600 if wait else 0,
        "statefast:storageClass": {
            "name": "growth",
            "driver": "ceph-rbd",
            "parameters": {"clusterID": "test", "pool": "test"},
        },
        "statefast:workloads": {"zookeeper": {"replicas": replicas, "storage": {"size": size}}},
    }


def main() -> None:
    """Prints what each `up` takes: `python -m benchmarks.growth 100`."""
    replicas = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    up = ("up", "--yes", "--skip-preview", *QUIET)
    with workspace() as place:
        stack = LocalStack(place, "growth")
        for what, size, wait in (
            ("the first up", "1Gi", True),
            ("a no-op up", "1Gi", True),
            ("growth, until all volumes have the size", "2Gi", True),
            ("growth without the wait", "3Gi", False),
            ("a no-op up right after it, which goes on waiting", "3Gi", True),
        ):
            stack.prepare(_config(replicas, size, wait))
            cost = timed(stack, *up)
            print(f"| {what} | {cost.wall:.1f} | {cost.cpu:.1f} |", flush=True)


if __name__ == "__main__":
    main()
