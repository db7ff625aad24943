"""Claims that start from a snapshot under their own name; what they had stays, and is named."""

import json
import time
from collections.abc import Mapping

import pytest

from .advice import commands, consents, shell, up_with_refresh
from .conftest import Config, Deployment
from .test_interrupted import eventually, killed_between_writes

ZOOKEEPER: Config = {"storage": {"size": "1Gi"}, "replicas": 2}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "1Gi"}}
ONE, OTHER, DISK = "zookeeper-vol-zookeeper-1", "zookeeper-vol-zookeeper-0", "mysql-vol"


@pytest.fixture
def stack(deployment: Deployment) -> Deployment:
    """A set of two and a Deployment, with a snapshot of each claim: `<claim>-monday`."""
    deployment.snapshot_class()
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    take_all(deployment, {claim: f"{claim}-monday" for claim in (ONE, OTHER, DISK)})
    return deployment


def take(deployment: Deployment, claim: str, name: str) -> None:
    """Takes a snapshot of a claim, and waits until it can be used."""
    take_all(deployment, {claim: name})


def take_all(deployment: Deployment, names: Mapping[str, str]) -> None:
    """The same of several claims: the name of a snapshot each."""
    text = "---".join(
        f"""
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: {{name: {name}}}
spec:
  volumeSnapshotClassName: {deployment.name}
  source: {{persistentVolumeClaimName: {claim}}}
"""
        for claim, name in names.items()
    )
    deployment.kubectl("create", "-f", "-", stdin=text)
    paths = [f"volumesnapshot/{name}" for name in names.values()]
    deployment.wait(*paths, "--for=jsonpath={.status.readyToUse}=true")


def made_from(deployment: Deployment, claim: str) -> str:
    """The claim whose volume the volume of this claim is a copy of; empty where of none."""
    books = json.loads((deployment.workspace.cluster.folder / "csi.json").read_text())
    snapshot = books["volumes"][deployment.data()[claim].handle].get("snapshot", "")
    return str(books["snapshots"][snapshot]["volume"]) if snapshot else ""


def follow(deployment: Deployment, sentence: str) -> None:
    """Does what a refusal says: its consents, and its commands but for the last, `up`."""
    given = deployment.config.setdefault("statefast:consent", [])
    given += consents(sentence, "to have")
    shell(deployment, commands(sentence, "to have"))


def test_one_ordinal_and_a_deployment_start_from_their_snapshots(stack: Deployment) -> None:
    before = stack.data()
    one = {**ZOOKEEPER, "restore": {ONE: f"{ONE}-monday"}}
    disk = {**MYSQL, "restore": {DISK: "{claim}-monday"}}
    stack.workloads(zookeeper=one, mysql=MYSQL)

    sentence = stack.refused(f"restore.{ONE}", f"{ONE}-monday", before[ONE].volume, "--replicas=1")
    follow(stack, sentence)
    # Without a refresh the engine does not see that its pods are gone.
    made = stack.up(ok=False)
    assert "replicas is 2, but it was scaled to 1" in made.errors[0]
    assert made.errors[0].endswith("pulumi up --refresh.")
    assert before[ONE].volume in made.text
    stack.workloads(zookeeper=one, mysql=disk)
    follow(stack, stack.refused(f"restore.{DISK}", before[DISK].volume))
    preview = stack.pulumi("preview", "--refresh", "--suppress-progress")
    assert preview.code == 0, preview.text
    said = up_with_refresh(stack)
    for text in (preview.text, said):
        assert before[DISK].volume in " ".join(text.split())

    after = stack.data()
    assert after[OTHER] == before[OTHER]
    for claim in (ONE, DISK):
        assert after[claim].handle != before[claim].handle
        assert made_from(stack, claim) == before[claim].handle
        left = stack.get("pv", before[claim].volume)
        assert left["metadata"]["uid"] == before[claim].volume_uid
        assert left["status"]["phase"] == "Released"
    assert len(stack.list("pod")) == 3

    # Left in config: nothing more is done, with snapshots that are gone as well, and after a
    # destroy; and what it is now is grown like any other.
    assert set(stack.up().changes) == {"unchanged"}
    stack.kubectl("delete", "volumesnapshot", "--all")
    assert set(stack.up().changes) == {"unchanged"}
    stack.destroy()
    stack.workloads(zookeeper={**one, "storage": {"size": "2Gi"}}, mysql=disk).up()
    assert stack.data() == after
    # Taken out of config, too.
    stack.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": "2Gi"}}, mysql=MYSQL).up()
    assert stack.data() == after
    assert set(stack.up().changes) == {"unchanged"}


def test_all_ordinals_in_one_line_and_a_run_that_is_killed(stack: Deployment) -> None:
    before = stack.data()
    stack.config["statefast:storageClass"]["reclaimPolicy"] = "Retain"
    every = {**ZOOKEEPER, "restore": {"zookeeper-vol": "{claim}-monday"}}
    stack.workloads(zookeeper=every, mysql=MYSQL)
    sentence = stack.refused(ONE, OTHER, "--replicas=0")
    assert sentence.count("PersistentVolume ") == 2
    follow(stack, sentence)

    stack.stack.prepare(stack.config)
    with stack.stack.start("up", "--yes", "--skip-preview", "--refresh") as child:
        deadline = time.monotonic() + 60
        while ONE not in stack.list("pvc"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        eventually(lambda: killed_between_writes(stack, child))
    stack.pulumi("cancel", "--yes")

    up_with_refresh(stack)
    for claim in (ONE, OTHER):
        assert made_from(stack, claim) == before[claim].handle
        assert stack.get("pv", before[claim].volume)["status"]["phase"] == "Released"
    assert len(stack.list("pod")) == 3
    assert set(stack.up().changes) == {"unchanged"}
