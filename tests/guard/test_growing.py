"""The end of `up` waits for the space, knows why it does not come, and never waits in vain."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from statefast import PersistentStatefulSet, VolumeClaim
from statefast.drivers.catalogue import DRIVERS
from statefast.marks import sentences
from statefast.safety.plan import claims
from statefast.safety.read.cluster import Object, Unreadable
from statefast.safety.wait import growth
from tests.recording import Recording, run
from tests.unit.samples import stateful_set_args, volume

from .fakes import FakeCluster, claim, stateful_set, storage_class, use

NAME = "zk-vol-zk-0"
INFEASIBLE = {"allocatedResourceStatuses": {"storage": "ControllerResizeInfeasible"}}
FAILING = {
    "conditions": [
        {"type": "ControllerResizeError", "status": "True", "message": "pool is full"},
        {"type": "Resizing", "status": "True"},
    ]
}
AT_NODE = {"conditions": [{"type": "FileSystemResizePending", "status": "True"}]}
NODE_WORKS = {"allocatedResourceStatuses": {"storage": "NodeResizeInProgress"}}
NODE_SAYS = {"type": "NodeResizeError", "status": "True", "message": "resize2fs: Permission denied"}
NODE_FAILS = {**NODE_WORKS, "conditions": [*AT_NODE["conditions"], NODE_SAYS]}


def looks(capacity: str = "8Gi", /, **status: Any) -> Object:
    """The claim as one look finds it."""
    found = claim(NAME, requested="12Gi")
    return {**found, "status": {"capacity": {"storage": capacity}, **status}}


def grow(
    monkeypatch: pytest.MonkeyPatch,
    *later: Object | Unreadable,
    size: str = "12Gi",
    live: Object | None = None,
    provisioner: str = "rbd.csi.ceph.com",
    sees_volumes: bool = True,
    answers: Mapping[str, Mapping[str, Any] | None] | None = None,
    **preflight: Any,
) -> tuple[FakeCluster, Recording]:
    """One `up` of a set of one, and what it asked the cluster."""
    cluster = FakeCluster(
        stateful_sets=[stateful_set(replicas=1)],
        claims=[live or claim(NAME)],
        classes=[{**storage_class(), "provisioner": provisioner}],
        quotas=[],
        **({"volumes": []} if sees_volumes else {}),
    )
    cluster.later = list(later)
    use(monkeypatch, cluster)
    args = stateful_set_args(
        replicas=1,
        volumes=volume(size=size, storage_class_name="rbd"),
        preflight={"growth_seconds": 5, **preflight},
    )
    return cluster, run(lambda: PersistentStatefulSet("zk", args), answers=answers)


@pytest.mark.parametrize("provisioner", ["rbd.csi.ceph.com", "nobody.knows/it"])
@pytest.mark.parametrize("made", ["12.5Gi", "13Gi"], ids=["exact", "rounded-up"])
def test_up_waits_for_what_it_asked_for_or_more(
    monkeypatch: pytest.MonkeyPatch, provisioner: str, made: str
) -> None:
    later = looks(), looks("12Gi"), looks(made)
    cluster, _ = grow(monkeypatch, *later, size="12.5Gi", provisioner=provisioner)
    assert cluster.looks == 3


def test_what_an_earlier_up_did_not_wait_for_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    live = claim(NAME, size="12Gi", requested="12Gi")
    assert grow(monkeypatch, looks(), looks("12Gi"), live=live)[0].looks == 2


def test_a_volume_that_has_its_size_costs_no_look(monkeypatch: pytest.MonkeyPatch) -> None:
    assert grow(monkeypatch, size="8Gi")[0].looks == 0


@pytest.mark.parametrize(
    "given", [{"growth_seconds": 0}, {"mode": "off"}], ids=["no-seconds", "off"]
)
def test_nothing_is_waited_for(monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]) -> None:
    assert grow(monkeypatch, looks(), **given)[0].looks == 0


def test_a_volume_that_grows_when_its_pod_restarts_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offline = replace(DRIVERS["ceph-rbd"], grows_online=False)
    monkeypatch.setattr(claims, "driver_of", lambda _: offline)
    assert grow(monkeypatch, looks())[0].looks == 0


def test_the_provider_waits_where_the_guard_may_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    patch = grow(monkeypatch, mode="off")[1].one("PersistentVolumeClaimPatch", NAME)
    waits = patch.metadata["annotations"]["pulumi.com/waitFor"]
    assert waits == "jsonpath={.status.capacity.storage}=12Gi"


def test_a_preview_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi.runtime.is_dry_run", lambda: True)
    assert grow(monkeypatch, looks())[0].looks == 0


def refusal(monkeypatch: pytest.MonkeyPatch, *later: Object | Unreadable, **given: Any) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        grow(monkeypatch, *later, **given)
    # The SDK puts a ValueError into words of its own, with a traceback.
    assert not isinstance(caught.value, ValueError)
    ((_, sentence),) = sentences(str(caught.value))
    return sentence


def test_a_size_the_driver_cannot_make_ends_the_wait_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = refusal(monkeypatch, looks(), looks(**INFEASIBLE), growth_seconds=86_400)
    assert "'12Gi'" in said
    assert "volume of claim zk-vol-zk-0 has 8Gi and its driver cannot make it larger" in said


def test_a_verdict_on_an_earlier_size_is_none_on_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = looks(**INFEASIBLE, allocatedResources={"storage": "900Gi"})
    assert grow(monkeypatch, old, looks("12Gi"))[0].looks == 2
    now = looks(**INFEASIBLE, allocatedResources={"storage": "12Gi"})
    assert "cannot make it larger" in refusal(monkeypatch, now)


def test_a_growth_that_takes_too_long_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, looks(**FAILING), growth_seconds=1)
    assert "has 8Gi (pool is full) after 1 seconds" in said
    assert "run up again" in said


def test_a_claim_that_loses_its_volume_is_not_said_to_be_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = refusal(monkeypatch, looks(), looks("0", phase="Lost"), growth_seconds=86_400)
    assert "but claim zk-vol-zk-0 has lost its volume" in said
    assert "nothing is lost" not in said


def test_a_volume_that_is_gone_is_told_and_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lost = looks("0", phase="Lost")
    assert grow(monkeypatch, live=lost)[0].looks == 0
    assert "is not in the cluster any more" in caplog.text
    # Who may not read volumes is told at the end.
    assert "has lost its volume" in refusal(monkeypatch, lost, live=lost, sees_volumes=False)


def test_a_cluster_that_is_away_for_a_moment_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = Unreadable("the cluster did not answer: TimeoutError")
    assert grow(monkeypatch, gone, gone, looks("12Gi"))[0].looks == 3
    assert "did not answer" in refusal(monkeypatch, gone, growth_seconds=1)


def test_a_file_system_that_waits_for_a_pod_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(growth, "_NODE_SECONDS", 0.2)
    grow(monkeypatch, looks(**AT_NODE), growth_seconds=86_400)
    assert "kubectl rollout restart" in caplog.text


def test_a_node_that_tries_and_fails_is_a_failure_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(growth, "_NODE_SECONDS", 0.2)
    said = refusal(monkeypatch, looks(**NODE_FAILS), growth_seconds=86_400)
    assert "has 8Gi (resize2fs: Permission denied): its node cannot grow" in said
    assert "run up again" in said


def test_a_preview_tells_a_node_that_fails_from_one_that_nobody_asked(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("pulumi.runtime.is_dry_run", lambda: True)
    grow(monkeypatch, live=looks(**AT_NODE))
    assert f"claim {NAME} grows when its pod restarts" in caplog.text
    caplog.clear()
    grow(monkeypatch, live=looks(**AT_NODE, **NODE_WORKS))
    assert "file system" not in caplog.text
    grow(monkeypatch, live=looks(**NODE_FAILS))
    assert "has not grown (resize2fs: Permission denied)" in caplog.text


def test_a_node_at_work_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(growth, "_NODE_SECONDS", 0.2)
    works = looks(**AT_NODE, **NODE_WORKS)
    assert grow(monkeypatch, works, works, looks("12Gi"))[0].looks == 3
    assert "restart" not in caplog.text


@pytest.mark.parametrize(
    "answer",
    [{"spec": {"resources": {"requests": {"storage": "8Gi"}}}}, None],
    ids=["as it was", "never made"],
)
def test_what_a_targeted_run_leaves_out_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, answer: Mapping[str, Any] | None
) -> None:
    key = f"PersistentVolumeClaimPatch {NAME}"
    assert grow(monkeypatch, looks(), answers={key: answer})[0].looks == 0


def test_a_claim_alone_is_waited_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = FakeCluster(claims=[claim(NAME)], classes=[storage_class()], volumes=[], quotas=[])
    cluster.later = [looks(), looks("12Gi")]
    use(monkeypatch, cluster)
    run(
        lambda: VolumeClaim(
            NAME,
            {
                "namespace": "data",
                "size": "12Gi",
                "storage_class_name": "rbd",
                "preflight": {"growth_seconds": 5},
            },
        )
    )
    assert cluster.looks == 2


def test_a_size_that_the_driver_rounds_up_is_said_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    said = "driver ceph-rbd rounds 12800Mi up to 13Gi"
    grow(monkeypatch, size="12.5Gi", provisioner="nobody.knows/it")
    grow(monkeypatch, size="12.5Gi", live=claim(NAME, requested="12.5Gi", capacity="13Gi"))
    grow(monkeypatch, size="13Gi")
    assert "rounds" not in caplog.text
    grow(monkeypatch, size="12.5Gi")
    assert caplog.text.count(said) == 1
