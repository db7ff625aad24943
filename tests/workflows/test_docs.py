"""What docs/ci.md tells people to copy is whole, and speaks of what is there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from policy.catalogue import POLICIES

from .test_workflows import JOBS, ROOT, STACKS, secrets

CI = (ROOT / "docs/ci.md").read_text()


def blocks(language: str, text: str = CI) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def gitlab() -> dict[str, Any]:
    (block,) = blocks("yaml")
    read: dict[str, Any] = yaml.safe_load(block)
    return read


def lines(script: list[Any]) -> list[str]:
    """The commands of a job: an anchor of GitLab's stands for a list within the list."""
    return [line for item in script for line in (item if isinstance(item, list) else [item])]


def jobs_of_gitlab() -> dict[str, Any]:
    """Each job with what it extends."""
    read = gitlab()
    jobs = {
        name: {**read.get(job.get("extends", ""), {}), **job}
        for name, job in read.items()
        if isinstance(job, dict) and not name.startswith(".")
    }
    return {name: job for name, job in jobs.items() if "script" in job}


JOBS_OF_GITLAB = jobs_of_gitlab()


def assert_is_bash(script: str) -> None:
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_gitlab_flow_has_every_part_of_ours() -> None:
    assert list(JOBS_OF_GITLAB) == [
        "preview",
        "verdict",
        "deploy dev",
        "deploy staging",
        "deploy prod",
        "review",
        "end of review",
        "drift",
    ]
    for name in ("preview", "drift"):
        assert JOBS_OF_GITLAB[name]["parallel"] == {"matrix": [{"STACK": STACKS}]}
    for stack, before in zip(STACKS, [None, *STACKS], strict=False):
        job = JOBS_OF_GITLAB[f"deploy {stack}"]
        assert job["variables"] == {"STACK": stack}
        assert job.get("needs") == ([f"deploy {before}"] if before else None)
        assert job["resource_group"] == "deploy"
    for name, job in JOBS_OF_GITLAB.items():
        assert job["stage"] in gitlab()["stages"], name
        assert job["rules"], name


@pytest.mark.parametrize("name", JOBS_OF_GITLAB)
def test_the_scripts_of_gitlab_are_scripts(name: str) -> None:
    assert_is_bash("\n".join(lines(JOBS_OF_GITLAB[name]["script"])))


@pytest.mark.parametrize("script", blocks("bash"), ids=["preview.sh", "verdict.sh", "deploy.sh"])
def test_the_scripts_for_any_ci_are_scripts(script: str) -> None:
    assert script.startswith("#!/usr/bin/env bash\n")
    assert_is_bash(script)


@pytest.mark.parametrize(
    "flags",
    [
        "--json --show-replacement-steps --show-sames",
        "--preview-only --expect-no-changes",
        "--yes --skip-preview --remove",
        "--save-plan",
    ],
)
def test_both_flows_run_the_same_commands(flags: str) -> None:
    ours = "\n".join(str(step.get("run")) for job in JOBS.values() for step in job["steps"])
    theirs = "\n".join(line for job in JOBS_OF_GITLAB.values() for line in lines(job["script"]))
    assert flags in ours
    assert flags in theirs


OF_GITLAB = """#!{python} -ISE
import json, os, sys
from pathlib import Path
here = Path(os.environ["DESK"])
words = sys.argv[1:]
(here / "seen").open("a").write(json.dumps(words) + "\\n")
assert "NOTES_TOKEN" not in os.environ
url = next(word for word in words if word.startswith("https://"))
if url.endswith("/jobs?per_page=100"):
    print(json.dumps([{{"id": n, "name": f"preview: [{{name}}]", "status": "success"}}
                      for n, name in enumerate(["dev", "staging", "prod"], 5)]))
elif url.endswith("/user"):
    print('{{"id": 3}}')
elif url.endswith("/notes?per_page=100"):
    print(json.dumps([{{"id": 8, "author": {{"id": who}}, "body": "<!-- statefast preview -->"}}
                      for who in (1, int(os.environ["AUTHOR"]))]))
elif "/artifacts/" in url:
    stack = url.rpartition("/")[2]
    if stack == "prod.json" and os.environ["BROKEN"]:
        sys.exit(22)
    Path(words[words.index("--output") + 1]).write_text("of " + url)
else:
    note = words[words.index("--data-urlencode") + 1].removeprefix("body@")
    (here / "note").write_text(Path(note).read_text())
"""
GIT = """#!/bin/sh
mkdir base && mkdir -p base/.judge/bin && cp judge base/.judge/bin/statefast
cp judge base/.judge/bin/python; printf '#!/bin/sh\\n' > base/.judge/bin/pip
chmod +x base/.judge/bin/*
"""
# The gate and the policies: either fails where a preview is not there.
ASKED = """#!/bin/sh
[ "$1" = gate ] && echo verdict > comment.md || echo kept > policies.md
[ "$BAD" != "$1" ] && [ -f previews/prod.json ]
"""


