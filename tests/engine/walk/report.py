"""What a walk prints: each step, what the engine said to it, and what was found."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from .history import Finding
from .said import Run
from .steps import Step, dump

__all__ = ["Report"]


class Report:
    """Prints as the walk goes.

    Attributes:
        steps: How many steps were walked.
        runs: How many runs of the CLI they took.
        walks: How many walks they were.
        findings: What was found, a line each, the same finding once.
    """

    def __init__(self, out: TextIO = sys.stdout, folder: Path | None = None) -> None:
        self._out, self._folder = out, folder
        self.steps = self.runs = self.walks = 0
        self.findings: list[str] = []
        self.known: set[tuple[str, str]] = set()

    def begin(self, seed: int) -> None:
        """A walk begins."""
        self.walks += 1
        self.say(f"walk {self.walks}: seed {seed}")

    def heard(self, step: Step, runs: Sequence[Run], found: Sequence[Finding]) -> None:
        """A step was taken."""
        self.steps += 1
        self.runs += len(runs)
        ends = ", ".join(_end(run) for run in runs)
        self.say(f"  {self.steps:4} {step.text}{'  -> ' + ends if ends else ''}")
        for run in runs[-1:]:
            for said in run.refusals or (run.errors if run.code else []):
                self.say(f"         {said[:400]}")
        for finding in found:
            self.say(f"  !!!! {finding.kind}: {finding.text}")
        if self._folder is not None:
            with (self._folder / "runs.txt").open("a", encoding="utf-8") as file:
                for run in runs:
                    file.write(f"===== {self.steps} {step.text}: {_end(run)}\n{run.text}\n")

    def new(self, finding: Finding, last: Step) -> bool:
        """Whether nothing like it was found before: of this kind, after such a step."""
        key = (finding.kind, _like(last))
        known = key in self.known
        self.known.add(key)
        return not known

    def shortest(self, finding: Finding, seed: int, steps: Sequence[Step], full: bool) -> None:
        """The history of a finding, and how to walk it again."""
        self.findings.append(f"{finding.kind}: {finding.text} (seed {seed})")
        self.say(f"  FOUND {finding.kind}: {finding.text}")
        self.say(f"  {'shortest' if full else 'short'} history, seed {seed}, {len(steps)} steps:")
        for step in steps:
            self.say(f"    {step.text}")
        if self._folder is not None:
            file = self._folder / f"history-{len(self.findings)}.json"
            file.write_text(dump(steps), encoding="utf-8")
            self.say(f"  again: python -m tests.engine.walk --seed {seed} --steps {file}")

    def end(self, minutes: float) -> None:
        """The count of it all."""
        self.say(
            f"{self.steps} steps in {self.walks} walks, {self.runs} runs of the CLI, "
            f"{minutes:.1f} minutes; {len(self.findings)} findings"
        )
        for line in self.findings:
            self.say(f"  {line}")

    def say(self, line: str) -> None:
        """Prints a line at once."""
        print(line, file=self._out, flush=True)


def _end(run: Run) -> str:
    if run.late:
        return f"{run.verb} too late"
    if run.code is None:
        return f"{run.verb} ended"
    if run.code == 0:
        return f"{run.verb} ok"
    return f"{run.verb} {'refused' if run.refusals else 'failed'}"


def _like(step: Step) -> str:
    if step.op in ("edit", "file"):
        return f"{step.op} {'.'.join(step.args['path'][2:] or step.args['path'])}"
    return f"{step.op} {step.args.get('what') or step.args.get('verb') or ''}"
