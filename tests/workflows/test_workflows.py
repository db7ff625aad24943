"""The rules that every workflow of this repository keeps, read from the files themselves."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
STACKS = ["dev", "staging", "prod"]
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"


def load(path: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true.
    content = yaml.safe_load(path.read_text())
    return {("on" if key is True else key): value for key, value in content.items()}


WORKFLOWS = {path.stem: load(path) for path in sorted((GITHUB / "workflows").glob("*.yml"))}
JOBS = {
    f"{name}/{job}": body for name, flow in WORKFLOWS.items() for job, body in flow["jobs"].items()
}
ACTION = load(GITHUB / "actions/pulumi/action.yml")
STEPS = [
    (where, step)
    for where, steps in [
        *((where, job["steps"]) for where, job in JOBS.items()),
        ("action", ACTION["runs"]["steps"]),
    ]
    for step in steps
]
FILES = [*(GITHUB / "workflows").glob("*.yml"), *(GITHUB / "actions").glob("*/action.yml")]


def on_pull_requests(name: str) -> bool:
    return "pull_request" in WORKFLOWS[name.partition("/")[0]]["on"]


def secrets(job: dict[str, Any]) -> set[str]:
    return set(re.findall(r"secrets\.([A-Z_]+)", yaml.safe_dump(job)))


def steps_of(where: str) -> list[dict[str, Any]]:
    return [step for place, step in STEPS if place == where]


def script(where: str) -> str:
    return "\n".join(step.get("run", "") for step in steps_of(where))


def test_these_are_the_workflows() -> None:
    assert list(WORKFLOWS) == ["ci", "deploy", "drift", "preview", "review"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_workflow_runs_foreign_code_with_our_rights(name: str) -> None:
    triggers = WORKFLOWS[name]["on"]
    assert set(triggers) <= {"pull_request", "push", "schedule", "workflow_dispatch"}
    assert WORKFLOWS[name]["permissions"] == {}


RIGHTS = {
    "ci/test": {"contents": "read"},
    "deploy/reviewed": {"contents": "read", "pull-requests": "read", "actions": "read"},
    "deploy/deploy": {"contents": "read"},
    "drift/drift": {"contents": "read"},
    "preview/preview": {"contents": "read"},
    "preview/verdict": {"contents": "read", "pull-requests": "write"},
    "review/up": {"contents": "read"},
    "review/down": {"contents": "read"},
}


def test_each_job_has_these_rights_and_no_others() -> None:
    assert {where: job["permissions"] for where, job in JOBS.items()} == RIGHTS


@pytest.mark.parametrize("where", JOBS)
def test_a_job_that_has_secrets_is_guarded(where: str) -> None:
    job = JOBS[where]
    if not secrets(job):
        return
    assert job["environment"]
    if on_pull_requests(where):
        assert SAME_REPOSITORY in job["if"]
    # Rights to write on GitHub and rights on a cluster never meet in one job.
    assert "write" not in job["permissions"].values()


def test_which_jobs_have_secrets() -> None:
    with_secrets = {where for where, job in JOBS.items() if secrets(job)}
    assert with_secrets == {
        "deploy/deploy",
        "drift/drift",
        "preview/preview",
        "review/up",
        "review/down",
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name + "/" + file.name)
def test_actions_of_others_are_pinned_by_commit_with_the_version_beside_it(file: Path) -> None:
    used = re.findall(r"uses: *(.+)", file.read_text())

    assert used
    for text in used:
        ours = text.startswith("./")
        assert ours or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", text), text


def test_one_action_has_one_pin() -> None:
    used = {text for file in FILES for text in re.findall(r"uses: *([^.].+)", file.read_text())}
    assert len(used) == len({text.partition("@")[0] for text in used}), used


@pytest.mark.parametrize(("where", "step"), STEPS, ids=[where for where, _ in STEPS])
def test_no_expression_is_written_into_a_script(where: str, step: dict[str, Any]) -> None:
    """What a pull request can choose reaches a shell as a variable, never as text of the script."""
    assert "${{" not in step.get("run", "")


def test_no_checkout_leaves_a_token_behind() -> None:
    checkouts = [step for _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]

    assert len(checkouts) == len(JOBS) + 1
    for step in checkouts:
        assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("where", JOBS)
def test_no_job_hangs_for_ever(where: str) -> None:
    assert JOBS[where]["timeout-minutes"] <= 120


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_changes_a_stack_is_never_cut_off(name: str) -> None:
    cut_off = WORKFLOWS[name]["concurrency"]["cancel-in-progress"]
    changes = any(
        re.search(r"pulumi (up|destroy)", script(where)) for where in JOBS if f"{name}/" in where
    )
    assert cut_off is (not changes and name != "drift")


def test_every_stack_is_previewed_judged_deployed_and_looked_after() -> None:
    for where in ("preview/preview", "drift/drift", "deploy/deploy"):
        assert JOBS[where]["strategy"]["matrix"] == {"stack": STACKS}
    for stack in STACKS:
        assert f"--stack {stack}=previews/{stack}.json" in script("preview/verdict")


def test_deploys_go_one_stack_after_the_other_and_stop_at_the_first_failure() -> None:
    strategy = JOBS["deploy/deploy"]["strategy"]
    assert (strategy["max-parallel"], strategy["fail-fast"]) == (1, True)


def test_the_judge_comes_from_the_base_and_not_from_the_pull_request() -> None:
    (checkout,) = [
        step for step in steps_of("preview/verdict") if "actions/checkout" in step.get("uses", "")
    ]
    assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    (pack,) = [
        step for step in steps_of("preview/preview") if step.get("with", {}).get("path") == "base"
    ]
    assert pack["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    assert "--policy-pack base/policy" in script("preview/preview")


def test_a_deploy_is_compared_and_then_held_to_its_plan() -> None:
    text = script("deploy/deploy")
    wanted = ["--save-plan", "statefast gate", "same.sh", 'pulumi up --stack "$STACK"', "--plan"]
    places = [text.index(word) for word in wanted]
    assert places == sorted(places)
    assert JOBS["deploy/deploy"]["needs"] == "reviewed"


def test_drift_is_reported_and_not_repaired() -> None:
    assert "--preview-only --expect-no-changes" in script("drift/drift").replace("\\\n", "")
    assert "pulumi up" not in script("drift/drift")


def test_a_review_stack_is_destroyed_and_looked_for_when_its_pull_request_closes() -> None:
    assert WORKFLOWS["review"]["on"]["pull_request"]["types"] == [
        "opened",
        "reopened",
        "synchronize",
        "closed",
    ]
    assert "github.event.action != 'closed'" in JOBS["review/up"]["if"]
    assert "github.event.action == 'closed'" in JOBS["review/down"]["if"]
    text = script("review/down")
    swept = text.index('sweep.sh "data-$STACK" "statefast/$STACK"')
    assert text.index("pulumi destroy") < swept
    assert swept < text.index('gone.sh "data-$STACK" "rbd-$STACK"')
    # The two names are those of the template.
    template = (ROOT / "Pulumi.review.yaml").read_text()
    assert "namespace: data-{stack}" in template
    assert "name: rbd-{stack}" in template


def test_ci_runs_what_everybody_runs() -> None:
    assert script("ci/test").strip() == "bash .ci/run"
