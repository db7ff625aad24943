"""What is done to every database: each edit is a `pulumi up`, or what happens to a node."""

import json
import os
import re
import signal
from base64 import b64decode

from localcluster import cluster
from localcluster.processes import recorded
from tests.engine.advice import commands, consents, shell, up_with_refresh
from tests.engine.conftest import Deployment
from tests.engine.warm_cli import cold

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


def cut_power(database: Database) -> None:
    """Ends the node, and all that runs on it."""
    node = recorded(database.deployment.workspace.cluster, "nodelink")
    assert node is not None
    os.kill(node.pid, signal.SIGKILL)
    eventually(lambda: not node.alive(), "the node has ended", 10)


def start_again(database: Database) -> None:
    """Starts what does not run."""
    assert "controllers" in cluster.up(database.deployment.workspace)


def kill_node(database: Database) -> None:
    """Cuts the power, and starts the node again; the containers are others afterwards."""
    before = database.restarts()
    cut_power(database)
    start_again(database)

    def again() -> bool:
        # What the API server knew of the containers before is no sign.
        now = database.restarts()
        return all(now[pod] > count for pod, count in before.items())

    eventually(again, "the containers are started again")


def switch_pattern(database: Database, other: str) -> None:
    """The other pattern starts empty, as its owner agreed to; the way back finds the data."""
    here, volumes = database.config["pattern"], database.deployment.data()
    # What a test before asked for, and the other pattern does not have.
    database.config.pop("podManagementPolicy", None)
    for pattern in (other, here):
        database.config["pattern"] = pattern
        database.deployment.workloads(**{database.workload: database.config})
        agree(database.deployment)
        database.up()
        if pattern == other:
            (pod,) = database.pods()
            assert not database.held(pod) & set(database.markers)
    now = database.deployment.data()
    assert {name: now[name] for name in volumes} == volumes


def migrate(database: Database, *patterns: str) -> None:
    """The volume goes over to each pattern, with what is on it."""
    identities = {it.volume_uid for it in database.deployment.data().values()}
    for pattern in patterns:
        _migrate(database, "--to", pattern)
        database.config["pattern"] = pattern
        database.config.pop("podManagementPolicy", None)
        database.deployment.workloads(**{database.workload: database.config})
        result = database.deployment.pulumi("up", "--yes", "--refresh", "--suppress-progress")
        assert result.code == 0, result.text
        database.ready()
        assert {it.volume_uid for it in database.deployment.data().values()} == identities
        database.assert_kept()


def _migrate(database: Database, *words: str) -> str:
    """Runs all commands of a migration; what was said."""
    deployment = database.deployment
    given = ["migrate", database.workload, "-n", deployment.name, *words, "--run", "--yes"]
    code, said = cold(given, deployment.environment())
    assert code == 0, said
    return said


def move_to_another_class(database: Database, claim: str) -> None:
    """A Job copies what is on the volume to one of another class, which has the claim then."""
    deployment, name = database.deployment, f"other-{database.deployment.name}"
    before = deployment.data()[claim]
    item = deployment.get("storageclass", f"rbd-{deployment.name}")
    item["metadata"] = {"name": name}
    deployment.kubectl("create", "-f", "-", stdin=json.dumps(item))
    said = _migrate(database, "--class", name, "--copy")
    # Its pod is back before anybody edits the config.
    database.assert_kept()
    deployment.config["statefast:consent"] = re.findall(r'- "(PersistentVolume [^"]*)"', said)
    database.config["storage"] = {**database.config["storage"], "storageClassName": name}
    deployment.workloads(**{database.workload: database.config})
    up_with_refresh(deployment)
    assert deployment.data()[claim].handle != before.handle
    assert deployment.get("pvc", claim)["spec"]["storageClassName"] == name
    assert deployment.get("pv", before.volume)["status"]["phase"] == "Released"
    database.ready()


def agree(deployment: Deployment, *fragments: str) -> None:
    """Adds the consent that the refusal of what is configured asks for."""
    found = consent(deployment.refused(*fragments))
    deployment.config.setdefault("statefast:consent", []).append(found)


def replace_set(database: Database) -> None:
    """Another policy of pods replaces the set, by consent; the claims stay."""
    owner, volumes = database.deployment.uids("statefulset"), database.deployment.data()
    database.config["podManagementPolicy"] = "OrderedReady"
    database.deployment.workloads(**{database.workload: database.config})
    agree(database.deployment, "pod_management_policy")
    database.up()
    assert database.deployment.uids("statefulset") != owner
    assert database.deployment.data() == volumes


def reattach(database: Database, claim: str) -> None:
    """A claim that somebody deleted comes back on the volume that was released."""
    deployment = database.deployment
    volumes = deployment.data()
    deployment.kubectl("scale", f"statefulset/{database.workload}", "--replicas=0")
    eventually(lambda: not database.pods(), "no pod is left")
    deployment.kubectl("delete", "pvc", claim)
    volume = volumes[claim].volume
    deployment.wait(f"pv/{volume}", "--for=jsonpath={.status.phase}=Released")
    result = deployment.pulumi("up", "--yes", "--refresh", "--suppress-progress")
    assert result.code == 0, result.text
    assert deployment.data()[claim].volume_uid == volumes[claim].volume_uid


