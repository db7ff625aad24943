"""The pods of a workload on the real engine: admission, rollouts, and what stands around them."""

import json
import os
import subprocess
from collections.abc import Iterator

import pytest

from localcluster.layout import Workspace
from localcluster.toolchain import environment
from workloads import workload_names

from .begun import prepare
from .conftest import Config, Deployment
from .dry_run import dry_run
from .parts import Parts, part

STANDARD = "pod-security.kubernetes.io"
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "1Gi"}}
REDIS: Config = {"storage": {"size": "1Gi"}}
ZOOKEEPER: Config = {"storage": {"size": "1Gi"}, "replicas": 3}


@pytest.fixture(scope="module", autouse=True)
def unplaceable(workspace: Workspace) -> Iterator[subprocess.Popen[str]]:
    """The up of a pod that no node takes: it takes a minute and more, and nobody waits for it."""
    place = Parts(workspace, f"unplaceable-{os.getpid()}")
    volume = {"name": "vol", "mount_path": "/data", "size": "1Gi"}
    nowhere = part(
        "PersistentDeployment",
        "nowhere",
        namespace=place.name,
        image="nginx:1.29",
        ports=[{"name": "http", "port": 80}],
        volumes=[{**volume, "storage_class_name": place.class_name}],
        node_selector={"example.com/no": "node"},
        # An `up` waits for both, and a minute more.
        progress_deadline_seconds=5,
        termination_grace_period_seconds=1,
    )
    place.components(place.storage(), nowhere)
    prepare(place.stack, place.config)
    with place.stack.start("up", "--yes", "--skip-preview", quiet=True) as child:
        yield child
        child.kill()
    place.kubectl("delete", "namespace", place.name, "--ignore-not-found", "--wait=false")


def restricted_namespace(deployment: Deployment) -> None:
    labels = {f"{STANDARD}/{mode}": "restricted" for mode in ("enforce", "warn", "audit")}
    item = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": deployment.name, "labels": labels},
    }
    deployment.kubectl("create", "-f", "-", namespace=False, stdin=json.dumps(item))


def pod_spec(deployment: Deployment, kind: str, name: str) -> Config:
    found: Config = deployment.get(kind, name)["spec"]["template"]["spec"]
    return found


@pytest.fixture(scope="module")
def sets(workspace: Workspace) -> Iterator[Deployment]:
    """All workloads as sets where the standard is enforced; nobody changes anything of them."""
    place = Deployment(workspace, f"sets-{os.getpid()}")
    restricted_namespace(place)
    entry = {"storage": {"size": "1Gi"}, "networkPolicy": {"clients": [{"labels": {"a": "b"}}]}}
    many = {name: {**entry, "replicas": 2} for name in workload_names()}
    said = place.workloads(**{**many, "redis": entry}).up().text
    assert "would violate" not in said
    yield place
    place.kubectl("delete", "namespace", place.name, "--wait=false", namespace=False)


def test_all_workloads_run_where_the_restricted_standard_is_enforced(
    sets: Deployment, deployment: Deployment
) -> None:
    names = workload_names()
    assert len(names) == 4
    restricted_namespace(deployment)
    entry = {"pattern": "deployment", "storage": {"size": "1Gi"}}
    result = deployment.workloads(**dict.fromkeys(names, entry)).up()
    assert "would violate" not in result.text

    def ready(place: Deployment, kind: str) -> dict[str, int]:
        return {name: item["status"]["readyReplicas"] for name, item in place.list(kind).items()}

    assert ready(deployment, "deployment") == dict.fromkeys(names, 1)
    assert ready(sets, "statefulset") == {**dict.fromkeys(names, 2), "redis": 1}
    for pod in (*deployment.list("pod").values(), *sets.list("pod").values()):
        context = pod["spec"]["securityContext"]
        assert context["fsGroup"] == context["runAsUser"] > 0
        assert context["fsGroupChangePolicy"] == "OnRootMismatch"


def test_no_object_of_a_stack_makes_the_api_server_warn(sets: Deployment) -> None:
    names = set(workload_names())
    with dry_run(sets.workspace) as server:
        for kind in ("statefulset", "service", "serviceaccount", "configmap", "pdb", "pod"):
            objects = [item for item in sets.list(kind).values() if names_ours(item, names)]
            assert objects, kind
            for item in objects:
                body = {key: item[key] for key in item if key != "status"}
                body["metadata"] = {
                    key: item["metadata"][key] for key in ("name", "namespace", "labels")
                }
                answer = server.apply(body, sets.name)
                assert (answer.accepted, answer.warnings) == (True, ()), answer.message


