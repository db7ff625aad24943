"""`statefast adopt`: what somebody else made becomes a stack's, as the object it is."""

import base64
import itertools
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcluster.layout import PROJECT, Workspace

from . import warm_cli
from .conftest import Config, Deployment, Result, fresh_name
from .keeper import KEEPER
from .of_others import PASSWORD, listed, record, secret, service, stateful_set
from .reads import read
from .walk.stacks import program_copy

OBJECTS = "statefulset,deployment,pvc,service,secret"
KUBECTL, HELM = "--field-manager=kubectl-create", "--field-manager=helm"


@pytest.fixture
def nowhere(
    workspace: Workspace, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Deployment]:
    """A stack of a program of its own, whose files adopt writes, and no namespace yet."""
    place = Deployment(workspace, fresh_name(request), program_copy(tmp_path / "program"))
    storage_class = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": f"rbd-{place.name}"},
        "provisioner": "rbd.csi.ceph.com",
        "parameters": {"clusterID": "test", "pool": "test"},
        "allowVolumeExpansion": True,
    }
    create(place, storage_class)
    pulumi(place, "stack", "init", place.name, f"--secrets-provider={KEEPER}")
    yield place
    left = (place.name, "--ignore-not-found", "--wait=false")
    place.kubectl("delete", "namespace", *left, namespace=False)
    place.kubectl("delete", "storageclass", f"rbd-{place.name}", namespace=False)


@pytest.fixture
def place(nowhere: Deployment) -> Deployment:
    """The same, in a namespace that lives."""
    nowhere.kubectl("create", "namespace", nowhere.name, namespace=False)
    return nowhere


def create(
    place: Deployment, *objects: Any, manager: str = "--field-manager=kubectl-create"
) -> None:
    items = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    place.kubectl("create", manager, "-f", "-", stdin=json.dumps(items))


def adopt(place: Deployment, *words: str, path: str = "") -> tuple[int, str]:
    """Runs it, in a group of processes of its own; with a path before that of everybody."""
    given = environment(place)
    given["PATH"] = path + given["PATH"]
    return warm_cli.start(of(place, *words), given, place.stack.project).end()


def of(place: Deployment, *words: str) -> list[str]:
    into = str(place.stack.project)
    return ["adopt", "-n", place.name, "-s", place.name, "--into", into, *words]


def environment(place: Deployment) -> dict[str, str]:
    return {**place.environment(), "COLUMNS": "200"}


# Does what it is for; after every other command nobody of its group does anything more.
_KILLS = """#!/bin/sh
{real} "$@" || exit
case "$1 $2" in "stack export"|"preview "*) exit 0;; esac
echo "$1" >>{calls}
[ $(($(wc -l <{calls}) % 2)) -eq 0 ] || kill -KILL 0
"""


def killed_again_and_again(place: Deployment, folder: Path, *words: str) -> int:
    """How often it was killed, with all that it had started, until it had nothing to do."""
    folder.mkdir()
    for name in ("kubectl", "pulumi"):
        real = shutil.which(name, path=place.environment()["PATH"])
        (folder / name).write_text(_KILLS.format(real=real, calls=folder / "calls"))
        (folder / name).chmod(0o755)
    for count in itertools.count():
        code, said = adopt(place, "--run", "--yes", *words, path=f"{folder}{os.pathsep}")
        if code != -signal.SIGKILL:
            assert code == 0, said
            return count
    raise AssertionError


def planned(place: Deployment, *words: str) -> Any:
    code, said = adopt(place, "--json", *words)
    assert code == 0, said
    return json.loads(said)


def bound(place: Deployment, *claims: str) -> None:
    paths = [f"pvc/{claim}" for claim in claims]
    place.wait(*paths, "--for=create")
    place.wait(*paths, "--for=jsonpath={.status.phase}=Bound")


def identities(place: Deployment) -> dict[str, str]:
    items = read(place.environment()["KUBECONFIG"], OBJECTS, place.name)
    return {f"{it['kind']} {it['metadata']['name']}": it["metadata"]["uid"] for it in items}


def take_over(place: Deployment, *words: str) -> None:
    """From the plan to the second `up`: every object stays what it is."""
    before, data = identities(place), place.data()
    code, said = adopt(place, "--run", "--yes", *words)
    assert code == 0, said
    assert "preview: 0 to replace, 0 to delete" in said
    changes = up(place)
    assert not {"replaced", "deleted"} & set(changes)
    after = identities(place)
    assert {key: after[key] for key in before} == before
    assert place.data() == data
    assert set(up(place)) == {"unchanged"}


def up(place: Deployment) -> dict[str, int]:
    """Runs pulumi in the folder that adopt wrote to."""
    done = pulumi(place, "up", "--yes", "--skip-preview", "--suppress-progress", "-s", place.name)
    return Result(0, done).changes


