"""The scripts that comment and clean up, run with stand-ins for what needs a network."""

import json
from pathlib import Path

import pytest

from .desk import Desk, needs_jq

MARKER = "<!-- statefast preview -->\n"

pytestmark = needs_jq


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


def test_what_the_policies_say_stands_below(desk: Desk) -> None:
    files = (desk.write("comment.md", "verdict\n"), desk.write("policies.md", "\n### Policies\n"))
    assert desk.run("comment.sh", *files)[0] == 0
    assert desk.run("comment.sh", files[0], "nowhere.md")[0] == 0
    assert [item["body"] for item in desk.comments] == [MARKER + "verdict\n"]
    assert desk.run("comment.sh", *files)[0] == 0
    assert desk.comments[0]["body"] == MARKER + "verdict\n\n### Policies\n"


def test_no_verdict_is_said_in_place_of_the_last_one(desk: Desk) -> None:
    desk.run("comment.sh", desk.write("comment.md", "safe"))
    code, _ = desk.run("comment.sh", "nowhere.md")

    assert code == 0
    (comment,) = desk.comments
    assert comment["body"].startswith(MARKER + "There is no verdict")
    assert "safe" not in comment["body"]


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