@pytest.mark.skipif(not shutil.which("jq"), reason="the script needs jq on PATH")
@pytest.mark.parametrize(
    ("bad", "broken", "code"), [("", "", 0), ("gate", "", 1), ("-m", "", 1), ("", "prod", 1)]
)
def test_the_verdict_of_gitlab_is_of_three_files_that_are_asked_for(
    tmp_path: Path, bad: str, broken: str, code: int
) -> None:
    """Run with stand-ins for what needs a network; the token is in no process but curl's."""
    desk = tmp_path / "desk"
    (desk / "bin").mkdir(parents=True)
    stand_ins = {"curl": OF_GITLAB.format(python=sys.executable), "git": GIT, "python": "#!/bin/sh"}
    for name, text in stand_ins.items():
        (desk / "bin" / name).write_text(text)
        (desk / "bin" / name).chmod(0o755)
    script = "\n".join(lines(JOBS_OF_GITLAB["verdict"]["script"]))
    work = tmp_path / "work"
    work.mkdir()
    (work / "judge").write_text(ASKED)
    done = subprocess.run(
        # What the runner does with each line.
        ["bash", "-e", "-o", "pipefail", "-c", script.replace("$(mktemp -d)", str(work))],
        cwd=tmp_path,
        env={
            "PATH": f"{desk / 'bin'}:{os.environ['PATH']}",
            "DESK": str(desk),
            "NOTES_TOKEN": "t0ken",
            "AUTHOR": "3" if bad else "2",
            "BAD": bad,
            "BROKEN": broken,
            "CI_API_V4_URL": "https://gitlab.example/api/v4",
            "CI_DEFAULT_BRANCH": "main",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_PIPELINE_ID": "4",
            "CI_PROJECT_ID": "9",
            "CI_REPOSITORY_URL": "https://gitlab.example/x.git",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    calls = [json.loads(line) for line in (desk / "seen").read_text().splitlines()]
    asked = [call[-1] for call in calls if "/artifacts/" in call[-1]]
    project = "https://gitlab.example/api/v4/projects/9"
    assert asked == [f"{project}/jobs/{n}/artifacts/{s}.json" for n, s in enumerate(STACKS, 5)]
    assert (desk / "note").read_text() == "<!-- statefast preview -->\nverdict\nkept\n"
    notes = f"{project}/merge_requests/7/notes"
    # A note of its own is edited; that of somebody else is not.
    assert calls[-1][-1] == (f"{notes}/8" if bad else notes)
    assert ("PUT" in calls[-1]) is bool(bad)


def test_the_judge_of_gitlab_runs_nothing_of_the_merge_request() -> None:
    job = JOBS_OF_GITLAB["verdict"]
    assert job["dependencies"] == []
    assert job["variables"] == {"GIT_STRATEGY": "none"}
    text = "\n".join(lines(job["script"]))
    assert '--branch "$CI_DEFAULT_BRANCH"' in text
    for name, other in JOBS_OF_GITLAB.items():
        assert ("TOKEN" in str(other)) is (name == "verdict")
        # The scope of the variables.
        assert other["environment"]["name"].startswith(
            name.split()[0].replace("drift", "preview")
        ) or (name.startswith("deploy") or name == "end of review")
        for line in lines(other["script"]):
            for part in line.splitlines():
                assert (
                    "pip install" not in part or "--require-hashes" in part or "--no-index" in part
                )


def test_every_environment_and_secret_is_named_in_the_docs() -> None:
    for job in JOBS.values():
        if environment := job.get("environment"):
            for stack in STACKS:
                assert f"`{environment.replace('${{ matrix.stack }}', stack)}`" in CI
        for secret in secrets(job):
            assert f"`{secret}`" in CI


def test_the_config_of_the_pack_that_is_shown_fits_the_pack() -> None:
    (block,) = blocks("json", (ROOT / "docs/policy.md").read_text())
    rules = {policy.name: policy for policy in POLICIES}
    for name, value in json.loads(block).items():
        schema = rules[name].config_schema
        assert schema is not None
        if isinstance(value, dict):
            assert set(value) <= {"enforcementLevel", *schema.properties}
