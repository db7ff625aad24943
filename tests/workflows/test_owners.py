"""Nothing that the judge consists of changes without the review of its owners."""

import json
import subprocess
import sys
from fnmatch import fnmatchcase

import pytest

from .test_workflows import ROOT

# In a process of its own, where nothing else was imported. The rules are loaded by name as well.
IMPORTED = """
import json, sys
from pathlib import Path
import statefast_cli.gate, statefast_cli.main, statefast_gate.command, policy.preview
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
print(json.dumps(sorted({str(Path(file).resolve()) for file in files if file})))
"""


def rules() -> list[tuple[str, list[str]]]:
    lines = (ROOT / ".github/CODEOWNERS").read_text().splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    return [(pattern, owners) for pattern, *owners in words]


def owners(path: str) -> list[str]:
    """Those of the last pattern that fits, as GitHub has it; of the forms that the file uses."""
    found: list[str] = []
    for pattern, its in rules():
        assert pattern.startswith("/"), pattern
        inside = pattern.endswith("/") and f"/{path}".startswith(pattern)
        same = "/" not in path and fnmatchcase(f"/{path}", pattern)
        if inside or same or f"/{path}" == pattern:
            found = its
    return found


def parts() -> list[str]:
    """All files of this repository that the judge is made of."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    environment = str(ROOT / ".venv")
    files = [
        file.removeprefix(f"{ROOT}/")
        for file in json.loads(done.stdout)
        if file.startswith(f"{ROOT}/") and not file.startswith(environment)
    ]
    around = [path for path in (ROOT / ".github").rglob("*") if path.is_file()]
    around += [*(ROOT / "locks").iterdir(), *ROOT.glob("requirements*.txt")]
    # Whoever moves the link chooses what the judge imports.
    around += [
        ROOT / "statefast",
        ROOT / "pyproject.toml",
        ROOT / "policy/requirements.txt",
        ROOT / ".ci/run",
    ]
    return [*files, *(str(path.relative_to(ROOT)) for path in around)]


def test_every_part_of_the_judge_has_owners() -> None:
    found = parts()

    for known in ("gate/command.py", "policy/writers.py", "components/safety/consent.py"):
        assert known in found
    assert len(found) > 80
    assert [path for path in found if not owners(path)] == []


@pytest.mark.parametrize("path", ["Pulumi.yaml", "Pulumi.prod.yaml", "components/safety/edits.py"])
def test_who_gives_consent_and_who_refuses_are_owned(path: str) -> None:
    assert owners(path)


def test_what_is_owned_is_there() -> None:
    for pattern, its in rules():
        assert list(ROOT.glob(pattern.strip("/"))), pattern
        assert its
        assert all(owner.startswith("@") for owner in its)


def test_an_application_is_not_owned_by_them() -> None:
    """A new application is no question of the judge; its preview is."""
    assert owners("workloads/mysql.yaml") == []
    assert owners("sub/Pulumi.prod.yaml") == []
