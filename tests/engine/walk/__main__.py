"""`make walk`: walks over a cluster of its own, or walks a history again."""

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path

from localcluster import cluster
from localcluster.layout import Workspace
from tests.engine.quick import quick

from .report import Report
from .run import again, wander
from .steps import load


def main() -> int:
    """Walks.

    Returns:
        1 where something was found.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.engine.walk", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None, help="of the first walk; default: any")
    parser.add_argument("--length", type=int, default=25, help="steps of each walk")
    parser.add_argument("--tries", type=int, default=12, help="to shorten each history")
    parser.add_argument("--steps", type=Path, help="a history to walk again")
    parser.add_argument("--out", type=Path, help="folder for histories and what was said")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    out: Path = given.out or Path(tempfile.mkdtemp(prefix="statefast-walk-"))
    out.mkdir(parents=True, exist_ok=True)
    report = Report(folder=out)
    report.say(f"seed {seed}; histories go to {out}")
    kept = os.environ.get("STATEFAST_TEST_STATE")
    with tempfile.TemporaryDirectory(prefix="statefast-walk-") as folder:
        workspace = Workspace.at(Path(kept or folder) / "state")
        try:
            cluster.up(workspace)
            with quick(workspace):
                if given.steps:
                    again(workspace, report, seed=seed, steps=load(given.steps.read_text()))
                else:
                    wander(
                        workspace,
                        report,
                        seed=seed,
                        minutes=given.minutes,
                        length=given.length,
                        tries=given.tries,
                    )
        finally:
            cluster.down(workspace, delete=True)
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
