"""`statefast migrate`: shows its plan, and takes one command after the other when it is told to."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ..options import Context, Output, OutputOption
from ..steps import Failed, Step, show_steps, take_steps
from .classes import plan_back, plan_class, target_of
from .found import Found, Plan, Refused
from .plan import Pattern, plan

__all__ = ["migrate"]

_Workload = Annotated[str, typer.Argument(help="The workload, by its name in the cluster.")]
_Space = Annotated[str, typer.Option("--namespace", "-n", help="Its namespace.")]
_To = Annotated[
    Pattern | None,
    typer.Option("--to", help="The pattern that it is to have. Default: stateful-set."),
]
_Class = Annotated[
    str | None,
    typer.Option("--class", help="The storage class that its claims are to have, in its pattern."),
]
_Modes = Annotated[
    list[str] | None,
    typer.Option("--access-mode", help="With --class: an access mode they are to have."),
]
_SnapshotClass = Annotated[
    str | None,
    typer.Option("--snapshot-class", help="With --class: of several, the one to take."),
]
_Copy = Annotated[
    bool, typer.Option("--copy", help="With --class: copies files where a snapshot would do.")
]
_Back = Annotated[
    bool, typer.Option("--back", help="Gives claims on their way to a class their volumes again.")
]
_Run = Annotated[bool, typer.Option("--run", help="Runs the commands, and asks before each phase.")]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Asks nothing.")]
_SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What the command line asks for.

    Attributes:
        to: The pattern; None for a move to a class.
        class_name: The class; None for a move to a pattern, or back.
    """

    workload: str
    to: Pattern | None
    class_name: str | None
    modes: Sequence[str]
    snapshot_class: str | None
    copies: bool

    def plan(self, found: Found) -> Plan:
        if self.to is not None:
            return plan(found, self.workload, self.to)
        if self.class_name is None:
            return plan_back(found, self.workload)
        target = target_of(
            found, self.class_name, self.modes, self.snapshot_class, copies=self.copies
        )
        return plan_class(found, self.workload, target)


def migrate(
    workload: _Workload,
    namespace: _Space,
    to: _To = None,
    class_name: _Class = None,
    access_mode: _Modes = None,
    snapshot_class: _SnapshotClass = None,
    copy: _Copy = False,
    back: _Back = False,
    context: Context = None,
    run: _Run = False,
    yes: _Yes = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Moves the volumes of a workload to the claims of its other pattern, or to another class.

    Without --run it prints what it would do. It may be stopped anywhere: how far it is, is read in
    the cluster. Until the last step, the same with the other --to goes back, or with --back.
    """
    console = Console()
    with_class = access_mode or snapshot_class or copy
    if bool(to) + bool(class_name) + back > 1 or (with_class and not class_name):
        raise typer.BadParameter("give --to, or --class with what belongs to it, or --back")
    other = class_name is not None or back
    wanted = _Wanted(
        workload=workload,
        to=None if other else to or Pattern.STATEFUL_SET,
        class_name=class_name,
        modes=access_mode or (),
        snapshot_class=snapshot_class,
        copies=copy,
    )
    # One cluster from the first look to the last command, whichever is the current one by then.
    context = context or _current()
    try:
        left = _look(namespace, context, wanted)
        if output is Output.JSON:
            asked = {"to": wanted.to} if wanted.to else {"class": class_name}
            typer.echo(json.dumps({**asdict(left), **asked, "context": context}, indent=2))
            return
        _show(console, left, context)
        if run:

            def again() -> Sequence[Step]:
                nonlocal left
                left = _look(namespace, context, wanted)
                return left.steps

            take_steps(console, left.steps, again, context, yes=yes)
        if run or not left.steps:
            _finish(console, left, wanted)
    except Failed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except Refused as error:
        typer.echo(f"statefast refuses: {error}.", err=True)
        raise typer.Exit(1) from None


def _current() -> str | None:
    # Imported here: the client is the slowest thing this program can load.
    from statefast.safety.read.kubeconfig import current_context

    return current_context() or None


def _look(namespace: str, context: str | None, wanted: _Wanted) -> Plan:
    # Imported here: the client is the slowest thing this program can load.
    from ..api import Api, ClusterError

    within = f"namespaces/{namespace}"
    try:
        api = Api(context)
        home = (api.found(f"/api/v1/{within}") or {}).get("metadata") or {}
        if "deletionTimestamp" in home:
            raise Refused(
                f"namespace {namespace} is being deleted with all its claims: what is to last of"
                " their volumes has to be Retain before they go (statefast doctor says how)"
            )
        found = Found(
            namespace=namespace,
            deployments=api.list(f"/apis/apps/v1/{within}/deployments"),
            sets=api.list(f"/apis/apps/v1/{within}/statefulsets"),
            claims=api.list(f"/api/v1/{within}/persistentvolumeclaims"),
            pods=api.list(f"/api/v1/{within}/pods"),
            volumes=api.list("/api/v1/persistentvolumes"),
        )
        if wanted.to is None:
            found = replace(
                found,
                classes=api.list("/apis/storage.k8s.io/v1/storageclasses"),
                jobs=api.list(f"/apis/batch/v1/{within}/jobs"),
            )
            if api.found(_SNAPSHOTS) is not None:
                found = replace(
                    found,
                    snapshots=api.list(f"{_SNAPSHOTS}/{within}/volumesnapshots"),
                    snapshot_classes=api.list(f"{_SNAPSHOTS}/volumesnapshotclasses"),
                )
    except ClusterError as error:
        raise Failed(str(error)) from None
    return wanted.plan(found)


def _show(console: Console, left: Plan, context: str | None) -> None:
    for old, new in left.moves.items():
        console.print(Text.assemble(("claim ", "dim"), old, (" → ", "dim"), new), highlight=False)
    show_steps(console, left.steps, context)


def _finish(console: Console, left: Plan, wanted: _Wanted) -> None:
    if left.done:
        what = f"class {wanted.class_name}" if wanted.class_name else f"a {wanted.to}"
        said = f"has its data {'on' if wanted.class_name else 'as'} {what}"
        said = "has nothing on its way" if wanted.to is None and not wanted.class_name else said
        console.print(f"done: {wanted.workload} {said}", highlight=False)
        return
    console.print(Text("finish:", style="bold"))
    # A consent ends in what rich takes for a style.
    console.print(Text(f"  {left.finish}"), soft_wrap=True, highlight=False)
