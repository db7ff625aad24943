"""The command line: `python -m localcluster up|down|status|kubeconfig|logs|build|exec`."""

import os
import shutil
import signal
import sys
from types import FrameType
from typing import Annotated

try:
    import typer
except ModuleNotFoundError:
    sys.exit(
        "localcluster: this Python has not what it needs: run `make venv` once, then"
        " `.venv/bin/python -m localcluster`"
    )

from . import cluster, stack_commands, toolchain
from .demo import demo
from .errors import LocalClusterError
from .layout import Workspace
from .options import Real, State
from .progress import say, span
from .review import review

_NOT_RUNNING = 3

app = typer.Typer(
    help="A real Kubernetes control plane on 127.0.0.1, built from source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(stack_commands.app, name="stack")
app.command()(review)
app.command()(demo)


@app.command()
def up(
    state: State = None,
    cluster_only: Annotated[
        bool, typer.Option("--cluster-only", help="Leave out the Pulumi side.")
    ] = False,
    real: Real = False,
) -> None:
    """Build what is missing and start what does not run."""
    workspace = Workspace.at(state)
    phases = cluster.up(workspace, cluster_only=cluster_only, real=real)
    if phases:
        detail = ", ".join(f"{name} {span(seconds)}" for name, seconds in phases.items())
        say(f"the cluster is up after {span(sum(phases.values()))} ({detail})")
    else:
        say("the cluster runs already")


@app.command()
def down(
    state: State = None,
    delete: Annotated[
        bool, typer.Option("--delete", help="Remove all objects, volumes and stacks, too.")
    ] = False,
) -> None:
    """Stop the cluster; its objects and volumes stay for the next `up`."""
    stopped = cluster.down(Workspace.at(state), delete=delete)
    say(f"stopped {len(stopped)} parts" if stopped else "nothing was running")


@app.command()
def status(state: State = None) -> None:
    """Show what runs; the exit code is 3 when not all of it does."""
    from . import status as report

    found = report.rows(Workspace.at(state).cluster)
    report.show(found)
    if not all(row.pid for row in found):
        raise typer.Exit(_NOT_RUNNING)


@app.command()
def kubeconfig(state: State = None) -> None:
    """Print the path of the cluster's kubeconfig."""
    workspace = Workspace.at(state)
    cluster.require(workspace)
    print(workspace.cluster.kubeconfig)


@app.command()
def logs(
    part: Annotated[str | None, typer.Argument(help="One part alone.", show_default=False)] = None,
    state: State = None,
    lines: Annotated[int, typer.Option("--lines", min=1, help="How many of each.")] = 20,
) -> None:
    """Print the end of the logs."""
    workspace = Workspace.at(state)
    for name, tail in cluster.logs(workspace, part, lines).items():
        if part is None:
            print(f"== {name}")
        print("\n".join(tail))


@app.command()
def build(real: Real = False) -> None:
    """Build everything that `up` needs, and start nothing."""
    cluster.build_all(real=real)


@app.command("exec", context_settings={"ignore_unknown_options": True})
def execute(command: list[str], state: State = None) -> None:
    """Run a command in the cluster's environment: `exec -- pulumi up`."""
    workspace = Workspace.at(state)
    toolchain.require_prepared(workspace)
    environment = toolchain.environment(workspace)
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        raise LocalClusterError(f"{command[0]} was not found on PATH")
    os.execve(program, command, environment)  # noqa: S606  a shell would change the arguments


def _end(number: int, frame: FrameType | None) -> None:
    # An exception, so that whatever was begun is undone on the way out.
    raise SystemExit(128 + number)


def main() -> None:
    """Runs the command line."""
    # Ctrl-C, a closed terminal and a plain kill all mean the same: stop what was begun.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        app(prog_name="localcluster")
    except LocalClusterError as error:
        print(f"localcluster: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
