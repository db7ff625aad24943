"""What an owner may do by naming it, once; and what the engine itself refuses without that."""

import json
import re

from .conftest import Config, Deployment, Result

ZOOKEEPER: Config = {"storage": {"size": "8Gi"}, "replicas": 2}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "8Gi"}}


def asked_for(sentence: str) -> str:
    """The consent that a refusal asks for."""
    found = re.search(r"adding '(.*?)' to consent", sentence)
    assert found is not None, sentence
    return found[1]


def urn(deployment: Deployment, kind: str, name: str) -> str:
    state = json.loads(deployment.pulumi("stack", "export").text)
    (found,) = [
        item["urn"]
        for item in state["deployment"]["resources"]
        if item["type"] == kind and item["urn"].endswith(f"::{name}")
    ]
    return str(found)


def test_a_consent_is_good_for_its_change_and_for_no_other(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    data, owner = deployment.data(), deployment.uids("statefulset")

    deployment.workloads(zookeeper={**ZOOKEEPER, "podManagementPolicy": "OrderedReady"})
    consent = asked_for(deployment.refused("pod_management_policy"))
    deployment.config["statefast:consent"] = [consent]
    # Another change with that consent in hand: no.
    deployment.workloads(zookeeper={**ZOOKEEPER, "serviceName": "other"})
    deployment.refused("zookeeper-server", "consent", up=True)

    deployment.workloads(zookeeper={**ZOOKEEPER, "podManagementPolicy": "OrderedReady"})
    assert deployment.up().changes["replaced"] == 1
    assert deployment.uids("statefulset") != owner
    assert deployment.get("statefulset", "zookeeper")["spec"]["podManagementPolicy"] == (
        "OrderedReady"
    )
    assert deployment.data() == data
    assert set(deployment.up().changes) == {"unchanged"}

    # There and back again: the set is another one, and the consent of no use for it.
    deployment.workloads(zookeeper=ZOOKEEPER)
    back = asked_for(deployment.refused("pod_management_policy"))
    deployment.config["statefast:consent"] = [consent, back]
    deployment.up()
    deployment.workloads(zookeeper={**ZOOKEEPER, "podManagementPolicy": "OrderedReady"})
    deployment.refused("pod_management_policy")
    assert deployment.data() == data


def test_a_replacement_in_an_ephemeral_stack_keeps_the_claims(deployment: Deployment) -> None:
    deployment.config["statefast:ephemeral"] = True
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    data = deployment.data()

    deployment.workloads(zookeeper={**ZOOKEEPER, "podManagementPolicy": "OrderedReady"})
    deployment.config["statefast:consent"] = [asked_for(deployment.refused("the claims stay"))]
    assert deployment.up().changes["replaced"] == 1
    assert deployment.data() == data

    deployment.config["statefast:namespace"] = f"{deployment.name}-b"
    assert ", deleting its claims [" in asked_for(deployment.refused("are deleted with it"))


def test_a_consented_class_is_for_replicas_to_come(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    data = deployment.data()
    fast = f"fast-{deployment.name}"
    deployment.kubectl(
        "create",
        "-f",
        "-",
        stdin=f"""
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: {fast}}}
provisioner: rbd.csi.ceph.com
allowVolumeExpansion: true
""",
    )
    try:
        wanted = {**ZOOKEEPER, "storage": {"size": "8Gi", "storageClassName": fast}}
        deployment.workloads(zookeeper=wanted)
        deployment.config["statefast:consent"] = [
            asked_for(deployment.refused("only new replicas"))
        ]
        deployment.up()
        result = deployment.workloads(zookeeper={**wanted, "replicas": 3}).up()

        assert "keeps its storageClassName" in result.text
        now = deployment.data()
        assert {name: now[name] for name in data} == data
        classes = {
            name: item["spec"]["storageClassName"] for name, item in deployment.list("pvc").items()
        }
        assert sorted(classes.values()) == sorted([fast, *[f"rbd-{deployment.name}"] * 2])
    finally:
        deployment.kubectl("delete", "storageclass", fast)


def test_a_consented_move_leaves_the_data_where_it_was(deployment: Deployment) -> None:
    deployment.workloads(mysql=MYSQL).up()
    data = deployment.data()
    deployment.config["statefast:namespace"] = f"{deployment.name}-b"

    deployment.config["statefast:consent"] = [asked_for(deployment.refused("namespace", "empty"))]
    deployment.up()

    assert deployment.data() == data
    assert deployment.list("deployment") == {}
    deployment.kubectl("delete", "namespace", f"{deployment.name}-b", "--wait=false")


def test_a_claim_of_another_hand_is_taken_over_by_consent(deployment: Deployment) -> None:
    deployment.workloads().up()
    deployment.claim_of_nobody("mysql-vol", "20Gi")
    data = deployment.data()

    deployment.workloads(mysql=MYSQL)
    consent = asked_for(deployment.refused("mysql-vol", "belongs to nobody"))
    deployment.config["statefast:consent"] = [consent]
    result = deployment.up()

    assert deployment.data() == data
    assert "grown to 20Gi by another hand" in result.text
    assert deployment.get("pvc", "mysql-vol")["spec"]["resources"]["requests"] == {
        "storage": "20Gi"
    }
    # It is this stack's now, with or without the consent.
    deployment.config.pop("statefast:consent")
    assert set(deployment.up().changes) == {"unchanged"}


def test_the_engine_replaces_no_workload_that_lives_and_no_claim(deployment: Deployment) -> None:
    """Our check cannot see a replacement that the command line asks for: the seal stands."""
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    deployment.up()
    before, data, pods = deployment.footprint(), deployment.data(), deployment.uids("pod")

    def replace(kind: str, name: str, *flags: str) -> Result:
        command = ["up", "--yes", "--skip-preview", "--replace", urn(deployment, kind, name)]
        return deployment.pulumi(*command, *flags)

    for kind, name in (("StatefulSet", "zookeeper"), ("Deployment", "mysql")):
        for flags in ((), ("--ignore-protect",)):
            result = replace(f"kubernetes:apps/v1:{kind}", name, *flags)
            assert result.code != 0
            assert "may not be replaced" in result.text
            assert deployment.footprint() == before

    # Its provider can be replaced, and nothing goes with it.
    result = replace("pulumi:providers:kubernetes", "cluster")
    assert result.code == 0, result.text
    assert result.changes["replaced"] == 1
    assert deployment.data() == data
    assert deployment.uids("pod") == pods

    # A claim that is replaced is the same claim.
    for name in ("mysql-vol", "zookeeper-vol-zookeeper-0"):
        result = replace("kubernetes:core/v1:PersistentVolumeClaimPatch", name)
        assert result.code == 0, result.text
    assert deployment.data() == data


def test_a_provider_that_moved_takes_nothing_with_it(deployment: Deployment) -> None:
    """A stack that is renamed is another cluster to its provider, which replaces everything."""
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    data, before = deployment.data(), deployment.footprint()
    renamed = Deployment(deployment.workspace, f"{deployment.name}-r")
    deployment.stack.run("stack", "rename", renamed.name, quiet=True)
    renamed.config = deployment.config
    renamed.stack.prepare(renamed.config)
    renamed.stack.run("stack", "select", renamed.name, quiet=True)

    said = [result.errors for result in (renamed.preview(ok=False), renamed.up(ok=False))]
    assert said[0]
    assert all(" belong to statefast/" in sentence for sentence in said[0])
    assert said[0] == said[1]
    assert deployment.footprint() == before

    # Where nobody looks first, the engine replaces what it has, and the claims are not among it.
    renamed.config["statefast:preflight"] = "off"
    renamed.pulumi("up", "--yes", "--skip-preview")
    assert deployment.data() == data


def test_a_set_that_holds_pods_back_is_not_replaced(deployment: Deployment) -> None:
    """The provider does not wait for its deletion: the new set would go with the old one."""
    canary: Config = {**ZOOKEEPER, "updateStrategy": {"partition": 1}}
    deployment.workloads(zookeeper=canary).up()
    data = deployment.data()

    deployment.workloads(zookeeper={**canary, "podManagementPolicy": "OrderedReady"})
    deployment.config["statefast:consent"] = [
        asked_for(deployment.refused("pod_management_policy"))
    ]
    deployment.refused("a set that holds pods back is not replaced", up=True)

    deployment.workloads(zookeeper=ZOOKEEPER).up()
    deployment.workloads(zookeeper={**ZOOKEEPER, "podManagementPolicy": "OrderedReady"}).up()
    management = deployment.get("statefulset", "zookeeper")["spec"]["podManagementPolicy"]
    assert management == "OrderedReady"
    assert deployment.data() == data
