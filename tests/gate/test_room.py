"""The gate is a room of its own: what it imports, and who imports it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parsing import tree

ROOT = Path(__file__).parents[2]
ROOMS = ("components", "localcluster", "policy", "plugin", "settings", "workloads", "__main__.py")


def imports(file: Path) -> set[str]:
    """The absolute names a file imports."""
    found = set()
    for node in ast.walk(tree(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module))
    return found


def test_the_gate_takes_few_facts_from_the_components_and_no_more() -> None:
    inside = set().union(*(imports(file) for file in (ROOT / "gate").rglob("*.py")))
    libraries = {name for name in inside if name.split(".")[0] not in sys.stdlib_module_names}
    assert libraries == {
        "rich",
        "rich.console",
        "rich.panel",
        "rich.table",
        "rich.text",
        "statefast.safety.consent",
        "statefast.safety.quorum",
        "statefast.marks",
        "statefast.schema.numerals",
    }


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_room_knows_the_gate(room: str) -> None:
    place = ROOT / room
    files = [place] if place.is_file() else place.rglob("*.py")
    for file in files:
        names = {name.split(".")[0] for name in imports(file)}
        assert not names & {"gate", "statefast_gate"}, file


def test_the_other_commands_do_not_load_it() -> None:
    code = "import cli.main, sys; print(*[m for m in sys.modules if m.split('.')[-1] == 'judge'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("name", ["gate.command", "statefast_gate.command"])
def test_it_loads_neither_the_sdk_nor_the_provider(name: str) -> None:
    code = f"import {name}, sys; print(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = {"google", "grpc", "kubernetes", "pulumi", "pulumi_kubernetes", "yaml"}
    assert not heavy & set(done.stdout.split())


def test_the_components_are_there_by_name_all_the_same() -> None:
    import statefast

    assert {getattr(statefast, name).__name__ for name in statefast.__all__} == set(
        statefast.__all__
    )
    assert set(statefast.__all__) <= set(dir(statefast))
    with pytest.raises(AttributeError, match="no attribute 'Claim'"):
        statefast.Claim  # noqa: B018
