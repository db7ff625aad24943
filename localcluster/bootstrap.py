"""What an administrator would have installed: CRDs, the CSI driver's object, nodes, a secret."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .api import Api
from .control_plane import CSI_DRIVER
from .files import write_private
from .layout import Cluster
from .parts import SNAPSHOT_KINDS

# Those that kwok simulates. A node that runs pods makes its own object.
SIMULATED = ("node-0", "node-1", "node-2")
_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
CEPH_NAMESPACE = "ceph-csi"
CEPH_CREDENTIALS = "csi-rbd-secret"


def fingerprint(assets: Path) -> str:
    """Names this version of the bootstrap.

    Args:
        assets: The folder of CRDs and stages; its name carries the hash of its sources.

    Returns:
        A text that changes when a cluster has to be bootstrapped again.
    """
    return hashlib.sha256(f"{assets.name} {Path(__file__).read_text()}".encode()).hexdigest()[:16]


def write_stages(cluster: Cluster, assets: Path) -> None:
    """Writes what kwok does with nodes and pods.

    Args:
        cluster: The cluster.
        assets: The folder of CRDs and stages.
    """
    stages = "---\n".join(file.read_text() for file in sorted(assets.glob("stage-*.yaml")))
    write_private(cluster.folder / "stages.yaml", stages)


def install_snapshot_kinds(api: Api, assets: Path) -> None:
    """Makes the API server serve VolumeSnapshot, VolumeGroupSnapshot and their kin.

    Args:
        api: The cluster's API.
        assets: The folder of CRDs and stages.
    """
    import yaml

    # The parser in C, where PyYAML has it, reads these files ten times faster.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in sorted(assets.glob("crd-*.yaml")):
        crd = yaml.load(file.read_text(), Loader=loader)  # noqa: S506  a safe one, either way
        api.apply(
            f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{crd['metadata']['name']}",
            crd,
        )


def install_objects(api: Api, nodes: Sequence[str]) -> None:
    """Installs everything but the CRDs.

    Args:
        api: The cluster's API.
        nodes: The simulated nodes.
    """
    api.apply(
        f"/apis/storage.k8s.io/v1/csidrivers/{CSI_DRIVER}",
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "CSIDriver",
            "metadata": {"name": CSI_DRIVER},
            "spec": {"attachRequired": False, "podInfoOnMount": False},
        },
    )
    api.apply(
        f"/api/v1/namespaces/{CEPH_NAMESPACE}",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": CEPH_NAMESPACE}},
    )
    # Created, never applied: the key of an existing cluster stays what it is.
    api.create(
        f"/api/v1/namespaces/{CEPH_NAMESPACE}/secrets",
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": CEPH_CREDENTIALS},
            "data": {
                "userID": base64.b64encode(b"kubernetes").decode(),
                "userKey": base64.b64encode(secrets.token_urlsafe(30).encode()).decode(),
            },
        },
    )
    for number, node in enumerate(nodes):
        # What a kubelet and the controller of a cloud say of a node.
        labels = {
            "kubernetes.io/hostname": node,
            "kubernetes.io/os": "linux",
            "topology.kubernetes.io/zone": f"zone-{number}",
        }
        api.apply(
            f"/api/v1/nodes/{node}",
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": node, "labels": labels}},
        )


def release_nodes(api: Api) -> None:
    """Frees the nodes of a kwok that is gone, for the next one to manage.

    Every start of kwok is another holder to the nodes' leases. Without this it would let the
    nodes alone, and no pod would run, until the leases of its predecessor expire.

    Args:
        api: The cluster's API.
    """
    for node in SIMULATED:
        api.delete(f"{_LEASES}/{node}")


def snapshot_kinds_served(api: Api) -> bool:
    """Says whether snapshots can be worked with yet.

    Args:
        api: The cluster's API.

    Returns:
        True when the API server lists all of the kinds, also those of groups.
    """
    return all(_served(api, group).issuperset(kinds) for group, kinds in SNAPSHOT_KINDS.items())


def _served(api: Api, group: str) -> set[str]:
    found = api.get(f"/apis/{group}.storage.k8s.io/v1") or {}
    return {str(resource["name"]) for resource in found.get("resources", [])}


def usable(api: Api, simulated: Sequence[str], others: Sequence[str]) -> bool:
    """Says whether a pod could be created and would run.

    Args:
        api: The cluster's API.
        simulated: Nodes of kwok.
        others: Nodes that say of themselves how they are.

    Returns:
        True when the default service account is there and every node is managed and ready.
    """
    if api.get("/api/v1/namespaces/default/serviceaccounts/default") is None:
        return False
    # A simulated node that is not managed still has the state it was left in.
    if not all(api.get(f"{_LEASES}/{node}") for node in simulated):
        return False
    nodes = (api.get("/api/v1/nodes") or {}).get("items", [])
    ready = {node["metadata"]["name"] for node in nodes if _is_ready(node)}
    return ready.issuperset((*simulated, *others))


def _is_ready(node: dict[str, Any]) -> bool:
    conditions = node.get("status", {}).get("conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
