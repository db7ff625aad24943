"""Hands in the cluster that leave no trace on a volume: its stack remembers, and says how to go
back.
"""

import json
import re

import pytest

from .advice import shell, up_with_refresh
from .conftest import Config, Deployment

ZOOKEEPER: Config = {"storage": {"size": "8Gi"}, "replicas": 2}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "8Gi"}}


def take_claim(deployment: Deployment, owner: str, claim: str, reference: str) -> str:
    """Stops a workload, deletes its claim, and changes what the volume remembers."""
    volume = deployment.data()[claim].volume
    deployment.kubectl("scale", owner, "--replicas=0")
    deployment.kubectl("delete", "pvc", claim)
    deployment.wait(f"pv/{volume}", "--for=jsonpath={.status.phase}=Released")
    patch = f'{{"spec":{{"claimRef":{reference}}}}}'
    deployment.kubectl("patch", "pv", volume, "--type=merge", "-p", patch)
    return volume


def way(sentence: str, words: str) -> str:
    """The command of one way that a refusal names."""
    found = re.search(rf"{words}[^:]*: (?:run: )?(kubectl patch .*?'(?=[;, ]))", sentence)
    assert found is not None, sentence
    return found[1]


def consent(sentence: str) -> str:
    found: list[str] = re.findall(r"add '(PersistentVolume [^']*\])'", sentence)
    return found[-1]


def test_a_volume_that_remembers_nothing_is_remembered_by_its_stack(
    deployment: Deployment,
) -> None:
    claim = "zookeeper-vol-zookeeper-1"
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    data = deployment.data()

    # Cleared: any claim that fits could get it.
    old = take_claim(deployment, "statefulset/zookeeper", claim, "null")
    sentence = deployment.refused(claim, f"was on volume {old} when", "names no claim now", up=True)
    shell(deployment, way(sentence, f"to mount {old}, run"))
    up_with_refresh(deployment)
    assert deployment.data()[claim].volume_uid == data[claim].volume_uid
    deployment.wait("statefulset/zookeeper", "--for=jsonpath={.status.readyReplicas}=2")
    assert set(deployment.up().changes) == {"unchanged"}

    # Given away, and its memory has outlived a refresh.
    other = json.dumps({"name": "another", "namespace": deployment.name, "uid": None})
    old = take_claim(deployment, "deployment/mysql", "mysql-vol", other)
    deployment.refresh()
    sentence = deployment.refused("mysql-vol", old, f"of claim {deployment.name}/another now")
    deployment.config["statefast:consent"] = [consent(sentence)]
    up_with_refresh(deployment)
    assert deployment.data()["mysql-vol"].volume not in ("", old)

    # Once it is on another volume, that is the one.
    del deployment.config["statefast:consent"]
    deployment.up()
    assert set(deployment.up().changes) == {"unchanged"}


def test_a_free_volume_that_was_used_is_bound_to_no_claim_unseen(deployment: Deployment) -> None:
    deployment.workloads().up()
    deployment.claim_of_nobody("somebodys", "9Gi")
    volume = deployment.data()["somebodys"].volume
    deployment.kubectl("delete", "pvc", "somebodys")
    deployment.kubectl("patch", "pv", volume, "--type=merge", "-p", '{"spec":{"claimRef":null}}')
    deployment.wait(f"pv/{volume}", "--for=jsonpath={.status.phase}=Available")

    sentence = deployment.workloads(mysql=MYSQL).refused(
        volume, "was used before", "mysql-vol", up=True
    )
    shell(deployment, way(sentence, "to keep it from every claim"))
    said = deployment.up().text
    assert deployment.data()["mysql-vol"].volume not in ("", volume)
    # It is the last one that tells where data lies which nobody mounts.
    assert f"{volume} (of claim keep-{volume})" in said
    assert volume not in deployment.preview().text


def test_a_volume_that_another_ordinal_was_given_goes_back(deployment: Deployment) -> None:
    mine, theirs = "zookeeper-vol-zookeeper-0", "zookeeper-vol-zookeeper-1"
    deployment.workloads(zookeeper={**ZOOKEEPER, "replicas": 1}).up()
    data = deployment.data()[mine]
    # Once it is let go, the next claim that it fits gets it.
    clear = '{"spec":{"claimRef":null}}'
    deployment.kubectl("patch", "pv", data.volume, "--type=merge", "-p", clear)
    deployment.kubectl("scale", "statefulset/zookeeper", "--replicas=2")
    deployment.wait(f"pvc/{theirs}", "--for=jsonpath={.status.phase}=Bound")
    if deployment.data()[theirs].volume != data.volume:
        pytest.skip("needs a cluster in which the first claim does not take its volume back")

    sentence = deployment.refused(mine, "has lost its volume", f"/{theirs} now")
    found = re.search(r"run: (kubectl .*?) && pulumi up --refresh; to leave", sentence)
    assert found is not None, sentence
    shell(deployment, found[1])
    up_with_refresh(deployment)
    assert deployment.data()[mine].volume_uid == data.volume_uid
    deployment.wait("statefulset/zookeeper", "--for=jsonpath={.status.readyReplicas}=1")


