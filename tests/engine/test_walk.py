"""A walk at random, short enough for every run of the tests; `make walk` goes on for hours."""

import os
from pathlib import Path

import pytest

from localcluster.layout import Workspace

from .walk.report import Report
from .walk.walking import walk

STEPS = int(os.environ.get("STATEFAST_WALK_STEPS", "14"))
SEED = int(os.environ.get("STATEFAST_WALK_SEED", "1001"))


@pytest.mark.timeout(60 * STEPS + 600)
def test_no_step_of_a_walk_breaks_the_promise(workspace: Workspace, tmp_path: Path) -> None:
    report = Report(folder=tmp_path)

    done = walk(workspace, f"walk-{SEED}", SEED, length=STEPS, heard=report.heard)

    assert len(done.steps) == STEPS
    assert done.complete
    assert not done.found, f"make walk SEED={SEED} shows them again"
