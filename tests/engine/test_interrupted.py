"""Runs that are ended before their time: whatever they left behind, the next one simply works."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil
import pytest

from .conftest import Config, Deployment
from .test_guard_consents import urn

ZOOKEEPER: Config = {"storage": {"size": "1Gi"}, "replicas": 2}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "1Gi"}}


@pytest.fixture
def no_volumes(deployment: Deployment) -> Iterator[Callable[[], None]]:
    """No volume is made until this is called."""
    faults = deployment.workspace.cluster.faults
    faults.write_text(json.dumps({"create": {"fail": -1, "message": "the pool is full"}}))
    yield faults.unlink
    faults.unlink(missing_ok=True)


def begin(deployment: Deployment, verb: str) -> subprocess.Popen[str]:
    """Starts a run that is to be ended."""
    deployment.stack.prepare(deployment.config)
    return deployment.stack.start(verb, "--yes", "--skip-preview")


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def made(deployment: Deployment, kind: str, name: str) -> bool:
    with suppress(AssertionError):
        deployment.get(kind, name)
        return True
    return False


def killed_between_writes(deployment: Deployment, child: subprocess.Popen[str]) -> bool:
    """Kills a run, but not while it writes its state: what that leaves, engine.md 52 says."""
    child.send_signal(signal.SIGSTOP)
    # One that has ended by itself, on a fast machine, was not killed, and has to be no worse off.
    if child.poll() is not None:
        return True
    held = (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
    eventually(lambda: psutil.Process(child.pid).status() in held)
    state = deployment.stack.state_file
    try:
        for file in state.parent.glob(f"{state.name}*"):
            json.loads(file.read_text())
    except ValueError:
        child.send_signal(signal.SIGCONT)
        return False
    child.kill()
    return True


def test_a_first_up_that_was_ended_while_its_claims_waited_is_finished_by_the_next(
    deployment: Deployment, no_volumes: Callable[[], None]
) -> None:
    deployment.workloads(zookeeper=ZOOKEEPER, mysql=MYSQL)
    with begin(deployment, "up") as child:
        for kind, name in (("statefulset", "zookeeper"), ("deployment", "mysql")):
            eventually(lambda kind=kind, name=name: made(deployment, kind, name))  # type: ignore[misc]
        # As Ctrl-C in a terminal ends it, which ends its provider, too: the state does not have
        # what was being made. One that is asked to stop by itself keeps it, and is no worse off.
        eventually(lambda: killed_between_writes(deployment, child))
    sets = deployment.uids("statefulset,deployment")
    deployment.pulumi("cancel", "--yes")
    no_volumes()

    assert "replace" not in deployment.preview().text
    deployment.up()

    assert deployment.uids("statefulset,deployment") == sets
    assert set(deployment.up().changes) == {"unchanged"}
    # And it is as hard to replace as any other.
    forced = urn(deployment, "kubernetes:apps/v1:StatefulSet", "zookeeper")
    deployment.pulumi("up", "--yes", "--skip-preview", "--replace", forced)
    assert deployment.uids("statefulset,deployment") == sets


def test_the_password_of_a_volume_outlives_a_destroy_that_stopped_half_way(
    deployment: Deployment,
) -> None:
    deployment.workloads(mysql=MYSQL).up()
    password = deployment.get("secret", "mysql-generated")["data"]
    assert password["MYSQL_ROOT_PASSWORD"]
    # The state that it leaves: a destroy forgets this patch first of all.
    values = urn(deployment, "kubernetes:core/v1:SecretPatch", "mysql-generated-values")
    assert deployment.pulumi("state", "delete", values, "--target-dependents", "--yes").code == 0

    deployment.up()

    assert deployment.get("secret", "mysql-generated")["data"] == password
    assert set(deployment.up().changes) == {"unchanged"}
    assert password["MYSQL_ROOT_PASSWORD"] not in deployment.state()
