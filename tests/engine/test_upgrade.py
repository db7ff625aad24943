"""A stack of an earlier version goes on with this one: nothing is made again, nothing deleted."""

import copy
import re
import tarfile
from pathlib import Path
from typing import Any

from localcluster.stacks import LocalStack

from .conftest import Config, Deployment
from .parts import Parts, part

UPGRADE = Path(__file__).parent / "upgrade"


def test_claims_that_were_called_like_themselves_are_called_like_their_workload(
    deployment: Deployment,
) -> None:
    parts = Parts(deployment.workspace, deployment.name)
    other = f"{deployment.name}-b"

    def workload(pattern: str, name: str, namespace: str, **more: Any) -> Config:
        volume = {
            "name": "data" if pattern == "PersistentDeployment" else "vol",
            "mount_path": "/data",
            "size": "1Gi",
            "storage_class_name": parts.class_name,
        }
        return part(
            pattern,
            name,
            namespace=namespace,
            image="redis:8",
            volumes=[volume],
            preflight={},
            **more,
        )

    before = [
        parts.storage(),
        workload("PersistentDeployment", "shop", parts.name),
        workload("PersistentStatefulSet", "zk", parts.name),
    ]
    parts.components(*before).up()
    data = parts.data()
    # The state as 0.1 left it.
    file = parts.stack.state_file
    state = file.read_text()
    assert "::shop.data" in state
    file.write_text(
        state.replace("::shop.data", "::data").replace("VolumeClaim shop.data", "VolumeClaim data")
    )

    assert parts.preview().changes.keys() == {"unchanged"}
    # Workloads and claims of the same names in another namespace take none of their places.
    more = [
        part("WorkloadNamespace", other),
        workload("PersistentDeployment", "shop-b", other, workload_name="shop"),
        workload("PersistentStatefulSet", "zk-b", other, workload_name="zk"),
    ]
    changes = parts.components(*before, *more).up().changes
    assert changes.keys() == {"created", "unchanged"}
    assert parts.up().changes.keys() == {"unchanged"}
    assert parts.data() == data
    twins = parts.kubectl("get", "pvc", "-n", other, "-o", "name", namespace=False).split()
    assert [name.partition("/")[2] for name in twins] == sorted(data)
    parts.destroy()
    assert parts.data() == data
    parts.kubectl("delete", "namespace", other, "--wait=false", namespace=False)


def test_a_whole_stack_of_0_1_goes_on(deployment: Deployment, tmp_path: Path) -> None:
    # The program as it was, from `git archive` of its last commit.
    with tarfile.open(UPGRADE / "0.1.tar.xz") as program:
        program.extractall(tmp_path, filter="data")
    now: Config = {
        "zookeeper": {
            "replicas": 3,
            "podManagementPolicy": "OrderedReady",
            "storage": {"size": "1Gi", "volumes": {"log": {"size": "1Gi"}}},
        },
        "postgresql": {
            "storage": {"size": "1Gi", "storageClassName": f"rbd-{deployment.name}"},
            "networkPolicy": {"clients": [{"labels": {"app": "web"}}]},
        },
        "redis": {"storage": {"size": "1Gi"}, "scheduling": {"antiAffinity": "preferred"}},
        "mysql": {"pattern": "deployment", "storage": {"size": "1Gi"}},
    }
    before = copy.deepcopy(now)
    before["zookeeper"]["podManagement"] = before["zookeeper"].pop("podManagementPolicy")
    storage = before["postgresql"]["storage"]
    storage["className"] = storage.pop("storageClassName")
    made = deployment.config["statefast:storageClass"]
    made["bindingMode"] = made.pop("volumeBindingMode")
    new, deployment.stack = (
        deployment.stack,
        LocalStack(deployment.workspace, deployment.name, project=tmp_path),
    )
    deployment.workloads(**before).up()
    data = deployment.data()
    assert len(data) == 3 * 2 + 3
    pods = _pods(deployment)

    deployment.stack = new
    made["volumeBindingMode"] = made.pop("bindingMode")
    deployment.workloads(**now)
    # What is remembered may be written in new words; nothing is made again.
    said = deployment.preview().text
    assert not re.search(r"\d+ to (replace|delete)", said), said
    changes = deployment.up().changes
    assert changes.keys() <= {"unchanged", "updated"}, changes
    assert deployment.up().changes.keys() == {"unchanged"}
    assert deployment.data() == data
    assert pods
    assert _pods(deployment) == pods


def _pods(deployment: Deployment) -> dict[str, str]:
    """The uids of the pods whose workload file is what it was."""
    return {
        name: pod["metadata"]["uid"]
        for name, pod in deployment.list("pod").items()
        if name.startswith("redis")
    }
