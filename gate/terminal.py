"""The report as a table for a terminal, and for the log of a job."""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from .judge import CONSENT, Verdict
from .looks import Row, notes_beside_none, rows, size, warnings
from .markdown import clean, quoted
from .refused import offers_choice
from .report import Failure, Report
from .said import Said
from .severity import Severity

__all__ = ["print_report"]

# Nobody reads more rows; the JSON report has them all.
_MOST = 100
_STYLES = {
    Severity.SAFE: "green",
    Severity.ROLLS_PODS: "cyan",
    Severity.DOWNTIME: "yellow",
    Severity.AT_RISK: "bold yellow",
    Severity.LOST: "bold red",
}
# The log of a job takes lines that begin like this for commands, and these words wherever they are.
_COMMAND = re.compile(r"^((?:\s|\x1b\[[0-9;]*m)*):(?=:)", re.MULTILINE)
_OLD_COMMAND = re.compile(r"##(?=\[|vso\[)")
_BREAK = "\u200b"


def print_report(report: Report, console: Console | None = None) -> None:
    """Prints a table for each stack, what to consent to, and the outcome."""
    console = console or Console()
    with console.capture() as captured:
        for part in _parts(report):
            # A line that is to be copied is not folded.
            console.print(part, soft_wrap=isinstance(part, Text) and part.no_wrap)
    console.file.write(_harmless(captured.get()))
    console.file.flush()


def _harmless(text: str) -> str:
    return _OLD_COMMAND.sub(f"#{_BREAK}#", _COMMAND.sub(rf"\1:{_BREAK}", text))


def _parts(report: Report) -> Iterator[RenderableType]:
    # What is to be read first comes last: that is where a terminal stands in the end.
    for verdict in reversed(report.verdicts):
        yield from _verdict(verdict, report.fail_on)
    for failure in sorted(report.failures, key=lambda its: bool(its.refusals)):
        yield from _failure(failure)
    yield _outcome(report)


def _outcome(report: Report) -> Text:
    refused = [failure for failure in report.failures if failure.refusals]
    if report.passed:
        return Text(f"passes: {report.severity.label}", style="bold green")
    if refused:
        stacks = ", ".join(clean(failure.stack) for failure in refused)
        return Text(f"stopped: refused by the program in {stacks}", style="bold red")
    if report.failures or not report.verdicts:
        return Text("stopped: no verdict", style="bold red")
    return Text(f"stopped: {report.severity.label}", style="bold red")


def _failure(failure: Failure) -> Iterator[RenderableType]:
    for its in failure.refusals:
        yield _panel(its, f"refused in {failure.stack}", "red")
    yield from _consents(failure.refusals, (), failure.stack)
    if not failure.refused:
        yield Text(f"{clean(failure.stack)}: {clean(failure.said)}", style="bold red")
    yield from _notes(its for its in failure.sentences if its not in failure.refusals)


def _panel(said: Said, title: str, color: str) -> Panel:
    wrong, remedy = said.parts
    body = Text(f"{clean(said.subject)}\n" if said.subject else "", style="bold")
    body.append(clean(wrong), style="not bold")
    if remedy:
        body.append("\ninstead: ", style="green")
        body.append(clean(remedy), style="not bold")
    label = Text(clean(title), style=f"bold {color}")
    return Panel(body, title=label, title_align="left", border_style=color)


def _verdict(verdict: Verdict, fail_on: Severity) -> Iterator[RenderableType]:
    every = rows(verdict, verdict.judged)
    shown, warned = every[:_MOST], warnings(verdict)
    title = Text.assemble(
        (clean(verdict.stack), "bold"),
        ": ",
        (verdict.severity.label, _STYLES[verdict.severity]),
    )
    if not shown and not warned:
        title.append(", no volume is touched")
    yield title
    for sentence in warned:
        yield _panel(sentence, f"{sentence.severity.label} in {verdict.stack}", "yellow")
    if shown:
        yield _table(shown)
    if len(every) > _MOST:
        left = sum(len(row.objects) for row in every[_MOST:])
        yield Text(f"{left} less grave ones are left out here")
    if shown and verdict.untouched:
        yield Text(f"Claims, volumes and StatefulSets that stay as they are: {verdict.untouched}")
    yield from _notes(notes_beside_none(verdict, shown))
    for note in verdict.notes:
        yield Text(f"note: {clean(note)}", style="yellow")
    texts = [text for row in shown for its in row.objects for text in its.missing_consents(fail_on)]
    yield from _consents([its for its in warned if its.severity >= fail_on], texts, verdict.stack)
    yield Text()


def _table(shown: Iterable[Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("verdict", no_wrap=True)
    table.add_column("object", overflow="fold")
    table.add_column("size", no_wrap=True)
    table.add_column("what happens to the data", overflow="fold")
    for row in shown:
        its = row.first
        table.add_row(
            Text(its.severity.label, style=_STYLES[its.severity]),
            _named(row.name, _place(row)),
            Text(clean(size(its))),
            _happens(row),
        )
    return table


def _named(name: str, below: str) -> Text:
    return Text.assemble(clean(name), "\n", (clean(below), "dim"))


def _place(row: Row) -> str:
    edit = row.first.edit
    where = f" in {edit.namespace}" if edit.namespace else ""
    return f"{row.kind}{where}, {edit.action.value}"


def _happens(row: Row) -> Text:
    its = row.first
    text = Text(clean(its.worst.said))
    if its.found_severity > its.severity:
        text.append(f" (consented to: {its.found_severity.label})")
    for note in row.notes:
        text.append(f"\n{clean(note.text)}", style="yellow")
    return text


def _notes(said: Iterable[Said]) -> Iterator[Text]:
    for its in said:
        about = f"{clean(its.about)}: " if its.about else ""
        yield Text(f"note: {about}{clean(its.text)}", style="yellow")


def _consents(said: Sequence[Said], others: Iterable[str], stack: str) -> Iterator[RenderableType]:
    lines = list(dict.fromkeys([*(text for its in said for text in its.consents), *others]))
    if not lines:
        return
    name = clean(stack).rpartition("/")[2]
    chosen = "for the way chosen above, and no other" if offers_choice(said) else ""
    yield Text()
    yield Text(
        f"to have this all the same, its owner adds to Pulumi.{name}.yaml"
        f"{', ' if chosen else ''}{chosen}:"
    )
    for line in ("config:", f"  {CONSENT}:", *(f"    - {quoted(text)}" for text in lines)):
        yield Text(line, style="cyan", no_wrap=True)
