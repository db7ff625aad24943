"""The report as a table for a terminal."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .finding import Judged
from .judge import Verdict
from .markdown import clean
from .report import Report
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


def print_report(report: Report, console: Console | None = None) -> None:
    """Prints a table for each stack, what to consent to, and the outcome."""
    console = console or Console()
    for verdict in report.verdicts:
        _print_verdict(verdict, report.fail_on, console)
    for failure in report.failures:
        console.print(Text(f"{clean(failure.stack)}: {clean(failure.said)}", style="bold red"))
    style = "bold green" if report.passed else "bold red"
    said = report.severity.label if report.verdicts and not report.failures else "no verdict"
    console.print(Text(f"{'passes' if report.passed else 'stopped'}: {said}", style=style))


def _print_verdict(verdict: Verdict, fail_on: Severity, console: Console) -> None:
    table = Table(
        title=Text(f"{clean(verdict.stack)}: {verdict.severity.label}"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("verdict", no_wrap=True)
    table.add_column("object", overflow="fold")
    table.add_column("size", no_wrap=True)
    table.add_column("what happens to the data", overflow="fold")
    for its in verdict.judged[:_MOST]:
        table.add_row(
            Text(its.severity.label, style=_STYLES[its.severity]),
            Text(clean(its.edit.resource)),
            Text(_size(its)),
            Text(clean(its.worst.said) + (" (consented to)" if its.consented(its.worst) else "")),
        )
    if verdict.judged:
        console.print(table)
    else:
        console.print(Text(f"{clean(verdict.stack)}: no volume is touched"))
    for note in verdict.notes:
        console.print(Text(clean(note), style="yellow"))
    if len(verdict.judged) > _MOST:
        console.print(Text(f"{len(verdict.judged) - _MOST} less grave ones are left out here"))
    for its in verdict.judged[:_MOST]:
        for text in its.missing_consents(fail_on):
            console.print(Text(f"to consent: {clean(text)}"), soft_wrap=True)


def _size(its: Judged) -> str:
    if its.old_size and its.new_size and its.old_size != its.new_size:
        return f"{its.old_size} → {its.new_size}"
    return its.old_size or its.new_size
