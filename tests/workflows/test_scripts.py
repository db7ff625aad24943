"""The scripts of the workflows, run with stand-ins for the commands that need a network."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[2] / ".github/scripts"
# Answers `gh api` from a file of comments, and keeps what it is told to write there.
GH = """#!/usr/bin/env python3
import json, os, subprocess, sys
state = os.environ["COMMENTS"]
comments = json.load(open(state))
arguments = sys.argv[1:]
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps(arguments) + "\\n")
if arguments[:2] == ["run", "download"]:
    sys.exit(0)
method = arguments[arguments.index("--method") + 1] if "--method" in arguments else "GET"
if method == "GET":
    page = next(argument for argument in arguments if argument.startswith("repos/"))
    answer = comments if page.endswith("comments") else json.loads(os.environ[
        "PULLS" if page.endswith("pulls") else "RUNS"])
    query = arguments[arguments.index("--jq") + 1]
    done = subprocess.run(["jq", "--raw-output", query], input=json.dumps(answer), text=True)
    sys.exit(done.returncode)
body = open(arguments[-1].removeprefix("body=@")).read()
if method == "PATCH":
    number = int(arguments[arguments.index("PATCH") + 1].rpartition("/")[2])
    next(item for item in comments if item["id"] == number)["body"] = body
else:
    bot = {"login": "github-actions[bot]"}
    comments.append({"id": len(comments) + 1, "user": bot, "body": body})
