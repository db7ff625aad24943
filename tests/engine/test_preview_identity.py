"""The identity that previews pull requests, on the real API server: it writes nothing."""

import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcluster.layout import PROJECT, Workspace
from localcluster.toolchain import environment

from .begun import prepare
from .conftest import Deployment, Result
from .parts import connection

MANIFEST = PROJECT / ".github/cluster/preview-identity.yaml"
# A password that is read in every run is no object of the stack, and a refresh shows it as changed.
READ = "**kubernetes:core/v1:Secret::*-live"
SAYS = "this identity previews, so it may dry-run and not write"
HOME = "statefast-preview"
POLICY = "validatingadmissionpolicybinding/statefast-preview-writes-nothing"
CONFIG_MAPS = f"/api/v1/namespaces/{HOME}/configmaps"
HELD = f"{CONFIG_MAPS}/held"
MERGE, SERVER_SIDE = "application/merge-patch+json", "application/apply-patch+yaml"
STRATEGIC, JSON_PATCH = "application/strategic-merge-patch+json", "application/json-patch+json"
JSON = "application/json"
WHOLE: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap"}
EDIT = {"data": {"written": "yes"}}
# Every way to write: the verb, its URL, what is sent, and as what.
WRITES: dict[str, tuple[str, str, Any, str]] = {
    "create": ("POST", CONFIG_MAPS, {**WHOLE, "metadata": {"name": "new"}}, JSON),
    "merge patch": ("PATCH", HELD, EDIT, MERGE),
    "strategic patch": ("PATCH", HELD, EDIT, STRATEGIC),
    "JSON patch": (
        "PATCH",
        HELD,
        [{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}],
        JSON_PATCH,
    ),
    "server-side apply": ("PATCH", HELD, {**WHOLE, **EDIT}, SERVER_SIDE),
    "server-side apply of what is not there": (
        "PATCH",
        f"{CONFIG_MAPS}/new",
        {**WHOLE, "metadata": {"name": "new"}, **EDIT},
        SERVER_SIDE,
    ),
    "update": ("PUT", HELD, {**WHOLE, "metadata": {"name": "held"}, **EDIT}, JSON),
    "delete": ("DELETE", HELD, None, JSON),
    "delete all": ("DELETE", CONFIG_MAPS, None, JSON),
}


@dataclass
class Identity:
    """A client of the API server that is known by its token alone."""

    workspace: Workspace
    token: str
    kubeconfig: Path

    def send(self, method: str, path: str, body: Any, kind: str, *, dry: bool) -> tuple[int, str]:
        client, _ = connection(self.workspace)
        try:
            query = "?fieldManager=tests" + ("&dryRun=All" if dry else "")
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
            client.request(
                method, path + query, None if body is None else json.dumps(body), headers
            )
            response: http.client.HTTPResponse = client.getresponse()
            return response.status, response.read().decode()
        finally:
            client.close()

    def pulumi(self, place: Deployment, *arguments: str, deploys: bool = False) -> Result:
        """Runs pulumi as a job does: whoever it is, its kubeconfig lies in the same place."""
        prepare(place.stack, place.config)
        config = yaml.safe_load(self.workspace.cluster.kubeconfig.read_text())
        if not deploys:
            config["users"][0]["user"] = {"token": self.token}
        self.kubeconfig.write_text(yaml.safe_dump(config))
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=place.stack.folder,
            env={**environment(self.workspace), "KUBECONFIG": str(self.kubeconfig)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Result(done.returncode, done.stdout)


def kubectl(workspace: Workspace, *arguments: str, stdin: str | None = None) -> str:
    done = subprocess.run(
        ["kubectl", *arguments],
        env=environment(workspace),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def identity(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identity]:
    """What the manifest makes, once the API server acts on it."""
    kubectl(workspace, "apply", "-f", str(MANIFEST))
    kubectl(workspace, "-n", HOME, "create", "configmap", "held", "--from-literal=a=b")
    token = kubectl(workspace, "-n", HOME, "create", "token", "preview").strip()
    made = Identity(workspace, token, tmp_path_factory.mktemp("preview") / "kubeconfig")
    await_refusal(made)
    try:
        yield made
    finally:
        kubectl(workspace, "delete", "--wait=false", "-f", str(MANIFEST))


def await_refusal(identity: Identity, *, refused: bool = True) -> None:
    """Waits until the API server has seen the policy, or that it is gone."""
    deadline = time.monotonic() + 60
    while True:
        status, said = identity.send(*WRITES["merge patch"], dry=False)
        if (status == 403 and SAYS in said) is refused:
            return
        assert time.monotonic() < deadline, said
        time.sleep(0.2)


@pytest.fixture(scope="module")
def mighty(identity: Identity) -> Iterator[Identity]:
    """The same identity with every right there is: what refuses it now is the policy."""
    binding = ("clusterrolebinding", "preview-is-mighty")
    kubectl(
        identity.workspace,
        "create",
        *binding,
        "--clusterrole=cluster-admin",
        f"--serviceaccount={HOME}:preview",
    )
    try:
        yield identity
    finally:
        kubectl(identity.workspace, "delete", *binding)


def held(identity: Identity) -> Any:
    """Everything of its namespace that a write would change."""
    listed = json.loads(kubectl(identity.workspace, "-n", HOME, "get", "configmaps", "-o", "json"))
    return [(it["metadata"]["name"], it["metadata"]["resourceVersion"]) for it in listed["items"]]


@pytest.mark.parametrize("write", WRITES)
def test_whatever_its_rights_it_writes_nothing_and_may_dry_run(
    mighty: Identity, write: str
) -> None:
    before = held(mighty)

    status, said = mighty.send(*WRITES[write], dry=False)
    assert (status, SAYS in said) == (403, True), said
    status, said = mighty.send(*WRITES[write], dry=True)
    assert status < 300, said
    assert held(mighty) == before


def test_it_gets_no_other_identity_and_no_shell(mighty: Identity) -> None:
    account = f"/api/v1/namespaces/{HOME}/serviceaccounts/default/token"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    for dry in (False, True):
        status, said = mighty.send("POST", account, request, JSON, dry=dry)
        assert (status, SAYS in said) == (403, True), said
    shell = f"/api/v1/namespaces/{HOME}/pods/any/exec"
    status, said = mighty.send("POST", shell, None, JSON, dry=False)
    assert status in (403, 404), said


def test_it_may_ask_what_it_may(identity: Identity) -> None:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {"verb": "patch", "resource": "configmaps"}},
    }
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    status, said = identity.send("POST", path, review, JSON, dry=False)
    assert status == 201, said
    assert json.loads(said)["status"]["allowed"] is True


