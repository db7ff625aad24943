"""Two revisions against each other on a cluster of their own, as before a pull request."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from localcluster.errors import LocalClusterError
from localcluster.layout import PROJECT
from localcluster.review import compare

FILES = (
    ".gitignore",
    "__main__.py",
    "statefast",
    "settings",
    "workloads",
    "Pulumi.yaml",
    "Pulumi.review.yaml",
)
STACK = "review"
GROWN = ("storage: {size: 1Gi}", "storage: {size: 2Gi}")
ONE_BY_ONE = ("    zookeeper:\n", "    zookeeper:\n      podManagementPolicy: OrderedReady\n")
MYSQL = "    mysql:\n      pattern: deployment\n      storage: {size: 1Gi}\n"


class Repository:
    """A git repository of this program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")
        for name in FILES:
            source = PROJECT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy(source, folder)
        self.commit("base")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        done = subprocess.run(
            ["git", "-C", str(self.folder), *who, *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def commit(self, tag: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", tag)
        self.git("tag", tag)

    def edit(self, old: str, new: str) -> None:
        file = self.folder / "Pulumi.review.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """With a folder for temporary files of the test's own, which has to be empty in the end."""
    temporary = tmp_path / "t"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    (tmp_path / "r").mkdir()
    return Repository(tmp_path / "r")


@pytest.fixture
def gate() -> None:
    script = Path(sys.executable).with_name("statefast")
    if subprocess.run([script, "gate", "--help"], capture_output=True, check=False).returncode:
        pytest.skip("needs the command `statefast gate`")


def assert_nothing_is_left(repository: Repository) -> None:
    temporary = Path(tempfile.gettempdir())
    assert list(temporary.iterdir()) == []
    running = [
        " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])
    ]
    assert [line for line in running if str(temporary) in line] == []
    assert len(repository.git("worktree", "list").splitlines()) == 1


@pytest.mark.usefixtures("gate")
def test_a_growth_passes_and_is_shown(
    repository: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    repository.edit(*GROWN)
    repository.commit("grown")

    code = compare(repository.folder, "base", "grown", STACK)

    said = capfd.readouterr()
    assert code == 0, said
    assert "1Gi → 2Gi" in said.out
    assert "mysql-vol" in said.out
    # Once, and for people.
    assert (said.out + said.err).count("passes: safe") == 1
    assert "## " not in said.out
    assert "the policies are kept" in said.err
    assert repository.git("status", "--porcelain") == ""
    assert_nothing_is_left(repository)


@pytest.mark.usefixtures("gate")
def test_a_removed_workload_in_files_not_committed_yet_is_shown_with_what_stays(
    repository: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    repository.edit(MYSQL, "")

    code = compare(repository.folder, "main", None, STACK)

    said = capfd.readouterr()
    # Of an ephemeral stack, too: its claims go when it is destroyed, and by no edit.
    assert code == 0, said
    assert "passes: downtime" in said.out
    assert "mysql" in said.out
    assert repository.git("status", "--porcelain").split() == ["M", "Pulumi.review.yaml"]
    assert_nothing_is_left(repository)


@pytest.mark.usefixtures("gate")
def test_a_revision_that_breaks_a_policy_does_not_pass(
    repository: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    program = repository.folder / "__main__.py"
    before = "    on_cluster = "
    a_class = (
        "    import pulumi_kubernetes as k8s\n\n"
        '    k8s.storage.v1.StorageClass("x", metadata={"name": "x"}, provisioner="a.b",'
        " opts=pulumi.ResourceOptions(provider=cluster))\n"
    )
    text = program.read_text()
    assert before in text
    program.write_text(text.replace(before, a_class + before))

    code = compare(repository.folder, "base", None, STACK)

    said = capfd.readouterr()
    assert code == 1, said
    assert "explicit-classes" in said.err
    assert "the policies are kept" not in said.err
    assert_nothing_is_left(repository)


@pytest.mark.usefixtures("gate")
def test_a_revision_that_cannot_be_previewed_has_no_verdict_and_does_not_pass(
    repository: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    repository.edit("size: 1Gi", "size: 1 GB")
    repository.commit("broken")

    code = compare(repository.folder, "base", "broken", STACK)

    said = capfd.readouterr()
    assert code == 2, said
    assert "size is '1 GB'" in said.out
    assert "stopped: refused by the program" in said.out
    assert_nothing_is_left(repository)


@pytest.mark.usefixtures("gate")
def test_a_refused_edit_is_shown_with_its_reason_and_what_to_write(
    repository: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    repository.edit(*ONE_BY_ONE)

    code = compare(repository.folder, "base", None, STACK)

    said = capfd.readouterr()
    assert code == 2, said
    panel, _, copied = " ".join(said.out.replace("│", "").split()).partition("Pulumi.review.yaml:")
    assert "refused in review" in panel
    for part in ("StatefulSet zookeeper", "'Parallel'", "would be replaced", "instead: write"):
        assert part in panel
    assert re.match(
        r" config: statefast:consent:"
        r' - "StatefulSet zookeeper: pod_management_policy Parallel -> OrderedReady'
        r' \[[0-9a-f]{8}\]"',
        copied,
    ), said.out
    assert_nothing_is_left(repository)


def test_a_base_that_cannot_be_deployed_is_an_error_and_leaves_nothing(
    repository: Repository,
) -> None:
    repository.edit("size: 1Gi", "size: 1 GB")
    repository.commit("broken")

    with pytest.raises(LocalClusterError, match=r"`pulumi up` failed(.|\n)*storage\.size"):
        compare(repository.folder, "broken", "base", STACK)
    assert_nothing_is_left(repository)


@pytest.mark.parametrize("revision", ["nowhere", "--all", ""])
def test_a_revision_that_is_not_there_is_named(repository: Repository, revision: str) -> None:
    with pytest.raises(LocalClusterError, match=f"has no revision '{revision}'"):
        compare(repository.folder, revision, None, STACK)
    assert_nothing_is_left(repository)


def test_a_revision_from_before_the_program_is_named(repository: Repository) -> None:
    repository.git("rm", "--quiet", "Pulumi.yaml")
    repository.commit("before")

    with pytest.raises(LocalClusterError, match=r"revision 'before' has no Pulumi\.yaml"):
        compare(repository.folder, "before", None, STACK)
    assert_nothing_is_left(repository)