def names_ours(item: Config, names: set[str]) -> bool:
    return item["metadata"].get("labels", {}).get("app.kubernetes.io/instance") in names


def test_a_pod_that_breaks_the_standard_is_refused_here_and_by_the_namespace(
    deployment: Deployment,
) -> None:
    """It shows too that the namespace of these tests does enforce, and that a warning is seen."""
    restricted_namespace(deployment)
    context = {"privileged": True, "allowPrivilegeEscalation": True}
    privileged = {"containers": [{"name": "redis", "securityContext": context}]}

    refused = deployment.workloads(redis={**REDIS, "pod": privileged}).up(ok=False)
    assert "restricted Pod Security Standard does not allow it" in refused.text
    assert deployment.list("statefulset") == {}

    asked = {**REDIS, "pod": privileged, "restricted": False, "replicas": 0}
    deployment.workloads(redis=asked).up()
    workload = deployment.get("statefulset", "redis")
    template = workload["spec"]["template"]
    pod: Config = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "redis-0", "labels": template["metadata"]["labels"]},
        "spec": {**template["spec"], "volumes": [{"name": "redis-vol", "emptyDir": {}}]},
    }
    pod["spec"]["volumes"] += template["spec"]["volumes"]
    again = {key: workload[key] for key in ("apiVersion", "kind", "spec")}
    with dry_run(deployment.workspace) as server:
        denied = server.apply(pod, deployment.name)
        warned = server.apply({**again, "metadata": {"name": "redis"}}, deployment.name)
    assert denied.status == 403
    assert "violates PodSecurity" in denied.message
    assert "would violate PodSecurity" in warned.warnings[0]


def test_a_changed_config_file_rolls_the_pods(deployment: Deployment) -> None:
    deployment.workloads(mysql=MYSQL).up()
    pods, volumes = deployment.uids("pod"), deployment.volumes()
    path = "/etc/mysql/conf.d/statefast.cnf"

    deployment.workloads(mysql={**MYSQL, "configFiles": {path: "[mysqld]\n"}}).up()

    assert deployment.get("configmap", "mysql-config")["data"] == {
        "etc_mysql_conf.d_statefast.cnf": "[mysqld]\n"
    }
    assert not set(pods.values()) & set(deployment.uids("pod").values())
    assert deployment.volumes() == volumes
    mounts = pod_spec(deployment, "deployment", "mysql")["containers"][0]["volumeMounts"]
    assert path in [mount["mountPath"] for mount in mounts]


