"""What is done to every database: each edit is a `pulumi up`, or what happens to a node."""

import os
import re
import signal

from localcluster import cluster
from localcluster.processes import recorded
from tests.engine.conftest import Deployment

from .databases import Database, eventually

MEBI = 2**20


def grow(database: Database, size: str) -> None:
    """The file systems have the size when `up` ends, and no pod was touched for it."""
    pods, before, restarts = database.ready(), database.sizes(), database.restarts()
    database.resize(size)
    wanted = int(size.removesuffix("Mi")) * MEBI
    for pod, now in database.sizes().items():
        # A file system keeps some of its device for itself.
        assert before[pod] < 0.8 * wanted < now <= wanted
    assert (database.pods(), database.restarts()) == (pods, restarts)


def grow_without_pods(database: Database, size: str) -> None:
    """The volumes grow whatever their pods are doing."""
    database.config["storage"] = {**database.config["storage"], "size": size}
    database.deployment.workloads(**{database.workload: database.config}).up()


def destroy_and_up(database: Database) -> None:
    """The objects go, the claims stay, and the next `up` finds them."""
    volumes = database.deployment.data()
    database.deployment.destroy()
    eventually(lambda: not database.pods(), "no pod is left")
    database.up()
    assert database.deployment.data() == volumes


def kill_node(deployment: Deployment) -> None:
    """Ends the node as a power cut would, and starts it again."""
    node = recorded(deployment.workspace.cluster, "nodelink")
    assert node is not None
    os.kill(node.pid, signal.SIGKILL)
    eventually(lambda: not node.alive(), "the node has ended", 10)
    assert "controllers" in cluster.up(deployment.workspace)


def consent(sentence: str) -> str:
    """The consent that a refusal asks for."""
    found = re.search(r"adding '(.*?\[[0-9a-f]{8}\])' to consent", sentence)
    assert found is not None, sentence
    return found[1]
