"""Retention is a field: no edit of it, and of nothing else, deletes data; the stack's end may."""

from pathlib import Path

import pytest

from localcluster.layout import Workspace

from .advice import commands, shell, up_with_refresh
from .conftest import Config, Deployment
from .parts import Parts

ZOOKEEPER: Config = {"storage": {"size": "1Gi"}, "replicas": 2}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "1Gi"}}
OWNED = Path(__file__).parent / "programs/owned"


@pytest.fixture
def ephemeral(deployment: Deployment) -> Deployment:
    """An ephemeral stack that is up, on a class whose volumes go with their claims."""
    deployment.config["statefast:ephemeral"] = True
    deployment.config["statefast:storageClass"]["reclaimPolicy"] = "Delete"
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    return deployment


def gone(deployment: Deployment) -> None:
    """Waits until no claim is left, and no volume of one."""
    deployment.kubectl("wait", "pvc", "--all", "--for=delete", "--timeout=60s")
    assert deployment.volumes() == {}


def test_an_ephemeral_stack_leaves_an_empty_namespace(ephemeral: Deployment) -> None:
    assert len(ephemeral.data()) == 3
    assert set(ephemeral.up().changes) == {"unchanged"}

    ephemeral.destroy()

    gone(ephemeral)
    assert ephemeral.list("configmap").keys() <= {"kube-root-ca.crt"}
    assert ephemeral.list("secret") == {}
    said = ephemeral.kubectl("get", "ns", ephemeral.name, "-o", "yaml", namespace=False)
    assert "statefast/retention: delete" in said
    ephemeral.up()
    ephemeral.destroy()
    gone(ephemeral)


def test_an_ephemeral_stack_that_is_to_be_kept_keeps_everything(ephemeral: Deployment) -> None:
    data = ephemeral.data()
    password = ephemeral.get("secret", "mysql-generated")["data"]
    pods = ephemeral.uids("pod")
    # Claims that no program edits any more have to stay as well.
    ephemeral.workloads(mysql=MYSQL).up()

    ephemeral.config["statefast:ephemeral"] = False
    done = ephemeral.up()

    assert not {"deleted", "replaced"} & set(done.changes), done.text
    assert "ConfigMap claims-" in done.text
    assert ephemeral.data() == data
    assert ephemeral.uids("pod") == {k: v for k, v in pods.items() if k.startswith("mysql")}
    assert "ownerReferences" not in ephemeral.get("pvc", "mysql-vol")["metadata"]
    ephemeral.destroy()
    ephemeral.kubectl("wait", "pvc", "--all", "--for=jsonpath={.status.phase}=Bound")
    assert ephemeral.data() == data
    assert ephemeral.get("secret", "mysql-generated")["data"] == password
    ephemeral.workloads(mysql=MYSQL, zookeeper=ZOOKEEPER).up()
    assert ephemeral.data() == data
    ephemeral.destroy()
    assert ephemeral.data() == data


def test_no_edit_of_an_ephemeral_stack_deletes_a_claim(ephemeral: Deployment) -> None:
    data = ephemeral.data()
    switched: Config = {**MYSQL, "pattern": "stateful-set"}

    renamed = ephemeral.workloads(zk={**ZOOKEEPER, "workload": "zookeeper"}, mysql=switched).up()

    assert "until the stack is destroyed" in renamed.text
    now = ephemeral.data()
    assert {name: now.get(name) for name in data} == data
    ephemeral.workloads().up()
    now = ephemeral.data()
    assert {name: now.get(name) for name in data} == data
    ephemeral.destroy()
    gone(ephemeral)


def test_a_claim_of_an_ephemeral_stack_that_somebody_deletes_goes_when_its_pod_does(
    ephemeral: Deployment,
) -> None:
    """Nobody waits for what a pod holds: the refusal says how it is let go."""
    claim = ephemeral.uids("pvc")["mysql-vol"]
    ephemeral.kubectl("delete", "pvc", "mysql-vol", "--wait=false")
    said = ephemeral.refused("mysql-vol", "--replicas=0", "when its pod stops", up=True)
    shell(ephemeral, commands(said, "let it go"))
    up_with_refresh(ephemeral)
    assert ephemeral.uids("pvc")["mysql-vol"] != claim
    ephemeral.wait("deployment/mysql", "--for=condition=Available")


