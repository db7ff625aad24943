"""The rooms of the components: each imports from those below it, and all have one name."""

import ast
import subprocess
from pathlib import Path

import pytest

from tests.parsing import tree

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "components"
# From the ground up. Files that stand beside the rooms are used by all of them, or use them all.
FLOORS = ("schema", "drivers", "safety", "storage", "pod", "workload", "program")
PYTHON = subprocess.run(
    ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()


def rooms_of(file: Path) -> set[str]:
    """The rooms a file of the house imports from."""
    found = set()
    place = file.relative_to(HOUSE).parent.parts
    for node in ast.walk(tree(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = place[: len(place) - node.level + 1]
            found.add((*base, *(node.module or "").split("."))[0])
    return found & set(FLOORS)


@pytest.mark.parametrize("room", FLOORS)
def test_a_room_imports_from_those_below_it(room: str) -> None:
    files = list((HOUSE / room).rglob("*.py"))
    assert len(files) > 3
    for file in files:
        assert rooms_of(file) <= set(FLOORS[: FLOORS.index(room) + 1]), file


def test_every_folder_is_a_room() -> None:
    folders = {path.name for path in HOUSE.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == set(FLOORS)


def test_the_package_is_imported_by_its_one_name() -> None:
    for file in PYTHON:
        text = (ROOT / file).read_text(encoding="utf-8")
        if "components" not in text:
            continue
        for node in ast.walk(tree(text)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [str(node.module)]
            assert "components" not in {name.split(".")[0] for name in names}, file
