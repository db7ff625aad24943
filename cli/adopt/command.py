"""`statefast adopt`: what lives becomes a stack's, without a replacement."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from ..options import Context
from ..steps import Failed, Step, take_steps
from .proof import command, prove

if TYPE_CHECKING:
    from ..convert.given import Converted
    from .made import Made
    from .plan import Plan

__all__ = ["adopt"]

_NOT_THERE, _REFUSED = 2, 1


def adopt(
    namespace: Annotated[str, typer.Option("--namespace", "-n", help="Where they live.")],
    workloads: Annotated[
        list[str] | None,
        typer.Argument(
            help="StatefulSets and Deployments. Default: all that own a volume.",
            metavar="[WORKLOAD]...",
        ),
    ] = None,
    stack: Annotated[str, typer.Option("--stack", "-s", help="The stack that takes.")] = "dev",
    into: Annotated[
        Path, typer.Option(help="Folder of its program.", file_okay=False, exists=True)
    ] = Path(),
    from_stack: Annotated[
        str | None, typer.Option(help="The stack whose state has them now, and lets go.")
    ] = None,
    from_dir: Annotated[
        Path | None, typer.Option(help="Folder of that stack's program. Default: this one.")
    ] = None,
    no_other_state: Annotated[
        bool, typer.Option("--no-other-state", help="No state of anybody has them any more.")
    ] = False,
    context: Context = None,
    run: Annotated[
        bool,
        typer.Option("--run", help="Writes the files, runs the commands; asks before each phase."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Asks nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Prints the plan as JSON.")] = False,
) -> None:
    """Takes over workloads that live, with their claims, as the objects they are.

    Without --run it prints all that it would do, and what stays, differs or is in the way. It may
    be stopped anywhere: how far it is, is read in the cluster and in the files.
    """
    what = _What(
        namespace=namespace,
        names=tuple(workloads or ()),
        stack=stack,
        folder=into,
        from_stack=from_stack,
        from_dir=from_dir,
        gone=no_other_state,
        context=context,
    )
    # Imported here: it comes with the SDK.
    from .show import show

    console = Console()
    try:
        left, texts = _look(what)
        if as_json:
            said = {**asdict(left), "files": texts}
            typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
        else:
            show(console, left, context)
        if left.in_the_way:
            raise typer.Exit(_REFUSED)
        if run and not left.done:
            left = _take(console, what, left, texts, yes=yes)
        if not as_json and (run or left.done):
            _prove(console, what, done=left.done)
    except _Nothing as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_NOT_THERE) from None
    except Failed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_REFUSED) from None


class _Nothing(Exception):
    """There is nothing to adopt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _What:
    """What was asked for."""

    namespace: str
    names: Sequence[str]
    stack: str
    folder: Path
    from_stack: str | None
    from_dir: Path | None
    gone: bool
    context: str | None


def _look(what: _What) -> "tuple[Plan, dict[str, str]]":
    """The plan, and the files that are to be written."""
    # Imported here: the client and the SDK are the slowest things this program can load.
    from ..api import Api, ClusterError
    from ..convert.check import Unchecked, problems
    from ..convert.notes import Notes
    from .asked import ask
    from .files import read_files
    from .hands import hands_of
    from .helm import read_release
    from .live import read_live
    from .made import make
    from .old_stack import read_old_stack
    from .plan import Given, plan

    files = read_files(what.folder, what.stack)
    try:
        api = Api(what.context)
        live = read_live(api, what.namespace)
        made = make(live, what.names, files.workloads)
        if not made.program.workloads and not made.in_the_way:
            raise _Nothing(_nothing(what, [f"{it.where}: {it.text}" for it in made.program.notes]))
        new = [it for it in made.program.workloads if it.name not in files.workloads]
        if new:
            # Whoever needs more than the restricted standard allows is given it.
            problems(replace(made.program, workloads=new, notes=Notes()), what.folder)
        config = files.wanted(_config(what, made, new))
        said = {it.name: it.file for it in new}
        answer = ask(config, said, what.folder, files.owner)
        if answer.consents:
            has = config.get("statefast:consent") or []
            config["statefast:consent"] = list(dict.fromkeys([*has, *answer.consents]))
        texts, wrong = files.missing(config, said)
        mine = {*made.claims, *(name for names in made.claims.values() for name in names)}
        releases = {
            hands_of(it).release
            for it in (*live.workloads, *live.claims)
            if it["metadata"]["name"] in mine and hands_of(it).release[1]
        }
        given = Given(
            stack=files.owner,
            live=live,
            made=made,
            gone=what.gone,
            consents=answer.consents,
            refused=[*wrong, *answer.refused],
            said=answer.notes,
            releases={it: read_release(api, *it) for it in sorted(releases)},
            old=read_old_stack(what.from_stack, what.from_dir) if what.from_stack else None,
            to_write=list(texts),
        )
    except ClusterError as error:
        raise Failed(str(error)) from None
    except Unchecked:
        raise Failed(
            f"{what.folder} has a Pulumi.yaml and not this program: run this in the folder of the"
            " program that is to have the workloads, or name it with --into."
        ) from None
    return plan(given), texts


def _config(what: _What, made: "Made", new: Sequence["Converted"]) -> dict[str, Any]:
    config = replace(made.program, workloads=new).config(what.stack)
    if what.context:
        config["statefast:context"] = what.context
    return config


def _nothing(what: _What, notes: Sequence[str]) -> str:
    asked = f"None of {', '.join(what.names)}" if what.names else "Nothing"
    return "\n".join(
        [*notes, f"{asked} in namespace {what.namespace} owns a volume: there is nothing to adopt."]
    )


def _take(
    console: Console, what: _What, left: "Plan", texts: dict[str, str], *, yes: bool
) -> "Plan":
    """Writes the files, then runs one command after the other, and looks again each time."""
    if texts:
        if not yes:
            typer.confirm("write?", abort=True)
        _write(what.folder, texts)
        console.print(f"write: {', '.join(texts)}", highlight=False)
        left, _ = _look(what)

    def again() -> Sequence[Step]:
        nonlocal left
        left, _ = _look(what)
        if left.in_the_way:
            raise Failed("\n".join(left.in_the_way))
        return left.steps

    # The former state had some of it when this began: once it has none, it has forgotten all of it.
    what = replace(what, gone=True)
    take_steps(console, left.steps, again, what.context, yes=yes)
    return left


def _write(folder: Path, texts: dict[str, str]) -> None:
    """The config last: with it the files are known to be ours."""
    try:
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            part = folder / f"{name}.part"
            part.write_text(text, encoding="utf-8")
            part.replace(folder / name)
    except OSError as error:
        raise Failed(f"{folder} cannot be written: {error.strerror}.") from None


def _prove(console: Console, what: _What, *, done: bool) -> None:
    """Has the preview say that nothing is replaced and nothing deleted."""
    proof = prove(what.stack, what.folder)
    if proof is None:
        console.print(f"prove it: {command(what.stack)}", highlight=False)
    elif proof.takes_away:
        raise Failed(
            "\n".join(["The preview would replace or delete, so do not run up:", *proof.takes_away])
        )
    else:
        said = ", ".join(f"{count} {op}" for op, count in proof.steps.items()) or "nothing to do"
        console.print(f"preview: 0 to replace, 0 to delete ({said})", highlight=False)
    if done:
        console.print(f"done: stack {what.stack} has them", highlight=False)
    else:
        console.print(f"take over:\n  pulumi up -s {what.stack}", highlight=False)
