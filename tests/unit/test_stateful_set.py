"""The shape of a PersistentStatefulSet. What the engine makes of it is in tests/engine."""

from components import PersistentStatefulSet, PersistentStatefulSetArgs
from tests.recording import Recording, run


def args(**changes: object) -> PersistentStatefulSetArgs:
    given = {
        "namespace": "data",
        "image": "zookeeper:3.9.4",
        "replicas": 3,
        "ports": [
            {"name": "client", "port": 2181},
            {"name": "server", "port": 2888, "service": "headless"},
        ],
        "volumes": [{"name": "zk-vol", "mount_path": "/data", "size": "8Gi"}],
        **changes,
    }
    return given  # type: ignore[return-value]


def record(name: str = "zk", **changes: object) -> Recording:
    return run(lambda: PersistentStatefulSet(name, args(**changes)))


def test_registers_these_objects_and_no_others() -> None:
    assert record().kinds() == [
        "PersistentVolumeClaimPatch zk-vol-zk-0",
        "PersistentVolumeClaimPatch zk-vol-zk-1",
        "PersistentVolumeClaimPatch zk-vol-zk-2",
        "Service zk",
        "Service zk-headless",
        "StatefulSet zk",
    ]