def test_without_the_policy_its_rights_would_let_it_write(identity: Identity) -> None:
    """The control: what the policy refuses, RBAC allows."""
    admin = identity.workspace
    binding = kubectl(admin, "get", POLICY, "-o", "yaml")
    kubectl(admin, "delete", POLICY)
    try:
        await_refusal(identity, refused=False)
        status, said = identity.send(*WRITES["create"], dry=False)
        assert status == 201, said
        kubectl(admin, "-n", HOME, "delete", "configmap", "new")
    finally:
        fresh = yaml.safe_load(binding)
        fresh["metadata"] = {"name": fresh["metadata"]["name"]}
        kubectl(admin, "apply", "-f", "-", stdin=yaml.safe_dump(fresh))
        await_refusal(identity)


def test_it_previews_a_real_stack_and_deploys_none(
    identity: Identity, deployment: Deployment
) -> None:
    app = {"pattern": "stateful-set", "replicas": 2, "storage": {"size": "1Gi"}}
    disk = {"pattern": "deployment", "storage": {"size": "1Gi"}}
    deployment.workloads(zookeeper=app, mysql=disk)
    first = identity.pulumi(deployment, "up", "--yes", "--skip-preview", deploys=True)
    assert first.code == 0, first.text
    same = identity.pulumi(deployment, "preview", "--expect-no-changes")
    assert same.code == 0, same.text
    grown = {"size": "2Gi"}
    deployment.workloads(
        zookeeper={**app, "storage": grown, "replicas": 3},
        mysql={**disk, "storage": grown, "env": {"TZ": "UTC"}},
    )
    # Which makes an account with a Role: RBAC looks at whoever gives rights, in a dry-run as well.
    schedule = {"cron": "0 3 * * *", "image": "alpine/k8s:1.34.1"}
    deployment.config["statefast:snapshots"] = {"schedule": schedule}
    before = deployment.footprint()

    preview = identity.pulumi(deployment, "preview", "--suppress-progress")
    assert preview.code == 0, preview.text
    assert "to update" in preview.text
    assert "CronJob" in preview.text
    refresh = ("refresh", "--preview-only", "--expect-no-changes")
    drift = identity.pulumi(deployment, *refresh, "--exclude", READ)
    assert drift.code == 0, drift.text
    up = identity.pulumi(deployment, "up", "--yes", "--skip-preview", "--suppress-progress")
    assert up.code != 0
    assert SAYS in up.text
    assert deployment.footprint() == before
