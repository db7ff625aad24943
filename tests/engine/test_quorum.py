"""Members of a quorum come and go on the real engine, and those with the data stay in charge."""

import re

from .conftest import Config, Deployment

ZOOKEEPER: Config = {"storage": {"size": "1Gi"}}


def zookeeper(replicas: int) -> dict[str, Config]:
    return {"zookeeper": {**ZOOKEEPER, "replicas": replicas}}


def test_members_that_would_outvote_those_with_the_data_are_refused(
    deployment: Deployment,
) -> None:
    deployment.workloads(**zookeeper(3)).up()
    data = deployment.data()
    said = deployment.get("statefulset", "zookeeper")["metadata"]["annotations"]
    assert (said["statefast/quorum"], said["statefast/members"]) == ("true", "0-2")

    deployment.workloads(**zookeeper(5)).refused("replicas is 5", "3 -> 4 -> 5", "consent", up=True)
    sentence = deployment.workloads(**zookeeper(1)).refused("replicas is 1", "3 -> 2 -> 1")

    # One at a time, and all of them away and back.
    for replicas in (4, 5, 0, 5, 4):
        deployment.workloads(**zookeeper(replicas)).up()
    deployment.workloads(**zookeeper(0)).up()
    deployment.workloads(**zookeeper(1)).refused("4 members")
    deployment.destroy()
    deployment.workloads(**zookeeper(1)).refused("4 members", "4 -> 3 -> 2 -> 1", up=True)
    deployment.workloads(**zookeeper(4)).up()

    # The consent of a step is of no use for another.
    found = re.search(r"adding '(.*?)' to consent", sentence)
    assert found is not None
    deployment.config["statefast:consent"] = [found[1]]
    deployment.workloads(**zookeeper(1)).refused("replicas is 1")
    deployment.config["statefast:consent"] = [
        re.findall(r"adding '(.*?)' to consent", deployment.refused("replicas is 1"))[0]
    ]
    deployment.up()
    assert data.items() <= deployment.data().items()
