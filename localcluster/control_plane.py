"""The command line of every part of a cluster, and what has to be there before it starts.

Nothing but the API server opens a TCP port, and that one on 127.0.0.1. etcd and the CSI driver
listen on unix sockets in the cluster's folder, which no other user can enter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from .layout import Cluster
from .ports import HOST
from .processes import Process, stop
from .real.node import RealNode

CSI_DRIVER = "rbd.csi.ceph.com"

# etcd wants host:port even of a unix socket; the socket's file name is all of it. The path is
# relative to the working folder: an absolute one can exceed the 108 bytes the kernel allows.
ETCD_SOCKET = "etcd.sock:0"
ETCD_PEER_SOCKET = "etcd-peer.sock:0"

# Where the driver of a node that runs pods listens, in the cluster's folder.
NODE_CSI_SOCKET = "node/csi.sock"

# What the kernel has room for in a socket's address, less the closing zero byte.
_SOCKET_PATH_LIMIT = 107


class Phase(IntEnum):
    """What a part waits for. Parts of one phase start together and stop together."""

    STORE = 0
    API = 1
    CONTROLLERS = 2
    SNAPSHOTS = 3


# Seconds until a part that was told to end is killed. The API server ends its requests at once and
# then waits a second for its connections to itself; all that it knows lies in etcd.
_GRACE = {Phase.API: 0.2}
_GRACE_OF_OTHERS = 10.0

# Every part that may run, in the order of starting.
PHASES = {
    "etcd": Phase.STORE,
    "csidriver": Phase.STORE,
    "kube-apiserver": Phase.API,
    "kube-controller-manager": Phase.CONTROLLERS,
    "kube-scheduler": Phase.CONTROLLERS,
    "kwok": Phase.CONTROLLERS,
    "nodelink": Phase.CONTROLLERS,
    "csi-provisioner": Phase.CONTROLLERS,
    "csi-resizer": Phase.CONTROLLERS,
    "csi-snapshotter": Phase.SNAPSHOTS,
    "snapshot-controller": Phase.SNAPSHOTS,
}


def part_names(*, real: bool) -> tuple[str, ...]:
    """Lists what runs in a cluster.

    Args:
        real: Whether its node runs pods.

    Returns:
        The names, in the order of starting.
    """
    return tuple(name for name in PHASES if name != ("kwok" if real else "nodelink"))


@dataclass(frozen=True)
class Service:
    """A part as a running program."""

    name: str
    phase: Phase
    argv: tuple[str, ...]
    # A part whose end this one does not survive.
    tied_to: str | None = None


def csi_socket(cluster: Cluster, name: str = "csi.sock") -> str:
    """Where a CSI driver listens.

    Args:
        cluster: The cluster.
        name: The socket's path in the cluster's folder.

    Returns:
        A path that the kernel accepts, however deep the cluster's folder is.
    """
    path = str(cluster.folder / name)
    if len(path.encode()) <= _SOCKET_PATH_LIMIT:
        return path
    # The sidecars insist on an absolute path. This one is, and leads each process to its own
    # working folder, which is the cluster's folder for all of them.
    return f"/proc/self/cwd/{name}"


def services(
    cluster: Cluster, programs: Mapping[str, Path], port: int, node: RealNode | None = None
) -> list[Service]:
    """Lists what a cluster consists of, in the order of starting.

    Args:
        cluster: The cluster.
        programs: The built parts by name.
        port: The API server's port.
        node: The node that runs pods; None for simulated ones.

    Returns:
        Every process to run.
    """
    kubeconfig = f"--kubeconfig={cluster.kubeconfig}"
    socket = csi_socket(cluster)
    # The driver of a node that runs pods stands before the other one, and gives its volumes bytes.
    before = csi_socket(cluster, NODE_CSI_SOCKET) if node else socket
    # Their default is five requests a second: a hundred claims grow in 88 seconds.
    rates = ("--kube-api-qps=200", "--kube-api-burst=400")
    # The driver of a node that runs pods copies one volume after the other.
    groups = () if node else ("--feature-gates=CSIVolumeGroupSnapshot=true",)
    sidecar = (kubeconfig, f"--csi-address={before}")
    arguments: dict[str, tuple[str, ...]] = {
        "etcd": _etcd(cluster),
        "csidriver": _csi_driver(cluster, socket),
        "kube-apiserver": _api_server(cluster, port, node),
        "kube-controller-manager": _controller_manager(cluster, kubeconfig),
        "kube-scheduler": (kubeconfig, "--secure-port=0", "--leader-elect=false"),
        "kwok": _kwok(cluster, kubeconfig),
        "nodelink": node.arguments(cluster, programs, CSI_DRIVER) if node else (),
        "csi-provisioner": (*sidecar, *rates, "--extra-create-metadata"),
        "csi-resizer": (*sidecar, *rates),
        "csi-snapshotter": (*sidecar, *rates, *groups),
        "snapshot-controller": (kubeconfig, *rates, *groups),
    }
    driver = "nodelink" if node else "csidriver"
    tied = {name: driver for name in arguments if arguments[name][: len(sidecar)] == sidecar}
    # It ends itself, some time later, when its cache and a new API server disagree about a pod.
    tied["kube-scheduler"] = "kube-apiserver"
    return [
        Service(
            name,
            PHASES[name],
            (str(programs[name]), *arguments[name]),
            # A sidecar exits when it loses its driver.
            tied_to=tied.get(name),
        )
        for name in part_names(real=node is not None)
    ]


def stop_in_order(running: Iterable[tuple[str, Process]]) -> None:
    """Stops parts, those first which need others: an API server without its store does not end.

    Args:
        running: Processes with the part's name.
    """
    known = list(running)
    for phase in reversed(Phase):
        stop(
            (it for name, it in known if PHASES.get(name) is phase),
            _GRACE.get(phase, _GRACE_OF_OTHERS),
        )


def _etcd(cluster: Cluster) -> tuple[str, ...]:
    client, peer = f"unix://{ETCD_SOCKET}", f"unix://{ETCD_PEER_SOCKET}"
    return (
        "--name=local",
        f"--data-dir={cluster.folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=local={peer}",
        # Survives the death of any process, kill -9 included; only a power cut can lose what
        # was written last. In exchange no disk is ever waited for.
        "--unsafe-no-fsync",
        "--log-level=warn",
    )


def _csi_driver(cluster: Cluster, socket: str) -> tuple[str, ...]:
    return (
        f"-endpoint={socket}",
        f"-name={CSI_DRIVER}",
        f"-state={cluster.folder / 'csi.json'}",
        f"-faults={cluster.faults}",
    )


def _api_server(cluster: Cluster, port: int, node: RealNode | None) -> tuple[str, ...]:
    pki = cluster.pki
    into_the_node = (
        f"--egress-selector-config-file={cluster.egress}",
        "--kubelet-preferred-address-types=InternalIP",
    )
    return (
        f"--etcd-servers=unix://{ETCD_SOCKET}",
        f"--bind-address={HOST}",
        f"--advertise-address={HOST}",
        f"--secure-port={port}",
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.0.0.0/16",
        "--authorization-mode=Node,RBAC",
        "--anonymous-auth=false",
        "--allow-privileged=true",
        f"--tls-cert-file={pki / 'apiserver.crt'}",
        f"--tls-private-key-file={pki / 'apiserver.key'}",
        f"--token-auth-file={pki / 'tokens.csv'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki / 'service-accounts.pub'}",
        f"--service-account-signing-key-file={pki / 'service-accounts.key'}",
        *(into_the_node if node else ()),
    )


def _controller_manager(cluster: Cluster, kubeconfig: str) -> tuple[str, ...]:
    return (
        kubeconfig,
        "--secure-port=0",
        "--leader-elect=false",
        f"--service-account-private-key-file={cluster.pki / 'service-accounts.key'}",
        f"--root-ca-file={cluster.pki / 'ca.crt'}",
        "--use-service-account-credentials=false",
        "--pvclaimbinder-sync-period=1s",
        # The default of 20 requests a second is a courtesy to shared servers. With it a hundred
        # StatefulSets take 49 seconds to come up, without it 13.
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        "--concurrent-statefulset-syncs=20",
    )


def _kwok(cluster: Cluster, kubeconfig: str) -> tuple[str, ...]:
    return (
        kubeconfig,
        f"--config={cluster.folder / 'stages.yaml'}",
        "--manage-all-nodes=true",
        f"--node-ip={HOST}",
        "--cidr=10.244.0.0/24",
        "--node-lease-duration-seconds=40",
    )
