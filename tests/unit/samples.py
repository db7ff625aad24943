"""Args that are right, to be changed one by one, and what the components make of them."""

import json
from typing import Any, cast

from pulumi.runtime import rpc

from statefast import (
    PersistentDeployment,
    PersistentDeploymentArgs,
    PersistentStatefulSet,
    PersistentStatefulSetArgs,
)
from statefast.workload.model import Workload
from statefast.workload.read import read_workload
from tests.recording import Recording, Registered, run

PREFIX = "app.kubernetes.io"
STATE = "urn:pulumi:dev::statefast::"
PORTS: list[dict[str, object]] = [
    {"name": "client", "port": 2181},
    {"name": "server", "port": 2888, "service": "headless"},
]
VOLUME: dict[str, object] = {"name": "zk-vol", "mount_path": "/data", "size": "8Gi"}


def selector(instance: str = "zk", app: str | None = None) -> dict[str, str]:
    """The two labels that select."""
    return {f"{PREFIX}/name": app or instance, f"{PREFIX}/instance": instance}


def labels(
    instance: str = "zk", app: str | None = None, component: str = "server"
) -> dict[str, str]:
    """The five labels of every object."""
    return {
        **selector(instance, app),
        f"{PREFIX}/component": component,
        f"{PREFIX}/managed-by": "pulumi",
        f"{PREFIX}/part-of": "statefast",
    }


def said(retention: str = "retain", size: str = "8Gi") -> dict[str, str]:
    """What a claim says of itself."""
    return {
        "statefast/stack": "statefast/dev",
        "statefast/size": size,
        "statefast/retention": retention,
    }


def read() -> dict[str, str]:
    """What a workload and its claims say of how its pods read the data."""
    reads = {
        "covers": [],
        "declared": ["pod.workingDir"],
        "image": "zookeeper:3.9",
        "mounts": {"/data": ["zk-vol", "zk-vol", ""]},
        "settings": {},
        "user": ["1000", "1000", "1000"],
    }
    return {"statefast/data": json.dumps({"zk": reads}, separators=(",", ":"))}


def stateful_set_args(**changes: object) -> PersistentStatefulSetArgs:
    """Three replicas with one volume each."""
    given = {
        "namespace": "data",
        "image": "zookeeper:3.9.4",
        "replicas": 3,
        "ports": PORTS,
        "volumes": [VOLUME],
        **changes,
    }
    return cast("PersistentStatefulSetArgs", given)


def deployment_args(**changes: object) -> PersistentDeploymentArgs:
    """One replica with one volume."""
    given = {
        "namespace": "data",
        "image": "zookeeper:3.9.4",
        "ports": PORTS,
        "volumes": [VOLUME],
        **changes,
    }
    return cast("PersistentDeploymentArgs", given)


def volume(**changes: object) -> list[dict[str, object]]:
    """The one volume, changed."""
    return [{**VOLUME, **changes}]


def stateful_set(name: str = "zk", **changes: object) -> Recording:
    """What a PersistentStatefulSet registers."""
    return run(lambda: PersistentStatefulSet(name, stateful_set_args(**changes)))


def deployment(name: str = "zk", **changes: object) -> Recording:
    """What a PersistentDeployment registers."""
    return run(lambda: PersistentDeployment(name, deployment_args(**changes)))


def workload(name: str = "zk", **changes: object) -> Workload:
    """The checked args of the pure builders."""
    args = stateful_set_args(**changes)
    return read_workload("StatefulSet", name, args, PersistentStatefulSetArgs)


def template(recorded: Registered) -> dict[str, Any]:
    """The pod template of a workload."""
    found: dict[str, Any] = recorded.spec["template"]
    return found


def container(recorded: Registered) -> dict[str, Any]:
    """The only container of a workload."""
    (only,) = template(recorded)["spec"]["containers"]
    return dict(only)


def parents(recording: Recording) -> dict[str, str]:
    """Kind and name of each resource, with the type and name of its parent."""
    return {
        f"{item.kind} {item.name}": item.parent.removeprefix(STATE) for item in recording.resources
    }


def opened(value: object) -> Any:
    """What is in a secret value; an error where it is not a secret."""
    assert rpc.is_rpc_secret(value), f"not a secret: {value!r}"
    return rpc.unwrap_rpc_secret(value)


def readable(value: object) -> list[str]:
    """Every text that can be read without opening a secret."""
    if rpc.is_rpc_secret(value):
        return []
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in readable(part)]
    if isinstance(value, list):
        return [text for item in value for text in readable(item)]
    return [str(value)]


def assert_hidden(recording: Recording, *hidden: str) -> None:
    """No text that can be read, in inputs or outputs, has one of these in it."""
    everything = [item.inputs for item in recording.resources] + list(recording.outputs.values())
    for text in readable(list(everything)):
        assert not [word for word in hidden if word in text], text
