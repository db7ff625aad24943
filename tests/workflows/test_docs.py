"""What docs/ci.md tells people to copy is whole, and speaks of what is there."""

import json
import re
import subprocess
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


JOBS_OF_GITLAB = {
    name: job for name, job in gitlab().items() if isinstance(job, dict) and "script" in job
}


def assert_is_bash(script: str) -> None:
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_gitlab_flow_has_every_part_of_ours() -> None:
    assert list(JOBS_OF_GITLAB) == [
        "preview",
        "verdict",
        "deploy",
        "review",
        "end of review",
        "drift",
    ]
    for name in ("preview", "deploy", "drift"):
        assert JOBS_OF_GITLAB[name]["parallel"] == {"matrix": [{"STACK": STACKS}]}
    for name, job in JOBS_OF_GITLAB.items():
        assert job["stage"] in gitlab()["stages"], name
        assert job["rules"], name


@pytest.mark.parametrize("name", JOBS_OF_GITLAB)
def test_the_scripts_of_gitlab_are_scripts(name: str) -> None:
    assert_is_bash("\n".join(lines(JOBS_OF_GITLAB[name]["script"])))


@pytest.mark.parametrize("script", blocks("bash"), ids=["preview.sh", "deploy.sh"])
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
