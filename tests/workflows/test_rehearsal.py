"""The steps of the judge, run as GitHub would, with the real gate and the real policies."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .desk import SCRIPTS, Desk, needs_jq
from .test_judging import RUNS, SHA, event, pull
from .test_workflows import JOBS, JUDGE, ROOT, STACKS

pytestmark = needs_jq
EVIL = "x\n::error::forged\n##[set-env name=PATH]evil 😀 @all `<!-- ~~~~ \ud800"
CONDITIONS: dict[str | None, Callable[[dict[str, Any]], Any]] = {
    None: lambda its: its["ok"],
    "steps.whose.outputs.sha != ''": lambda its: its["ok"] and its["steps.whose.outputs.sha"],
    "${{ !cancelled() && steps.whose.outputs.sha != '' }}": lambda its: its[
        "steps.whose.outputs.sha"
    ],
    "${{ !cancelled() && steps.whose.outputs.pull_request != '' }}": lambda its: its[
        "steps.whose.outputs.pull_request"
    ],
}


class Rehearsal:
    """A run of the judge, in a folder that looks like a checkout of the default branch."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.log = ""
        self.kept: dict[str, str] = {}
        self.checkout = desk.folder / "checkout"
        (self.checkout / ".judge/bin").mkdir(parents=True)
        for name in (".github", "policy", "statefast", "gate"):
            (self.checkout / name).symlink_to(ROOT / name)
        for name in ("statefast", "python"):
            target = Path(sys.executable).with_name(name)
            (self.checkout / ".judge/bin" / name).write_text(f'#!/bin/sh\nexec "{target}" "$@"\n')
            (self.checkout / ".judge/bin" / name).chmod(0o755)

    def run(self, run: dict[str, Any]) -> dict[str, str]:
        """Runs all steps; what is known at their end."""
        known: dict[str, Any] = {
            "github.token": "t0ken",
            "github.event.workflow_run.id": str(run["workflow_run"]["id"]),
            "github.event.workflow_run.conclusion": run["workflow_run"]["conclusion"],
            "job.status": "success",
            "ok": True,
        }
        for part in ("sha", "pull_request", "trouble"):
            known[f"steps.whose.outputs.{part}"] = ""
        for step in ("gate", "policies"):
            known[f"steps.{step}.outputs.status"] = ""
        payload = self.desk.write("event.json", run)
        for step in JOBS[JUDGE]["steps"]:
            if not CONDITIONS[step.get("if")](known):
                continue
            if "upload-artifact" in step.get("uses", ""):
                name = self.filled(step["with"]["name"], known)
                self.kept[name] = (self.checkout / step["with"]["path"]).read_text()
            if "run" not in step:
                continue
            output = self.desk.folder / "output"
            output.write_text("")
            done = subprocess.run(
                ["bash", "-e", "-c", step["run"]],
                cwd=self.checkout,
                env={
                    **self.desk.environment,
                    "GITHUB_ACTIONS": "true",
                    "GITHUB_EVENT_PATH": payload,
                    "GITHUB_SERVER_URL": "https://github.example",
                    "GITHUB_RUN_ID": "5",
                    "GITHUB_STEP_SUMMARY": str(self.desk.folder / "summary"),
                    "HOME": str(self.desk.folder),
                    **{
                        key: self.filled(value, known) for key, value in step.get("env", {}).items()
                    },
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
            )
            self.log += done.stdout
            known |= {
                f"steps.{step.get('id')}.outputs.{name}": value
                for name, value in self.desk.output.items()
            }
            if done.returncode:
                known |= {"ok": False, "job.status": "failure"}
        return known

    @staticmethod
    def filled(text: str, known: dict[str, Any]) -> str:
        return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda match: str(known[match[1]]), text)

    @property
    def status(self) -> str:
        told = [call for call in self.desk.calls if "context=gate" in call]
        assert len(told) == 1
        assert f"repos/o/r/statuses/{SHA}" in told[0]
        return next(word for word in told[0] if word.startswith("state="))


def preview(stack: str, *claims: str, op: str = "same", **more: Any) -> bytes:
    """A stack with protected claims, all of which have the same done to them."""
    head = f"urn:pulumi:{stack}::shop"
    token = "kubernetes:core/v1:PersistentVolumeClaim"
    steps: list[dict[str, Any]] = [
        {
            "op": "same",
            "urn": f"{head}::pulumi:pulumi:Stack::shop-{stack}",
            "oldState": {"type": "pulumi:pulumi:Stack"},
            "newState": {"type": "pulumi:pulumi:Stack"},
        }
    ]
    for name in claims:
        metadata = {"name": name, "namespace": "data"}
        state = {"type": token, "protect": True, "inputs": {"metadata": metadata}, "id": "data/x"}
        its = {"op": op, "urn": f"{head}::{token}::{name}", "oldState": state}
        steps.append(its if op == "delete" else {**its, "newState": state})
    summary = {"same": sum(step["op"] == "same" for step in steps)}
    if op != "same":
        summary[op] = len(claims)
    return json.dumps({"steps": steps, "changeSummary": summary, **more}).encode()


@pytest.fixture
def rehearsal(tmp_path: Path) -> Rehearsal:
    return Rehearsal(Desk(tmp_path))


