"""Programs run by the language host, on the real engine."""

import json
import re
import signal
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcluster import cluster, processes
from localcluster.layout import Workspace
from localcluster.orphans import orphans
from localcluster.toolchain import environment
from tests.engine.keeper import KEEPER, keeper
from tests.localcluster.conftest import eventually

pytestmark = pytest.mark.engine

REFUSED = "class Refused(pulumi.RunError, ValueError): pass\n"


class Program:
    """A Pulumi project in a folder of its own."""

    def __init__(self, workspace: Workspace, folder: Path, text: str) -> None:
        self.workspace, self.folder = workspace, folder
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text(f"name: {folder.name}\nruntime: python\n")
        self.write(text)
        code, said = self.pulumi("stack", "init", "dev")
        assert code == 0, said

    def write(self, text: str) -> None:
        """Writes the program."""
        (self.folder / "__main__.py").write_text("import pulumi\n" + text)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=self.folder,
            env=environment(self.workspace),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def pulumi(self, *arguments: str) -> tuple[int, str]:
        child = self.start(*arguments)
        said = child.communicate(timeout=120)[0]
        return child.returncode, said

    def failure(self, text: str = "") -> str:
        """What the closing diagnostics of a failing preview say; of TEXT, where it is given."""
        if text:
            self.write(text)
        code, said = self.pulumi("preview", "--suppress-progress")
        assert code != 0, said
        return said.partition("Diagnostics:")[2].partition("Resources:")[0]


def make(running: Workspace, tmp_path: Path, text: str) -> Program:
    # All of them share one backend, so each project has a name of its own.
    return Program(running, tmp_path / f"prog-{uuid.uuid4().hex[:8]}", text)