def pulumi(place: Deployment, *arguments: str) -> str:
    done = subprocess.run(
        ["pulumi", "-C", str(place.stack.project), "--non-interactive", *arguments],
        env=place.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_kubectl_made_is_taken_as_it_is(place: Deployment) -> None:
    selector = {"app": "pg"}
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "files"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": f"rbd-{place.name}",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    left = {**claim, "metadata": {"name": "data-former-0"}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {
                    "containers": [
                        {
                            "name": "web",
                            "image": "web:1.2",
                            "ports": [{"name": "db", "containerPort": 5432}],
                            "volumeMounts": [{"name": "files", "mountPath": "/srv"}],
                        }
                    ],
                    "volumes": [{"name": "files", "persistentVolumeClaim": {"claimName": "files"}}],
                },
            },
        },
    }
    pg = stateful_set(place, "pg", "pg", selector, "postgres:16.4")
    create(
        place,
        *(secret("pg"), service("pg", selector, clusterIP="None")),
        *(service("pg-lb", selector, type="NodePort"), pg),
        *(claim, left, deployment, service("web", {"app": "web"})),
    )
    bound(place, "data-pg-0", "data-pg-1", "files", "data-former-0")
    place.kubectl("patch", "pvc", "data-pg-1", "--type=merge", "-p", grown("2Gi"))
    place.wait_capacity("data-pg-1", "2Gi")

    plan = planned(place)
    taken = {f"{it['kind']} {it['name']}" for it in plan["takes"]}
    claims = {f"PersistentVolumeClaim {it}" for it in ("data-pg-0", "data-pg-1", "files")}
    assert taken == {"StatefulSet pg", "Deployment web", "Service web", *claims}
    assert len(plan["consents"]) == len(taken)
    noted = {it["where"]: it["kind"] for it in plan["notes"]}
    assert noted["PersistentVolumeClaim data-former-0"] == "to do"
    assert noted["Service pg"] == noted["Service pg-lb"] == "stays as it is, in no stack"
    assert plan["needs"] == ["Secret pg"]
    assert {it["phase"] for it in plan["steps"]} == {"hand over"}

    take_over(place)
    live = place.get("statefulset", "pg")["spec"]
    pod = live["template"]["spec"]
    assert [it["name"] for it in pod["containers"]] == ["pg"]
    assert [it["name"] for it in pod["initContainers"]] == ["metrics"]
    assert pod["securityContext"] == {"fsGroup": 999}
    assert place.capacities()["data-pg-1"] == "2Gi"
    assert place.capacities()["data-pg-0"] == "1Gi"
    assert "done: stack" in warm_cli.cold(of(place), environment(place), place.stack.project)[1]


def grown(size: str) -> str:
    return json.dumps({"spec": {"resources": {"requests": {"storage": size}}}})


def test_a_helm_release_lets_go_of_its_secret_as_well(place: Deployment) -> None:
    name, release = "main-pg", "main"
    labels = {"app.kubernetes.io/name": "pg", "app.kubernetes.io/instance": release}
    objects = [
        secret(name),
        service(name, labels),
        service(f"{name}-hl", labels, clusterIP="None", publishNotReadyAddresses=True),
        stateful_set(place, name, f"{name}-hl", labels, "bitnami/postgresql:16.4.0"),
    ]
    for it in objects:
        it["metadata"] |= {
            "labels": {**labels, "app.kubernetes.io/managed-by": "Helm"},
            "annotations": {
                "meta.helm.sh/release-name": release,
                "meta.helm.sh/release-namespace": place.name,
            },
        }
    create(place, *objects, manager=HELM)
    create(place, *(record(release, objects, version) for version in (1, 2)), manager=HELM)
    bound(place, f"data-{name}-0", f"data-{name}-1")

    # Stopped after each command, it goes on from there.
    more = ["--with-secrets", "--with-class", f"rbd-{place.name}"]
    shared = place.get("storageclass", f"rbd-{place.name}")
    plan = planned(place, *more)
    taken = {it["kind"] for it in plan["takes"]}
    assert {"Secret", "StorageClass"} < taken
    assert plan["needs"] == []
    commands = [it["command"] for it in plan["steps"]]
    kinds = [command.split()[1] for command in commands]
    assert kinds == ["get", "label", "patch", "patch", "patch"]
    where = place.stack.project
    for done, command in enumerate(commands, 1):
        subprocess.run(["bash", "-ceu", command], env=place.environment(), cwd=where, check=True)
        assert [it["command"] for it in planned(place, *more)["steps"]] == commands[done:]
    found = place.kubectl("get", "secret", "-l", f"owner=helm,name={release}", "-o", "name")
    assert found == ""

    take_over(place, *more)
    lives = place.get("storageclass", shared["metadata"]["name"])
    assert lives["metadata"]["uid"] == shared["metadata"]["uid"]
    assert {**lives, "metadata": {}} == {**shared, "metadata": {}}
    # What was in the Secret is there, encrypted, and nowhere else.
    encoded = place.get("secret", name)["data"]["password"]
    assert base64.b64decode(encoded).decode() == PASSWORD
    files = "".join(it.read_text() for it in place.stack.project.glob("Pulumi*.yaml"))
    assert "statefast:secretData" in files
    for text in (files, json.dumps(plan), place.state()):
        assert encoded not in text
        assert PASSWORD not in text
    # Neither helm nor a chart of that release takes it for its own any more.
    labels = place.get("secret", name)["metadata"]["labels"]
    assert labels["app.kubernetes.io/managed-by"] == "pulumi"
    for kind in ("statefulset", "service"):
        metadata = place.get(kind, name)["metadata"]
        assert not [key for key in metadata["annotations"] if key.startswith("meta.helm.sh/")]
        assert metadata["labels"]["app.kubernetes.io/managed-by"] == "pulumi"
    assert len(place.get("statefulset", name)["spec"]["template"]["spec"]["containers"]) == 1


