"""The folder a stack of the embedded cluster runs in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from localcluster.errors import LocalClusterError
from localcluster.layout import PROJECT, Workspace
from localcluster.stacks import LocalStack


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_bytes((PROJECT / "Pulumi.yaml").read_bytes())
    (folder / "Pulumi.dev.yaml").write_text("encryptionsalt: v1:theirs\nconfig: {a:b: c}\n")
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One whose backend has the stack already, so that no CLI is needed."""
    made = Workspace.at(tmp_path / "workspace")
    state = made.stacks / ".pulumi/stacks/statefast"
    state.mkdir(parents=True)
    (state / "dev.json").write_text("{}")
    return made


def test_the_program_is_pointed_at_and_its_folder_left_alone(
    workspace: Workspace, project: Path
) -> None:
    before = {path.name: path.read_bytes() for path in project.iterdir()}
    stack = LocalStack(workspace, "dev", project)

    stack.prepare()

    assert {path.name: path.read_bytes() for path in project.iterdir()} == before
    made = yaml.safe_load((stack.folder / "Pulumi.yaml").read_text())
    assert made["main"] == str(project)
    assert made["name"] == "statefast"
    # A salt belongs to a passphrase: theirs is not ours.
    assert yaml.safe_load((stack.folder / "Pulumi.dev.yaml").read_text()) == {
        "config": {"a:b": "c"}
    }


def test_the_salt_of_the_stacks_own_secrets_survives_a_new_config(
    workspace: Workspace, project: Path
) -> None:
    stack = LocalStack(workspace, "dev", project)
    stack.prepare()
    file = stack.folder / "Pulumi.dev.yaml"
    file.write_text(file.read_text() + "encryptionsalt: v1:ours\n")

    stack.prepare({"a:b": "d"})

    assert yaml.safe_load(file.read_text()) == {
        "config": {"a:b": "d"},
        "encryptionsalt": "v1:ours",
    }


def test_values_only_their_owner_can_open_are_refused(workspace: Workspace, project: Path) -> None:
    (project / "Pulumi.dev.yaml").write_text("config: {a:b: {secure: v1:abc}}\n")

    with pytest.raises(LocalClusterError, match=r"has encrypted values.*plain `pulumi up -s dev`"):
        LocalStack(workspace, "dev", project).prepare()


def test_a_stack_without_a_file_is_refused(workspace: Workspace, project: Path) -> None:
    with pytest.raises(LocalClusterError, match=r"no stack live: write Pulumi\.live\.yaml"):
        LocalStack(workspace, "live", project).prepare()


def test_a_stack_is_named_as_its_objects_name_it(workspace: Workspace, project: Path) -> None:
    assert LocalStack(workspace, "dev", project).owner == "statefast/dev"


def test_without_its_environment_the_command_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise ModuleNotFoundError('typer')\n")
    done = subprocess.run(
        [sys.executable, "-m", "localcluster", "up"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "make venv" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_elsewhere_than_on_a_terminal_the_lines_that_say_nothing_are_left_out(
    workspace: Workspace, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said = [
        "Updating (dev):",
        " +  kubernetes:core/v1:Service zk creating (0s) ",
        " +  kubernetes:core/v1:Service zk creating (12s) Skipping await logic",
        "    warning: resource plugin kubernetes is expected to have version >=4.34.2, but 4.18",
        " +  kubernetes:apps/v1:StatefulSet zk creating (2s) [1/2] Waiting for pods",
        " +  kubernetes:core/v1:Service zk created (0.21s) ",
        "    error: it cannot be creating (0s)",
    ]
    workspace.bin.mkdir(parents=True)
    pulumi = workspace.bin / "pulumi"
    pulumi.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in said) + "exit 3\n")
    pulumi.chmod(0o700)
    stack = LocalStack(workspace, "dev", project)
    stack.folder.mkdir(parents=True)
    with pytest.raises(LocalClusterError, match="`pulumi up` failed"):
        stack.follow("up")
    assert capfd.readouterr().out.splitlines() == [said[0], *said[4:]]
