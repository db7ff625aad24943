"""`statefast migrate --class`: claims move to volumes of another class, an ordinal at a time."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from . import warm_cli
from .conftest import Config, Deployment
from .test_restore import made_from

ZOOKEEPER: Config = {"storage": {"size": "1Gi"}, "replicas": 3}
CLAIMS = [f"zookeeper-vol-zookeeper-{ordinal}" for ordinal in (2, 1, 0)]
DISK = "db-vol"


@pytest.fixture
def fast(deployment: Deployment) -> Iterator[str]:
    """Another class of the same driver, which makes volumes on first use and deletes them."""
    deployment.snapshot_class()
    name = f"fast-{deployment.name}"
    item = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": "rbd.csi.ceph.com",
        "parameters": {"clusterID": "test", "pool": "fast"},
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
    }
    deployment.kubectl("create", "-f", "-", stdin=json.dumps(item))
    yield name
    deployment.kubectl("delete", "storageclass", name)


class Migration:
    """The command, as its user gives it."""

    def __init__(self, deployment: Deployment, workload: str, *words: str) -> None:
        self.deployment = deployment
        self.words = ["migrate", workload, "-n", deployment.name, *words]

    def start(self, *words: str) -> warm_cli.Run:
        return warm_cli.start([*self.words, *words], self.deployment.environment())

    def run(self, *words: str) -> str:
        code, said = self.start(*words).end()
        assert code == 0, said
        return " ".join(said.split())

    def left(self, *words: str) -> list[Any]:
        code, said = self.start("-o", "json", *words).end(60)
        assert code == 0, said
        steps: list[Any] = json.loads(said)["steps"]
        return steps

    def take(self, *steps: Any) -> None:
        """Runs commands as they were shown, each alone."""
        for step in steps:
            run = ["bash", "-ceuo", "pipefail", step["command"]]
            subprocess.run(run, env=self.deployment.environment(), check=True, timeout=120)


def finish(deployment: Deployment, said: str, class_name: str, **workload: Config) -> None:
    """Does in the stack what is said at the end."""
    assert f"storageClassName: {class_name}" in said
    given = re.findall(r'- "(PersistentVolume [^"]*)"', said)
    deployment.config.setdefault("statefast:consent", []).extend(given)
    for it in workload.values():
        it["storage"] = {**it["storage"], "storageClassName": class_name}
    deployment.workloads(**workload)
    result = deployment.pulumi("up", "--yes", "--refresh", "--suppress-progress")
    assert result.code == 0, result.text
    assert set(deployment.up().changes) == {"unchanged"}


def test_members_of_a_quorum_move_one_after_the_other(deployment: Deployment, fast: str) -> None:
    deployment.workloads(zookeeper=dict(ZOOKEEPER)).up()
    before, pods = deployment.data(), deployment.uids("pod")
    migration = Migration(
        deployment, "zookeeper", "--class", fast, "--snapshot-class", deployment.name
    )
    planned = migration.left()
    assert [step["phase"] for step in planned if "stops, until" in step["why"]] == [
        f"cut over zookeeper-{ordinal}" for ordinal in (2, 1, 0)
    ]

    # The first ordinal: killed after each command, and as far as it was.
    stopped = taken = 0
    left = planned
    while f"{CLAIMS[1]} is not made anew" not in left[0]["why"]:
        taken += 1
        assert taken < 30, left[0]
        migration.take(left[0])
        left = migration.left()
        running = deployment.uids("pod")
        others = {name: uid for name, uid in pods.items() if name != "zookeeper-2"}
        assert others.items() <= running.items()
        stopped += "zookeeper-2" not in running
        if "no writer's" in left[0]["why"]:
            edited = {"size": "1Gi", "storageClassName": fast}
            deployment.workloads(zookeeper={**ZOOKEEPER, "storage": edited})
            deployment.refused("on its way to another class", "--back")
    assert stopped > 5
    after = deployment.data()
    assert made_from(deployment, CLAIMS[0]) == before[CLAIMS[0]].handle
    assert {name: after[name] for name in CLAIMS[1:]} == {name: before[name] for name in CLAIMS[1:]}

    # The others: the command itself, killed with all it runs.
    for seconds in (4.0, 7.0):
        running_alone = migration.start("--run", "--yes")
        time.sleep(seconds)
        running_alone.kill()
    said = migration.run("--run", "--yes")
    finish(deployment, said, fast, zookeeper=dict(ZOOKEEPER))

    after = deployment.data()
    assert set(after) == set(CLAIMS)
    for claim in CLAIMS:
        assert made_from(deployment, claim) == before[claim].handle
        assert deployment.get("pvc", claim)["spec"]["storageClassName"] == fast
        left = deployment.get("pv", before[claim].volume)
        assert left["metadata"]["uid"] == before[claim].volume_uid
        assert left["status"]["phase"] == "Released"
        kept = deployment.get("pv", after[claim].volume)["spec"]
        assert kept["persistentVolumeReclaimPolicy"] == "Retain"
    assert f"has its data on class {fast}" in migration.run()
    # They grow, and come and go, like any other.
    grown = {"storage": {"size": "2Gi", "storageClassName": fast}, "replicas": 4}
    deployment.workloads(zookeeper=grown).up()
    assert {it["spec"]["storageClassName"] for it in deployment.list("pvc").values()} == {fast}
    assert set(deployment.capacities().values()) == {"2Gi"}


def test_a_deployment_goes_back_until_the_end_and_then_moves(
    deployment: Deployment, fast: str
) -> None:
    config: Config = {"workload": "redis", "pattern": "deployment", "storage": {"size": "1Gi"}}
    deployment.workloads(db=dict(config)).up()
    before = deployment.data()
    forward = Migration(deployment, "db", "--class", fast, "--copy")
    back = Migration(deployment, "db", "--back")

    # As far as each command, and back.
    steps = len(forward.left())
    for far in (6, steps):
        forward.take(*forward.left()[:far])
        deployment.refused("db-vol")
        back.take(*back.left())
        assert not back.left()
        deployment.workloads(db=dict(config))
        result = deployment.pulumi("up", "--yes", "--refresh", "--suppress-progress")
        assert result.code == 0, result.text
        found = deployment.data()
        assert {name: it.volume_uid for name, it in found.items()} == {
            DISK: before[DISK].volume_uid
        }

    said = forward.run("--run", "--yes")
    # Who forgets the config is told, and nothing starts empty.
    deployment.refused("db-vol")
    finish(deployment, said, fast, db=dict(config))
    after = deployment.data()
    assert set(after) == {DISK}
    assert after[DISK].handle != before[DISK].handle
    assert deployment.get("pv", before[DISK].volume)["status"]["phase"] == "Released"
    assert f"has its data on class {fast}" in forward.run()
