"""Commands that a person copies: one that fails keeps those after it from running."""

import io
import os
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from cli.steps import Failed, Step, show_steps, take_steps

from .test_migrate_class_plan import found, planned

# Notes that it was called, and fails when it was called so many times. As the real one does, it
# wants something on its input, and a name.
_KUBECTL = """#!/bin/sh
case "$*" in *"-f -"*) [ -n "$(cat)" ] || exit 1; esac
case "$*" in "patch pv --"*) exit 1; esac
case "$*" in "delete pvc -n data --"*" "?*) ;; "delete pvc -n data --"*) exit 1; esac
echo "$1" >>"$LOG"
[ "$(wc -l <"$LOG")" -ne "$FAILS_AT" ] && echo "$1"
"""


@pytest.fixture
def called(tmp_path: Path) -> Path:
    """The calls of a kubectl that is first on the path."""
    fake = tmp_path / "kubectl"
    fake.write_text(_KUBECTL)
    fake.chmod(0o755)
    return tmp_path / "calls"


def run(script: str, log: Path, fails_at: int) -> list[str]:
    log.write_text("")
    path = f"{log.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "LOG": str(log), "FAILS_AT": str(fails_at)}
    done = subprocess.run(
        ["/bin/sh"], input=f"{script}\n", env=environment, text=True, capture_output=True
    )
    assert (done.returncode == 0) == (not fails_at), done.stderr
    return log.read_text().split()


@pytest.mark.parametrize("copies", [True, False])
def test_what_is_shown_is_a_script_that_ends_where_a_command_fails(
    called: Path, copies: bool
) -> None:
    steps = planned(found(), copies=copies).steps
    out = io.StringIO()
    show_steps(Console(file=out, width=80), steps, None)
    # What is copied may begin and end with a line that is no command.
    calls = run(out.getvalue(), called, 0)
    assert len(calls) >= len(steps)
    for count in range(1, len(calls)):
        assert run(out.getvalue(), called, count) == calls[:count]


def test_a_claim_is_deleted_by_what_it_is(called: Path) -> None:
    """One that has got its name since may be on a volume that goes with it."""
    (delete,) = (it.command for it in planned(found()).steps if "delete pvc -n" in it.command)
    assert '{.items[?(@.metadata.uid=="v-db-0")].metadata.name}' in delete
    # Of that uid there is none any more: the first call answers nothing.
    assert run(f"(set -e\n{delete}\n)", called, 1) == ["get"]


def test_a_comment_of_the_script_ends_where_it_says_so(called: Path) -> None:
    step = Step(
        phase="let go", why="release x\nkubectl evil\u2028", command="kubectl fine | kubectl so"
    )
    out = io.StringIO()
    show_steps(Console(file=out, width=80), [step], "a b")
    assert run(out.getvalue(), called, 0) == ["--context", "--context"]


def test_a_failure_is_told_in_the_words_of_what_is_there_then() -> None:
    step = Step(phase="cut over", why="nobody writes", command="false")

    def refuses() -> list[Step]:
        raise ValueError("the Job failed")

    for look, said in ((refuses, "the Job failed"), (lambda: [step], "false failed")):
        with pytest.raises((ValueError, Failed), match=said):
            take_steps(Console(file=io.StringIO()), [step], look, None, yes=True)
