"""Brings a cluster up, heals it, takes it down."""

import shutil
from contextlib import AbstractContextManager

from . import build, parts, processes, toolchain
from .control_plane import PHASES, stop_in_order
from .errors import LocalClusterError
from .files import read_json
from .layout import Workspace
from .locks import held
from .orphans import orphans
from .progress import say
from .real.needs import require as require_real
from .real.node import prepared, remove_cgroups
from .start import Start


def up(workspace: Workspace, *, cluster_only: bool = False, real: bool = False) -> dict[str, float]:
    """Makes a workspace's cluster run, whatever state it is in.

    Everything alive: returns at once. A part dead: starts it again on the existing data. Nothing
    there: builds, creates, starts.

    Args:
        workspace: The workspace.
        cluster_only: Leave out the Pulumi side.
        real: Run pods on a real node. What a cluster began with it keeps, so this is for the
            first start; without it the later ones start the same.

    Returns:
        Seconds by phase of the start; empty when everything ran already.

    Raises:
        LocalClusterError: When the cluster cannot be built or started. What this call started is
            stopped again.
    """
    real = _real(workspace, wanted=real)
    tools = None if cluster_only else toolchain.find()
    pulumi_parts = tools.missing_parts() if tools else []
    node_parts = parts.REAL_PARTS if real else ()
    programs = build.ensure((*parts.CLUSTER_PARTS, *node_parts, *pulumi_parts))
    node = prepared(programs) if real else None
    with locked(workspace):
        phases = Start(workspace.cluster, programs, node).run()
        if tools:
            toolchain.prepare(workspace, tools)
    return phases


def is_real(workspace: Workspace) -> bool:
    """Says whether a workspace's cluster runs pods on a real node.

    Args:
        workspace: The workspace.

    Returns:
        What its first start was told; False where there was none.
    """
    return bool(read_json(workspace.cluster.facts).get("real"))


def _real(workspace: Workspace, *, wanted: bool) -> bool:
    found = is_real(workspace)
    if wanted and not found and workspace.cluster.facts.exists():
        raise LocalClusterError(
            f"the cluster in {workspace.folder} was made with simulated nodes, and its volumes hold"
            " no bytes: remove it with `python -m localcluster down --delete` first, or name"
            " another folder with --state"
        )
    if wanted or found:
        # Before anything is built for it.
        require_real()
    return wanted or found


def down(workspace: Workspace, *, delete: bool = False) -> list[str]:
    """Stops a workspace's cluster. Its objects and volumes stay for the next `up`.

    Args:
        workspace: The workspace.
        delete: Remove the cluster's data as well, and the stacks that were deployed to it.

    Returns:
        The parts that ran.
    """
    if not workspace.folder.exists():
        return []
    cluster = workspace.cluster
    with locked(workspace):
        found = {name: p for name in PHASES if (p := processes.running(cluster, name))}
        stop_in_order(found.items())
        for name in PHASES:
            processes.forget(cluster, name)
        stop_in_order(processes.strays(cluster, build.programs_folder()))
        processes.stop(process for _, process in orphans(workspace))
        remove_cgroups(cluster)
        for leftover in workspace.tmp.glob("kubeconfig*"):
            leftover.unlink(missing_ok=True)
        if delete:
            _delete(workspace)
    return list(found)


def require(workspace: Workspace) -> None:
    """Makes sure that there is a cluster to speak of.

    Args:
        workspace: The workspace.

    Raises:
        LocalClusterError: When `up` was never run on it.
    """
    if not workspace.cluster.kubeconfig.exists():
        raise LocalClusterError(
            f"there is no cluster in {workspace.folder}: run `python -m localcluster up` first"
        )


def require_running(workspace: Workspace) -> None:
    """Makes sure that there is a cluster that answers.

    Args:
        workspace: The workspace.

    Raises:
        LocalClusterError: When `up` was never run on it, or it was taken down since.
    """
    require(workspace)
    if not processes.running(workspace.cluster, "kube-apiserver"):
        raise LocalClusterError("the cluster does not run: `make up` starts it with its data")


def logs(workspace: Workspace, part: str | None, lines: int) -> dict[str, list[str]]:
    """Reads the end of the parts' logs.

    Args:
        workspace: The workspace.
        part: One part alone.
        lines: How many lines of each.

    Returns:
        The lines by part.

    Raises:
        LocalClusterError: When there is no such part, or no log of it.
    """
    require(workspace)
    there = sorted(file.stem for file in workspace.cluster.log.glob("*.log"))
    if part is not None and part not in there:
        raise LocalClusterError(f"there is no log of {part!r}: choose one of {', '.join(there)}")
    names = there if part is None else [part]
    return {name: processes.log_tail(workspace.cluster, name, lines) for name in names}


def build_all(*, real: bool = False) -> None:
    """Builds all that `up` would build, and says of the rest that it is there.

    Args:
        real: Also what a real node takes.

    Raises:
        LocalClusterError: Something cannot be built, or no real node can run here.
    """
    if real:
        require_real()
    parts_of_pulumi = toolchain.find().missing_parts()
    node_parts = parts.REAL_PARTS if real else ()
    programs = build.ensure((*parts.CLUSTER_PARTS, *node_parts, *parts_of_pulumi), verbose=True)
    if real:
        prepared(programs)


def _delete(workspace: Workspace) -> None:
    # What was made here and nothing else: --state may name a folder that holds more.
    for folder in (
        workspace.cluster.folder,
        workspace.pulumi_home,
        workspace.stacks,
        workspace.folder / "stacks",
        workspace.bin,
        workspace.tmp,
    ):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (workspace.passphrase, workspace.lock):
        file.unlink(missing_ok=True)
    try:
        workspace.folder.rmdir()
    except OSError:
        say(f"{workspace.folder} is kept: it holds files that are not the cluster's")


def locked(workspace: Workspace) -> AbstractContextManager[None]:
    """Keeps other commands from changing a workspace.

    Args:
        workspace: The workspace.

    Returns:
        A context entered once no other command works on it.
    """
    return held(workspace.lock, f"another command works on {workspace.folder}: waiting for it")
