"""The rules that every workflow of this repository keeps, read from the files themselves."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
STACKS = ["dev", "staging", "prod"]
# What runs the code of a pull request before anybody has reviewed it.
OF_PULL_REQUESTS = {"pull_request", "merge_group"}
JUDGE = "judge/judge"
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"


def load(path: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true.
    content = yaml.safe_load(path.read_text())
    return {("on" if key is True else key): value for key, value in content.items()}


WORKFLOWS = {path.stem: load(path) for path in sorted((GITHUB / "workflows").glob("*.yml"))}
JOBS = {
    f"{name}/{job}": body for name, flow in WORKFLOWS.items() for job, body in flow["jobs"].items()
}
ACTIONS = {path.parent.name: load(path) for path in sorted(GITHUB.glob("actions/*/action.yml"))}
STEPS = [
    (where, step)
    for where, steps in [
        *((where, job["steps"]) for where, job in JOBS.items()),
        *((f"action {name}", action["runs"]["steps"]) for name, action in ACTIONS.items()),
    ]
    for step in steps
]
FILES = [*(GITHUB / "workflows").glob("*.yml"), *(GITHUB / "actions").glob("*/action.yml")]


def on_pull_requests(name: str) -> bool:
    return bool(OF_PULL_REQUESTS & set(WORKFLOWS[name.partition("/")[0]]["on"]))


def secrets(job: dict[str, Any]) -> set[str]:
    return set(re.findall(r"secrets\.([A-Z_]+)", yaml.safe_dump(job)))


def steps_of(where: str) -> list[dict[str, Any]]:
    return [step for place, step in STEPS if place == where]


def named(where: str, name: str) -> dict[str, Any]:
    (step,) = [step for step in steps_of(where) if step.get("name") == name]
    return step


def script(where: str) -> str:
    return "\n".join(step.get("run", "") for step in steps_of(where))


def test_these_are_the_workflows() -> None:
    assert list(WORKFLOWS) == ["ci", "deploy", "drift", "judge", "preview", "review"]


TRIGGERS = {
    "ci": {"pull_request", "merge_group", "push"},
    "deploy": {"push"},
    "drift": {"schedule", "workflow_dispatch"},
    "judge": {"workflow_run"},
    "preview": {"pull_request", "merge_group"},
    "review": {"pull_request"},
}


def test_no_workflow_runs_foreign_code_with_our_rights() -> None:
    """`pull_request_target` would; `workflow_run` is for the judge, who runs none."""
    assert {name: set(flow["on"]) for name, flow in WORKFLOWS.items()} == TRIGGERS
    assert {str(flow["permissions"]) for flow in WORKFLOWS.values()} == {"{}"}


def test_a_pull_request_is_previewed_whatever_makes_it_another() -> None:
    on = WORKFLOWS["preview"]["on"]
    assert on["pull_request"] == {
        "branches": ["main"],
        # The last: its base is another.
        "types": ["opened", "reopened", "synchronize", "edited"],
    }
    assert on["merge_group"] == {"branches": ["main"]}
    assert WORKFLOWS["judge"]["on"]["workflow_run"] == {
        "workflows": [WORKFLOWS["preview"]["name"]],
        "types": ["completed"],
    }
    # A skipped job counts as passed, and a required check that never comes stops everything.
    assert "if" not in JOBS["ci/test"]
    assert WORKFLOWS["ci"]["on"]["pull_request"] is None


RIGHTS = {
    "ci/languages": {"contents": "read"},
    "ci/test": {"contents": "read"},
    "deploy/reviewed": {
        "contents": "read",
        "pull-requests": "read",
        "actions": "read",
        "deployments": "read",
    },
    "deploy/deploy": {"contents": "read"},
    "drift/drift": {"contents": "read"},
    "judge/judge": {
        "contents": "read",
        "actions": "read",
        "pull-requests": "write",
        "statuses": "write",
    },
    "preview/preview": {"contents": "read"},
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
        # Not where a deploy has its own, and for single steps: not for the actions of others.
        assert re.fullmatch(r"preview-\$\{\{ matrix.stack \}\}|review", job["environment"])
    assert "secrets." not in str(job.get("env", ""))
    for step in job["steps"]:
        if "secrets." in str(step):
            assert "run" in step or step["uses"] == "./.github/actions/pulumi"
    # Rights to write on GitHub and rights on a cluster never meet in one job.
    assert "write" not in job["permissions"].values()


NEEDED = {"KUBECONFIG", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"}


@pytest.mark.parametrize("where", [where for where in JOBS if on_pull_requests(where)])
def test_the_code_of_a_pull_request_gets_what_a_preview_needs_and_no_more(where: str) -> None:
    assert secrets(JOBS[where]) <= NEEDED
    assert set(JOBS[where]["permissions"].values()) == {"read"}
    assert set(JOBS[where]["permissions"]) == {"contents"}
    for step in steps_of(where):
        assert "github.token" not in str(step)
        assert "GITHUB_TOKEN" not in str(step)


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
    used = re.findall(r"(?m)^ +(?:- )?uses: *(.+)", file.read_text())

    assert used
    for text in used:
        ours = text.startswith("./")
        assert ours or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", text), text


def test_one_action_has_one_pin() -> None:
    used = {
        text
        for file in FILES
        for text in re.findall(r"(?m)^ +(?:- )?uses: *([^.].+)", file.read_text())
    }
    assert len(used) == len({text.partition("@")[0] for text in used}), used


@pytest.mark.parametrize(("where", "step"), STEPS, ids=[where for where, _ in STEPS])
def test_no_expression_is_written_into_a_script(where: str, step: dict[str, Any]) -> None:
    """What a pull request can choose reaches a shell as a variable, never as text of the script."""
    assert "${{" not in step.get("run", "")


def test_no_checkout_leaves_a_token_behind() -> None:
    checkouts = [step for _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]

    assert len(checkouts) == len(JOBS)
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
    assert cut_off is (not changes and name not in ("drift", "judge"))


def test_no_merge_is_dropped_from_the_queue() -> None:
    """By default the next one to wait takes the place of the one that waits."""
    assert WORKFLOWS["deploy"]["concurrency"]["queue"] == "max"


def test_every_stack_is_previewed_judged_deployed_and_looked_after() -> None:
    for where in ("preview/preview", "drift/drift", "deploy/deploy"):
        assert JOBS[where]["strategy"]["matrix"] == {"stack": STACKS}
    for stack in STACKS:
        for step in ("Gate", "Policies"):
            assert f"--stack {stack}=previews/{stack}.json" in named(JUDGE, step)["run"]
    assert f'fetch.sh previews "$RUN" {" ".join(STACKS)}' in script(JUDGE)
    assert f"reviewed.sh reviewed {' '.join(STACKS)}" in script("deploy/reviewed")


def test_deploys_go_one_stack_after_the_other_and_stop_at_the_first_failure() -> None:
    strategy = JOBS["deploy/deploy"]["strategy"]
    assert (strategy["max-parallel"], strategy["fail-fast"]) == (1, True)


def test_the_judge_comes_from_the_default_branch_and_runs_nothing_of_the_pull_request() -> None:
    job = JOBS[JUDGE]
    (checkout,) = [step for step in job["steps"] if "actions/checkout" in step.get("uses", "")]
    assert checkout["with"] == {"persist-credentials": False}
    assert secrets(job) == set()
    assert "environment" not in job
    text = str(job["steps"])
    for other in ("download-artifact", "actions/cache", "head_branch", "head_sha", "head_ref"):
        assert other not in text
    # Two facts of the event, as variables: GitHub made both of them.
    assert set(re.findall(r"github\.event[\w.]*", text)) == {
        "github.event.workflow_run.id",
        "github.event.workflow_run.conclusion",
    }


def test_who_reads_the_previews_has_no_token_and_who_has_one_reads_none() -> None:
    for step in JOBS[JUDGE]["steps"]:
        with_token = "github.token" in str(step)
        assert with_token is (step.get("name") in TOLD), step
        if with_token:
            assert ".judge" not in step["run"]


TOLD = {"Whose previews are they?", "Previews", "Comment", "Status"}


def test_the_gate_is_one_check_that_joins_all_parts_and_is_written_whatever_happens() -> None:
    status = JOBS[JUDGE]["steps"][-1]
    assert status["name"] == "Status"
    assert status["if"] == "${{ !cancelled() && steps.whose.outputs.sha != '' }}"
    assert {name: value for name, value in status["env"].items() if name.isupper()} == {
        "GH_TOKEN": "${{ github.token }}",
        "SHA": "${{ steps.whose.outputs.sha }}",
        "PREVIEWS": "${{ github.event.workflow_run.conclusion }}",
        "GATE": "${{ steps.gate.outputs.status }}",
        "POLICIES": "${{ steps.policies.outputs.status }}",
        "JOB": "${{ job.status }}",
        "TROUBLE": "${{ steps.whose.outputs.trouble }}",
    }


def test_no_job_of_the_default_branch_takes_a_cache_that_others_may_have_filled() -> None:
    caching = [where for where, step in STEPS if "cache" in str(step)]
    assert set(caching) == {"ci/languages", "ci/test"}
    for where in caching:
        assert not secrets(JOBS[where])


@pytest.mark.parametrize(("where", "step"), STEPS, ids=[where for where, _ in STEPS])
def test_what_is_installed_has_a_hash(where: str, step: dict[str, Any]) -> None:
    lines = step.get("run", "").replace("\\\n", "").splitlines()
    for line in lines:
        if "pip install" in line or '/pip" install' in line:
            hashed = "--require-hashes --only-binary :all: -r locks/" in line
            assert hashed or "--no-deps --no-index --no-build-isolation -e ." in line
    if where != "ci/test":
        assert "make " not in step.get("run", "")


def test_a_deploy_is_compared_and_then_held_to_its_plan() -> None:
    text = script("deploy/deploy")
    wanted = ["--save-plan", "statefast gate", "same.sh", 'pulumi up --stack "$STACK"', "--plan "]
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
    assert script("ci/languages").strip() == "bash .ci/languages"


@pytest.mark.parametrize(("file", "target"), [("run", "test"), ("languages", "test-languages")])
def test_what_ci_runs_is_a_target_of_the_makefile(file: str, target: str) -> None:
    words = (ROOT / ".ci" / file).read_text().splitlines()
    assert words[-1] == f"make {target}"
    assert re.search(rf"(?m)^{target}:", (ROOT / "Makefile").read_text())


def test_the_parts_are_built_by_one_job() -> None:
    """The other one takes them out of the cache, or a change of theirs would be built twice."""
    assert JOBS["ci/languages"]["needs"] == "test"
    keys = {
        step["with"]["key"] for _, step in STEPS if step.get("uses", "").startswith("actions/cache")
    }
    assert len(keys) == 1
