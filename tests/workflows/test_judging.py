"""Whose previews are judged, how they are taken, and what becomes of the answer."""

import json
import sys
import zipfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from .desk import REPOSITORY, SCRIPTS, Desk, needs_jq

SHA = "a" * 40
RUNS = "actions/workflows/preview.yml/runs"

pytestmark = needs_jq


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def event(**run: Any) -> dict[str, Any]:
    """What GitHub says of a run that has ended."""
    its = {
        "id": 42,
        "event": "pull_request",
        "head_sha": SHA,
        "head_branch": "feature",
        "head_repository": {"full_name": REPOSITORY},
        "path": ".github/workflows/preview.yml",
        "conclusion": "success",
        **run,
    }
    return {"workflow_run": its, "repository": {"default_branch": "main"}}


def pull(number: int = 7, base: str = "main", state: str = "open", sha: str = SHA) -> Any:
    return {"number": number, "state": state, "base": {"ref": base}, "head": {"sha": sha}}


def whose(desk: Desk, run: dict[str, Any], *pulls: Any, runs: tuple[int, ...] = (42,)) -> str:
    desk.answer({RUNS: {"workflow_runs": [{"id": n} for n in runs]}, "pulls": list(pulls)})
    code, said = desk.run("whose.sh", GITHUB_EVENT_PATH=desk.write("event.json", run))
    assert code == 0, said
    return said


def test_the_commit_and_its_pull_request_come_from_github(desk: Desk) -> None:
    whose(desk, event(), pull(), pull(8, sha="b" * 40), runs=(41, 42))

    assert desk.output == {"sha": SHA, "pull_request": "7", "trouble": ""}
    asked = desk.calls[-1]
    assert "head=o:feature" in asked
    assert f"head_sha={SHA}" in desk.calls[0]


def test_a_merge_group_has_no_comment(desk: Desk) -> None:
    queue = "gh-readonly-queue/main/pr-7-abc"
    whose(desk, event(event="merge_group", head_branch=queue))
    assert desk.output == {"sha": SHA, "pull_request": "", "trouble": ""}


def test_a_fork_is_told_why_it_does_not_pass(desk: Desk) -> None:
    for repository in ({"full_name": "somebody/r"}, None):
        whose(desk, event(head_repository=repository))
        assert desk.output["sha"] == SHA
        assert desk.output["pull_request"] == ""
        assert desk.output["trouble"].startswith("a fork is not previewed")


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_base_that_somebody_made_for_it_does_not_speak_for_main(desk: Desk, state: str) -> None:
    """A run does not say of which pull request it is; its workflow was that of the merge."""
    whose(desk, event(), pull(), pull(9, base="evil", state=state))
    # It may have been opened for the run alone.
    assert "state=all" in desk.calls[-1]
    assert desk.output["pull_request"] == "7"
    assert "the head of a pull request into another branch" in desk.output["trouble"]


@pytest.mark.parametrize(
    ("run", "pulls", "says"),
    [
        (event(path=".github/workflows/evil.yml"), [pull()], "another workflow"),
        (event(path=".github/workflows/preview.yml.evil.yml"), [pull()], "another workflow"),
        (event(event="push"), [pull()], "no preview of a pull request"),
        (event(event="workflow_dispatch"), [pull()], "no preview of a pull request"),
        (event(event="merge_group", head_branch="main"), [], "a queue for another branch"),
        (event(id=41), [pull()], "a later run previews the same commit"),
        (event(), [], "no open pull request into main"),
        (event(), [pull(base="release")], "no open pull request into main"),
        (event(), [pull(state="closed")], "no open pull request into main"),
        (event(), [pull(sha="b" * 40)], "no open pull request into main"),
    ],
)
def test_what_is_not_of_main_is_not_judged(
    desk: Desk, run: Any, pulls: list[Any], says: str
) -> None:
    assert says in whose(desk, run, *pulls)
    assert desk.output == {"sha": "", "pull_request": "", "trouble": ""}


def test_the_path_of_a_run_may_name_its_ref(desk: Desk) -> None:
    whose(desk, event(path=".github/workflows/preview.yml@refs/pull/7/merge"), pull())
    assert desk.output["sha"] == SHA


@pytest.mark.parametrize("sha", ["", "main", f"{SHA}\nsha=evil", "A" * 40])
def test_no_commit_is_no_output(desk: Desk, sha: str) -> None:
    desk.answer({RUNS: {"workflow_runs": [{"id": 42}]}, "pulls": [pull(sha=sha)]})
    code, _ = desk.run("whose.sh", GITHUB_EVENT_PATH=desk.write("e", event(head_sha=sha)))
    assert code == 1
    assert not (desk.folder / "output").exists()


def test_a_branch_may_have_any_name(desk: Desk) -> None:
    name = "x$(touch${IFS}gone)`touch${IFS}gone`'\"&state=closed"
    whose(desk, event(head_branch=name), pull())
    assert f"head=o:{name}" in desk.calls[-1]
    assert not (desk.folder / "gone").exists()


def artifacts(*found: Any) -> dict[str, Any]:
    known = [{"expired": False, "size_in_bytes": 100, **its} for its in found]
    return {"artifacts": known}


def fetch(desk: Desk, **answers: Any) -> tuple[int, str]:
    desk.answer(
        {f"actions/runs/42/artifacts&name=preview-{name}": its for name, its in answers.items()}
    )
    return desk.run("fetch.sh", "previews", "42", *answers)


