"""The objects of the article this project starts from, by name, from one word of config."""

import base64
import re
import tempfile
from pathlib import Path

from .conftest import Config, Deployment

ZOOKEEPER: Config = {"storage": {"size": "8Gi"}}
FIVE = ("name", "instance", "component", "managed-by", "part-of")


def ports(service: Config) -> list[tuple[str, int]]:
    return [(port["name"], port["port"]) for port in service["spec"]["ports"]]


def server_list(workload: Config) -> str:
    env = workload["spec"]["template"]["spec"]["containers"][0]["env"]
    return str(next(item["value"] for item in env if item["name"] == "ZOO_SERVERS"))


def assert_services(deployment: Deployment) -> None:
    client = deployment.get("service", "zookeeper")
    headless = deployment.get("service", "zookeeper-server")
    assert ports(client) == [("client", 2181)]
    assert ports(headless) == [("server", 2888), ("leader-election", 3888)]
    assert headless["spec"]["clusterIP"] == "None"
    assert headless["spec"]["publishNotReadyAddresses"] is True


def assert_claim(claim: Config, storage_class: str) -> None:
    assert claim["status"]["phase"] == "Bound"
    assert claim["status"]["capacity"] == {"storage": "8Gi"}
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert claim["spec"]["storageClassName"] == storage_class


def test_deployment_pattern_makes_the_seeds_objects(deployment: Deployment) -> None:
    deployment.workloads(zookeeper={**ZOOKEEPER, "pattern": "deployment"}).up()

    workload = deployment.get("deployment", "zookeeper")
    claims = deployment.list("pvc")

    assert list(claims) == ["zookeeper-vol"]
    deployment.wait("pvc/zookeeper-vol", "--for=jsonpath={.status.phase}=Bound")
    assert_claim(deployment.get("pvc", "zookeeper-vol"), f"rbd-{deployment.name}")
    assert_services(deployment)
    assert workload["spec"]["strategy"] == {"type": "Recreate"}
    assert workload["spec"]["replicas"] == workload["status"]["readyReplicas"] == 1
    volumes = workload["spec"]["template"]["spec"]["volumes"]
    assert volumes == [
        {"name": "zookeeper-vol", "persistentVolumeClaim": {"claimName": "zookeeper-vol"}}
    ]
    assert server_list(workload) == (
        f"server.1=zookeeper-server.{deployment.name}.svc.cluster.local:2888:3888;2181"
    )


def test_stateful_set_pattern_makes_the_seeds_objects(deployment: Deployment) -> None:
    replicas = 3
    deployment.workloads(
        zookeeper={**ZOOKEEPER, "pattern": "stateful-set", "replicas": replicas}
    ).up()

    workload = deployment.get("statefulset", "zookeeper")
    claims = deployment.list("pvc")

    assert sorted(claims) == [f"zookeeper-vol-zookeeper-{n}" for n in range(replicas)]
    for claim in claims.values():
        assert_claim(claim, f"rbd-{deployment.name}")
    assert_services(deployment)
    assert workload["spec"]["serviceName"] == "zookeeper-server"
    assert workload["spec"]["podManagementPolicy"] == "Parallel"
    assert workload["status"]["readyReplicas"] == replicas
    assert server_list(workload) == " ".join(
        f"server.{n + 1}=zookeeper-{n}.zookeeper-server.{deployment.name}"
        ".svc.cluster.local:2888:3888;2181"
        for n in range(replicas)
    )


