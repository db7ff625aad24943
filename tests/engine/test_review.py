"""Two revisions against each other, as before a pull request.

What a cluster of their own is and leaves is proved by one that passes and by one that fails. The
others run on the cluster of these tests, where the base is deployed once.
"""

import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import psutil
import pytest

from localcluster.errors import LocalClusterError
from localcluster.layout import PROJECT, Workspace
from localcluster.review import compare
from localcluster.stacks import LocalStack
from localcluster.toolchain import environment

from .begun import prepare

FILES = (
    ".gitignore",
    "__main__.py",
    "statefast",
    "settings",
    "workloads",
    "Pulumi.yaml",
)
STACK = "review"
GROWN = ("storage: {size: 1Gi}", "storage: {size: 2Gi}")
ONE_BY_ONE = ("    zookeeper:\n", "    zookeeper:\n      podManagementPolicy: OrderedReady\n")
MYSQL = "    mysql:\n      pattern: deployment\n      storage: {size: 1Gi}\n"


class Repository:
    """A git repository of this program, with one stack."""

    def __init__(self, folder: Path, stack: str = STACK) -> None:
        self.folder, self.stack = folder, stack
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        for name in FILES:
            source = PROJECT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy(source, folder)
        shutil.copy(PROJECT / "Pulumi.review.yaml", self.config)
        self.commit("base")

    @property
    def config(self) -> Path:
        """The config of the stack."""
        return self.folder / f"Pulumi.{self.stack}.yaml"

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
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for temporary files of the test's own, which has to be empty in the end."""
    (tmp_path / "t").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))


@pytest.fixture
def repository(tmp_path: Path, temporary: None) -> Repository:
    return Repository(tmp_path / "r")


@pytest.fixture(scope="module")
def deployed(workspace: Workspace) -> Iterator[str]:
    """A stack that the base of each test is deployed to, which changes nothing after the first."""
    name = f"review-{uuid.uuid4().hex[:8]}"
    yield name
    for kind, whose in (("namespace", f"data-{name}"), ("storageclass", f"rbd-{name}")):
        subprocess.run(
            ["kubectl", "delete", kind, whose, "--ignore-not-found", "--wait=false"],
            env=environment(workspace),
            check=True,
            capture_output=True,
        )


@pytest.fixture
def shared(
    tmp_path: Path,
    temporary: None,
    workspace: Workspace,
    deployed: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Repository:
    """Compared on the cluster of these tests."""
    made = Repository(tmp_path / "r", deployed)
    prepare(LocalStack(workspace, deployed, made.folder), {})
    monkeypatch.setattr("localcluster.review.own_cluster", lambda _: nullcontext(workspace))
    return made


def assert_nothing_is_left(repository: Repository) -> None:
    temporary = Path(tempfile.gettempdir())
    assert list(temporary.iterdir()) == []
    running = [
        " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])
    ]
    assert [line for line in running if str(temporary) in line] == []
    assert len(repository.git("worktree", "list").splitlines()) == 1


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


def test_a_removed_workload_in_files_not_committed_yet_is_shown_with_what_stays(
    shared: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    shared.edit(MYSQL, "")

    code = compare(shared.folder, "main", None, shared.stack)

    said = capfd.readouterr()
    # Of an ephemeral stack, too: its claims go when it is destroyed, and by no edit.
    assert code == 0, said
    assert "passes: downtime" in said.out
    assert "mysql" in said.out
    assert shared.git("status", "--porcelain").split() == ["M", shared.config.name]
    assert_nothing_is_left(shared)


def test_a_revision_that_breaks_a_policy_does_not_pass(
    shared: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    program = shared.folder / "__main__.py"
    before = "    on_cluster = "
    a_class = (
        "    import pulumi_kubernetes as k8s\n\n"
        '    k8s.storage.v1.StorageClass("x", metadata={"name": "x"}, provisioner="a.b",'
        " opts=pulumi.ResourceOptions(provider=cluster))\n"
    )
    text = program.read_text()
    assert before in text
    program.write_text(text.replace(before, a_class + before))

    code = compare(shared.folder, "base", None, shared.stack)

    said = capfd.readouterr()
    assert code == 1, said
    assert "explicit-classes" in said.err
    assert "the policies are kept" not in said.err
    assert_nothing_is_left(shared)


def test_a_revision_that_cannot_be_previewed_has_no_verdict_and_does_not_pass(
    shared: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    shared.edit("size: 1Gi", "size: 1 GB")
    shared.commit("broken")

    code = compare(shared.folder, "base", "broken", shared.stack)

    said = capfd.readouterr()
    assert code == 2, said
    assert "size is '1 GB'" in said.out
    assert "stopped: refused by the program" in said.out
    assert_nothing_is_left(shared)


def test_a_refused_edit_is_shown_with_its_reason_and_what_to_write(
    shared: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    shared.edit(*ONE_BY_ONE)

    code = compare(shared.folder, "base", None, shared.stack)

    said = capfd.readouterr()
    assert code == 2, said
    panel, _, copied = " ".join(said.out.replace("│", "").split()).partition(
        f"{shared.config.name}:"
    )
    assert f"refused in {shared.stack}" in panel
    for part in ("StatefulSet zookeeper", "'Parallel'", "would be replaced", "instead: write"):
        assert part in panel
    assert re.match(
        r" config: statefast:consent:"
        r' - "StatefulSet zookeeper: pod_management_policy Parallel -> OrderedReady'
        r' \[[0-9a-f]{8}\]"',
        copied,
    ), said.out
    assert_nothing_is_left(shared)


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