def restore(database: Database, claim: str) -> set[str]:
    """A snapshot of the volume, in use, becomes a larger claim that another workload mounts.

    Returns:
        The markers that the other one has.
    """
    deployment = database.deployment
    deployment.kubectl(
        "apply", "-f", "-", stdin=_SNAPSHOT.format(name=deployment.name, claim=claim)
    )
    deployment.wait("volumesnapshot/taken", "--for=jsonpath={.status.readyToUse}=true")
    if secret := database.secret:
        deployment.config["statefast:secrets"] = {"restored": {secret: _password(database)}}
    other = {
        "workload": database.workload,
        "pattern": "deployment",
        "storage": {"volumes": {"vol": {"existingClaim": "restored"}}},
    }
    deployment.workloads(**{database.workload: database.config, "restored": other}).up()
    pod = next(name for name in deployment.list("pod") if name.startswith("restored-"))
    eventually(lambda: database.serves(pod), "the other one serves")
    # The next `up` of the database removes the other one.
    deployment.config.pop("statefast:secrets", None)
    return database.held(pod)


def snapshot_before_growth(database: Database) -> None:
    """A growth takes a snapshot of the running server first."""
    deployment = database.deployment
    deployment.snapshot_class()
    deployment.config["statefast:snapshots"] = {"before": ["growth"], "keep": 1}
    database.resize(f"{int(database.config['storage']['size'].removesuffix('Mi')) + 100}Mi")
    assert len(deployment.list("volumesnapshot")) == 1


def write_in_passing(database: Database, key: str) -> None:
    """Writes what is not to be kept."""
    pod = min(database.pods())
    eventually(lambda: database.put(pod, key), f"{key} is written")
    assert key in database.held(pod)


def review_on_a_copy(database: Database, *, lacks: str) -> None:
    """A review stack has the data of production as of its snapshot, and keeps its own to itself."""
    production = database.deployment
    volumes, pods = production.data(), database.ready()
    review = type(database)(Deployment(production.workspace, f"review-{production.name}"))
    copy = review.deployment
    copy.config["statefast:ephemeral"] = True
    copy.config["statefast:dataFrom"] = production.name
    copy.config["statefast:storageClass"]["reclaimPolicy"] = "Delete"
    if database.secret:
        copy.config["statefast:secrets"] = {
            database.workload: {database.secret: _password(database)}
        }
    try:
        review.up()
        (pod,) = review.pods()
        found = review.held(pod)
        assert set(database.markers) <= found
        assert lacks not in found
        write_in_passing(review, "of-the-review")
        assert copy.destroy().changes["deleted"]
    finally:
        review.remove()
    assert (production.data(), database.ready()) == (volumes, pods)
    (pod,) = pods
    assert "of-the-review" not in database.held(pod)


def restore_in_place(database: Database, claim: str, *, lacks: str) -> None:
    """A claim goes back to its snapshot under its own name; the volume it had stays."""
    deployment, (snapshot,) = database.deployment, database.deployment.list("volumesnapshot")
    before = deployment.data()[claim]
    database.config["restore"] = {claim: snapshot}
    deployment.workloads(**{database.workload: database.config})
    sentence = deployment.refused(f"restore.{claim}", before.volume)
    deployment.config.setdefault("statefast:consent", []).extend(consents(sentence, "to have"))
    shell(deployment, commands(sentence, "to have"))
    up_with_refresh(deployment)
    database.ready()
    left = deployment.get("pv", before.volume)
    assert (left["metadata"]["uid"], left["status"]["phase"]) == (before.volume_uid, "Released")
    assert deployment.data()[claim].handle != before.handle
    (pod,) = database.pods()
    found = database.held(pod)
    assert set(database.markers) <= found
    assert lacks not in found


def _password(database: Database) -> str:
    """What the volume was written with."""
    data = database.deployment.get("secret", f"{database.workload}-generated")["data"]
    return b64decode(data[database.secret]).decode()


_SNAPSHOT = """
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshotClass
metadata: {{name: {name}}}
driver: rbd.csi.ceph.com
deletionPolicy: Delete
---
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: {{name: taken, namespace: {name}}}
spec:
  volumeSnapshotClassName: {name}
  source: {{persistentVolumeClaimName: {claim}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: restored, namespace: {name}}}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: rbd-{name}
  resources: {{requests: {{storage: 1Gi}}}}
  dataSource: {{apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: taken}}
"""


def consent(sentence: str) -> str:
    """The consent that a refusal asks for."""
    found = re.search(r"adding '(.*?\[[0-9a-f]{8}\])' to consent", sentence)
    assert found is not None, sentence
    return found[1]