def test_one_word_switches_the_pattern_and_no_claim_is_lost(deployment: Deployment) -> None:
    deployment.workloads(
        zookeeper={**ZOOKEEPER, "pattern": "stateful-set"},
        mysql={**ZOOKEEPER, "pattern": "deployment"},
    ).up()
    volumes, services = deployment.volumes(), deployment.uids("service")
    password = deployment.get("secret", "mysql-generated")["data"]

    deployment.workloads(
        zookeeper={**ZOOKEEPER, "pattern": "deployment"},
        mysql={**ZOOKEEPER, "pattern": "stateful-set"},
    )
    # Each starts with new and empty claims, and its owner says that he knows.
    for left in ("mysql-vol", "zookeeper-vol-zookeeper-0"):
        sentence = deployment.refused(f"its data is in {left},", "new and empty")
        asked = re.search(r"adding '(.*?)' to consent", sentence)
        assert asked is not None
        deployment.config.setdefault("statefast:consent", []).append(asked[1])
    deployment.up()

    now = deployment.volumes()
    assert {name: now[name] for name in volumes} == volumes
    assert sorted(now) == [
        "mysql-vol",
        "mysql-vol-mysql-0",
        "zookeeper-vol",
        "zookeeper-vol-zookeeper-0",
    ]
    kept = deployment.uids("service")
    assert {name: kept[name] for name in services} == services
    assert deployment.get("secret", "mysql-generated")["data"] == password
    assert list(deployment.list("statefulset")) == ["mysql"]
    assert list(deployment.list("deployment")) == ["zookeeper"]


def test_every_object_is_labelled_and_a_second_up_changes_nothing(deployment: Deployment) -> None:
    deployment.workloads(
        zookeeper={**ZOOKEEPER, "replicas": 3}, mysql={**ZOOKEEPER, "pattern": "deployment"}
    )
    first = deployment.up()

    for kind in ("statefulset", "deployment", "service", "pvc", "pod"):
        objects = deployment.list(kind)
        assert objects, kind
        for name, item in objects.items():
            labels = item["metadata"]["labels"]
            missing = [key for key in FIVE if f"app.kubernetes.io/{key}" not in labels]
            assert not missing, f"{kind} {name} lacks {missing}"
            assert labels["app.kubernetes.io/instance"] in ("zookeeper", "mysql")
    secret = deployment.get("secret", "mysql-generated")["metadata"]["labels"]
    assert [key for key in FIVE if f"app.kubernetes.io/{key}" not in secret] == []

    again = deployment.up()
    assert again.changes == {"unchanged": first.changes["created"]}
    assert "previewing" not in again.text
    assert deployment.preview().changes == {"unchanged": first.changes["created"]}


def test_credentials_are_left_nowhere_but_in_the_workspace(deployment: Deployment) -> None:
    def left() -> set[Path]:
        return set(Path(tempfile.gettempdir()).glob("kubeconfig*"))

    before = left()
    deployment.up()
    assert left() == before


def test_the_password_is_never_readable_in_state_or_output(deployment: Deployment) -> None:
    first = deployment.workloads(mysql={**ZOOKEEPER, "pattern": "deployment"}).up()
    encoded = deployment.get("secret", "mysql-generated")["data"]["MYSQL_ROOT_PASSWORD"]
    password = base64.b64decode(encoded).decode()

    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", password)
    again = deployment.up()
    outputs = deployment.pulumi("stack", "output", "--json", "--show-secrets").text
    for place in (first.text, again.text, outputs, deployment.state()):
        assert password not in place
        assert encoded not in place
    env = deployment.get("deployment", "mysql")["spec"]["template"]["spec"]["containers"][0]["env"]
    assert env == [
        {
            "name": "MYSQL_ROOT_PASSWORD",
            "valueFrom": {
                "secretKeyRef": {"name": "mysql-generated", "key": "MYSQL_ROOT_PASSWORD"}
            },
        }
    ]


def test_a_password_from_secret_config_is_used_and_hidden(deployment: Deployment) -> None:
    deployment.workloads(mysql={**ZOOKEEPER, "pattern": "deployment"})
    deployment.stack.prepare(deployment.config)
    deployment.stack.run(
        "config",
        "set",
        "--secret",
        "--path",
        "statefast:secrets.mysql.MYSQL_ROOT_PASSWORD",
        "correct-horse-battery",
        quiet=True,
    )
    result = deployment.stack.run("up", "--yes", "--skip-preview", quiet=True)

    data = deployment.get("secret", "mysql-secrets")["data"]
    assert base64.b64decode(data["MYSQL_ROOT_PASSWORD"]) == b"correct-horse-battery"
    assert list(deployment.list("secret")) == ["mysql-secrets"]
    assert "correct-horse-battery" not in result.stdout
    assert "correct-horse-battery" not in deployment.state()
    assert data["MYSQL_ROOT_PASSWORD"] not in deployment.state()