def test_one_preview_a_stack_is_taken_and_nothing_else(desk: Desk) -> None:
    desk.pack(3, **{"dev.json": "{}", "../../evil": "x", "prod.json": "of dev", "sub/dev.json": ""})
    desk.pack(4, **{"prod.json": "[]"})

    code, said = fetch(
        desk,
        dev=artifacts({"id": 2, "name": "preview-dev"}, {"id": 3, "name": "preview-dev"}),
        # Only what has the name that was asked for.
        prod=artifacts({"id": 4, "name": "preview-prod"}, {"id": 5, "name": "preview-prod2"}),
    )

    assert code == 0, said
    found = {file.name: file.read_text() for file in (desk.folder / "previews").iterdir()}
    assert found == {"dev.json": "{}", "prod.json": "[]"}
    assert not (desk.folder.parent / "evil").exists()


@pytest.mark.parametrize(
    "its", [{"expired": True}, {"size_in_bytes": 2**30}, {"name": "preview-prod\n"}]
)
def test_what_is_not_there_is_left_to_the_gate(desk: Desk, its: Any) -> None:
    desk.pack(4, **{"prod.json": "[]"})
    code, said = fetch(desk, prod=artifacts({"id": 4, "name": "preview-prod", **its}))
    assert code == 0
    assert "::error::There is no preview of prod, or it is too large." in said
    assert list((desk.folder / "previews").iterdir()) == []


def unpack(archive: Path, name: str = "prod.json") -> tuple[bytes | None, str]:
    """What is taken out, or why it is not: in this process, since each start takes its time."""
    target = archive.parent / "taken"
    target.unlink(missing_ok=True)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out:
        patch.setattr(sys, "argv", ["unpack.py", str(archive), name, str(target)])
        with pytest.raises(SystemExit) as done:
            run_path(str(SCRIPTS / "unpack.py"), run_name="__main__")
    assert (done.value.code == 0) is target.exists()
    return (target.read_bytes() if target.exists() else None), out.getvalue()


def packed(folder: Path, *files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(folder / "archive", "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return folder / "archive"


def test_ten_thousand_files_beside_it_are_left(tmp_path: Path) -> None:
    many = [(f"../{n}\n::error::x", b"") for n in range(10_000)]
    assert unpack(packed(tmp_path, *many, ("prod.json", b"{}")))[0] == b"{}"
    assert {file.name for file in tmp_path.iterdir()} == {"archive", "taken"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_of_one_name_are_none(tmp_path: Path) -> None:
    content, said = unpack(packed(tmp_path, ("prod.json", b"1"), ("prod.json", b"2")))
    assert content is None
    assert said == "::error::No prod.json: there are 2 files of this name.\n"


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_without_end_is_too_large(tmp_path: Path, method: int) -> None:
    zeros = bytes(64 * 2**20 + 1)
    content, said = unpack(packed(tmp_path, ("prod.json", zeros), method=method))
    assert content is None
    assert "too large" in said


def test_a_link_is_a_text(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("prod.json")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert unpack(tmp_path / "archive")[0] == b"/etc/passwd"
    assert not (tmp_path / "taken").is_symlink()


def test_a_broken_archive_is_one_sentence(tmp_path: Path) -> None:
    whole = packed(tmp_path, ("prod.json", b'{"a": 1}' * 500)).read_bytes()
    for cut in (0, 10, 40, len(whole) - 30):
        (tmp_path / "archive").write_bytes(whole[:cut])
        assert unpack(tmp_path / "archive")[0] is None
    for place in range(0, len(whole), 3):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        (tmp_path / "archive").write_bytes(broken)
        unpack(tmp_path / "archive")


GOOD = {"PREVIEWS": "success", "GATE": "0", "POLICIES": "0", "JOB": "success", "TROUBLE": ""}
SERVER = {"GITHUB_SERVER_URL": "https://github.example", "GITHUB_RUN_ID": "5"}


def status(desk: Desk, **parts: str) -> tuple[int, dict[str, str]]:
    code, said = desk.run("status.sh", SHA, **{**GOOD, **SERVER, **parts})
    (call,) = desk.calls
    assert f"repos/o/r/statuses/{SHA}" in call, said
    return code, dict(word.split("=", 1) for word in call if "=" in word)


def test_the_gate_passes_where_every_part_has_passed(desk: Desk) -> None:
    code, told = status(desk)
    assert code == 0
    assert (told["context"], told["state"]) == ("gate", "success")
    assert told["target_url"] == "https://github.example/o/r/actions/runs/5"


@pytest.mark.parametrize(
    "part",
    [
        {"PREVIEWS": word}
        for word in ("failure", "cancelled", "skipped", "timed_out", "action_required", "")
    ]
    + [{"GATE": word} for word in ("1", "2", "", "127")]
    + [{"POLICIES": word} for word in ("1", "2", "")]
    + [{"JOB": word} for word in ("failure", "cancelled", "")]
    + [{"TROUBLE": "a fork"}],
    ids=json.dumps,
)
def test_it_does_not_where_one_has_failed_or_was_skipped(desk: Desk, part: dict[str, str]) -> None:
    code, told = status(desk, **part)
    assert code == 1
    assert told["state"] in ("failure", "error")
    assert len(told["description"]) <= 140
