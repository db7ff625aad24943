"""Commands that a person is shown, and that are run one by one when told to."""

import re
import shlex
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.text import Text

__all__ = ["Failed", "Step", "show_steps", "take_steps"]

# How often in a row a command may leave the cluster as it was.
_MOST_TRIES = 3
# Where a shell takes a word for a command; what is in quotes only looks like one.
_KUBECTL = re.compile(r"(^|\| |; |\$\()kubectl ")


class Failed(Exception):
    """A command failed, or the cluster could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command, and what it is for."""

    phase: str
    why: str
    command: str


def show_steps(console: Console, steps: Iterable[Step], context: str | None) -> None:
    """Prints commands under the name of their phase, as a script that a shell takes as it stands.

    Each is safe where those before it have done what they say: the first that fails ends it.
    """
    phase = ""
    for step in steps:
        if not phase:
            console.print(Text("(set -e  # the first command that fails ends it", style="dim"))
        if step.phase != phase:
            phase = step.phase
            console.print(Text(f"# {phase}:", style="bold"))
        console.print(Text(f"  # {_one_line(step.why)}", style="dim"), soft_wrap=True)
        console.print(Text(f"  {_in(step, context)}"), soft_wrap=True, highlight=False)
    if phase:
        console.print(Text(")", style="dim"))


def take_steps(
    console: Console,
    steps: Sequence[Step],
    look: Callable[[], Sequence[Step]],
    context: str | None,
    *,
    yes: bool,
) -> None:
    """Runs one command, looks again, and so on: what is there says what is next.

    Args:
        console: Where each is told.
        steps: What is left to do.
        look: What is left to do then; what it raises goes through.
        context: Of the kubeconfig; None for the current one.
        yes: Whether nothing is asked; else each phase is.

    Raises:
        Failed: a command failed.
        Abort: the answer was no.
    """
    phase, last, tries = "", None, 0
    while steps:
        step = steps[0]
        tries = tries + 1 if step == last else 0
        if tries == _MOST_TRIES:
            raise Failed(
                f"the cluster does not become what {_in(step, context)} asks for: look at it, run"
                " it again"
            )
        last = step
        if step.phase != phase and not yes:
            typer.confirm(f"{step.phase}?", abort=True)
        phase = step.phase
        console.print(Text(f"{step.phase}: {_one_line(step.why)}"), soft_wrap=True, highlight=False)
        done = subprocess.run(  # noqa: S603  what was shown
            ["/bin/sh", "-c", _in(step, context)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())
            # What is there now may give the reason in better words.
            look()
            raise Failed(f"{_in(step, context)} failed: {said}\nnothing is lost: run it again")
        steps = look()


def _in(step: Step, context: str | None) -> str:
    where = f"kubectl --context {shlex.quote(context)} " if context else "kubectl "
    return _KUBECTL.sub(lambda found: f"{found[1]}{where}", step.command)


def _one_line(text: str) -> str:
    """A comment in a script that nothing in a cluster can end."""
    return "".join(it if it.isprintable() else " " for it in text)