def test_a_claim_whose_volume_lost_its_uid_takes_it_back(deployment: Deployment) -> None:
    deployment.workloads(mysql=MYSQL).up()
    data = deployment.data()["mysql-vol"]
    forget = '{"spec":{"claimRef":{"uid":null}}}'
    deployment.kubectl("patch", "pv", data.volume, "--type=merge", "-p", forget)
    deployment.wait("pvc/mysql-vol", "--for=jsonpath={.status.phase}=Lost")

    sentence = deployment.refused("mysql-vol", "has lost its volume", "another uid of it")
    found = re.search(r"run: (kubectl .*?) && pulumi up --refresh", sentence)
    assert found is not None, sentence
    shell(deployment, found[1])
    up_with_refresh(deployment)
    assert deployment.data()["mysql-vol"].volume_uid == data.volume_uid
    deployment.wait("deployment/mysql", "--for=condition=Available")


def test_a_namespace_that_is_being_deleted_says_what_goes_and_how_to_keep_it(
    deployment: Deployment,
) -> None:
    deployment.config["statefast:storageClass"]["reclaimPolicy"] = "Delete"
    deployment.workloads(mysql=MYSQL).up()
    data = deployment.data()["mysql-vol"]
    hold = '{"metadata":{"finalizers":["tests/hold"]}}'
    deployment.kubectl("patch", "pvc", "mysql-vol", "--type=merge", "-p", hold)
    deployment.kubectl("delete", "namespace", deployment.name, "--wait=false", namespace=False)
    deployment.wait("pvc/mysql-vol", "--for=jsonpath={.metadata.deletionTimestamp}")
    # The rest of the namespace goes by itself, and what is said may not change with it.
    deployment.wait("deployment/mysql", "service/mysql", "--for=delete")

    sentence = deployment.refused(
        "is being deleted with its claims mysql-vol", data.volume, up=True
    )
    found = re.search(r"reattach them: (kubectl .*?) && pulumi up --refresh", sentence)
    assert found is not None, sentence
    keep, _, wait = found[1].rpartition(" && ")
    shell(deployment, keep)
    loose = '{"metadata":{"finalizers":null}}'
    deployment.kubectl("patch", "pvc", "mysql-vol", "--type=merge", "-p", loose)
    shell(deployment, wait)

    up_with_refresh(deployment)
    deployment.wait("deployment/mysql", "--for=condition=Available")
    assert deployment.data()["mysql-vol"].volume_uid == data.volume_uid


@pytest.mark.parametrize(
    ("owner", "config", "claim"),
    [
        ("deployment/mysql", {"mysql": MYSQL}, "mysql-vol"),
        ("statefulset/zookeeper", {"zookeeper": ZOOKEEPER}, "zookeeper-vol-zookeeper-1"),
    ],
)
def test_a_claim_that_is_lost_again_is_reattached_again(
    deployment: Deployment, owner: str, config: dict[str, Config], claim: str
) -> None:
    deployment.workloads(**config).up()
    volume = deployment.data()[claim].volume_uid
    # The state knows of the volume since the first time, and nothing of it has changed.
    for _ in range(2):
        name = deployment.data()[claim].volume
        deployment.kubectl("scale", owner, "--replicas=0")
        deployment.kubectl("delete", "pvc", claim)
        deployment.wait(f"pv/{name}", "--for=jsonpath={.status.phase}=Released")
        up_with_refresh(deployment)
        assert deployment.data()[claim].volume_uid == volume
    assert set(deployment.up().changes) == {"unchanged"}


def test_a_workload_whose_marks_somebody_took_off_is_taken_over(deployment: Deployment) -> None:
    # Whose claims may go, which the claims go on to say.
    deployment.config["statefast:ephemeral"] = True
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    data, uids = deployment.data(), deployment.uids("statefulset,deployment")
    for kind, name in (("statefulset", "zookeeper"), ("deployment", "mysql")):
        marks = [f"{it}-" for it in deployment.get(kind, name)["metadata"]["annotations"]]
        deployment.kubectl("annotate", kind, name, *marks)
        said = deployment.refused(f"name is '{name}'", "belongs to nobody")
        given = re.findall(rf"'([^']* {name}: owner [^']*)'", said)
        deployment.config.setdefault("statefast:consent", []).extend(given)
        deployment.up()
        assert set(deployment.up().changes) == {"unchanged"}
    assert deployment.data() == data
    assert deployment.uids("statefulset,deployment") == uids


def test_what_somebody_deleted_around_a_workload_is_not_called_unchanged(
    deployment: Deployment,
) -> None:
    redis: Config = {"storage": {"size": "1Gi"}, "networkPolicy": {"clients": []}}
    deployment.workloads(redis=redis, mysql=MYSQL).up()
    for kind, word, name in (
        ("ServiceAccount", "serviceaccount", "redis"),
        ("ConfigMap", "configmap", "redis-config"),
        ("Service", "service", "mysql"),
        ("NetworkPolicy", "networkpolicy", "redis"),
    ):
        deployment.kubectl("delete", word, name)
        # One rule for all of them.
        first = kind == "ServiceAccount"
        deployment.refused(f"{kind} {name}", "somebody deleted", "up --refresh", up=first)
        up_with_refresh(deployment)
        deployment.get(word, name)
    assert set(deployment.up().changes) == {"unchanged"}
