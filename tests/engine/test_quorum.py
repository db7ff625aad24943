"""Members of a quorum come and go on the real engine, and those with the data stay in charge."""

import re
from typing import Any

from .conftest import Config, Deployment

ZOOKEEPER: Config = {"storage": {"size": "1Gi"}}


def zookeeper(replicas: int, **more: Any) -> dict[str, Config]:
    return {"zookeeper": {**ZOOKEEPER, "replicas": replicas, **more}}


def told(deployment: Deployment) -> list[int]:
    """Of how many members the pods were told, template by template, the newest last."""
    found = sorted(deployment.list("controllerrevision").values(), key=lambda it: it["revision"])
    templates = [each["data"]["spec"]["template"]["spec"]["containers"][0] for each in found]
    return [
        next(len(it["value"].split()) for it in each["env"] if it["name"] == "ZOO_SERVERS")
        for each in templates
    ]


def test_members_come_and_go_one_at_a_time_in_one_up(deployment: Deployment) -> None:
    deployment.workloads(**zookeeper(1)).up()
    data = deployment.data()
    said = deployment.workloads(**zookeeper(3)).preview()
    assert "1 -> 2 -> 3" in said.text
    deployment.up()
    assert told(deployment) == [1, 2, 3]
    annotations = deployment.get("statefulset", "zookeeper")["metadata"]["annotations"]
    assert annotations["statefast/quorum"] == "one at a time"
    assert annotations["statefast/members"] == "0-2"
    assert deployment.preview().changes.keys() <= {"unchanged"}

    # An `up` that was cut off left the set at a step: the next one goes on from there.
    deployment.kubectl("scale", "statefulset/zookeeper", "--replicas=4")
    deployment.kubectl("delete", "pod", "zookeeper-0")
    result = deployment.workloads(**zookeeper(1)).pulumi("up", "--yes", "--refresh")
    assert result.code == 0, result.text
    assert told(deployment) == [2, 3, 2, 1] or told(deployment)[-2:] == [2, 1]
    assert data.items() <= deployment.data().items()


def test_members_that_would_outvote_those_with_the_data_are_refused(
    deployment: Deployment,
) -> None:
    # In order one waits for the other, so that a run cannot take the steps.
    more = {"podManagementPolicy": "OrderedReady"}
    deployment.workloads(**zookeeper(3, **more)).up()
    data = deployment.data()
    said = deployment.get("statefulset", "zookeeper")["metadata"]["annotations"]
    assert (said["statefast/quorum"], said["statefast/members"]) == ("true", "0-2")

    deployment.workloads(**zookeeper(5, **more))
    deployment.refused("replicas is 5", "3 -> 4 -> 5", "consent", up=True)
    sentence = deployment.workloads(**zookeeper(1, **more)).refused("replicas is 1", "3 -> 2 -> 1")

    # One at a time, and all of them away and back.
    for replicas in (4, 5, 0, 5, 4):
        deployment.workloads(**zookeeper(replicas, **more)).up()
    deployment.workloads(**zookeeper(0, **more)).up()
    deployment.workloads(**zookeeper(1, **more)).refused("4 members")
    deployment.destroy()
    deployment.workloads(**zookeeper(1, **more)).refused("4 members", "-> 2 -> 1", up=True)
    deployment.workloads(**zookeeper(4, **more)).up()

    # The consent of a step is of no use for another.
    found = re.search(r"adding '(.*?)' to consent", sentence)
    assert found is not None
    deployment.config["statefast:consent"] = [found[1]]
    deployment.workloads(**zookeeper(1, **more)).refused("replicas is 1")
    deployment.config["statefast:consent"] = [
        re.findall(r"adding '(.*?)' to consent", deployment.refused("replicas is 1"))[0]
    ]
    deployment.up()
    assert data.items() <= deployment.data().items()