def test_retention_goes_between_delete_and_snapshot_and_to_retain(ephemeral: Deployment) -> None:
    data = ephemeral.data()
    for retention in ("snapshot", "delete", "snapshot"):
        ephemeral.config["statefast:retention"] = retention
        assert "deleted" not in ephemeral.up().changes
    refused = ephemeral.pulumi("destroy", "--yes", "--skip-preview")
    assert "--run-program" in refused.text
    ephemeral.config["statefast:ephemeral"] = False
    ephemeral.config["statefast:retention"] = "retain"
    ephemeral.up()
    assert set(ephemeral.up().changes) == {"unchanged"}
    ephemeral.destroy()
    assert ephemeral.data() == data


def test_a_namespace_outlives_the_stack_that_made_it(
    workspace: Workspace, ephemeral: Deployment
) -> None:
    """Two stacks in one namespace, the first one ephemeral: its end is not the other's."""
    kept = Deployment(workspace, f"{ephemeral.name}-k")
    kept.config["statefast:namespace"] = ephemeral.name
    kept.workloads(zk={**ZOOKEEPER, "workload": "zookeeper"}).up()
    mine = {name: it for name, it in ephemeral.data().items() if "-zk-" in name}
    assert len(mine) == 2

    ephemeral.destroy()

    ephemeral.kubectl("wait", "pvc/mysql-vol", "--for=delete", "--timeout=60s")
    assert {name: it for name, it in ephemeral.data().items() if "-zk-" in name} == mine
    assert set(kept.up().changes) == {"unchanged"}
    # The other way round: who comes later and is ephemeral takes nothing of the one who stays.
    ephemeral.up()
    ephemeral.destroy()
    assert {name: it for name, it in ephemeral.data().items() if "-zk-" in name} == mine
    kept.destroy()


def test_a_claim_of_its_own_goes_and_stays_as_its_retention_says(
    workspace: Workspace, deployment: Deployment
) -> None:
    parts = Parts(workspace, deployment.name)

    def claims(**retention: str) -> list[Config]:
        return [parts.claim(name, retention=word) for name, word in retention.items()]

    parts.components(parts.storage(), *claims(one="delete", two="delete")).up()
    before = parts.volumes()

    done = parts.components(parts.storage(), *claims(one="retain", two="delete")).up()

    assert "replaced" not in done.changes
    parts.destroy()
    parts.wait("pvc/two", "--for=delete")
    assert parts.volumes() == {"one": before["one"]}


def test_a_stack_of_before_is_taken_over_in_place(
    workspace: Workspace, deployment: Deployment
) -> None:
    """What was the stack's own becomes applied; nothing is deleted on the way."""
    deployment.kubectl(
        "create",
        "-f",
        "-",
        stdin=f"""
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: owned-{deployment.name}}}
provisioner: rbd.csi.ceph.com
reclaimPolicy: Delete
allowVolumeExpansion: true
""",
    )
    before = Deployment(workspace, deployment.name, project=OWNED)
    before.config = {
        "statefast:owned": {
            "cluster": deployment.name,
            "namespace": deployment.name,
            "class": f"owned-{deployment.name}",
        }
    }
    before.up()
    before.wait("pvc/mysql-vol", "--for=jsonpath={.status.phase}=Bound")
    data = before.data()

    deployment.config.pop("statefast:storageClass")
    deployment.config["statefast:ephemeral"] = True
    deployment.workloads(
        mysql={**MYSQL, "storage": {"size": "1Gi", "storageClassName": f"owned-{deployment.name}"}}
    )
    assert "delete" not in deployment.preview().text.partition("Resources:")[2]
    done = deployment.up()

    assert not {"deleted", "replaced"} & set(done.changes), done.text
    assert deployment.data() == data
    deployment.destroy()
    gone(deployment)
    deployment.kubectl("delete", "storageclass", f"owned-{deployment.name}")
