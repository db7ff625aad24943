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
from tests.engine.conftest import Config, Result, fresh_name
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


class InYaml(Elsewhere):
    """A stack whose program is its Pulumi.yaml, by Pulumi's own language host."""

    def __init__(self, workspace: Workspace, name: str, source: str, host: list[str]) -> None:
        super().__init__(workspace, name, source, "yaml", [])
        self._path = host[0]
        self._run("stack", "init", self.name)

    def pulumi(self, *arguments: str) -> Result:
        """Writes the program, and runs the CLI."""
        file = self._folder / "Pulumi.yaml"
        project = yaml.safe_load(file.read_text())
        project["resources"] = self._resources(self.config["guarded:program"])
        file.write_text(yaml.safe_dump(project))
        return self._run(*arguments, "--stack", self.name)

    def _run(self, *arguments: str) -> Result:
        made = self.environment()
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self._folder,
            env={**made, "PATH": f"{self._path}:{made['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        return Result(done.returncode, done.stdout)

    def _resources(self, given: Config) -> Config:
        guards = "guard" in given
        cluster: Config = {"version": version("pulumi_kubernetes")}
        made: Config = {}
        if guards:
            made["guard"] = {"type": "statefast:index:Guard", "properties": given["guard"]}
            cluster["dependsOn"] = ["${guard}"]
        made["cluster"] = {
            "type": "pulumi:providers:kubernetes",
            "properties": {"clusterIdentifier": "guarded"},
            "options": cluster,
        }
        options = {"provider": "${cluster}"}
        if self.source == "chart":
            values = {"chart": str(CHART), "values": {"objects": given["objects"]}}
            kind = "kubernetes:helm.sh/v4:Chart"
            made["release"] = {"type": kind, "properties": values, "options": options}
            return made
        first: list[str] = []
        for number, item in enumerate(given["objects"]):
            group = "core/v1" if item["apiVersion"] == "v1" else item["apiVersion"]
            made[f"object{number}"] = {
                "type": f"kubernetes:{group}:{item['kind']}",
                "name": item["metadata"]["name"],
                "properties": {key: item[key] for key in ("metadata", "spec") if key in item},
                "options": {**options, "dependsOn": list(first)},
            }
            if item["kind"] == "Namespace":
                first.append(f"${{object{number}}}")
        return made


@pytest.fixture(scope="session")
def yaml_host() -> list[str]:
    """Where Pulumi's language host for YAML is."""
    name = "pulumi-language-yaml"
    return [str(compiled("yaml", name, f"github.com/pulumi/pulumi-yaml/cmd/{name}").parent)]


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
    """How the Go program is started."""
    return [str(compiled("go", "program"))]


@pytest.fixture(scope="session")
def sdks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Pulumi's generators make of the schema: a folder for each language."""
    folder = tmp_path_factory.mktemp("sdks")
    words = [compiled("sdks", "sdks"), PROJECT / "plugin/schema.json", folder]
    subprocess.run(words, check=True)
    return folder


def compiled(folder: str, name: str, package: str = ".") -> Path:
    """A Go program; it is compiled once."""
    source = SOURCES / folder
    digest = hashlib.sha256(b"".join(it.read_bytes() for it in sorted(source.iterdir())))
    program = private_folder(cache_folder() / folder / digest.hexdigest()[:16]) / name
    if not program.exists():
        words = [gotool.require(name, "tests of other languages"), "build", "-o", str(program)]
        subprocess.run([*words, package], cwd=source, env=gotool.environment(), check=True)
    return program


@pytest.fixture
def elsewhere(workspace: Workspace, request: pytest.FixtureRequest) -> Iterator[Guarded]:
    """A stack of a program in another language: its language, and where its objects come from."""
    language, source = request.param
    fixture = {"nodejs": "node", "yaml": "yaml_host"}.get(language, language)
    words: list[str] = request.getfixturevalue(fixture)
    place = (
        InYaml(workspace, fresh_name(request), source, words)
        if language == "yaml"
        else Elsewhere(workspace, fresh_name(request), source, language, words)
    )
    try:
        yield place
    finally:
        place.remove()
