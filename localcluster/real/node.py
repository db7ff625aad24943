"""The node as a part of the cluster: its command line, when it is ready, what it leaves."""

import datetime
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from localcluster.api import Api
from localcluster.layout import PACKAGE, Cluster

from .debian import tools
from .images import images
from .needs import require

__all__ = ["EGRESS", "NAME", "RealNode", "cgroup", "mark_stopped", "prepared", "remove_cgroups"]

NAME = "node-0"
_ADDRESS = "10.244.1.1"
_PROXY_SOCKET = "nodelink.sock"
# How the API server comes to kubelet, for logs, exec and port-forward. The path is relative to its
# working folder: an absolute one may not fit.
EGRESS = f"""\
apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection:
    proxyProtocol: HTTPConnect
    transport: {{uds: {{udsName: {_PROXY_SOCKET}}}}}
"""
_SCRIPT = PACKAGE / "real" / "node.sh"
_CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class RealNode:
    """What a node is made of.

    Attributes:
        tools: Folder of unpacked packages.
        images: OCI archives.
    """

    tools: Path
    images: tuple[Path, ...]

    def arguments(
        self, cluster: Cluster, programs: Mapping[str, Path], driver: str
    ) -> tuple[str, ...]:
        """What follows the program that starts it.

        Args:
            cluster: The cluster.
            programs: The built parts by name.
            driver: Name of the CSI driver.

        Returns:
            The arguments of nodelink, and after them those of the script that it starts.
        """
        return (
            f"-kubeconfig={cluster.kubeconfig}",
            f"-proxy={_PROXY_SOCKET}",
            f"-address={_ADDRESS}",
            str(_SCRIPT),
            NAME,
            _ADDRESS,
            cgroup(cluster),
            driver,
            str(self.tools),
            str(programs["kubelet"]),
            str(programs["csinode"]),
            *map(str, self.images),
        )


def prepared(programs: Mapping[str, Path]) -> RealNode:
    """Gets what a node needs beside the programs that are built.

    Args:
        programs: The built parts by name.

    Returns:
        The node.

    Raises:
        LocalClusterError: The machine cannot run one, or something cannot be had.
    """
    require()
    return RealNode(tools(), images(programs["pause"]))


def mark_stopped(api: Api) -> None:
    """Says of a node that does not run that nobody knows how it is.

    The API server would call it ready for most of a minute, and its pods as well.

    Args:
        api: The cluster's API.
    """
    path = f"/api/v1/nodes/{NAME}"
    if api.get(path) is None:
        return
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    condition = {
        "type": "Ready",
        "status": "Unknown",
        "reason": "NodeStopped",
        "message": "The node was stopped.",
        "lastHeartbeatTime": now,
        "lastTransitionTime": now,
    }
    api.apply(
        f"{path}/status",
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": NAME},
            "status": {"conditions": [condition]},
        },
    )


def remove_cgroups(cluster: Cluster) -> None:
    """Removes the empty cgroups that are all a stopped node leaves.

    Args:
        cluster: Its cluster.
    """
    group = cgroup(cluster)
    for parent in (_CGROUPS, *_CGROUPS.glob("*")):
        if (parent / group).is_dir():
            folders = sorted((parent / group).rglob("*/"), key=lambda path: -len(path.parts))
            for folder in (*folders, parent / group):
                with suppress(OSError):
                    folder.rmdir()


def cgroup(cluster: Cluster) -> str:
    """Names the parent of all cgroups of a cluster's pods.

    Args:
        cluster: The cluster.

    Returns:
        The name of the folder, in each hierarchy.
    """
    return f"statefast-{hashlib.sha256(str(cluster.folder).encode()).hexdigest()[:12]}"