def test_another_stack_lets_go(place: Deployment, workspace: Workspace, tmp_path: Path) -> None:
    old = Deployment(workspace, f"{place.name}-old", program_copy(tmp_path / "old"))
    redis: Config = {"storage": {"size": "1Gi"}}
    old.config["statefast:namespace"] = place.name
    old.workloads(redis=redis).up()
    shared = f"rbd-{old.name}"
    uid = place.get("storageclass", shared)["metadata"]["uid"]
    # What is of a stack of this program has config already.
    assert "copy statefast:workloads.redis of its config" in adopt(place)[1]
    config = place.stack.project / f"Pulumi.{place.name}.yaml"
    said = {**yaml.safe_load(config.read_text()), "config": old.config}
    config.write_text(yaml.safe_dump(said))
    code, refused = adopt(place)
    assert code == 1
    assert f"--from-stack {old.name}" in refused

    where = ["--from-stack", old.name, "--from-dir", str(old.stack.folder)]
    before = planned(place, *where)
    assert {it["phase"] for it in before["steps"]} == {"let go", "hand over"}
    # Stopped half way: it goes on from there.
    for it in before["steps"][:2]:
        subprocess.run(["bash", "-ceu", it["command"]], env=place.environment(), check=True)
    assert planned(place, *where)["steps"] == before["steps"][2:]

    take_over(place, *where)
    taken = identities(place)
    # The former stack has nothing of it to delete, whatever becomes of it.
    del old.config["statefast:workloads"], old.config["statefast:storageClass"]
    old.up()
    old.destroy()
    assert identities(place).items() >= taken.items()
    assert place.get("storageclass", shared)["metadata"]["uid"] == uid
    assert set(up(place)) == {"unchanged"}


def test_a_plain_program_lets_go_of_what_the_data_stands_on_as_well(
    nowhere: Deployment, workspace: Workspace, tmp_path: Path
) -> None:
    """It would delete its namespace and its Secret. Killed anywhere, it goes on."""
    place = nowhere
    selector = {"app": "pg"}
    objects = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place.name}},
        secret("pg"),
        service("pg", selector, clusterIP="None"),
        stateful_set(place, "pg", "pg", selector, "postgres:16.4"),
    ]
    inputs = [listed(place, it) for it in objects]
    (tmp_path / "objects.json").write_text(json.dumps(inputs))
    old = Deployment(workspace, f"{place.name}-old", PROJECT / "benchmarks/raw")
    old.config = {"raw:objects": str(tmp_path / "objects.json")}
    old.up()
    bound(place, "data-pg-0", "data-pg-1")

    where = ["--from-stack", old.name, "--from-dir", str(old.stack.folder), "--with-secrets"]
    plan = planned(place, *where)
    forgets = [it["why"] for it in plan["steps"] if " forgets " in it["why"]]
    names = [why.split(" forgets ")[1].split(",")[0] for why in forgets]
    # What depends on others first; of two that do not, either.
    assert (names[0], names[-1]) == ("StatefulSet pg", f"Namespace {place.name}")
    assert sorted(names[1:-1]) == ["Secret pg", "Service pg"]
    before = identities(place)
    # What a pulumi leaves that is killed while it writes the state.
    lock = workspace.stacks / f".pulumi/locks/organization/raw/{old.name}/killed.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text('{"pid":1,"username":"a","hostname":"b","timestamp":"2026-01-01T00:00:00Z"}')
    code, said = adopt(place, "--run", "--yes", *where)
    assert code == 1
    assert "delete the lock file with `pulumi cancel`" in said
    assert identities(place) == before
    left = len(planned(place, *where)["steps"])
    assert left == len(plan["steps"]) - 2
    lock.unlink()
    count = killed_again_and_again(place, tmp_path / "kills", *where)
    assert count == (left + 1) // 2
    # What a run that nobody kills would have written, and no more to do.
    path, config = "workloads/pg.yaml", f"Pulumi.{place.name}.yaml"
    assert (place.stack.project / path).read_text() == plan["files"][path]
    written = yaml.safe_load((place.stack.project / config).read_text())["config"]
    assert set(written.pop("statefast:secretData")) == {"pg"}
    assert written == yaml.safe_load(plan["files"][config])["config"]
    assert planned(place, *where)["steps"] == []
    take_over(place, *where)
    assert identities(place) == before
    old.destroy()
    assert identities(place) == before