def test_everything_config_says_of_pods_is_in_the_cluster(deployment: Deployment) -> None:
    deployment.workloads(
        redis={
            **REDIS,
            "replicas": 2,
            "minReadySeconds": 1,
            "scheduling": {
                "tolerations": [{"key": "disk", "operator": "Exists", "effect": "NoSchedule"}],
                "priorityClassName": "system-cluster-critical",
                "antiAffinity": "required",
                "spread": {"zone": "none"},
            },
            "networkPolicy": {"clients": [{"namespace": "shop", "labels": {"app": "web"}}]},
            "env": {"POD_IP": {"podField": "status.podIP"}},
            "pod": {"dnsConfig": {"options": [{"name": "ndots", "value": "1"}]}},
            "podAnnotations": {"example.com/owner": "data"},
        }
    ).up()

    workload = deployment.get("statefulset", "redis")
    pod = workload["spec"]["template"]["spec"]
    assert workload["spec"]["minReadySeconds"] == 1
    assert pod["tolerations"][0]["key"] == "disk"
    assert pod["priorityClassName"] == "system-cluster-critical"
    assert [item["topologyKey"] for item in pod["topologySpreadConstraints"]] == [
        "kubernetes.io/hostname"
    ]
    assert pod["dnsConfig"]["options"][0]["name"] == "ndots"
    assert pod["serviceAccountName"] == "redis"
    assert pod["automountServiceAccountToken"] is False
    sources = {item["name"]: item.get("valueFrom") for item in pod["containers"][0]["env"]}
    assert sources["POD_IP"] == {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}}
    nodes = [item["spec"]["nodeName"] for item in deployment.list("pod").values()]
    assert len(nodes) == len(set(nodes)) == 2
    budget = deployment.get("pdb", "redis")["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    peers, clients = deployment.get("networkpolicy", "redis")["spec"]["ingress"]
    assert "ports" not in peers
    assert clients["ports"] == [{"port": 6379, "protocol": "TCP"}]
    assert clients["from"][0]["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": "shop"
    }
    ports = deployment.get("service", "redis")["spec"]["ports"]
    assert [(port["name"], port["appProtocol"]) for port in ports] == [("redis", "redis")]


def test_a_drain_takes_one_pod_and_then_waits(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    wait = "--for=jsonpath={.status.disruptionsAllowed}=1"
    deployment.wait("pdb/zookeeper", wait)

    def evict(pod: str) -> str:
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod, "namespace": deployment.name},
        }
        path = f"/api/v1/namespaces/{deployment.name}/pods/{pod}/eviction?dryRun=All"
        done = subprocess.run(
            ["kubectl", "create", "--raw", path, "-f", "-"],
            env=environment(deployment.workspace),
            input=json.dumps(body),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr

    assert evict("zookeeper-0") == ""
    # As if one were gone: the budget of two others is used up.
    deployment.kubectl(
        "patch", "pdb", "zookeeper", "--type=merge", "-p", '{"spec": {"maxUnavailable": 0}}'
    )
    deployment.wait("pdb/zookeeper", "--for=jsonpath={.status.disruptionsAllowed}=0")
    assert "disruption budget" in evict("zookeeper-0")


def test_one_replica_has_no_budget_that_would_hold_its_node(sets: Deployment) -> None:
    assert set(sets.list("pdb")) == set(workload_names()) - {"redis"}


def test_zookeeper_logs_to_a_claim_of_its_own_where_config_gives_it_a_size(
    deployment: Deployment,
) -> None:
    storage = {"size": "2Gi", "volumes": {"log": {"size": "1Gi"}}}
    deployment.workloads(zookeeper={**ZOOKEEPER, "storage": storage, "replicas": 2}).up()

    sizes = {
        name: item["status"]["capacity"]["storage"] for name, item in deployment.list("pvc").items()
    }
    assert sizes == {
        **{f"zookeeper-vol-zookeeper-{n}": "2Gi" for n in range(2)},
        **{f"zookeeper-log-zookeeper-{n}": "1Gi" for n in range(2)},
    }
    container = pod_spec(deployment, "statefulset", "zookeeper")["containers"][0]
    env = {item["name"]: item.get("value") for item in container["env"]}
    assert env["ZOO_DATA_LOG_DIR"] == "/datalog/log"
    assert ("zookeeper-log", "/datalog") in [
        (mount["name"], mount["mountPath"]) for mount in container["volumeMounts"]
    ]


def test_an_existing_claim_is_mounted_and_never_touched(deployment: Deployment) -> None:
    deployment.workloads().up()
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "of-another"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": f"rbd-{deployment.name}",
            "resources": {"requests": {"storage": "3Gi"}},
        },
    }
    deployment.kubectl("create", "-f", "-", stdin=json.dumps(claim))
    deployment.wait("pvc/of-another", "--for=jsonpath={.status.phase}=Bound")
    before = deployment.volumes()
    spec = deployment.get("pvc", "of-another")["spec"]

    def mounting(claim: str) -> Deployment:
        storage = {"volumes": {"vol": {"existingClaim": claim}}}
        return deployment.workloads(mysql={"pattern": "deployment", "storage": storage})

    mounting("of-nobody").refused("of-nobody", "no such claim")
    writer = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "writer"},
        "spec": {
            "containers": [{"name": "writer", "image": "writer:1"}],
            "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "of-another"}}],
        },
    }
    deployment.kubectl("create", "-f", "-", stdin=json.dumps(writer))
    mounting("of-another").refused("Pod writer mounts that claim", "both would write", up=True)
    deployment.kubectl("delete", "pod", "writer")
    mounting("of-another").up()
    volumes = pod_spec(deployment, "deployment", "mysql")["volumes"]
    assert volumes[0]["persistentVolumeClaim"] == {"claimName": "of-another"}
    deployment.destroy()

    assert deployment.volumes() == before
    assert deployment.get("pvc", "of-another")["spec"] == spec


