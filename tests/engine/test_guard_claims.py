"""Claims and volumes behind the stack's back: nothing starts empty beside its data, nothing that is
gone is called unchanged, and what a refusal says to run works as it stands.
"""

import re

import pytest

from .advice import commands, consents, shell, up_with_refresh
from .conftest import Config, Deployment

ZOOKEEPER: Config = {"storage": {"size": "8Gi"}, "replicas": 2}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "8Gi"}}


def lose_claim(deployment: Deployment, claim: str, pod: str) -> None:
    """Deletes a claim of a set that runs; its controller makes another one at once."""
    before = deployment.uids("pvc")[claim]
    deployment.kubectl("delete", "pvc", claim, "--wait=false")
    deployment.kubectl("delete", "pod", pod)
    # Its controller makes it again, and may not have come to that yet.
    deployment.wait(f"pod/{pod}", "--for=create")
    deployment.wait(f"pod/{pod}", "--for=condition=Ready")
    deployment.wait(f"pvc/{claim}", "--for=jsonpath={.status.phase}=Bound")
    assert deployment.uids("pvc")[claim] != before


def test_a_claim_made_again_beside_its_volume_is_its_owners_choice(
    deployment: Deployment,
) -> None:
    claim = "zookeeper-vol-zookeeper-1"
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    data = deployment.data()
    old = data[claim].volume
    lose_claim(deployment, claim, "zookeeper-1")
    new = deployment.data()[claim].volume
    assert new != old

    for size in ("8Gi", "12Gi"):
        sentence = deployment.workloads(zookeeper={**ZOOKEEPER, "storage": {"size": size}}).refused(
            claim, old, new, "--replicas=1", up=size == "8Gi"
        )
    deployment.workloads(zookeeper=ZOOKEEPER)

    # Back to the old one, with the commands and the words of the refusal.
    deployment.config["statefast:consent"] = consents(sentence, f"to go back to {old}")
    shell(deployment, commands(sentence, f"to go back to {old}"))
    up_with_refresh(deployment)
    back = deployment.data()
    assert back[claim].volume_uid == data[claim].volume_uid
    deployment.wait("statefulset/zookeeper", "--for=jsonpath={.status.readyReplicas}=2")
    assert set(deployment.up().changes) == {"unchanged"}

    # Without the consent the volume that was left is not forgotten.
    del deployment.config["statefast:consent"]
    sentence = deployment.refused(claim, old, new)
    deployment.config["statefast:consent"] = consents(sentence, f"to go on with {old}")
    assert set(deployment.up().changes) == {"unchanged"}
    assert deployment.list("pv")[new]["status"]["phase"] == "Released"


def test_of_two_volumes_the_one_that_is_not_left_is_mounted(deployment: Deployment) -> None:
    deployment.workloads(mysql=MYSQL).up()
    first = deployment.data()["mysql-vol"]
    manifest = deployment.kubectl("get", "pvc", "mysql-vol", "-o", "yaml")
    fresh = re.sub(r"(?m)^  (uid|resourceVersion|volumeName): .*\n", "", manifest)
    deployment.kubectl("scale", "deployment/mysql", "--replicas=0")
    deployment.kubectl("delete", "pvc", "mysql-vol")
    # Somebody makes it again, empty, and thinks better of it.
    deployment.kubectl("create", "-f", "-", stdin=re.sub(r"pv.kubernetes.io/.*\n", "\n", fresh))
    deployment.wait("pvc/mysql-vol", "--for=jsonpath={.status.phase}=Bound")
    second = deployment.data()["mysql-vol"]
    deployment.kubectl("delete", "pvc", "mysql-vol")

    sentence = deployment.refused("mysql-vol", first.volume, second.volume, "to mount", up=True)
    deployment.config["statefast:consent"] = consents(sentence, f"to mount {first.volume}")
    up_with_refresh(deployment)

    deployment.wait("deployment/mysql", "--for=condition=Available")
    assert deployment.data()["mysql-vol"].volume_uid == first.volume_uid


def test_what_somebody_deleted_is_not_called_unchanged(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    data = deployment.data()
    for kind, name in (("statefulset", "zookeeper"), ("deployment", "mysql")):
        deployment.kubectl("delete", kind, name)
        its = kind == "statefulset"
        deployment.refused(f"name is '{name}'", "somebody deleted", "pulumi up --refresh", up=its)
        result = deployment.pulumi("preview", "--refresh", "--suppress-progress")
        assert result.code == 0, result.text
        up_with_refresh(deployment)
    assert set(deployment.up().changes) == {"unchanged"}
    assert deployment.data() == data

    # Pods that a set left behind are taken in by the next one, and go on running.
    pods = deployment.uids("pod")
    deployment.kubectl("delete", "statefulset", "zookeeper", "--cascade=orphan")
    up_with_refresh(deployment)
    assert {name: pods[name] for name in pods if "zookeeper" in name}.items() <= (
        deployment.uids("pod").items()
    )
    assert deployment.data() == data

    # An edit of what is gone fails in words of the provider, with ours beside them.
    deployment.kubectl("delete", "statefulset", "zookeeper")
    deployment.workloads(zookeeper={**ZOOKEEPER, "labels": {"team": "storage"}}, mysql=MYSQL)
    for result in (deployment.preview(ok=False), deployment.up(ok=False)):
        assert "not found" in result.text
        assert "run up --refresh" in result.text
    up_with_refresh(deployment)
    assert deployment.data() == data


def test_a_targeted_up_waits_for_no_growth_but_its_own(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    grown: Config = {"storage": {"size": "12Gi"}}
    deployment.workloads(zookeeper={**ZOOKEEPER, **grown}, mysql={**MYSQL, **grown})
    # Whoever waited for the others would fail.
    deployment.config["statefast:growthSeconds"] = 3
    for option, growing in (("--target", {"mysql-vol"}), ("--exclude", set())):
        urn = "**PersistentVolumeClaimPatch::" + ("mysql-vol" if growing else "zookeeper*")
        done = deployment.pulumi(
            "up", "--yes", "--skip-preview", "--suppress-progress", option, urn
        )
        assert done.code == 0, done.text
        assert {name for name, size in deployment.capacities().items() if size == "12Gi"} == {
            "mysql-vol"
        }


def test_a_new_workload_that_a_target_leaves_out_leaves_the_state_whole(
    deployment: Deployment,
) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    deployment.workloads(zookeeper={**ZOOKEEPER, "minReadySeconds": 1}, mysql=MYSQL)
    options = ("--yes", "--skip-preview", "--suppress-progress")
    done = deployment.pulumi("up", *options, "--target", "**StatefulSet::zookeeper")
    assert done.code == 0, done.text
    assert "mysql-generated" not in deployment.list("secret")
    deployment.up()
    assert deployment.get("secret", "mysql-generated")["data"]
    assert set(deployment.up().changes) == {"unchanged"}


@pytest.mark.parametrize("left_out", ["Service", "ConfigMap"])
def test_an_exclude_that_leaves_out_what_is_needed_leaves_the_state_whole(
    deployment: Deployment, left_out: str
) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL)
    options = ("--yes", "--skip-preview", "--suppress-progress", "--exclude")
    done = deployment.pulumi("up", *options, f"**{left_out}::*")
    assert "snapshot integrity" not in done.text
    assert done.code == 0, done.text
    deployment.up()
    assert set(deployment.up().changes) == {"unchanged"}
