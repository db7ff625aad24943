"""Names that somebody has already: refused at preview where he is another, and ours are ours again
after the state was lost.
"""

import base64
import re
from collections.abc import Iterator

import pytest

from .conftest import Config, Deployment

ZOOKEEPER: Config = {
    "storage": {"size": "1Gi"},
    "replicas": 2,
    "configFiles": {"/conf/extra.cfg": "autopurge.purgeInterval=1\n"},
    "networkPolicy": {},
}
REDIS: Config = {"storage": {"size": "1Gi"}}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "1Gi"}}
NEW = "another-passphrase"
KINDS = (
    "statefulset",
    "deployment",
    "service",
    "pvc",
    "configmap",
    "serviceaccount",
    "poddisruptionbudget",
    "networkpolicy",
    "secret",
)


def identities(deployment: Deployment) -> dict[str, str]:
    """What must stay the very same object."""
    found = {f"{kind} {name}": uid for kind in KINDS for name, uid in deployment.uids(kind).items()}
    # A lost state knows no more which it was, and the claims get another one (decision 0010).
    owners = [key for key in found if key.startswith("configmap claims-")]
    return {key: uid for key, uid in found.items() if key not in owners}


def lose_state(deployment: Deployment) -> None:
    """The stack is made again under its name, and has nothing."""
    folder = deployment.workspace.stacks / ".pulumi/stacks/statefast"
    for path in folder.glob(f"{deployment.name}.json*"):
        path.unlink()


def secrets(value: str) -> Config:
    return {"redis": {"REDIS_PASSWORD": value}}


def test_a_lost_state_finds_its_objects(deployment: Deployment) -> None:
    deployment.config |= {"statefast:preflight": "strict", "statefast:secrets": secrets("before")}
    deployment.snapshot_class()
    deployment.workloads(zookeeper=ZOOKEEPER, redis=REDIS, mysql=MYSQL).up()
    before, data = identities(deployment), deployment.data()
    password = deployment.get("secret", "mysql-generated")["data"]
    address = deployment.get("service", "mysql")["spec"]["clusterIP"]
    class_uids = deployment.uids("storageclass,volumesnapshotclass")

    lose_state(deployment)
    # The engine would import what hangs on components that it leaves out.
    for left_out in (("--target", "**StatefulSet::zookeeper"), ("--exclude", "**::record")):
        for command in (("preview",), ("up", "--yes", "--skip-preview")):
            result = deployment.pulumi(*command, "--suppress-progress", *left_out)
            assert result.code != 0, result.text
            assert result.errors
            assert all("without --target and --exclude" in it for it in result.errors), result.text
    assert "replace" not in deployment.preview().text
    assert "replaced" not in deployment.up().changes

    assert identities(deployment) == before
    assert deployment.data() == data
    assert deployment.uids("storageclass,volumesnapshotclass") == class_uids
    assert deployment.get("secret", "mysql-generated")["data"] == password
    assert set(deployment.up().changes) == {"unchanged"}
    deployment.refresh()
    assert set(deployment.up().changes) == {"unchanged"}

    # What was taken back is as any other: it can be edited, and remade.
    edited = {**ZOOKEEPER, "configFiles": {"/conf/extra.cfg": "autopurge.purgeInterval=2\n"}}
    deployment.config["statefast:secrets"] = secrets(NEW)
    deployment.config["statefast:storageClass"]["reclaimPolicy"] = "Delete"
    edited["labels"] = {"team": "storage"}
    deployment.workloads(zookeeper=edited, redis=REDIS, mysql=MYSQL).up()
    files = deployment.get("configmap", "zookeeper-config")["data"]
    assert set(files.values()) == {"autopurge.purgeInterval=2\n"}
    assert deployment.get("service", "zookeeper")["metadata"]["labels"]["team"] == "storage"
    assert deployment.get("storageclass", f"rbd-{deployment.name}")["reclaimPolicy"] == "Delete"
    assert deployment.get("service", "mysql")["spec"]["clusterIP"] == address
    assert deployment.data() == data
    assert set(deployment.up().changes) == {"unchanged"}
    for text in (NEW, base64.b64encode(NEW.encode()).decode()):
        assert text not in deployment.state()


def test_an_ephemeral_stack_finds_its_objects(deployment: Deployment) -> None:
    deployment.config["statefast:ephemeral"] = True
    deployment.workloads(mysql=MYSQL, zookeeper={"storage": {"size": "1Gi"}}).up()
    before, data = identities(deployment), deployment.data()
    lose_state(deployment)

    deployment.up()

    assert (identities(deployment), deployment.data()) == (before, data)
    deployment.up()
    assert (identities(deployment), deployment.data()) == (before, data)


@pytest.fixture
def second(deployment: Deployment) -> Iterator[Deployment]:
    """Another stack, with a namespace of its own."""
    other = Deployment(deployment.workspace, f"{deployment.name}-b")
    yield other
    other.kubectl("delete", "namespace", other.name, "--ignore-not-found", namespace=False)


def test_what_another_stack_has_is_refused_at_preview(
    deployment: Deployment, second: Deployment
) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    name = f"rbd-{deployment.name}"
    second.config["statefast:storageClass"]["name"] = name
    second.workloads(mysql=MYSQL)
    second.refused(
        f"StorageClass {name}: name is '{name}', but StorageClass {name} belongs to"
        f" statefast/{deployment.name}, not to statefast/{second.name}; ",
        up=True,
    )

    # In one namespace, under a name that is nobody's and one that is a Service of the other.
    second.config["statefast:storageClass"] |= {"name": f"rbd-{second.name}"}
    second.config["statefast:namespace"] = deployment.name
    deployment.kubectl("create", "service", "clusterip", "mysql", "--tcp=3306")
    objects = identities(deployment)
    sentence = second.refused(
        "Deployment mysql: name is 'mysql', but Service",
        "/mysql belongs to nobody, not to",
        up=True,
    )
    assert identities(deployment) == objects
    # The owner may take it over.
    service = deployment.get("service", "mysql")["metadata"]["uid"]
    (consent,) = re.findall(r"adding '(.*?)' to consent", sentence)
    second.config["statefast:consent"] = [consent]
    second.up()
    assert deployment.get("service", "mysql")["metadata"]["uid"] == service
    del second.config["statefast:consent"]
    assert set(second.up().changes) == {"unchanged"}
    second.destroy()


def test_another_pattern_under_the_same_names(deployment: Deployment) -> None:
    deployment.workloads(mysql={**MYSQL, "pattern": "stateful-set"}).up()
    service = deployment.uids("service")["mysql"]
    data = deployment.data()
    lose_state(deployment)
    deployment.workloads(mysql=MYSQL)
    # Its claims are another question, which comes first.
    (consent,) = re.findall(r"adding '(.*?)' to consent", deployment.refused("Deployment mysql: "))
    deployment.config["statefast:consent"] = [consent]
    deployment.refused(
        f"Deployment mysql: name is 'mysql', but StatefulSet {deployment.name}/mysql",
        f"delete it first, its claims stay (kubectl delete statefulset mysql -n {deployment.name})",
        up=True,
    )

    deployment.kubectl("delete", "statefulset", "mysql")
    deployment.preview()
    deployment.up()
    assert deployment.uids("service")["mysql"] == service
    assert data.items() <= deployment.data().items()
