"""Walks until its time is up, and looks for the shortest history of each finding."""

import time
from collections.abc import Sequence

from localcluster.layout import Workspace

from .history import Finding
from .report import Report
from .shrink import shortest
from .steps import Step
from .walking import Walk, walk

__all__ = ["again", "wander"]


def wander(
    workspace: Workspace,
    report: Report,
    *,
    seed: int,
    minutes: float,
    length: int = 25,
    tries: int = 0,
) -> None:
    """Takes one walk after the other.

    Args:
        workspace: A running cluster.
        report: Is told everything.
        seed: Of the first walk; each next one has the next number.
        minutes: How long.
        length: Steps of a walk.
        tries: How often a history may be walked again to make it shorter, for each finding.
    """
    began = time.monotonic()
    until = began + 60 * minutes
    while time.monotonic() < until:
        report.begin(seed)
        name = f"walk-{seed}"
        done = walk(workspace, name, seed, length=length, until=until, heard=report.heard)
        for index, finding in done.found:
            # What a step found is looked for by what was changed before it.
            if report.new(finding, _cause(done, index)):
                _shorten(workspace, report, done, finding, tries, until)
        seed += 1
    report.end((time.monotonic() - began) / 60)


def again(workspace: Workspace, report: Report, *, seed: int, steps: Sequence[Step]) -> Walk:
    """Walks a history that was kept."""
    report.begin(seed)
    done = walk(workspace, f"again-{seed}", seed, given=steps, heard=report.heard)
    for _, finding in done.found:
        report.shortest(finding, seed, done.history(finding), False)
    report.end(0)
    return done


def _cause(done: Walk, index: int) -> Step:
    changes = [step for step in done.steps[: index + 1] if step.op != "run"]
    return changes[-1] if changes else done.steps[index]


def _shorten(
    workspace: Workspace, report: Report, done: Walk, finding: Finding, tries: int, until: float
) -> None:
    number = 0

    def found_by(steps: Sequence[Step]) -> bool:
        nonlocal number
        if time.monotonic() > until:
            return False
        number += 1
        name = f"less-{done.seed}-{len(report.findings)}-{number}"
        tried = walk(workspace, name, done.seed, given=steps, until=until)
        return any(it.kind == finding.kind for _, it in tried.found)

    steps, left = shortest(done.history(finding), found_by, tries)
    report.shortest(finding, done.seed, steps, left > 0)
