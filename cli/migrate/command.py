"""`statefast migrate`: shows its plan, and takes one command after the other when it is told to."""

import json
import shlex
import subprocess
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ..options import Context, Output, OutputOption
from .plan import Found, Pattern, Plan, Refused, Step, plan

__all__ = ["migrate"]

_Workload = Annotated[str, typer.Argument(help="The workload, by its name in the cluster.")]
_Space = Annotated[str, typer.Option("--namespace", "-n", help="Its namespace.")]
_To = Annotated[Pattern, typer.Option("--to", help="The pattern that it is to have.")]
_Run = Annotated[bool, typer.Option("--run", help="Runs the commands, and asks before each phase.")]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Asks nothing.")]
# As many as it takes with what comes between two looks.
_MOST_STEPS = 100


def migrate(
    workload: _Workload,
    namespace: _Space,
    to: _To = Pattern.STATEFUL_SET,
    context: Context = None,
    run: _Run = False,
    yes: _Yes = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Moves the volumes of a Deployment to ordinal 0 of a StatefulSet, or back, keeping the data.

    Without --run it prints what it would do. It may be stopped anywhere: how far it is, is read in
    the cluster. Until the last step, the same with the other --to goes back.
    """
    console = Console()
    try:
        left = _look(namespace, context, workload, to)
        if output is Output.JSON:
            typer.echo(json.dumps({**asdict(left), "to": to}, indent=2))
            return
        _show(console, left, context)
        if run:
            _take(console, left, context, (namespace, workload, to), yes=yes)
        if run or not left.steps:
            _finish(console, workload, to, done=left.done)
    except _Failed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except Refused as error:
        typer.echo(f"statefast refuses: {error}.", err=True)
        raise typer.Exit(1) from None


class _Failed(Exception):
    """A command failed, or the cluster could not be read."""


def _look(namespace: str, context: str | None, workload: str, to: Pattern) -> Plan:
    # Imported here: the client is the slowest thing this program can load.
    from ..api import Api, ClusterError

    within = f"namespaces/{namespace}"
    try:
        api = Api(context)
        found = Found(
            namespace=namespace,
            deployments=api.list(f"/apis/apps/v1/{within}/deployments"),
            sets=api.list(f"/apis/apps/v1/{within}/statefulsets"),
            claims=api.list(f"/api/v1/{within}/persistentvolumeclaims"),
            pods=api.list(f"/api/v1/{within}/pods"),
            volumes=api.list("/api/v1/persistentvolumes"),
        )
    except ClusterError as error:
        raise _Failed(str(error)) from None
    return plan(found, workload, to)


def _show(console: Console, left: Plan, context: str | None) -> None:
    for old, new in left.moves.items():
        console.print(Text.assemble(("claim ", "dim"), old, (" → ", "dim"), new), highlight=False)
    phase = ""
    for step in left.steps:
        if step.phase != phase:
            phase = step.phase
            console.print(Text(f"{phase}:", style="bold"))
        console.print(Text(f"  # {step.why}", style="dim"))
        console.print(Text(f"  {_in(step, context)}"), soft_wrap=True, highlight=False)


def _take(
    console: Console,
    left: Plan,
    context: str | None,
    what: tuple[str, str, Pattern],
    *,
    yes: bool,
) -> None:
    """Runs one command, looks again, and so on: the cluster says what is next."""
    namespace, workload, to = what
    phase = ""
    for _ in range(_MOST_STEPS):
        if not left.steps:
            return
        step = left.steps[0]
        if step.phase != phase and not yes:
            typer.confirm(f"{step.phase}?", abort=True)
        phase = step.phase
        console.print(Text(f"{step.phase}: {step.why}"), highlight=False)
        done = subprocess.run(  # noqa: S603  what was shown
            shlex.split(_in(step, context)), capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = " ".join(done.stderr.split())
            raise _Failed(f"{_in(step, context)} failed: {said}\nnothing is lost: run it again")
        left = _look(namespace, context, workload, to)
    raise _Failed("the cluster does not become what the commands ask for: look at it, run it again")


def _finish(console: Console, workload: str, to: Pattern, *, done: bool) -> None:
    if done:
        console.print(f"done: {workload} has its data as a {to}", highlight=False)
        return
    console.print(Text("finish:", style="bold"))
    console.print(
        f"  write pattern: {to} for workload {workload} into the config of its stack, and run:"
        " pulumi up --refresh",
        soft_wrap=True,
        highlight=False,
    )


def _in(step: Step, context: str | None) -> str:
    where = f"kubectl --context {shlex.quote(context)} " if context else "kubectl "
    return step.command.replace("kubectl ", where, 1)
