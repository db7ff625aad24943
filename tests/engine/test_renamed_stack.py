"""`pulumi stack rename`: one line of config, and nothing changes."""

import copy
import re
import shutil

from .conftest import Config, Deployment

ZOOKEEPER: Config = {"storage": {"size": "8Gi"}, "replicas": 2}
CLAIM = "PersistentVolumeClaim zookeeper-vol-zookeeper-0"
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "8Gi"}}


def renamed(deployment: Deployment) -> Deployment:
    """The same stack under another name."""
    name = f"{deployment.name}-2"
    result = deployment.pulumi("stack", "rename", name)
    assert result.code == 0, result.text
    after = Deployment(deployment.workspace, name)
    after.config = deployment.config
    # `kubectl` and footprints are about the namespace, which did not move.
    after.name = deployment.name
    after.stack.folder.mkdir()
    # Its file has the salt of its secrets; `pulumi` renames the file along.
    file = f"Pulumi.{name}.yaml"
    shutil.copy(deployment.stack.folder / file, after.stack.folder / file)
    selected = after.pulumi("stack", "select", name)
    assert selected.code == 0, selected.text
    return after


def test_a_renamed_stack_says_so_and_nothing_changes(deployment: Deployment) -> None:
    deployment.config["statefast:namespace"] = "{stack}"
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL).up()
    data, pods, objects = deployment.data(), deployment.uids("pod"), deployment.footprint()

    after = renamed(deployment)
    # Placeholders followed the new name: one refusal says what to write.
    after.config["statefast:namespace"] = deployment.name
    after.refused(f"write statefast:formerStack: {deployment.name} into its config", up=True)

    after.config |= {
        "statefast:namespace": "{stack}",
        "statefast:formerStack": deployment.name,
        "statefast:preflight": "strict",
    }
    assert set(after.up().changes) == {"unchanged"}
    assert deployment.footprint() == objects
    assert deployment.uids("pod") == pods

    larger = {"storage": {"size": "9Gi"}}
    after.workloads(zookeeper={**ZOOKEEPER, **larger}, mysql={**MYSQL, **larger}).up()
    assert set(after.capacities().values()) == {"9Gi"}
    assert after.data() == data
    after.destroy()
    assert set(after.up().changes) == {"created"}
    assert after.data() == data


def test_a_renamed_stack_that_says_nothing_replaces_nothing(deployment: Deployment) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER).up()
    uids = {kind: deployment.uids(kind) for kind in ("pvc", "statefulset", "service", "pod")}

    after = renamed(deployment)
    after.config["statefast:preflight"] = "off"
    config = copy.deepcopy(after.config)
    said = after.refused("is what", f"looks after: StatefulSet zookeeper, {CLAIM}", up=True)
    # Other edits come with it: under its new name the stack would know of none of its data.
    after.workloads(zk={**ZOOKEEPER, "workload": "zookeeper"})
    assert after.refused("write statefast:formerStack") == said
    after.config["statefast:namespace"] = f"{deployment.name}-3"
    assert after.refused("write statefast:formerStack") == said
    after.workloads(zookeeper=ZOOKEEPER).refused(
        f"it is in '{deployment.name}'", "start with empty"
    )

    after.config = config
    after.config["statefast:consent"] = re.findall(r"'([^']* \[[0-9a-f]{8}\])'", said)
    result = after.up()

    assert "replaced" not in result.changes
    assert "created" not in result.changes
    assert "deleted" not in result.changes
    assert {kind: deployment.uids(kind) for kind in uids} == uids
