"""Two revisions of the program against each other, on a cluster of their own, gone afterwards.

What a pull request gets in CI, before there is one: the older revision is deployed, the newer one
previewed on top of it, the gate says what that would do to the data, and the policies are asked.
"""

import io
import json
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from . import cluster
from .errors import LocalClusterError
from .files import private_folder
from .layout import PROJECT, Workspace
from .progress import say, span
from .stacks import LocalStack
from .toolchain import environment

__all__ = ["compare", "review"]


def review(
    base: Annotated[str, typer.Argument(help="The revision that is deployed, e.g. main.")],
    head: Annotated[
        str | None,
        typer.Argument(
            help="The revision that is previewed on top. [default: the files as they are]",
            show_default=False,
        ),
    ] = None,
    name: Annotated[str, typer.Option("--stack", help="Which stack's config is used.")] = "dev",
) -> None:
    """Says what merging HEAD into BASE would do to the data of a stack; leaves nothing behind."""
    raise typer.Exit(compare(PROJECT, base, head, name))


def compare(repository: Path, base: str, head: str | None, name: str) -> int:
    """Deploys one revision, previews another, and asks the gate.

    Both run with the environment of this checkout, not with the requirements of the revision.

    Args:
        repository: The git checkout both revisions are of.
        base: The revision to deploy.
        head: The revision to preview; None takes the files as they are.
        name: The stack.

    Returns:
        The gate's exit code; 1 where it passes and a policy does not.

    Raises:
        LocalClusterError: There is no such revision or stack, or BASE cannot be deployed.
    """
    with tempfile.TemporaryDirectory(prefix="statefast-review-") as folder:
        place = Path(folder)
        before = _export(repository, base, place / "base")
        after = _export(repository, head, place / "head") if head else repository
        with own_cluster(place / "cluster") as workspace:
            _deploy(LocalStack(workspace, name, before), base)
            stack = LocalStack(workspace, name, after)
            verdict = _judge(name, _preview(stack, head or "the working tree"))
            return verdict or _policies(stack, workspace)


@contextmanager
def own_cluster(folder: Path) -> Iterator[Workspace]:
    """A cluster that is gone afterwards, whatever came of it.

    Args:
        folder: Where it lies; nothing else may be there.

    Yields:
        Its workspace.
    """
    workspace = Workspace.at(private_folder(folder))
    try:
        cluster.up(workspace)
        yield workspace
    finally:
        cluster.down(workspace, delete=True)


def _export(repository: Path, revision: str, folder: Path) -> Path:
    """The files of a revision: without a worktree, of which git would keep a record."""
    commit = _git(repository, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if commit.returncode:
        raise LocalClusterError(
            f"{repository} has no revision {revision!r}: name a branch, a tag or a commit"
        )
    files = _git(repository, "archive", "--format=tar", commit.stdout.decode().strip())
    with tarfile.open(fileobj=io.BytesIO(files.stdout)) as archive:
        archive.extractall(folder, filter="data")
    if not (folder / "Pulumi.yaml").exists():
        raise LocalClusterError(f"revision {revision!r} has no Pulumi.yaml: name a later one")
    return folder


def _git(repository: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603  arguments of our own, and a revision git has checked
            ["git", "-C", str(repository), *arguments],  # noqa: S607  the user's git
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise LocalClusterError("git was not found on PATH: install it") from None


def _deploy(stack: LocalStack, revision: str) -> None:
    began = time.monotonic()
    stack.prepare()
    stack.run("up", "--yes", "--skip-preview", "--suppress-progress", quiet=True)
    say(f"{revision} is up after {span(time.monotonic() - began)}")


def _preview(stack: LocalStack, revision: str) -> Path:
    """The file with the preview, whatever came of it: a failed one is for the gate to judge."""
    began = time.monotonic()
    stack.prepare()
    file = stack.folder / "preview.json"
    with file.open("wb") as output:
        subprocess.run(
            # What the gate reads; by itself on standard output, apart from warnings.
            ["pulumi", "preview", "--json", "--show-replacement-steps", "--show-sames"],  # noqa: S607
            cwd=stack.folder,
            env=environment(stack.workspace),
            stdin=subprocess.DEVNULL,
            stdout=output,
            check=False,
        )
    say(f"{revision} is previewed after {span(time.monotonic() - began)}")
    return file


def _policies(stack: LocalStack, workspace: Workspace) -> int:
    """Whether the policy pack of this checkout is broken, by itself as in a pull request: with
    `--json` the CLI does not say by what.
    """
    pack = PROJECT / "policy"
    if not (workspace.bin / "pulumi-language-python").exists() and not (pack / ".venv").exists():
        say("the policies are not checked: they take `pulumi install` in policy/ first")
        return 0
    given = stack.folder / "policies.json"
    given.write_text(json.dumps(_policy_config(stack)), encoding="utf-8")
    asked = ("--policy-pack", str(pack), "--policy-pack-config", str(given))
    options = ("--suppress-outputs", "--suppress-progress", "--color=never")
    done = stack.run("preview", *asked, *options, quiet=True, check=False)
    # What keeps to them is not worth a line; advice is.
    if done.returncode or "- [" in done.stdout:
        say(done.stdout.strip())
    if done.returncode == 0:
        say("the policies are kept")
    return min(done.returncode, 1)


def _policy_config(stack: LocalStack) -> dict[str, object]:
    """What no policy can see: whether the data of a stack may go with it."""
    if not stack.settings().get("config", {}).get("statefast:ephemeral"):
        return {}
    rules = ("claims-are-kept", "claims-outlive-their-set", "claims-without-owner")
    return {rule: {"ephemeral": [stack.name]} for rule in rules}


def _judge(name: str, preview: Path) -> int:
    """Prints the table on standard output."""
    script = Path(sys.executable).with_name("statefast")
    return subprocess.run(  # noqa: S603  the console script beside this Python
        [script, "gate", "--stack", f"{name}={preview}"], check=False
    ).returncode
