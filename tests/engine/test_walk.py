"""A walk at random, short enough for every run of the tests; `make walk` goes on for hours."""

import os
from pathlib import Path

import pytest

from localcluster.layout import Workspace

from .walk.report import Report
from .walk.run import wander

MINUTES = float(os.environ.get("STATEFAST_WALK_MINUTES", "1"))
SEED = int(os.environ.get("STATEFAST_WALK_SEED", "1001"))


@pytest.mark.timeout(60 * MINUTES + 600)
def test_no_step_of_a_walk_breaks_the_promise(workspace: Workspace, tmp_path: Path) -> None:
    report = Report(folder=tmp_path)

    wander(workspace, report, seed=SEED, minutes=MINUTES)

    assert report.steps
    assert not report.findings, f"make walk SEED={SEED} shows them again"