@pytest.fixture(scope="module")
def made_once(shared: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A program with a stack, as making one takes as long as a preview.

    Its key is not derived from a passphrase, which is a third of the CPU of a preview.
    """
    with keeper():
        made = make(shared, tmp_path_factory.mktemp("previewed"), "")
        code, said = made.pulumi("stack", "change-secrets-provider", KEEPER)
        assert code == 0, said
        yield made


@pytest.fixture
def previewed(running: Workspace, made_once: Program) -> Program:
    """A program that is only previewed, so that nothing is in its stack for the next test."""
    assert running is made_once.workspace
    for file in made_once.folder.glob("*.py"):
        file.unlink()
    return made_once


def test_a_deliberate_error_is_one_line(previewed: Program) -> None:
    said = previewed.failure(REFUSED + "raise Refused('make it larger')\n")
    errors = [line.strip() for line in said.splitlines() if "error" in line]
    assert errors == ["error: make it larger"]
    assert said.count("make it larger") == 1
    assert "Traceback" not in said


def test_another_error_shows_the_programs_own_frames(previewed: Program) -> None:
    program = previewed
    (program.folder / "helper.py").write_text("def look():\n    return {}['nothing']\n")
    said = program.failure("import helper\nhelper.look()\n")
    assert said.count("KeyError: 'nothing'") == 1
    assert "error: Program failed with an unhandled exception:" in said
    frames = [line.split('"')[1] for line in said.splitlines() if line.strip().startswith("File")]
    assert frames == [str(program.folder / "__main__.py"), str(program.folder / "helper.py")]


def test_a_syntax_error_names_its_line(previewed: Program) -> None:
    said = previewed.failure("x = (\n")
    assert "__main__.py" in said
    assert "SyntaxError" in said
    assert "language_host" not in said


@pytest.mark.parametrize(("text", "says"), [("3", "with 3"), ("'a reason'", "with a reason")])
def test_a_program_that_exits_has_failed(previewed: Program, text: str, says: str) -> None:
    said = previewed.failure(f"raise SystemExit({text})\n")
    assert f"error: the program exited {says}" in said


def test_a_missing_program_is_named(previewed: Program) -> None:
    assert "error: there is no program: " in previewed.failure()


def test_an_error_after_resources_is_still_one_line(previewed: Program) -> None:
    text = (
        "import pulumi_kubernetes as k8s\n"
        "k8s.core.v1.ConfigMap('one', metadata={'name': 'one'}, data={})\n"
    )
    said = previewed.failure(text + REFUSED + "raise Refused('no')\n")
    assert [line.strip() for line in said.splitlines() if "error" in line] == ["error: no"]


def test_a_refused_resource_is_no_fault_of_the_program(previewed: Program) -> None:
    text = (
        "import pulumi_kubernetes as k8s\n"
        "k8s.core.v1.ConfigMap('one', metadata={'name': 'NOT ALLOWED'}, data={})\n"
    )
    said = previewed.failure(text)
    assert "a lowercase RFC 1123 subdomain must consist of" in said
    assert "Traceback" not in said
    assert "unhandled exception" not in said


def test_a_program_knows_its_stack_config_and_folder(running: Workspace, tmp_path: Path) -> None:
    program = make(
        running,
        tmp_path,
        "pulumi.export('stack', pulumi.get_stack())\n"
        "pulumi.export('root', pulumi.get_root_directory())\n"
        "pulumi.export('plain', pulumi.Config().get('plain'))\n"
        "pulumi.export('secret', pulumi.Config().get_secret('secret'))\n",
    )
    given = ("--plaintext", "plain=seen", "--secret", "secret=unseen")
    code, said = program.pulumi("config", "set-all", *given)
    assert code == 0, said
    code, said = program.pulumi("up", "--yes", "--skip-preview")
    assert code == 0, said
    assert "unseen" not in said
    wanted = {"stack": "dev", "root": str(program.folder), "plain": "seen", "secret": "unseen"}
    assert json.loads(program.pulumi("stack", "output", "--json", "--show-secrets")[1]) == wanted


def test_runs_do_not_disturb_each_other(running: Workspace, tmp_path: Path) -> None:
    text = "import time\ntime.sleep(1)\npulumi.export('name', pulumi.get_project())\n"
    programs = [Program(running, tmp_path / f"side-{number}", text) for number in range(3)]
    children = [program.start("up", "--yes", "--skip-preview") for program in programs]
    said = [child.communicate(timeout=120)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], said
    for program, text in zip(programs, said, strict=True):
        assert re.findall(r'name *: "(.*)"', text) == [program.folder.name]


def test_an_interrupted_run_ends_its_host(running: Workspace, tmp_path: Path) -> None:
    program = make(
        running,
        tmp_path,
        "import os, pathlib, time\n"
        "pathlib.Path('pid').write_text(str(os.getpid()))\n"
        "time.sleep(300)\n",
    )
    child = program.start("preview")
    eventually((program.folder / "pid").exists)
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=60)[0]
    assert child.returncode != 0, said
    host = int((program.folder / "pid").read_text())
    eventually(lambda: processes.start_ticks(host) is None)


def test_a_killed_run_leaves_no_host_and_no_plugin(running: Workspace, tmp_path: Path) -> None:
    program = make(
        running,
        tmp_path,
        "import os, pathlib, time\n"
        "import pulumi_kubernetes as k8s\n"
        "one = k8s.core.v1.ConfigMap('one', metadata={'name': 'one'}, data={})\n"
        "def wait(_):\n"
        "    pathlib.Path('pid').write_text(str(os.getpid()))\n"
        "    time.sleep(300)\n"
        "one.metadata.apply(wait)\n",
    )
    with program.start("preview") as child:
        eventually((program.folder / "pid").exists)
        host = int((program.folder / "pid").read_text())
        assert orphans(running) == []
        child.kill()
    eventually(lambda: processes.start_ticks(host) is None)
    # Its provider, or nothing where that noticed by itself.
    assert {name for name, _ in orphans(running)} <= {"pulumi-resource-kubernetes"}
    cluster.down(running)
    assert orphans(running) == []


def test_a_component_provider_is_run(previewed: Program, tmp_path: Path) -> None:
    folder = tmp_path / "provider"
    folder.mkdir()
    (folder / "PulumiPlugin.yaml").write_text("runtime: python\n")
    (folder / "__main__.py").write_text(
        "from typing import TypedDict\n"
        "import pulumi\n"
        "from pulumi.provider.experimental import component_provider_host\n"
        "class Args(TypedDict):\n"
        "    size: pulumi.Input[str]\n"
        "class Box(pulumi.ComponentResource):\n"
        "    size: pulumi.Output[str]\n"
        "    def __init__(self, name: str, args: Args, opts=None):\n"
        "        super().__init__('boxes:index:Box', name, {}, opts)\n"
        "component_provider_host(name='boxes', components=[Box])\n"
    )
    code, said = previewed.pulumi("package", "get-schema", str(folder))
    assert code == 0, said
    assert '"boxes:index:Box"' in said


def test_nothing_is_warned_about_but_the_providers_age(previewed: Program) -> None:
    text = "import pulumi_kubernetes as k8s\nk8s.core.v1.ConfigMap('one', data={})\n"
    previewed.write(text)
    code, said = previewed.pulumi("preview", "--suppress-progress")
    assert code == 0, said
    warnings = {line.strip() for line in said.splitlines() if "warning" in line}
    assert all("resource plugin kubernetes" in line or "1 warning" in line for line in warnings)
