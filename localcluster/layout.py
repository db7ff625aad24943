"""Where everything lives: the checkout, the cache of built parts, one workspace."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PACKAGE = Path(__file__).resolve().parent
PROJECT = PACKAGE.parent
GO_SOURCES = PACKAGE / "go"


def cache_folder() -> Path:
    """The folder of built parts, shared by all workspaces of this user.

    Returns:
        `$STATEFAST_CACHE`, or the platform's cache folder for this project.
    """
    override = os.environ.get("STATEFAST_CACHE")
    if override:
        return Path(override).expanduser().resolve()
    import platformdirs

    return Path(platformdirs.user_cache_dir("statefast"))


@dataclass(frozen=True)
class Cluster:
    """The folder of one cluster. It is also the working folder of all its processes."""

    folder: Path

    @property
    def pki(self) -> Path:
        """Certificates and keys."""
        return self.folder / "pki"

    @property
    def log(self) -> Path:
        """One log a part."""
        return self.folder / "log"

    @property
    def run(self) -> Path:
        """One file a running part, saying which process it is."""
        return self.folder / "run"

    @property
    def kubeconfig(self) -> Path:
        """The only kubeconfig of this cluster."""
        return self.folder / "kubeconfig"

    @property
    def facts(self) -> Path:
        """What was chosen at the first `up`: the port, the token."""
        return self.folder / "cluster.json"

    @property
    def egress(self) -> Path:
        """How the API server comes to the kubelet of a node that runs pods."""
        return self.folder / "egress.yaml"

    @property
    def faults(self) -> Path:
        """Faults for the CSI driver to make, written by tests."""
        return self.folder / "faults.json"


@dataclass(frozen=True)
class Workspace:
    """A cluster and the Pulumi side that goes with it, all in one folder."""

    folder: Path

    @classmethod
    def at(cls, folder: Path | str | None = None) -> Self:
        """Finds the workspace to work on.

        Args:
            folder: An explicit choice; otherwise `$STATEFAST_STATE`, otherwise `.statefast`
                in the project.

        Returns:
            The workspace, which need not exist yet.
        """
        chosen = folder or os.environ.get("STATEFAST_STATE") or PROJECT / ".statefast"
        return cls(Path(chosen).expanduser().resolve())

    @property
    def cluster(self) -> Cluster:
        """The cluster's own folder."""
        return Cluster(self.folder / "cluster")

    @property
    def pulumi_home(self) -> Path:
        """PULUMI_HOME: plugins, no credentials of the user's own."""
        return self.folder / "pulumi"

    @property
    def stacks(self) -> Path:
        """The file backend with the stacks that were deployed to this cluster."""
        return self.folder / "state"

    @property
    def passphrase(self) -> Path:
        """The passphrase that encrypts the secrets of these stacks."""
        return self.folder / "passphrase"

    @property
    def bin(self) -> Path:
        """Programs put on PATH: what the user does not have already."""
        return self.folder / "bin"

    @property
    def tmp(self) -> Path:
        """TMPDIR of `pulumi`: its provider leaves a kubeconfig there at each run."""
        return self.folder / "tmp"

    @property
    def lock(self) -> Path:
        """Held while a command changes this workspace."""
        return self.folder / "lock"