json.dump(comments, open(state, "w"))
"""
KUBECTL = """#!/bin/sh
[ "$1" = delete ] && { echo "deleted $2"; exit; }
[ "$2" = "namespace/data-pr-7" ] && [ -n "$NAMESPACE" ] && { echo "$NAMESPACE"; exit; }
[ "$2" = persistentvolumes ] && { echo "$VOLUMES"; exit; }
[ "$LEFT" != forbidden ] || exit 1
[ -z "$LEFT" ] || echo "$LEFT"
"""
MARKER = "<!-- statefast preview -->\n"

pytestmark = pytest.mark.skipif(not shutil.which("jq"), reason="the scripts need jq on PATH")


class Desk:
    """A folder with stand-ins on PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        for name, text in (("gh", GH), ("kubectl", KUBECTL)):
            (folder / "bin" / name).write_text(text)
            (folder / "bin" / name).chmod(0o755)
        self.environment = {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "COMMENTS": str(folder / "comments.json"),
            "CALLS": str(folder / "calls"),
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_SHA": "5ha",
            "PULL_REQUEST": "7",
        }
        self.write("comments.json", [])

    def write(self, name: str, content: object) -> str:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def run(self, script: str, *arguments: str, **environment: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", str(SCRIPTS / script), *arguments],
            env={**self.environment, **environment},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    @property
    def comments(self) -> list[dict[str, Any]]:
        read: list[dict[str, Any]] = json.loads((self.folder / "comments.json").read_text())
        return read

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_pull_request_has_one_comment_however_often_it_is_pushed(desk: Desk) -> None:
    for body in ("first", "second `$(exit 1)`", "third"):
        code, said = desk.run("comment.sh", desk.write("comment.md", body))
        assert code == 0, said
        assert [item["body"] for item in desk.comments] == [MARKER + body]


def test_the_comments_of_others_are_left_alone(desk: Desk) -> None:
    others = [
        {"id": 1, "user": {"login": "somebody"}, "body": MARKER + "mine"},
        {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "of another workflow"},
    ]
    desk.write("comments.json", others)

    desk.run("comment.sh", desk.write("comment.md", "verdict"))

    assert desk.comments[:2] == others
    assert desk.comments[2]["body"] == MARKER + "verdict"


def test_no_verdict_is_said_in_place_of_the_last_one(desk: Desk) -> None:
    desk.run("comment.sh", desk.write("comment.md", "safe"))
    code, _ = desk.run("comment.sh", "nowhere.md")

    assert code == 0
    (comment,) = desk.comments
    assert comment["body"].startswith(MARKER + "There is no verdict")
    assert "safe" not in comment["body"]


def report(*stacks: tuple[str, str, list[str]]) -> dict[str, Any]:
    return {
        "version": 1,
        "stacks": [
            {"stack": name, "verdict": verdict, "objects": [{"name": item} for item in objects]}
            for name, verdict, objects in stacks
        ],
    }


def compare(desk: Desk, reviewed: object, now: object) -> tuple[int, str]:
    return desk.run(
        "same.sh", "prod", desk.write("reviewed.json", reviewed), desk.write("now.json", now)
    )


def test_what_was_reviewed_is_deployed(desk: Desk) -> None:
    reviewed = report(("dev", "data lost", ["x"]), ("prod", "rolls pods", ["zk"]))
    assert compare(desk, reviewed, report(("prod", "rolls pods", ["zk"])))[0] == 0


@pytest.mark.parametrize(
    ("reviewed", "now"),
    [
        (report(("prod", "safe", ["zk"])), report(("prod", "data lost", ["zk"]))),
        (report(("prod", "safe", ["zk"])), report(("prod", "safe", ["zk", "mysql"]))),
        (report(("dev", "safe", [])), report(("prod", "safe", []))),
        (report(("prod", "safe", [])), report(("dev", "safe", []))),
        (report(), report()),
        ("{", report(("prod", "safe", []))),
        ("", ""),
    ],
)
def test_anything_else_is_not(desk: Desk, reviewed: object, now: object) -> None:
    code, said = compare(desk, reviewed, now)
    assert code != 0, said


def test_what_differs_is_shown(desk: Desk) -> None:
    _, said = compare(desk, report(("prod", "safe", [])), report(("prod", "data lost", [])))
    assert '<   "verdict": "safe"' in said
    assert '>   "verdict": "data lost"' in said
    assert "::error::Deploying prod would do something else than what was reviewed" in said


PULLS = json.dumps([{"merged_at": "2026-11-24T11:00:00Z", "head": {"sha": "h34d"}}])
RUNS = json.dumps({"workflow_runs": [{"id": 42}]})


def test_the_verdict_of_the_merged_pull_request_is_fetched(desk: Desk) -> None:
    code, said = desk.run("reviewed.sh", "reviewed", PULLS=PULLS, RUNS=RUNS)

    assert code == 0, said
    assert any("status=success&head_sha=h34d" in call[1] for call in desk.calls)
    assert desk.calls[-1][:3] == ["run", "download", "42"]


@pytest.mark.parametrize(
    ("pulls", "runs", "says"),
    [
        ("[]", RUNS, "was not merged from a pull request"),
        (json.dumps([{"merged_at": None, "head": {"sha": "x"}}]), RUNS, "was not merged"),
        (PULLS, '{"workflow_runs": []}', "The previews of h34d did not pass"),
    ],
)
def test_what_nobody_reviewed_is_not_deployed(desk: Desk, pulls: str, runs: str, says: str) -> None:
    code, said = desk.run("reviewed.sh", "reviewed", PULLS=pulls, RUNS=runs)
    assert code == 1
    assert says in said


def volumes(*namespaces: str) -> str:
    items = [
        {"metadata": {"name": f"pv-{name}"}, "spec": {"claimRef": {"namespace": name}}}
        for name in namespaces
    ]
    return json.dumps({"items": [*items, {"metadata": {"name": "free"}, "spec": {}}]})


@pytest.mark.parametrize(
    ("left", "claimed", "code", "says"),
    [
        ("", ["other"], 0, "Nothing is left of data-pr-7."),
        ("namespace/data-pr-7", [], 1, "Left of data-pr-7: namespace/data-pr-7"),
        ("", ["data-pr-7"], 1, "Left of data-pr-7: persistentvolume/pv-data-pr-7"),
        ("forbidden", [], 1, ""),
    ],
)
def test_gone_is_gone(desk: Desk, left: str, claimed: list[str], code: int, says: str) -> None:
    found, said = desk.run(
        "gone.sh",
        "data-pr-7",
        "rbd-pr-7",
        LEFT=left,
        VOLUMES=volumes(*claimed),
        SECONDS_TO_WAIT="0",
    )
    assert found == code, said
    assert says in said


def says(stack: str, retention: str) -> str:
    """A namespace that says so of itself."""
    said = {"statefast/stack": stack, "statefast/retention": retention}
    return json.dumps({"metadata": {"name": "data-pr-7", "annotations": said}})


@pytest.mark.parametrize(
    ("namespace", "left", "code", "said"),
    [
        ("", "", 0, "There is no namespace data-pr-7."),
        (says("statefast/pr-7", "delete"), "", 0, "deleted namespace/data-pr-7"),
        (says("statefast/pr-7", "delete"), "pod/a\npod/b", 1, "it holds pod/a, pod/b."),
        (says("statefast/pr-7", "retain"), "", 1, 'says of itself "statefast/pr-7 retain"'),
        (says("shop/pr-7", "delete"), "", 1, 'says of itself "shop/pr-7 delete"'),
        (json.dumps({"metadata": {"name": "data-pr-7"}}), "", 1, '"nobody unknown"'),
        (says("statefast/pr-7", "delete"), "forbidden", 1, ""),
    ],
)
def test_a_namespace_is_swept_where_it_is_the_stacks_and_empty(
    desk: Desk, namespace: str, left: str, code: int, said: str
) -> None:
    found, text = desk.run(
        "sweep.sh",
        "data-pr-7",
        "statefast/pr-7",
        NAMESPACE=namespace,
        LEFT=left,
        SECONDS_TO_WAIT="0",
    )
    assert found == code, text
    assert said in text
    assert ("deleted" in text) is (code == 0 and bool(namespace))
