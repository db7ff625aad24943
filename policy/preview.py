"""Asks the policies about a preview that lies in a file: `python -m policy.preview`.

The engine asks a pack within the run of the program it judges, where the code of that program could
tamper with it. Here the preview is data, made elsewhere, and nothing of it is run: whoever wrote it
may have meant harm.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pulumi_policy import PolicyResource

from .answers import answers, resource

__all__ = ["NotAPreview", "Said", "app", "ask", "read", "section"]

_COMMAND = "pulumi preview --json --show-replacement-steps --show-sames"
_MOST_BYTES = 64 * 2**20
# What the gate leaves of a comment on GitHub, as GitHub counts.
_ROOM = 1_400
# `::` and `##[` open a command.
_COMMAND_MARK = re.compile(r"(:(?=:)|#(?=#\[))")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class NotAPreview(Exception):
    """The file is not a whole preview; one sentence says why."""


class Said:
    """What the policies say of one stack.

    Attributes:
        broken: Lines of rules that must hold, and do not.
        advice: Lines of rules that should.
        unseen: Lines about what the preview does not know yet.
    """

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.advice: list[str] = []
        self.unseen: list[str] = []

    @property
    def lines(self) -> Iterator[str]:
        """All of it, the gravest first, none of which a runner takes for a command."""
        yield from (f"  - [mandatory] {_harmless(line)}" for line in self.broken)
        yield from (f"  - [advisory]  {_harmless(line)}" for line in self.advice)
        yield from (f"  - [unknown]   {_harmless(line)}" for line in self.unseen)


def read(data: bytes, stack: str | None = None) -> list[PolicyResource]:
    """The resources that the stack will have.

    Args:
        data: All that `pulumi preview --json --show-replacement-steps --show-sames` printed.
        stack: Name of the stack it has to be of; None takes any.

    Raises:
        NotAPreview: it is something else, of another stack, of a preview that failed, or without
            the resources that do not change.
    """
    try:
        document = json.loads(data)
        steps, summary = document["steps"], document.get("changeSummary") or {}
        failed = any(it.get("severity") == "error" for it in document.get("diagnostics") or ())
        sames = sum(step["op"] == "same" for step in steps)
        hidden = sames < summary.get("same", 0)
        made = {
            str(step["urn"]): step["newState"]
            for step in steps
            # What is on its way out is in the stack no more.
            if step.get("newState") and not str(step["op"]).startswith("delete")
        }
        stacks = {str(step["urn"]).split("::")[0].removeprefix("urn:pulumi:") for step in steps}
        found = {urn: resource(urn, state) for urn, state in made.items()}
        for urn, its in found.items():
            needs = {str(need) for need in made[urn].get("dependencies") or ()}
            its.dependencies = [found[need] for need in sorted(needs & found.keys())]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotAPreview(f"it is not the output of `{_COMMAND}`, or was cut off") from None
    # Rules know production by its name, and the preview would choose its own.
    if len(stacks) > 1 or (stack and stacks and stack.rpartition("/")[2] not in stacks):
        raise NotAPreview("it is of another stack; name each file's own")
    if failed:
        raise NotAPreview("it is of a preview that ended with an error; make it pass first")
    if hidden or not summary:
        raise NotAPreview(f"it does not show every resource; give the output of `{_COMMAND}`")
    return list(found.values())


def ask(resources: Sequence[PolicyResource], config: Mapping[str, Any] | None = None) -> Said:
    """What the policies say of the resources of a stack.

    Args:
        resources: All of them.
        config: As `--policy-pack-config` takes it.
    """
    said = Said()
    for answer in answers(resources, config):
        known = said.broken if answer.must else said.advice
        lines = said.unseen if answer.unknown else known
        lines.append(f"{answer.rule}  {answer.text}")
    return said


def _harmless(text: str) -> str:
    """One line that means nothing to the runner of a job, whatever names are in it."""
    # Half a character cannot be printed.
    whole = text.encode("utf-8", "replace").decode()
    return _COMMAND_MARK.sub(r"\1 ", _CONTROL.sub(" ", whole))[:2000]


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    stack: Annotated[list[str], typer.Option(metavar="NAME=FILE", help=f"Output of `{_COMMAND}`.")],
    config: Annotated[
        typer.FileText | None, typer.Option(help="What --policy-pack-config takes.")
    ] = None,
    comment: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Writes a short Markdown section.")
    ] = None,
) -> None:
    """Asks the policies about previews; fails where one that must hold is broken."""
    given = json.load(config) if config else None
    heads: list[str] = []
    details: list[str] = []
    worst = 0
    for named in stack:
        name, _, file = named.partition("=")
        try:
            said = ask(read(_bytes(Path(file)), name), given)
        except NotAPreview as error:
            heads.append(f"{_harmless(name)}: no answer, {error}.")
            typer.echo(heads[-1])
            worst = 2
            continue
        heads.append(f"{_harmless(name)}: {'broken' if said.broken else 'kept'}")
        for line in (heads[-1], *said.lines):
            typer.echo(line)
        details += [f"  - {_harmless(name)}  {_harmless(line)}" for line in said.broken]
        worst = max(worst, 1 if said.broken else 0)
    if comment:
        comment.write_text(section([*heads, *details], worst), encoding="utf-8")
    raise typer.Exit(worst)


def section(lines: Sequence[str], worst: int) -> str:
    """The answer as a section of a comment, as much of it as there is room for.

    Args:
        lines: Harmless ones, the most important first.
        worst: The exit code.
    """
    outcome = ("are kept", "are broken", "could not be asked")[worst]
    room = _ROOM
    shown: list[str] = []
    for line in lines:
        # Characters outside of the first plane count as two.
        room -= len(line.encode("utf-16-le")) // 2 + 1
        if room < 0:
            shown.append(f"… and {len(lines) - len(shown)} more lines, in the log of the job")
            break
        shown.append(line)
    # None of them starts like the fence does, and nothing within is markup.
    return "\n".join(["", f"### Policies {outcome}", "", "~~~~text", *shown, "~~~~", ""])


def _bytes(file: Path) -> bytes:
    try:
        if file.is_symlink() or not file.is_file():
            raise NotAPreview("there is no such file")
        if file.stat().st_size > _MOST_BYTES:
            raise NotAPreview("it is too large for one")
        return file.read_bytes()
    except OSError as error:
        raise NotAPreview(f"it cannot be read: {error.strerror}") from None


if __name__ == "__main__":
    app()
