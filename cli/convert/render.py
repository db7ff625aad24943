"""The texts of a conversion: YAML as people write it, and its notes as they read them."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import yaml
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from .notes import Kind
from .whole import Program

__all__ = ["STYLES", "config_text", "file_text", "print_program"]

_ORDER = (
    "component",
    "image",
    "runAsUser",
    "command",
    "args",
    "quorum",
    "ports",
    "headlessSuffix",
    "volumes",
    "env",
    "envFrom",
)
STYLES = {
    Kind.TODO: "bold yellow",
    Kind.CHANGED: "cyan",
    Kind.STAYS: "blue",
    Kind.DROPPED: "red",
    Kind.MODERNISED: "green",
}
_SCHEMA = "# yaml-language-server: $schema=schema.json\n"


class _Dumper(yaml.SafeDumper):
    """Scripts as blocks, lists set off from their keys."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def file_text(said: Mapping[str, Any]) -> str:
    """A workload file."""
    ordered = sorted(said, key=lambda key: _ORDER.index(key) if key in _ORDER else len(_ORDER))
    return _SCHEMA + _yaml({key: said[key] for key in ordered})


def config_text(said: Mapping[str, Any]) -> str:
    """The config of a stack."""
    return _yaml({"config": dict(said)})


def _yaml(said: Mapping[str, Any]) -> str:
    text: str = yaml.dump(
        said,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=False,
        allow_unicode=True,
        width=96,
    )
    return text


def print_program(program: Program, texts: Mapping[str, str], console: Console) -> None:
    """Prints what would be written, and what a reader should know.

    Args:
        program: The conversion.
        texts: Path to content of each file.
        console: Where to.
    """
    for path, text in texts.items():
        console.print(Text(path, style="bold"))
        for line in text.rstrip().splitlines():
            console.print(Text(f"  {line}"), soft_wrap=True)
        console.print()
    if program.stays:
        console.print(Text("has to be there, and is not made by the stack", style="bold"))
        for name in program.stays:
            console.print(Text(f"  {name}"))
        console.print()
    for kind, notes in groupby(program.notes, key=lambda note: note.kind):
        console.print(Text(str(kind), style=STYLES[kind]))
        for where, ours in groupby(notes, key=lambda note: note.where):
            console.print(Text(f"  {where}", style="bold"))
            for note in ours:
                console.print(Padding(Text(note.text), (0, 0, 0, 4)))
