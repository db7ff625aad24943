"""The user's own tools come first; their settings stay out of it."""

import os
import stat
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from localcluster import toolchain
from localcluster.build import location
from localcluster.errors import LocalClusterError
from localcluster.layout import PROJECT, Workspace
from localcluster.parts import KUBERNETES_PROVIDER, PULUMI_CLI
from localcluster.toolchain import Toolchain

SDK = version("pulumi_kubernetes")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with nothing installed, and a cache where everything is built."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    monkeypatch.setenv("STATEFAST_CACHE", str(tmp_path / "cache"))
    for part in (PULUMI_CLI, KUBERNETES_PROVIDER):
        program(location(part))
    return tmp_path


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def prepared(home: Path) -> Workspace:
    workspace = Workspace(home / "work")
    toolchain.prepare(workspace, toolchain.find())
    return workspace


def plugin(workspace: Workspace) -> Path:
    name = f"resource-kubernetes-v{SDK}"
    return workspace.pulumi_home / "plugins" / name / "pulumi-resource-kubernetes"


def test_who_has_nothing_gets_everything(home: Path) -> None:
    assert toolchain.find() == Toolchain(None, None, None)
    assert toolchain.find().missing_parts() == [PULUMI_CLI, KUBERNETES_PROVIDER]
    workspace = prepared(home)
    assert (workspace.bin / "pulumi").samefile(location(PULUMI_CLI))
    assert plugin(workspace).samefile(location(KUBERNETES_PROVIDER))
    assert (workspace.bin / "pulumi-language-python").exists()


def test_the_users_cli_and_host_are_used(home: Path) -> None:
    cli = program(home / "bin/pulumi", '#!/bin/sh\necho "$@" > "$HOME/called"\n')
    host = program(home / "bin/pulumi-language-python")
    assert toolchain.find() == Toolchain(cli, host, None)
    assert toolchain.find().missing_parts() == []
    workspace = prepared(home)
    assert list(workspace.bin.iterdir()) == []
    assert (home / "called").read_text() == f"plugin install resource kubernetes v{SDK}\n"


def test_a_host_without_a_cli_is_not_trusted(home: Path) -> None:
    program(home / "bin/pulumi-language-python")
    assert toolchain.find().host is None


def test_a_cli_that_cannot_fetch_the_provider_gets_the_built_one(home: Path) -> None:
    program(home / "bin/pulumi", "#!/bin/sh\nexit 1\n")
    assert plugin(prepared(home)).samefile(location(KUBERNETES_PROVIDER))


@pytest.mark.parametrize("variable", [True, False])
def test_the_users_plugin_is_used(
    home: Path, monkeypatch: pytest.MonkeyPatch, variable: bool
) -> None:
    folder = home / ("elsewhere" if variable else ".pulumi")
    if variable:
        monkeypatch.setenv("PULUMI_HOME", str(folder))
    own = program(folder / f"plugins/resource-kubernetes-v{SDK}/pulumi-resource-kubernetes")
    assert toolchain.find().missing_parts() == [PULUMI_CLI]
    assert plugin(prepared(home)).samefile(own)


def test_a_provider_on_path_is_left_to_the_engine(home: Path) -> None:
    program(home / "bin/pulumi-resource-kubernetes")
    assert toolchain.find().missing_parts() == [PULUMI_CLI]
    assert not plugin(prepared(home)).exists()


def test_a_cli_installed_later_takes_over(home: Path) -> None:
    workspace = prepared(home)
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" in toolchain.environment(workspace)
    program(home / "bin/pulumi")
    prepared(home)
    assert not (workspace.bin / "pulumi").exists()
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in toolchain.environment(workspace)


def test_the_environment_is_the_clusters_and_nobody_elses(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PULUMI_ACCESS_TOKEN", "PULUMI_STACK", "PULUMI_K8S_CLIENT_QPS"):
        monkeypatch.setenv(name, "the user's own")
    monkeypatch.setenv("KUBECONFIG", "the user's own")
    monkeypatch.setenv("LANG", "the user's own")
    workspace = prepared(home)
    made = toolchain.environment(workspace)
    assert sorted(name for name, value in made.items() if value == "the user's own") == ["LANG"]
    assert made["KUBECONFIG"] == str(workspace.cluster.kubeconfig)
    assert made["PULUMI_HOME"] == str(workspace.pulumi_home)
    assert made["PULUMI_BACKEND_URL"] == f"file://{workspace.stacks}"
    assert made["PATH"].split(os.pathsep)[0] == str(workspace.bin)
    # The provider leaves a kubeconfig in it, with the credentials of the cluster.
    assert made["TMPDIR"] == str(workspace.tmp)
    assert stat.S_IMODE(workspace.tmp.stat().st_mode) == 0o700


def test_the_passphrase_is_private_and_kept(home: Path) -> None:
    workspace = prepared(home)
    text = workspace.passphrase.read_text()
    assert stat.S_IMODE(workspace.passphrase.stat().st_mode) == 0o600
    prepared(home)
    assert workspace.passphrase.read_text() == text
    assert len(text) >= 30


def test_a_workspace_that_was_never_up_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalClusterError, match=f"nothing in {tmp_path} .* localcluster up"):
        toolchain.require_prepared(Workspace(tmp_path))


def test_the_host_starts_from_any_folder_and_says_its_port(home: Path) -> None:
    (home / "localcluster").mkdir()
    (home / "localcluster/__init__.py").write_text("raise SystemExit('the wrong package')")
    workspace = prepared(home)
    host = subprocess.Popen(
        [workspace.bin / "pulumi-language-python", "127.0.0.1:1"],
        cwd=home,
        env={"PATH": os.defpath, "PYTHONPATH": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert host.stdout is not None
        assert int(host.stdout.readline()) > 0
    finally:
        host.terminate()
        host.communicate(timeout=10)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["kubeconfig"], 1, "localcluster: there is no cluster in"),
        (["logs"], 1, "localcluster: there is no cluster in"),
        (["exec", "--", "pulumi", "version"], 1, "localcluster: there is nothing in"),
        (["status"], 3, ""),
        (["down"], 0, "nothing was running"),
    ],
)
def test_commands_on_nothing_say_so_in_one_line(
    tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "localcluster", *arguments],
        cwd=PROJECT,
        env={**os.environ, "STATEFAST_STATE": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == (1 if sentence else 0)
    assert not (tmp_path / "none").exists()
