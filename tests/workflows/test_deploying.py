"""What a deploy is held to: everything that was said of what it brings, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .desk import REPOSITORY, Desk, needs_jq

PREVIEWS = Path(__file__).parents[1] / "gate/previews"

pytestmark = needs_jq


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def report(*stacks: tuple[str, str, list[str]], said: Any = ()) -> dict[str, Any]:
    return {
        "version": 1,
        "stacks": [
            {
                "stack": name,
                "verdict": verdict,
                "objects": [{"name": item} for item in objects],
                "said": list(said),
            }
            for name, verdict, objects in stacks
        ],
    }


def compare(desk: Desk, now: object, *reviewed: object) -> tuple[int, str]:
    before = [desk.write(f"{n}.json", its) for n, its in enumerate(reviewed)]
    return desk.run("same.sh", "prod", desk.write("now.json", now), *before)


def test_what_was_reviewed_is_deployed(desk: Desk) -> None:
    reviewed = report(("dev", "data lost", ["x"]), ("prod", "rolls pods", ["zk"]))
    assert compare(desk, report(("prod", "rolls pods", ["zk"])), reviewed)[0] == 0


def test_two_merges_are_deployed_together_by_the_verdicts_of_both(desk: Desk) -> None:
    both = report(("prod", "rolls pods", ["zk", "mysql"]))
    one = report(("prod", "safe", ["zk"]))
    other = report(("prod", "rolls pods", ["mysql"]))

    assert compare(desk, both, one, other)[0] == 0
    assert compare(desk, both, one)[0] == 1
    # The second was previewed before the first was deployed.
    assert compare(desk, other, one, both)[0] == 0


def test_what_is_deployed_already_is_no_difference(desk: Desk) -> None:
    assert compare(desk, report(("prod", "safe", [])), report(("prod", "downtime", ["zk"])))[0] == 0


WARNING = {"severity": "data at risk", "text": "starts empty"}
NOTE = {"severity": "safe", "text": "rounded up"}


@pytest.mark.parametrize(
    ("now", "reviewed"),
    [
        (report(("prod", "data lost", ["zk"])), report(("prod", "safe", ["zk"]))),
        (report(("prod", "safe", ["zk", "mysql"])), report(("prod", "safe", ["zk"]))),
        (report(("prod", "safe", [])), report(("dev", "safe", []))),
        (report(("dev", "safe", [])), report(("prod", "safe", []))),
        (report(("prod", "safe", []), said=[WARNING]), report(("prod", "safe", []), said=[NOTE])),
        (report(), report()),
        (report(("prod", "safe", [])), "{"),
        (report(("prod", "unheard of", [])), report(("prod", "safe", []))),
        (
            {"stacks": [{"stack": "prod", "verdict": None, "error": "x"}]},
            report(("prod", "safe", [])),
        ),
        ("", ""),
    ],
)
def test_anything_else_is_not(desk: Desk, now: object, reviewed: object) -> None:
    code, said = compare(desk, now, reviewed)
    assert code != 0, said
    assert "::error::" in said


def test_a_note_is_nothing_to_review(desk: Desk) -> None:
    now = report(("prod", "safe", []), said=[NOTE])
    assert compare(desk, now, report(("prod", "safe", [])))[0] == 0


def test_no_verdict_at_all_is_nothing_to_compare_with(desk: Desk) -> None:
    assert desk.run("same.sh", "prod", desk.write("now", report(("prod", "safe", []))))[0] == 1
    assert compare(desk, report(("prod", "safe", [])))[0] == 1


def test_what_differs_is_shown(desk: Desk) -> None:
    now = report(("prod", "data lost", ["zk", "mysql"]))
    _, said = compare(desk, now, report(("prod", "safe", ["zk"])))
    shown = json.loads(said.partition("::error::")[0])
    assert shown == {
        "objects": [{"name": "mysql"}],
        "said": [],
        "verdict": "data lost",
        "reviewed": "safe",
    }
    assert "Deploying prod would do what was not reviewed" in said


def judged(desk: Desk, name: str, document: Any) -> str:
    """The file with what the real gate says of a preview."""
    file, report = desk.write(f"{name}.json", document), desk.folder / f"{name}-verdict.json"
    gate = Path(sys.executable).with_name("statefast")
    done = subprocess.run(
        [gate, "gate", "--stack", f"claim-grows={file}", "--json", str(report)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return str(report)


def test_who_forges_a_preview_gets_past_the_gate_and_not_into_the_cluster(desk: Desk) -> None:
    """The file is made by code of the pull request; what is deployed is previewed once more."""
    true = json.loads((PREVIEWS / "claim-grows.json").read_text())
    forged = json.loads((PREVIEWS / "claim-grows.json").read_text())
    for step in forged["steps"]:
        step.update(op="same", newState=step["oldState"])
    forged["changeSummary"] = {"same": len(forged["steps"])}
    now = judged(desk, "now", true)

    code, said = desk.run("same.sh", "claim-grows", now, judged(desk, "forged", forged))
    assert code == 1
    assert "PersistentVolumeClaim" in said

    assert desk.run("same.sh", "claim-grows", now, judged(desk, "honest", true))[0] == 0


class Remote:
    """A repository with four merges on main, the last of which is deployed now."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.git("init", "-q", "-b", "main")
        self.commits = [self.commit() for _ in range(4)]
        self.answers: dict[str, Any] = {}
        self.artifacts = 0

    def git(self, *arguments: str) -> str:
        name = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        return subprocess.run(
            ["git", *name, *arguments],
            cwd=self.desk.folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def commit(self) -> str:
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def deployed(self, stack: str, *states: tuple[str, str]) -> None:
        """The deployments of a stack, the newest first: their commits and states."""
        listed = []
        for number, (sha, state) in enumerate(states):
            name = f"{stack}{number}"
            listed.append({"id": name, "sha": sha})
            self.answers[f"deployments/{name}/statuses"] = [
                {"state": it} for it in state.split() if it
            ]
        self.answers["deployments"] = listed

    def judged(self, sha: str, content: str = "{}", **run: Any) -> None:
        """A verdict on a commit; by a run of something else than the judge, if it says so."""
        self.artifacts += 1
        key = f"actions/artifacts&name=verdict-{sha}"
        known = self.answers.setdefault(key, {"artifacts": []})["artifacts"]
        known.append(
            {
                "id": self.artifacts,
                "name": f"verdict-{sha}",
                "expired": run.pop("expired", False),
                "size_in_bytes": run.pop("size_in_bytes", 9),
                "workflow_run": {"id": 100 + self.artifacts},
            }
        )
        self.answers[f"actions/runs/{100 + self.artifacts}"] = {
            "path": ".github/workflows/judge.yml",
            "event": "workflow_run",
            "head_branch": "main",
            "head_repository": {"full_name": REPOSITORY},
            "conclusion": "success",
            **run,
        }
        self.desk.pack(self.artifacts, **{"verdict.json": content})

    def merged(self, commit: str, head: str, base: str = "main") -> None:
        pull = {"merged_at": "2026-11-24", "base": {"ref": base}, "head": {"sha": head}}
        unmerged = {"merged_at": None, "base": {"ref": "main"}, "head": {"sha": "x"}}
        self.answers[f"commits/{commit}/pulls"] = [unmerged, pull]

    def fetch(self, *, head: int = 3) -> tuple[int, str]:
        for commit in self.commits:
            self.answers.setdefault(f"commits/{commit}/pulls", [])
            self.answers.setdefault(f"actions/artifacts&name=verdict-{commit}", {"artifacts": []})
        self.answers.setdefault("deployments", [])
        self.desk.answer(self.answers)
        return self.desk.run(
            "reviewed.sh",
            "reviewed",
            "prod",
            GITHUB_SHA=self.commits[head],
            GITHUB_REF_NAME="main",
        )

    @property
    def fetched(self) -> dict[int, str]:
        """The content of each verdict, by the number of its commit."""
        files = (self.desk.folder / "reviewed/prod").iterdir()
        return {self.commits.index(file.stem): file.read_text() for file in files}


@pytest.fixture
def remote(desk: Desk) -> Remote:
    return Remote(desk)


def test_a_deploy_is_held_to_the_verdicts_of_all_merges_since_the_last(remote: Remote) -> None:
    """A merge that waited was dropped, or its deploy failed: it is part of this one."""
    one, two, three, four = remote.commits
    remote.deployed("prod", (three, "failure in_progress"), (one, "success"), (two, "success"))
    for number, commit in enumerate((two, three), 1):
        remote.merged(commit, f"h{number}")
        remote.judged(f"h{number}", str(number))
    # By a merge queue, which has judged the commit itself.
    remote.judged(four, "3")

    code, said = remote.fetch()

    assert code == 0, said
    assert remote.fetched == {1: "1", 2: "2", 3: "3"}


def test_a_success_that_was_followed_by_another_is_one(remote: Remote) -> None:
    remote.deployed("prod", (remote.commits[2], "inactive success in_progress"))
    remote.judged(remote.commits[3])
    assert remote.fetch()[0] == 0
    assert set(remote.fetched) == {3}


def test_the_first_deploy_and_one_that_is_run_again_are_held_to_their_own(remote: Remote) -> None:
    remote.judged(remote.commits[3], "own")
    assert remote.fetch()[0] == 0
    remote.deployed("prod", (remote.commits[3], "success"))
    assert remote.fetch()[0] == 0
    assert remote.fetched == {3: "own"}


def test_nothing_is_deployed_backwards(remote: Remote) -> None:
    """Somebody runs an old deploy again."""
    remote.deployed("prod", (remote.commits[3], "success"))
    remote.judged(remote.commits[1])
    code, said = remote.fetch(head=1)
    assert code == 1
    assert "is older: run the newest deploy again" in said


def test_a_history_that_was_rewritten_says_nothing(remote: Remote) -> None:
    remote.deployed("prod", ("f" * 40, "success"))
    remote.judged(remote.commits[3])
    code, said = remote.fetch()
    assert code == 1
    assert "which is not part of main" in said


FORGED: list[dict[str, Any]] = [
    {"path": ".github/workflows/preview.yml"},
    {"event": "pull_request"},
    {"event": "push"},
    {"head_branch": "evil"},
    {"head_repository": {"full_name": "somebody/r"}},
    {"expired": True},
    {"size_in_bytes": 2**30},
]


def test_only_the_judge_says_what_was_reviewed(remote: Remote) -> None:
    head = remote.commits[3]
    remote.merged(head, "h")
    for run in FORGED:
        remote.judged("h", "forged", **run)
    code, said = remote.fetch()
    assert code == 1
    assert "the gate did not pass h, or its verdict has expired" in said

    # Nor does a forgery hide what the judge has said before it.
    remote.judged("h", "true")
    for run in FORGED:
        remote.judged("h", "forged", **run)
    assert remote.fetch()[0] == 0
    assert remote.fetched == {3: "true"}


def test_the_newest_word_of_the_judge_counts(remote: Remote) -> None:
    remote.judged(remote.commits[3])
    remote.judged(remote.commits[3], conclusion="failure")
    assert remote.fetch()[0] == 1


def test_what_nobody_reviewed_is_not_deployed(remote: Remote) -> None:
    code, said = remote.fetch()
    assert code == 1
    assert "was not merged from a pull request" in said
    remote.merged(remote.commits[3], "h", base="release")
    remote.judged("h")
    assert "was not merged from a pull request" in remote.fetch()[1]


def test_a_pull_request_on_top_is_the_way_on(remote: Remote) -> None:
    one, _, _, four = remote.commits
    remote.deployed("prod", (one, "success"))
    remote.merged(four, "h")
    remote.judged("h", "on top")
    code, said = remote.fetch()
    assert code == 0, said
    assert said.count("::warning::For prod nothing is known of") == 2
    assert remote.fetched == {3: "on top"}
