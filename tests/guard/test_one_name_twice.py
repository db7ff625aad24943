"""Workloads of one name in two namespaces, made by one program."""

from typing import Any

import pulumi
import pytest

from statefast import PersistentDeployment, PersistentStatefulSet, StatefastError
from statefast.safety.read.cluster import Object
from tests.recording import Recording, run
from tests.unit.samples import deployment_args, stateful_set_args, volume

from .fakes import FakeCluster, claim, deployment, stateful_set, storage_class, use

EVERYTHING: dict[str, Any] = {
    "config_files": {"/etc/zk.conf": "a = 1\n"},
    "secret_env": {"GIVEN": "x"},
    "generated_secret_env": ["MADE"],
    "network_policy": {"clients": [{"namespace": "web"}]},
    "retention": "delete",
}
KINDS = [PersistentStatefulSet, PersistentDeployment]


def args(kind: Any, namespace: str, **changes: Any) -> Any:
    sample = stateful_set_args if kind is PersistentStatefulSet else deployment_args
    return sample(namespace=namespace, **changes)


def both(kind: Any, **changes: Any) -> None:
    """The one of namespace data first, as it is there already."""
    kind("zk", args(kind, "data", **changes))
    kind("zk-b", args(kind, "b", workload_name="zk", **changes))


@pytest.mark.parametrize("kind", KINDS)
def test_each_child_has_a_name_of_its_own_and_each_object_that_of_its_twin(kind: Any) -> None:
    recording = run(lambda: both(kind, **EVERYTHING))

    urns = [item.urn for item in recording.resources]
    assert len(urns) == len(set(urns))
    named: dict[str, set[tuple[str, str]]] = {"data": set(), "b": set()}
    for item in recording.objects():
        name = item.metadata.get("name")
        if name is not None:
            named[item.metadata["namespace"]].add((item.kind, name))
    assert named["data"] == named["b"] != set()


def test_both_patterns_stand_beside_each_other() -> None:
    def program() -> None:
        both(PersistentStatefulSet)
        PersistentDeployment("d", args(PersistentDeployment, "c", workload_name="zk"))
        PersistentDeployment("d-b", args(PersistentDeployment, "d", workload_name="zk"))

    urns = [item.urn for item in run(program).resources]
    assert len(urns) == len(set(urns))


def test_what_is_named_by_default_is_called_as_ever() -> None:
    recording = run(lambda: both(PersistentStatefulSet))
    assert (
        recording.one("PersistentVolumeClaimPatch", "zk-vol-zk-0").metadata["namespace"] == "data"
    )
    twin = recording.one("PersistentVolumeClaimPatch", "zk-vol-zk-b-0")
    assert twin.metadata["name"] == "zk-vol-zk-0"
    assert twin.metadata["namespace"] == "b"


def cluster(kind: Any) -> FakeCluster:
    """The workload and its claims in namespace data, and nothing elsewhere."""
    of_set = kind is PersistentStatefulSet
    names = [f"zk-vol-zk-{n}" for n in range(3)] if of_set else ["zk-vol"]
    live: Object = stateful_set() if of_set else deployment(claims=names)
    return FakeCluster(
        stateful_sets=[live] if of_set else [],
        deployments=[] if of_set else [live],
        claims=[claim(name) for name in names],
        classes=[storage_class(default=True)],
        volumes=[],
        quotas=[],
        pods=[],
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_is_not_taken_for_the_first_on_its_way(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, cluster(kind))
    recording = Recording()
    given = {"preflight": {}, "volumes": volume(storage_class_name="rbd")}
    # The recorder answers with uids for what this cluster does not have yet.
    with pytest.raises(pulumi.RunError, match="somebody deleted since"):
        run(lambda: both(kind, **given), into=recording, preview=True)
    assert [
        it for it in recording.resources if it.name == "zk-b" and it.type.startswith("statefast")
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_moves_is_refused_whatever_its_component_is_called(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, cluster(kind))
    moved = args(kind, "b", workload_name="zk", preflight={})
    for component in ("zk", "zk-b"):
        with pytest.raises(StatefastError, match="but it is in 'data'"):
            run(lambda name=component: kind(name, moved))  # type: ignore[misc]


def test_a_set_of_another_name_leaves_its_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    record = {
        "of": "StatefulSet zk",
        "cluster": "",
        "namespace": "data",
        "claims": {f"zk-vol-zk-{n}": f"uid-{n}" for n in range(3)},
    }
    state = [("statefast:index:PersistentStatefulSet", {"record": record})]

    def edited(**changes: Any) -> Recording:
        given = args(PersistentStatefulSet, "data", workload_name="keeper", **changes)
        return run(lambda: PersistentStatefulSet("zk", given), state=state)

    with pytest.raises(StatefastError, match=r"zk-vol-zk-0, .* called after") as caught:
        edited()
    assert caught.value.field == "workload_name"
    consent = caught.value.remedy.split("'")[1]
    assert edited(consent=[consent]).one("StatefulSet", "zk").metadata["name"] == "keeper"