def given(rehearsal: Rehearsal, previews: dict[str, bytes], *pulls: Any) -> None:
    listed: dict[str, Any] = {RUNS: {"workflow_runs": [{"id": 42}]}, "pulls": list(pulls)}
    for number, stack in enumerate(STACKS):
        its = {"id": number, "name": f"preview-{stack}", "expired": False, "size_in_bytes": 9}
        found = [its] if stack in previews else []
        listed[f"actions/runs/42/artifacts&name=preview-{stack}"] = {"artifacts": found}
        if stack in previews:
            rehearsal.desk.pack(number, **{f"{stack}.json": previews[stack]})
    rehearsal.desk.answer(listed)


def safe() -> dict[str, bytes]:
    return {stack: preview(stack, "vol") for stack in STACKS}


def test_what_is_safe_passes_and_is_kept_for_the_deploy(rehearsal: Rehearsal) -> None:
    given(rehearsal, safe(), pull())

    rehearsal.run(event())

    assert rehearsal.status == "state=success", rehearsal.log
    (comment,) = rehearsal.desk.comments
    assert "**Passes**" in comment["body"]
    assert "### Policies are kept" in comment["body"]
    (kept,) = rehearsal.kept
    assert kept == f"verdict-{SHA}"
    assert json.loads(rehearsal.kept[kept])["passed"] is True


@pytest.mark.parametrize(
    ("previews", "says"),
    [
        ({"prod": preview("prod", "vol", op="delete")}, "**Stopped**"),
        ({"prod": preview("dev", "vol")}, "was given for prod"),
        ({"prod": b""}, "No verdict for `prod`"),
        ({"prod": preview("prod", diagnostics=[{"severity": "error", "message": "x"}])}, "No verd"),
    ],
    ids=["lost", "of another stack", "empty", "failed"],
)
def test_what_is_not_safe_is_stopped_and_said(
    rehearsal: Rehearsal, previews: dict[str, bytes], says: str
) -> None:
    given(rehearsal, safe() | previews, pull())
    rehearsal.run(event(conclusion="failure" if b"diagnostics" in previews["prod"] else "success"))
    assert rehearsal.status == "state=failure"
    assert says in rehearsal.desk.comments[0]["body"]


def test_a_stack_without_a_preview_is_no_pass(rehearsal: Rehearsal) -> None:
    given(rehearsal, {name: its for name, its in safe().items() if name != "staging"}, pull())
    rehearsal.run(event())
    assert rehearsal.status == "state=failure"
    assert "No verdict for `staging`" in rehearsal.desk.comments[0]["body"]


def test_nothing_in_a_preview_is_a_command_to_the_runner(rehearsal: Rehearsal) -> None:
    """Hostile names, in what every step prints, comments and keeps."""
    names = [f"{EVIL}{number}" for number in range(30)]
    hostile = preview("prod", *names, op="delete", config={EVIL: EVIL})
    given(rehearsal, safe() | {"prod": hostile}, pull())

    rehearsal.run(event())

    assert rehearsal.status == "state=failure"
    for line in rehearsal.log.splitlines():
        # The runner takes the first for a command at the start of a line, the second anywhere but
        # in a line with the first. The annotations are the gate's own.
        own = re.match(r"::(error|warning) title=[\w %]+::", line)
        assert own or not line.lstrip().startswith("::"), line
        assert own or "##[" not in line, line
    assert rehearsal.log.count("::error title=") >= 1
    text = rehearsal.desk.comments[0]["body"]
    assert len(text.encode("utf-16-le")) // 2 < 65_536
    assert "@all" not in re.sub(r"`[^`\n]*`", "", text.split("### Policies")[0])


def test_a_fork_gets_no_pass_however_good_its_previews_look(rehearsal: Rehearsal) -> None:
    given(rehearsal, safe())
    rehearsal.run(event(head_repository={"full_name": "somebody/r"}))
    assert rehearsal.status == "state=error"
    assert rehearsal.desk.comments == []


def test_a_merge_group_is_judged_without_a_comment(rehearsal: Rehearsal) -> None:
    given(rehearsal, safe())
    rehearsal.run(event(event="merge_group", head_branch="gh-readonly-queue/main/pr-7-x"))
    assert rehearsal.status == "state=success"
    assert rehearsal.desk.comments == []
    assert list(rehearsal.kept) == [f"verdict-{SHA}"]


def test_previews_that_did_not_all_succeed_are_no_pass(rehearsal: Rehearsal) -> None:
    """A job may leave a friendly file and fail, or the run may be cut off."""
    given(rehearsal, safe(), pull())
    rehearsal.run(event(conclusion="cancelled"))
    assert rehearsal.status == "state=failure"


def test_where_the_comment_cannot_be_written_nothing_passes(rehearsal: Rehearsal) -> None:
    given(rehearsal, safe(), pull())
    file = rehearsal.desk.folder / "answers.json"
    rehearsal.desk.answer({**json.loads(file.read_text()), "no comments": True})
    rehearsal.run(event())
    assert rehearsal.kept == {}
    assert rehearsal.status == "state=error"


def test_the_scripts_that_are_run_are_those_that_are_there() -> None:
    called = {
        match
        for job in JOBS.values()
        for step in job["steps"]
        for match in re.findall(r"\.github/scripts/([\w.]+)", step.get("run", ""))
    }
    assert called | {"unpack.py"} == {path.name for path in SCRIPTS.iterdir() if path.is_file()}
