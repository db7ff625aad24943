"""Programs in other languages, which the plugin guards."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from localcluster import gotool
from localcluster.files import private_folder
from localcluster.layout import PROJECT, Workspace, cache_folder
from statefast.marks import Word, sentences
from tests.engine.conftest import Result, fresh_name
from tests.engine.conftest import workspace as workspace
from tests.engine.guarded_stack import Guarded

SOURCES = Path(__file__).parent
CHART = PROJECT / "tests/engine/programs/guarded/chart"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the engine, and a language beside Python."""
    for item in items:
        if Path(item.path).is_relative_to(SOURCES):
            item.add_marker(pytest.mark.engine)
            item.add_marker(pytest.mark.languages)
            if not os.environ.get("STATEFAST_LANGUAGES"):
                reason = "needs other languages: `make test-languages`, or STATEFAST_LANGUAGES=1"
                item.add_marker(pytest.mark.skip(reason=reason))


class Elsewhere(Guarded):
    """A stack whose program is run by the Automation API of its own language."""

    def __init__(
        self, workspace: Workspace, name: str, source: str, runtime: str, words: list[str]
    ) -> None:
        super().__init__(workspace, name, source)
        self._words = words
        self._folder = private_folder(workspace.folder / "stacks" / name)
        project = {
            "name": "guarded",
            "runtime": runtime,
            "plugins": {"providers": [{"name": "statefast", "path": str(PROJECT / "plugin")}]},
        }
        (self._folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))

    def refused_in(self, text: str) -> list[str]:
        """The refusals in what a preview said; the SDK of the language says some once more."""
        said = sentences(text.partition("Diagnostics:")[2])
        return [sentence for word, sentence in said if word is Word.REFUSES]

    def pulumi(self, *arguments: str) -> Result:
        """Runs the program, which asks the CLI by itself."""
        installed = {"chart": str(CHART), "provider": version("pulumi_kubernetes")}
        given = {**installed, **self.config["guarded:program"]}
        (self._folder / "given.json").write_text(json.dumps(given))
        done = subprocess.run(
            [*self._words, arguments[0], self.name, "given.json"],
            cwd=self._folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        return Result(done.returncode, done.stdout)


@pytest.fixture(scope="session")
def node() -> list[str]:
    """How the TypeScript program is started; its libraries are installed once."""
    source = SOURCES / "typescript"
    lock = (source / "package-lock.json").read_bytes()
    folder = private_folder(cache_folder() / "node" / hashlib.sha256(lock).hexdigest()[:16])
    for name in ("package.json", "package-lock.json", "program.ts", "run.js"):
        shutil.copy(source / name, folder)
    if not (folder / "node_modules/.package-lock.json").exists():
        words = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(words, cwd=folder, check=True)
    return ["node", str(folder / "run.js")]


@pytest.fixture(scope="session")
def go() -> list[str]:
    """How the Go program is started; it is compiled once."""
    source = SOURCES / "go"
    digest = hashlib.sha256(b"".join(it.read_bytes() for it in sorted(source.iterdir())))
    program = private_folder(cache_folder() / "go" / digest.hexdigest()[:16]) / "program"
    if not program.exists():
        words = [gotool.require("program", "programs in Go"), "build", "-o", str(program), "."]
        subprocess.run(words, cwd=source, env=gotool.environment(), check=True)
    return [str(program)]


@pytest.fixture
def elsewhere(workspace: Workspace, request: pytest.FixtureRequest) -> Iterator[Guarded]:
    """A stack of a program in another language: its language, and where its objects come from."""
    language, source = request.param
    words: list[str] = request.getfixturevalue({"nodejs": "node"}.get(language, language))
    place = Elsewhere(workspace, fresh_name(request), source, language, words)
    try:
        yield place
    finally:
        place.remove()
