"""`python -m localcluster stack …`: the main job, on the embedded cluster."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from . import cluster
from .errors import LocalClusterError
from .kept import generated_secrets, kept_claims
from .layout import Workspace
from .options import Real, State
from .progress import say, span
from .stack_locks import drop_dead
from .stacks import LocalStack

__all__ = ["app"]

app = typer.Typer(
    help="Runs a stack of this program on the embedded cluster.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Name = Annotated[str, typer.Argument(help="Name of the stack, as in Pulumi.<stack>.yaml.")]


def _ready(name: str, state: Path | None, *, real: bool = False) -> LocalStack:
    """The stack, on a cluster that runs."""
    workspace = Workspace.at(state)
    cluster.up(workspace, real=real)
    for pid in drop_dead(workspace, name):
        say(f"the lock of a pulumi that was killed (process {pid}) is removed")
    stack = LocalStack(workspace, name)
    stack.prepare()
    return stack


@app.command()
def up(name: Name = "dev", state: State = None, real: Real = False) -> None:
    """Starts the cluster, deploys the stack, and shows its workloads."""
    began = time.monotonic()
    stack = _ready(name, state, real=real)
    started = time.monotonic()
    what = ("up", "--yes", "--skip-preview", "--suppress-outputs")
    if sys.stdout.isatty():
        stack.run(*what)
    else:
        stack.follow(*what, "--suppress-progress")
    deployed = time.monotonic()
    _show(stack)
    for (namespace, secret), keys in generated_secrets(stack.workspace, stack.owner).items():
        say(
            f"generated in Secret {namespace}/{secret}: {', '.join(keys)}; to read {keys[0]}:"
            f" {Path(sys.executable)} -m localcluster exec -- kubectl get secret {secret}"
            f" -n {namespace} -o jsonpath={{.data.{keys[0]}}} | base64 -d"
        )
    say(
        f"{name} is up after {span(deployed - began)}: {span(started - began)} for the cluster,"
        f" {span(deployed - started)} for pulumi"
    )


@app.command()
def preview(name: Name = "dev", state: State = None) -> None:
    """Shows what an `up` would do."""
    _ready(name, state).run("preview", "--diff")


@app.command()
def outputs(name: Name = "dev", state: State = None) -> None:
    """Prints the outputs of the stack as JSON."""
    _ready(name, state).run("stack", "output", "--json")


@app.command()
def destroy(name: Name = "dev", state: State = None) -> None:
    """Removes the stack's objects; retained claims stay in the cluster."""
    stack = _ready(name, state)
    stack.run("destroy", "--yes", "--skip-preview")
    if claims := kept_claims(stack.workspace, stack.owner):
        say(f"kept, and found again by the next up: claims {', '.join(claims)}")


@app.command()
def status(name: Name = "dev", state: State = None) -> None:
    """Shows the stack's workloads in the cluster."""
    workspace = Workspace.at(state)
    cluster.require_running(workspace)
    _show(LocalStack(workspace, name))


def _show(stack: LocalStack) -> None:
    from .toolchain import environment

    script = Path(sys.executable).with_name("statefast")
    done = subprocess.run(  # noqa: S603  the console script beside this Python
        [script, "status", "--stack", stack.owner],
        env=environment(stack.workspace),
        check=False,
    )
    if done.returncode:
        raise LocalClusterError(f"the workloads of {stack.name} could not be shown")