def test_ordinals_start_where_config_says_and_claims_follow(deployment: Deployment) -> None:
    deployment.workloads(zookeeper={**ZOOKEEPER, "firstOrdinal": 2}).up()
    assert sorted(deployment.uids("pod")) == [f"zookeeper-{n}" for n in (2, 3, 4)]
    volumes = deployment.volumes()
    assert sorted(volumes) == [f"zookeeper-vol-zookeeper-{n}" for n in (2, 3, 4)]

    grown = {**ZOOKEEPER, "storage": {"size": "2Gi"}, "firstOrdinal": 3}
    # A member comes before another one goes.
    said = deployment.workloads(zookeeper=grown).preview().text
    assert "one member at a time (ordinals 2 to 4 -> 2 to 5 -> 3 to 5)" in said
    deployment.up()

    deployment.wait("pod/zookeeper-2", "--for=delete")
    assert sorted(deployment.uids("pod")) == [f"zookeeper-{n}" for n in (3, 4, 5)]
    for ordinal in (3, 4, 5):
        deployment.wait_capacity(f"zookeeper-vol-zookeeper-{ordinal}", "2Gi")
    now = deployment.volumes()
    assert {name: now[name] for name in volumes} == volumes
    env = pod_spec(deployment, "statefulset", "zookeeper")["containers"][0]["env"]
    servers = next(item["value"] for item in env if item["name"] == "ZOO_SERVERS")
    assert servers.startswith("server.4=zookeeper-3.zookeeper-server.")


def test_on_delete_leaves_the_pods_to_whoever_deletes_them(deployment: Deployment) -> None:
    on_delete = {**ZOOKEEPER, "updateStrategy": {"type": "OnDelete"}}
    deployment.workloads(zookeeper=on_delete).up()
    pods = deployment.uids("pod")

    deployment.workloads(zookeeper={**on_delete, "image": "zookeeper:3.9.3"}).up()
    assert deployment.uids("pod") == pods

    deployment.kubectl("delete", "pod", "zookeeper-1")
    deployment.wait("pod/zookeeper-1", "--for=create")
    deployment.wait("pod/zookeeper-1", "--for=condition=Ready")
    images = {
        name: item["spec"]["containers"][0]["image"]
        for name, item in deployment.list("pod").items()
    }
    assert images == {
        "zookeeper-0": "zookeeper:3.9.4",
        "zookeeper-1": "zookeeper:3.9.3",
        "zookeeper-2": "zookeeper:3.9.4",
    }


def test_a_partition_holds_pods_back_and_the_up_ends(deployment: Deployment) -> None:
    canary = {**ZOOKEEPER, "updateStrategy": {"partition": 2}}
    deployment.workloads(zookeeper=canary).up()
    pods = deployment.uids("pod")

    # Longer than the engine takes by itself.
    edited = {**canary, "image": "zookeeper:3.9.3", "minReadySeconds": 6}
    deployment.workloads(zookeeper=edited).up()
    status = deployment.get("statefulset", "zookeeper")["status"]
    assert (status["updatedReplicas"], status["availableReplicas"]) == (1, 3)
    now = deployment.uids("pod")
    assert {name for name in now if now[name] != pods[name]} == {"zookeeper-2"}
    deployment.refresh()
    assert set(deployment.up().changes) == {"unchanged"}

    rest = {**edited, "updateStrategy": {"partition": 0}, "minReadySeconds": 0}
    deployment.workloads(zookeeper=rest).up()
    deployment.wait("statefulset/zookeeper", "--for=jsonpath={.status.updatedReplicas}=3")
    images = {item["spec"]["containers"][0]["image"] for item in deployment.list("pod").values()}
    assert images == {"zookeeper:3.9.3"}


def test_a_set_that_holds_pods_back_gets_replicas_and_space(deployment: Deployment) -> None:
    canary = {**ZOOKEEPER, "updateStrategy": {"partition": 2}}
    deployment.workloads(zookeeper=canary).up()
    data = deployment.data()

    larger = {**canary, "replicas": 4, "storage": {"size": "2Gi"}, "minReadySeconds": 6}
    deployment.workloads(zookeeper=larger).up()
    # More replicas are other peers: the template is another one.
    status = deployment.get("statefulset", "zookeeper")["status"]
    assert (status["updatedReplicas"], status["availableReplicas"]) == (2, 4)
    assert set(deployment.capacities().values()) == {"2Gi"}
    assert deployment.data().items() >= data.items()
    assert len(deployment.data()) == len(data) + 1


def test_a_pod_that_cannot_be_placed_is_reported_in_kubernetes_words(
    unplaceable: subprocess.Popen[str],
) -> None:
    said, _ = unplaceable.communicate()
    assert unplaceable.returncode != 0
    assert "[ProgressDeadlineExceeded] ReplicaSet" in said
    assert "has timed out progressing" in said
