"""Another cluster, and rights that are missing: what cannot be seen does not start empty."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcluster import cluster
from localcluster.layout import PROJECT, Workspace

from .begun import prepare
from .conftest import Config, Deployment, Result

ZOOKEEPER: Config = {"storage": {"size": "1Gi"}, "replicas": 2}
GUARD = PROJECT / ".github/cluster/guard-reads.yaml"
CLAIM = "zookeeper-vol-zookeeper-1"


class Through(Deployment):
    """The same stack, through another kubeconfig."""

    def __init__(self, place: Deployment, kubeconfig: Path) -> None:
        super().__init__(place.workspace, place.name)
        self.config = place.config
        self.kubeconfig = kubeconfig

    def pulumi(self, *arguments: str) -> Result:
        prepare(self.stack, self.config)
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=self.stack.folder,
            env={**self.environment(), "KUBECONFIG": str(self.kubeconfig)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Result(done.returncode, done.stdout)

    def refusal(self, *arguments: str) -> str:
        """The one sentence of a run that is refused."""
        result = self.pulumi(*(arguments or ("preview",)), "--suppress-progress")
        assert result.code != 0, result.text
        assert len(result.errors) == 1, result.text
        assert "Traceback" not in result.text
        return result.errors[0].removeprefix("error: ")

    def consent(self, sentence: str) -> None:
        """Writes the consent that a refusal asks for into the config."""
        (found,) = re.findall(r"'([^']* \[[0-9a-f]{8}\])'", sentence)
        self.config["statefast:consent"] = [*self.config.get("statefast:consent", []), found]


class There(Through):
    """The same stack on another cluster, which `kubectl` sees as well."""

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "KUBECONFIG": str(self.kubeconfig)}


def cluster_uid(place: Deployment) -> str:
    return str(place.get("namespace", "kube-system")["metadata"]["uid"])


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Workspace]:
    """A second cluster."""
    place = Workspace.at(tmp_path / "elsewhere")
    try:
        cluster.up(place, cluster_only=True)
        yield place
    finally:
        cluster.down(place, delete=True)


def test_a_context_that_has_come_to_mean_another_cluster(
    deployment: Deployment, elsewhere: Workspace
) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    assert set(deployment.up().changes) == {"unchanged"}
    data, objects = deployment.data(), deployment.footprint()
    there = There(deployment, elsewhere.cluster.kubeconfig)
    ours, theirs = cluster_uid(deployment), cluster_uid(there)
    assert ours != theirs

    said = []
    for mode in ("warn", "off", "strict"):
        there.config["statefast:preflight"] = mode
        said.append(
            there.refused(f"has the uid {theirs}", f"uid {ours}", "point the context back", up=True)
        )
    assert len(set(said)) == 1
    assert not there.footprint()

    # The owner says that it is to be so: made anew, once the state has forgotten the former one.
    there.consent(said[0])
    there.config["statefast:preflight"] = "off"
    assert "pulumi up --refresh" in there.refusal()
    assert "pulumi up --refresh --run-program" in said[0]
    up = there.pulumi(
        "up", "--refresh", "--run-program", "--yes", "--skip-preview", "--suppress-progress"
    )
    assert up.code == 0, up.text
    assert len(there.data()) == 2
    there.config["statefast:preflight"] = "strict"
    assert set(there.up().changes) == {"unchanged"}
    assert (deployment.data(), deployment.footprint()) == (data, objects)
    # It was good for one way.
    assert f"uid {ours}" in Through(deployment, deployment.workspace.cluster.kubeconfig).refusal()


def rules(*given: tuple[str, str, str]) -> list[dict[str, list[str]]]:
    """Rules of a role, each from group, kinds and verbs."""
    return [
        {"apiGroups": [group], "resources": kinds.split(), "verbs": verbs.split()}
        for group, kinds, verbs in given
    ]


# What the provider needs, and nothing that lists beyond the namespace.
EVERY = "get list watch create update patch delete"
IN_NAMESPACE = rules(
    (
        "",
        "configmaps persistentvolumeclaims pods secrets serviceaccounts services events endpoints",
        EVERY,
    ),
    ("apps", "deployments statefulsets controllerrevisions replicasets", EVERY),
    ("networking.k8s.io", "networkpolicies", EVERY),
    ("policy", "poddisruptionbudgets", EVERY),
    ("discovery.k8s.io", "endpointslices", "get list watch"),
)
ANYWHERE = rules(
    ("", "namespaces", "create patch get"), ("storage.k8s.io", "storageclasses", EVERY)
)


@pytest.fixture
def tenant(deployment: Deployment, tmp_path: Path) -> Iterator[Through]:
    """Who deploys the stack and sees its two namespaces alone: no volumes, no others."""
    name, other = deployment.name, f"{deployment.name}-2"
    role: dict[str, Any] = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole"}
    subjects = [{"kind": "ServiceAccount", "name": "tenant", "namespace": name}]
    objects: list[dict[str, Any]] = [
        {"kind": "Namespace", "metadata": {"name": name}},
        {"kind": "Namespace", "metadata": {"name": other}},
        {"kind": "ServiceAccount", "metadata": {"name": "tenant", "namespace": name}},
        {"kind": "ClusterRole", "metadata": {"name": f"{name}-in"}, "rules": IN_NAMESPACE},
        {"kind": "ClusterRole", "metadata": {"name": f"{name}-any"}, "rules": ANYWHERE},
        {
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": dict(role, name=f"{name}-any"),
            "subjects": subjects,
        },
        *(
            {
                "kind": "RoleBinding",
                "metadata": {"name": "tenant", "namespace": place},
                "roleRef": dict(role, name=f"{name}-in"),
                "subjects": subjects,
            }
            for place in (name, other)
        ),
    ]
    rbac = "rbac.authorization.k8s.io/v1"
    for made in objects:
        made["apiVersion"] = rbac if made["kind"].startswith(("Cluster", "Role")) else "v1"
    manifest = yaml.safe_dump_all(objects)
    deployment.kubectl("apply", "-f", "-", namespace=False, stdin=manifest)
    config = yaml.safe_load(deployment.workspace.cluster.kubeconfig.read_text())
    token = deployment.kubectl("create", "token", "tenant").strip()
    config["users"][0]["user"] = {"token": token}
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(config))
    try:
        yield Through(deployment, kubeconfig)
    finally:
        its = (
            *(f"clusterrolebinding/{name}{end}" for end in ("", "-reads")),
            *(f"clusterrole/{name}{end}" for end in ("-in", "-any")),
            f"namespace/{other}",
        )
        deployment.kubectl("delete", *its, "--ignore-not-found", "--wait=false", namespace=False)


def test_a_tenant_who_sees_its_namespace_alone(tenant: Through, deployment: Deployment) -> None:
    tenant.workloads(zookeeper=ZOOKEEPER).up()
    assert set(tenant.up().changes) == {"unchanged"}
    data = deployment.data()

    # Another namespace: refused with rights for two namespaces, and with nothing read at all.
    tenant.config["statefast:namespace"] = f"{tenant.name}-2"
    moved = []
    for mode in ("warn", "off"):
        tenant.config["statefast:preflight"] = mode
        moved.append(tenant.refused("namespace is", f"but it is in '{tenant.name}'", up=True))
    tenant.config["statefast:namespace"] = tenant.name
    assert len(set(moved)) == 1

    # A claim that somebody deleted: its volume is out of sight.
    deployment.kubectl("scale", "statefulset/zookeeper", "--replicas=1")
    deployment.wait("pod/zookeeper-1", "--for=delete")
    deployment.kubectl("delete", "pvc", CLAIM)
    said = []
    for mode in ("warn", "off"):
        tenant.config["statefast:preflight"] = mode
        said.append(tenant.refused(f"volumes is '{CLAIM}'", "is not there any more", up=True))
    refresh = ("up", "--refresh", "--yes", "--skip-preview")
    said.append(tenant.refusal(*refresh))
    assert len(set(said)) == 1
    assert CLAIM not in deployment.list("pvc")

    # With the documented rights the guard sees the volume, and nothing is to be consented to.
    deployment.kubectl("apply", "-f", str(GUARD), namespace=False)
    deployment.kubectl(
        "create",
        "clusterrolebinding",
        f"{tenant.name}-reads",
        "--clusterrole=statefast-guard",
        f"--serviceaccount={tenant.name}:tenant",
        namespace=False,
    )
    tenant.config["statefast:preflight"] = "strict"
    assert "reattaches its volume" in tenant.preview().text
    # To hand the volume over is a write, by whoever may.
    up = deployment.pulumi(*refresh, "--suppress-progress")
    assert up.code == 0, up.text
    assert {name: it.volume for name, it in deployment.data().items()} == {
        name: it.volume for name, it in data.items()
    }


def test_a_claim_that_may_be_left_behind(tenant: Through, deployment: Deployment) -> None:
    tenant.workloads(zookeeper=ZOOKEEPER).up()
    data = deployment.data()
    deployment.kubectl("scale", "statefulset/zookeeper", "--replicas=1")
    deployment.wait("pod/zookeeper-1", "--for=delete")
    deployment.kubectl("delete", "pvc", CLAIM)

    tenant.consent(tenant.refusal())
    up = tenant.pulumi("up", "--refresh", "--yes", "--skip-preview", "--suppress-progress")
    assert up.code == 0, up.text
    now = deployment.data()
    assert now[CLAIM].volume != data[CLAIM].volume
    # Good for that one.
    deployment.kubectl("scale", "statefulset/zookeeper", "--replicas=1")
    deployment.wait("pod/zookeeper-1", "--for=delete")
    deployment.kubectl("delete", "pvc", CLAIM)
    assert now[CLAIM].claim in tenant.refusal()
