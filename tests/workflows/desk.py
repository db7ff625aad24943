"""A folder with stand-ins on PATH for the commands of the scripts that need a network."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[2] / ".github/scripts"
REPOSITORY = "o/r"
# Answers `gh api` from the file of answers, by path, and keeps what it is told to write.
# It runs some ten times a test: what takes longer to import than all of it is imported late.
GH = """
import json, os, sys
here = os.environ["DESK"]
with open(here + "/comments.json") as state:
    comments = json.load(state)
with open(here + "/answers.json") as written:
    answers = json.load(written)
words = sys.argv[1:]
with open(here + "/calls", "a") as calls:
    calls.write(json.dumps(words) + "\\n")
method = words[words.index("--method") + 1] if "--method" in words else "GET"
page = next(word for word in words if word.startswith("repos/")).removeprefix("repos/o/r/")
def say(answer):
    if "--jq" not in words:
        print(json.dumps(answer))
        sys.exit()
    import subprocess
    query = words[words.index("--jq") + 1]
    done = subprocess.run(["jq", "--raw-output", query], input=json.dumps(answer), text=True)
    sys.exit(done.returncode)
if method == "GET":
    if page.endswith("/zip"):
        with open(here + "/" + page.split("/")[-2], "rb") as archive:
            sys.stdout.buffer.write(archive.read())
        sys.exit()
    if page.endswith("/comments"):
        say(comments) if "no comments" not in answers else sys.exit("HTTP 500")
    page = page + "".join("&" + word for word in words if word.startswith("name="))
    if page not in answers:
        sys.exit("HTTP 404: " + page)
    say(answers[page])
if "/comments" in page:
    body = open(words[-1].removeprefix("body=@")).read()
    if method == "PATCH":
        number = int(page.rpartition("/")[2])
        next(item for item in comments if item["id"] == number)["body"] = body
    else:
        bot = {"login": "github-actions[bot]"}
        comments.append({"id": len(comments) + 1, "user": bot, "body": body})
    with open(here + "/comments.json", "w") as state:
        json.dump(comments, state)
"""
KUBECTL = """#!/bin/sh
[ "$1" = delete ] && { echo "deleted $2"; exit; }
[ "$2" = "namespace/data-pr-7" ] && [ -n "$NAMESPACE" ] && { echo "$NAMESPACE"; exit; }
[ "$2" = persistentvolumes ] && { echo "$VOLUMES"; exit; }
[ "$LEFT" != forbidden ] || exit 1
[ -z "$LEFT" ] || echo "$LEFT"
"""

needs_jq = pytest.mark.skipif(not shutil.which("jq"), reason="the scripts need jq on PATH")


class Desk:
    """A folder with stand-ins on PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        # Not the `python3` of PATH: that may be a script which takes a second to find the real one.
        (folder / "bin/python3").symlink_to(Path(sys.executable).resolve())
        gh = f"#!{sys.executable} -ISE{GH}"
        for name, text in (("gh", gh), ("kubectl", KUBECTL)):
            (folder / "bin" / name).write_text(text)
            (folder / "bin" / name).chmod(0o755)
        self.environment = {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "DESK": str(folder),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_OUTPUT": str(folder / "output"),
            "PULL_REQUEST": "7",
        }
        self.write("comments.json", [])
        self.answer({})

    def write(self, name: str, content: object) -> str:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def answer(self, answers: dict[str, Any]) -> None:
        """What GitHub says, by the path below that of the repository."""
        self.write("answers.json", answers)

    def pack(self, artifact: int, **files: str | bytes) -> None:
        """The archive of an artifact."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in files.items():
                packed.writestr(name, content)
        (self.folder / str(artifact)).write_bytes(archive.getvalue())

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

    @property
    def output(self) -> dict[str, str]:
        """The outputs of the step, as the runner reads them."""
        lines = (self.folder / "output").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)
