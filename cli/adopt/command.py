"""`statefast adopt`: what lives becomes a stack's, without a replacement."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from ..options import Context
from ..steps import Failed, Step, take_steps
from .proof import command, prove

if TYPE_CHECKING:
    from ..api import Api
    from ..convert.given import Converted
    from .made import Made
    from .more import More
    from .plan import Plan

__all__ = ["What", "adopt", "pinned"]

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
    with_class: Annotated[
        str | None,
        typer.Option(
            help="A StorageClass that the stack takes as well; it is the whole cluster's."
        ),
    ] = None,
    with_secrets: Annotated[
        bool,
        typer.Option("--with-secrets", help="The Secrets of the pods as well, encrypted."),
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
    what = What(
        namespace=namespace,
        names=tuple(workloads or ()),
        stack=stack,
        folder=into,
        from_stack=from_stack,
        from_dir=from_dir,
        gone=no_other_state,
        with_class=with_class,
        with_secrets=with_secrets,
        context=context,
    )
    # Imported here: it comes with the SDK.
    from .show import show

    console = Console()
    try:
        what = pinned(what)
        left, texts, read = _look(what)
        if as_json:
            said = {**asdict(left), "context": what.cluster, "files": texts}
            typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
        else:
            show(console, left, what.cluster, into)
        if left.in_the_way:
            raise typer.Exit(_REFUSED)
        if run and not left.done:
            left = _take(console, what, left, texts, read, yes=yes)
        if not as_json and (run or left.done):
            _prove(console, what, left)
    except _Nothing as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_NOT_THERE) from None
    except Failed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_REFUSED) from None


class _Nothing(Exception):
    """There is nothing to adopt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What was asked for.

    Attributes:
        context: As it was asked for, and goes into config.
        cluster: Context of every command, whichever is the current one when it runs.
    """

    namespace: str
    names: Sequence[str]
    stack: str
    folder: Path
    from_stack: str | None
    from_dir: Path | None
    gone: bool
    with_class: str | None
    with_secrets: bool
    context: str | None
    cluster: str | None = None


def pinned(what: What) -> What:
    """The same, for one cluster from the first look to the last command.

    Raises:
        Failed: the stack is of another one.
    """
    # Imported here, as the client is.
    from statefast.safety.read.kubeconfig import current_context

    from .files import read_files

    said = read_files(what.folder, what.stack).config.get("statefast:context")
    if what.context and said and said != what.context:
        raise Failed(
            f"Stack {what.stack} is of context {said}, by its config, and not of {what.context}:"
            " choose another with --stack"
        )
    return replace(what, cluster=what.context or said or current_context() or None)


def _look(what: What) -> "tuple[Plan, dict[str, str], dict[str, str]]":
    """The plan, the files that are to be written, and those that were read for it."""
    # Imported here: the client and the SDK are the slowest things this program can load.
    from ..api import Api, ClusterError
    from ..convert.check import Unchecked, problems
    from ..convert.notes import Notes
    from .asked import ask
    from .files import read_files
    from .hands import hands_of
    from .helm import read_release
    from .live import called, read_live
    from .made import make
    from .more import SECRET_DATA, into_config
    from .old_stack import read_old_stack
    from .plan import Given, plan

    files = read_files(what.folder, what.stack)
    try:
        api = Api(what.cluster)
        live = read_live(api, what.namespace)
        made = make(live, what.names, files.workloads)
        if not made.program.workloads and not made.in_the_way:
            raise _Nothing(_nothing(what, [f"{it.where}: {it.text}" for it in made.program.notes]))
        new = [it for it in made.program.workloads if it.name not in files.workloads]
        if new:
            # Whoever needs more than the restricted standard allows is given it.
            problems(replace(made.program, workloads=new, notes=Notes()), what.folder)
        of_claims = {name for names in made.claims.values() for name in names}
        found = dict.fromkeys(
            hands_of(it).release
            for it in (*live.workloads, *live.claims)
            if called(it) in made.workloads or it["metadata"]["name"] in of_claims
        )
        releases = {it: read_release(api, *it) for it in found if it[1]}
        more = _more(api, what, made, files.config, releases)
        live = replace(live, more=[*more.classes, *more.secrets])
        made = replace(made, program=replace(made.program, storage_class=more.storage_class))
        config = files.wanted(_config(what, made, new))
        said = {it.name: it.file for it in new}
        known = files.config.get(SECRET_DATA) or {}
        secrets = [it["metadata"]["name"] for it in more.secrets]
        # What is in them is of no matter to whom they belong.
        asked = {**config, SECRET_DATA: {name: {} for name in (*known, *secrets)}}
        answer = ask(asked, said, what.folder, files.owner)
        if answer.consents:
            has = config.get("statefast:consent") or []
            config["statefast:consent"] = list(dict.fromkeys([*has, *answer.consents]))
        texts, wrong = files.missing(config, said)
        given = Given(
            stack=files.owner,
            live=live,
            made=made,
            gone=what.gone,
            consents=answer.consents,
            refused=[*wrong, *more.wrong, *answer.refused],
            said=answer.notes,
            old=read_old_stack(what.from_stack, what.from_dir) if what.from_stack else None,
            releases=releases,
            to_write=list(texts),
            first=list(
                into_config(
                    [name for name in secrets if name not in known],
                    what.namespace,
                    what.stack,
                    what.folder,
                )
            ),
        )
    except ClusterError as error:
        raise Failed(str(error)) from None
    except Unchecked:
        raise Failed(
            f"{what.folder} has a Pulumi.yaml and not this program: run this in the folder of the"
            " program that is to have the workloads, or name it with --into."
        ) from None
    return plan(given), texts, {files.config_path: files.text}


def _more(
    api: "Api",
    what: What,
    made: "Made",
    config: Mapping[str, Any],
    releases: Collection[tuple[str, str]],
) -> "More":
    """What was asked for beside workloads."""
    from .more import More, read_class, read_secrets

    more = More()
    if what.with_class:
        more = read_class(api, what.with_class, config.get("statefast:storageClass") or {})
    if what.with_secrets:
        needed, notes = made.program.stays, made.program.notes
        secrets = read_secrets(api, what.namespace, needed, releases, notes)
        more = replace(more, secrets=secrets)
    return more


def _config(what: What, made: "Made", new: Sequence["Converted"]) -> dict[str, Any]:
    config = replace(made.program, workloads=new).config(what.stack.rpartition("/")[2])
    if what.context:
        config["statefast:context"] = what.context
    return config


def _nothing(what: What, notes: Sequence[str]) -> str:
    asked = f"None of {', '.join(what.names)}" if what.names else "Nothing"
    return "\n".join(
        [*notes, f"{asked} in namespace {what.namespace} owns a volume: there is nothing to adopt."]
    )


def _take(
    console: Console,
    what: What,
    left: "Plan",
    texts: dict[str, str],
    read: dict[str, str],
    *,
    yes: bool,
) -> "Plan":
    """Writes the files, then runs one command after the other, and looks again each time."""
    # Imported here: it comes with the SDK.
    from .files import write_files

    def again() -> Sequence[Step]:
        nonlocal left
        left, *_ = _look(what)
        if left.in_the_way:
            raise Failed("\n".join(left.in_the_way))
        return left.steps

    if texts:
        if not yes:
            typer.confirm("write?", abort=True)
        write_files(what.folder, texts, read)
        console.print(f"write: {', '.join(texts)}", highlight=False)
        again()
    take_steps(console, left.steps, again, what.cluster, yes=yes)
    return left


def _prove(console: Console, what: What, left: "Plan") -> None:
    """Has the preview say that nothing is replaced, nothing deleted and nothing made anew."""
    proof = prove(what.stack, what.folder, [it.name for it in left.takes])
    if proof is None:
        console.print(f"prove it: {command(what.stack, what.folder)}", highlight=False)
    elif proof.takes_away:
        raise Failed(
            "\n".join(
                [
                    "The preview would replace, delete or make anew, so do not run up:",
                    *proof.takes_away,
                ]
            )
        )
    else:
        said = ", ".join(f"{count} {op}" for op, count in proof.steps.items()) or "nothing to do"
        console.print(f"preview: 0 to replace, 0 to delete ({said})", highlight=False)
    if left.done:
        console.print(f"done: stack {what.stack} has them", highlight=False)
    else:
        up = command(what.stack, what.folder, "up")
        console.print(f"take over:\n  {up}", highlight=False)
