"""An `up` that holds pods back ends when the others are ready, and says why where they are not."""

import contextlib
from typing import Any

import pulumi
import pytest

from statefast import PersistentStatefulSet
from statefast.safety.read.cluster import Object, Unreadable
from tests.recording import Recording, run
from tests.unit.samples import stateful_set_args, volume

from .fakes import FakeCluster, claim, stateful_set, storage_class, use

CLAIMS = [f"zk-vol-zk-{ordinal}" for ordinal in range(3)]
OLD = {"availableReplicas": 3, "currentReplicas": 3}
CANARY = {"availableReplicas": 3, "updatedReplicas": 1, "currentReplicas": 2}


def looks(
    status: dict[str, int],
    *,
    seen: bool = True,
    partition: int = 2,
    replicas: int = 3,
    **changes: Any,
) -> Object:
    """The set as one look finds it."""
    found = stateful_set(replicas=replicas, **changes)
    return {
        "metadata": {**found["metadata"], "generation": 5},
        "spec": {**found["spec"], "updateStrategy": {"rollingUpdate": {"partition": partition}}},
        "status": {"observedGeneration": 5 if seen else 4, **status},
    }


def canary(
    monkeypatch: pytest.MonkeyPatch,
    *later: Object | Unreadable,
    partition: int = 2,
    pods: list[Object] | None = None,
    minutes: float = 1,
    live: list[Object] | None = None,
    into: Recording | None = None,
    readable: bool = True,
    **preflight: Any,
) -> tuple[FakeCluster, Recording]:
    """One `up` of a set of three, and what it asked the cluster."""
    kinds = {} if pods is None else {"pods": pods}
    cluster = FakeCluster(
        stateful_sets=[stateful_set()],
        claims=[claim(name) for name in CLAIMS] if live is None else live,
        classes=[storage_class()],
        volumes=[],
        quotas=[],
        **kinds,
    )
    if not readable:
        del cluster.kinds["stateful sets"]
    cluster.later = list(later)
    use(monkeypatch, cluster)
    monkeypatch.setattr("statefast.workload.stateful_set.rollout_minutes", lambda _: minutes)
    args = stateful_set_args(
        volumes=volume(storage_class_name="rbd"),
        update_strategy={"partition": partition},
        preflight=preflight,
    )
    return cluster, run(lambda: PersistentStatefulSet("zk", args), into=into)


def test_up_ends_with_the_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    stages = (
        looks(OLD, seen=False),
        looks(OLD),
        looks({"availableReplicas": 2, "currentReplicas": 2}),
        looks({"availableReplicas": 2, "updatedReplicas": 1, "currentReplicas": 2}),
        looks(CANARY),
    )
    cluster, recording = canary(monkeypatch, *stages, looks(OLD))
    assert cluster.looks == len(stages)
    annotations = recording.one("StatefulSet", "zk").metadata["annotations"]
    assert annotations["pulumi.com/skipAwait"] == "true"
    assert "pulumi.com/waitFor" not in annotations


@pytest.mark.parametrize(
    ("partition", "status"),
    [
        (2, {"availableReplicas": 3, "updatedReplicas": 3}),
        (3, {"availableReplicas": 3}),
        (9, {"availableReplicas": 3}),
    ],
    ids=["ahead-of-the-edit", "none-may-change", "more-than-there-are"],
)
def test_a_partition_that_asks_for_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, partition: int, status: dict[str, int]
) -> None:
    found = looks(status, partition=partition)
    assert canary(monkeypatch, found, partition=min(partition, 3))[0].looks == 1


def test_without_a_partition_the_provider_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, recording = canary(monkeypatch, partition=0)
    assert cluster.looks == 0
    annotations = recording.one("StatefulSet", "zk").metadata["annotations"]
    assert not [key for key in annotations if key in ("pulumi.com/skipAwait", "pulumi.com/waitFor")]


@pytest.mark.parametrize("how", ["off", "forbidden"])
def test_the_provider_waits_where_the_guard_may_not_look(
    monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "off":
        cluster, recording = canary(monkeypatch, mode="off")
    else:
        cluster, recording = canary(monkeypatch, readable=False)
    assert cluster.looks == 0
    annotations = recording.one("StatefulSet", "zk").metadata["annotations"]
    assert "pulumi.com/waitFor" in annotations
    assert "pulumi.com/skipAwait" not in annotations


def test_a_preview_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi.runtime.is_dry_run", lambda: True)
    assert canary(monkeypatch, looks(OLD))[0].looks == 0


def refusal(monkeypatch: pytest.MonkeyPatch, *later: Object | Unreadable, **given: Any) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        canary(monkeypatch, *later, **given)
    return str(caught.value)


def pod(name: str, /, owner: str = "zk", **status: Any) -> Object:
    """A pod of a set."""
    owners = [{"kind": "StatefulSet", "name": owner}]
    metadata = {"name": name, "namespace": "data", "ownerReferences": owners}
    return {"metadata": metadata, "status": status}


PULL = {"state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such tag"}}}
UNSCHEDULED = {"type": "PodScheduled", "status": "False", "message": "no node has room"}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (OLD, "0 of 1 pods have the new template"),
        ({**CANARY, "availableReplicas": 2}, "2 of 3 pods are ready"),
    ],
)
def test_a_canary_that_does_not_come_up_says_why(
    monkeypatch: pytest.MonkeyPatch, status: dict[str, int], said: str
) -> None:
    pods = [
        pod("zk-0", containerStatuses=[{"state": {"running": {}}}]),
        pod("zk-1", conditions=[UNSCHEDULED]),
        pod("zk-2", containerStatuses=[PULL]),
        pod("other-0", "other", containerStatuses=[PULL]),
    ]
    sentence = refusal(monkeypatch, looks(status), pods=pods, minutes=0.01)
    reasons = "zk-1: no node has room; zk-2: ImagePullBackOff no such tag"
    assert f"partition is 2, but {said} after 0.01 minutes ({reasons});" in sentence
    # Without the right to list pods it is the same without the reasons.
    assert f"but {said} after 0.01 minutes;" in refusal(monkeypatch, looks(status), minutes=0.01)


def test_a_canary_in_order_is_taken_back_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    hand = "write the old one back and delete the pods that are not ready,"
    ordered = looks(OLD, management="OrderedReady")
    assert hand in refusal(monkeypatch, ordered, minutes=0.01)
    assert "write the old one back, or" in refusal(monkeypatch, looks(OLD), minutes=0.01)


def test_a_cluster_that_is_away_for_a_moment_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = Unreadable("the cluster did not answer: TimeoutError")
    assert canary(monkeypatch, gone, looks(CANARY))[0].looks == 2
    assert "did not answer" in refusal(monkeypatch, gone, minutes=0.01)


@pytest.mark.parametrize(
    "found", [looks(CANARY, leaving=True), stateful_set("other")], ids=["leaving", "gone"]
)
def test_a_set_that_goes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, found: Object) -> None:
    assert "being deleted" in refusal(monkeypatch, found, minutes=1440)


def test_new_claims_come_after_the_rollout_and_living_ones_do_not_wait_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Space may be just what the pods lack."""

    def patched(status: dict[str, int]) -> set[str]:
        recording = Recording()
        with contextlib.suppress(pulumi.RunError):
            canary(
                monkeypatch,
                looks(status),
                live=[claim(CLAIMS[0])],
                into=recording,
                minutes=0.01,
                growth_seconds=0,
            )
        return {item.name for item in recording.objects() if "ClaimPatch" in item.kind}

    assert patched(CANARY) == set(CLAIMS)
    assert patched({"availableReplicas": 0}) == {CLAIMS[0]}
