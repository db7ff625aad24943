"""`statefast migrate`: the volume of a Deployment becomes that of ordinal 0 of a StatefulSet."""

import json
import subprocess
from typing import Any

from .conftest import Deployment
from .warm_cli import cold, start

CLAIM, ORDINAL = "db-vol", "db-vol-db-0"


def migrate(deployment: Deployment, *words: str) -> tuple[int, str]:
    return start(of(deployment, *words), deployment.environment()).end()


def of(deployment: Deployment, *words: str) -> list[str]:
    return ["migrate", "db", "-n", deployment.name, *words]


def shown(deployment: Deployment, to: str) -> Any:
    code, said = migrate(deployment, "--to", to, "-o", "json")
    assert code == 0, said
    return json.loads(said)


def up(deployment: Deployment, pattern: str) -> None:
    deployment.workloads(db={"workload": "redis", "pattern": pattern, "storage": {"size": "1Gi"}})
    result = deployment.pulumi("up", "--yes", "--refresh", "--suppress-progress")
    assert result.code == 0, result.text


def test_the_data_moves_to_the_other_pattern_and_back(deployment: Deployment) -> None:
    up(deployment, "deployment")
    volume = deployment.data()[CLAIM].volume_uid

    # Whoever is cut off after each command goes on from there.
    commands = [step["command"] for step in shown(deployment, "stateful-set")["steps"]]
    assert [command.split()[1] for command in commands] == ["scale", "wait", "delete", "patch"]
    left = commands
    while left:
        subprocess.run(["bash", "-ceu", left[0]], env=deployment.environment(), check=True)
        now = [step["command"] for step in shown(deployment, "stateful-set")["steps"]]
        # Pods may be gone before anybody waits.
        assert now == commands[len(commands) - len(now) :]
        assert len(now) < len(left)
        left = now

    # Who forgets to edit the config is told.
    said = deployment.refused("db-vol")
    assert f"is of claim {deployment.name}/{ORDINAL}" in said

    # Until the end it goes back.
    code, told = migrate(deployment, "--to", "deployment", "--run", "--yes")
    assert code == 0, told
    up(deployment, "deployment")
    assert deployment.data()[CLAIM].volume_uid == volume

    code, told = migrate(deployment, "--run", "--yes")
    assert code == 0, told
    assert "write pattern: stateful-set for workload db" in told
    up(deployment, "stateful-set")
    assert {name: it.volume_uid for name, it in deployment.data().items()} == {ORDINAL: volume}
    assert set(deployment.up().changes) == {"unchanged"}
    assert "has its data as a stateful-set" in cold(of(deployment), deployment.environment())[1]

    code, told = migrate(deployment, "--to", "deployment", "--run", "--yes")
    assert code == 0, told
    up(deployment, "deployment")
    assert {name: it.volume_uid for name, it in deployment.data().items()} == {CLAIM: volume}
    assert set(deployment.up().changes) == {"unchanged"}
