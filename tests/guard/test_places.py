"""What a claim needs first: a namespace and a class, of the cluster or of this run."""

from typing import Any

import pytest

from statefast import (
    PersistentStatefulSet,
    StatefastError,
    StorageClass,
    VolumeClaim,
    VolumeClaimArgs,
    WorkloadNamespace,
)
from statefast.safety.read.cluster import Object
from tests.recording import Recording, run
from tests.unit.samples import stateful_set_args, volume

from .fakes import FakeCluster, use

CLASS = {"driver": "ceph-rbd", "parameters": {"clusterID": "a", "pool": "b"}}
NAMESPACE: dict[str, Any] = {"metadata": {"name": "data"}}


def empty(*namespaces: Object) -> FakeCluster:
    """A cluster where nothing is yet."""
    kinds = ("stateful_sets", "deployments", "pods", "claims", "classes", "volumes", "quotas")
    return FakeCluster(namespaces=list(namespaces), **{kind: [] for kind in kinds})


def made(*, with_class: bool = True, with_namespace: bool = False, **preflight: Any) -> Recording:
    def program() -> None:
        if with_namespace:
            WorkloadNamespace("data", {})
        if with_class:
            StorageClass("rbd", CLASS)  # type: ignore[arg-type]
        args = stateful_set_args(volumes=volume(storage_class_name="rbd"), preflight=preflight)
        PersistentStatefulSet("zk", args)

    return run(program)


def test_a_class_that_the_same_program_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, empty(NAMESPACE))
    assert made().one("StatefulSet", "zk")
    with pytest.raises(StatefastError, match="storage_class_name is 'rbd'"):
        made(with_class=False)


def test_a_namespace_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, empty())
    with pytest.raises(StatefastError) as caught:
        made()
    assert caught.value.sentence == (
        "StatefulSet zk: namespace is 'data', but the cluster has no such namespace, and nothing"
        " before this component makes it; put WorkloadNamespace('data', {}) before it and into its"
        " depends_on, or make it first: kubectl create namespace data."
    )
    assert made(with_namespace=True).one("StatefulSet", "zk")
    assert made(own_namespaces=["data"]).one("StatefulSet", "zk")

    args: VolumeClaimArgs = {"namespace": "data", "size": "8Gi", "preflight": {}}
    with pytest.raises(StatefastError, match="no such namespace"):
        run(lambda: VolumeClaim("vol", args))


def test_a_namespace_on_its_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    leaving = {"metadata": {"name": "data", "deletionTimestamp": "2026-01-01T00:00:00Z"}}
    use(monkeypatch, empty(leaving))
    with pytest.raises(StatefastError, match="that namespace is being deleted"):
        made(with_namespace=True)
