"""Where a run knows what to tell members on the way, it takes the steps by itself."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pulumi
import pytest

from statefast import PersistentStatefulSet, PersistentStatefulSetArgs, StatefastError
from statefast.safety.quorum import MemberPlan, Members
from statefast.safety.wait.set_status import without
from statefast.workload import member_steps
from statefast.workload.members import with_member_env
from statefast.workload.read import read_workload
from tests.recording import Recording, run
from tests.unit.samples import stateful_set_args, volume

from .fakes import use
from .test_outvoted import cluster, members_of

LIST = {"per_replica": "{number}={host}", "separator": " "}
MEMBER_ENV = {"SERVERS": LIST, "ALONE": {"single": "yes", "several": "no"}}


def made(**changes: Any) -> Recording:
    args = stateful_set_args(
        **{
            "volumes": volume(storage_class_name="rbd"),
            "preflight": {},
            "quorum": True,
            "member_env": MEMBER_ENV,
            **changes,
        }
    )
    return run(lambda: PersistentStatefulSet("zk", args))


def told(recording: Recording) -> dict[str, str]:
    (container,) = recording.one("StatefulSet", "zk").spec["template"]["spec"]["containers"]
    return {item["name"]: item.get("value", "") for item in container["env"]}


@pytest.mark.parametrize(
    ("old", "new", "way"), [(1, 3, "1 -> 2 -> 3"), (5, 3, "5 -> 4 -> 3"), (3, 1, "3 -> 2 -> 1")]
)
def test_the_way_is_said_and_gone(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    old: int,
    new: int,
    way: str,
) -> None:
    use(monkeypatch, cluster(old))
    recording = made(replicas=new)
    assert f"StatefulSet zk goes one member at a time ({way}) in this one `up`" in caplog.text
    said = recording.one("StatefulSet", "zk").metadata["annotations"]
    assert said["statefast/quorum"] == "one at a time"


def test_each_member_is_told_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(2))
    env = told(made(replicas=2, first_ordinal=1))
    hosts = [f"zk-{n}.zk-headless.data.svc.cluster.local" for n in (1, 2)]
    assert env["SERVERS"] == f"2={hosts[0]} 3={hosts[1]}"
    assert env["ALONE"] == "no"


@pytest.mark.parametrize(
    "changes",
    [
        {"member_env": {}},
        {"pod_management_policy": "OrderedReady"},
        {"update_strategy": {"type": "OnDelete"}},
        {"update_strategy": {"partition": 1}},
        {"pod": {"containers": [{"name": "zk", "env": [{"name": "SERVERS", "value": "mine"}]}]}},
    ],
)
def test_a_way_that_the_run_cannot_take_is_refused(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    policy = changes.get("pod_management_policy", "Parallel")
    use(monkeypatch, cluster(3, management=policy))
    with pytest.raises(StatefastError, match=r"one member at a time \(3 -> 4 -> 5\), an `up` for"):
        made(replicas=5, **changes)


def test_what_is_gone_comes_back_as_it_was_and_then_goes_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, cluster(-1, members_of(3, "0-2")))
    with pytest.raises(StatefastError, match="run up with 3 first, and with 1 next"):
        made(replicas=1)


def test_without_a_look_at_the_cluster_nothing_is_promised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, cluster(3))
    said = made(preflight={"mode": "off"}).one("StatefulSet", "zk").metadata["annotations"]
    assert said["statefast/quorum"] == "true"


@pytest.mark.parametrize("changes", [{"env": {"SERVERS": "mine"}}, {"member_env": {"A": {}}}])
def test_a_variable_has_one_value(changes: dict[str, Any]) -> None:
    with pytest.raises(StatefastError, match="member_env"):
        made(preflight=None, **changes)


@pytest.mark.parametrize("template", ["{", "{hots}", "{0}"])
def test_a_template_that_cannot_be_filled_in(template: str) -> None:
    with pytest.raises(StatefastError, match="cannot be filled in"):
        made(preflight=None, member_env={"SERVERS": {"per_replica": template}})


class Written:
    """The API server, which takes what it is given, and what the set looks like then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **status: int) -> None:
        self.bodies: list[tuple[int, int, str]] = []
        self.status = status
        self.managers: set[str] = set()
        self.deleted: list[str] = []
        self.pods: dict[str, Any] = {}
        monkeypatch.setattr(member_steps, "_call", self.call)
        monkeypatch.setattr(member_steps, "look", self.look)
        monkeypatch.setattr("statefast.workload.member_steps.pulumi.log.info", lambda *_: None)

    def call(
        self, context: str, method: str, path: str, body: Any, query: Sequence[tuple[str, str]] = ()
    ) -> str:
        if method == "DELETE":
            self.deleted.append(path.rpartition("/")[2])
            assert body["preconditions"]["uid"]
            self.status = {}
            return ""
        (container,) = body["spec"]["template"]["spec"]["containers"]
        servers = next(it["value"] for it in container["env"] if it["name"] == "SERVERS")
        said = body["metadata"]["annotations"]["statefast/members"]
        self.bodies.append((body["spec"]["replicas"], len(servers.split()), said))
        self.managers.add(dict(query)["fieldManager"])
        return ""

    async def look(self, cluster: object, kind: str, namespace: str) -> dict[str, Any]:
        if kind == "pods":
            return self.pods
        replicas = self.bodies[-1][0] if self.bodies else 3
        status = {
            "observedGeneration": 1,
            "updatedReplicas": replicas,
            "availableReplicas": replicas,
            "updateRevision": "new",
            **self.status,
        }
        metadata = {"name": "zk", "generation": 1}
        return {"zk": {"metadata": metadata, "spec": {"replicas": replicas}, "status": status}}


def take(plan: MemberPlan, *, by_itself: bool = True, minutes: float = 1) -> None:
    args = stateful_set_args(quorum=True, member_env=MEMBER_ENV)
    workload = with_member_env(read_workload("StatefulSet", "zk", args, PersistentStatefulSetArgs))
    steps = member_steps._Steps(
        None,  # type: ignore[arg-type]
        workload,
        plan,
        None,  # type: ignore[arg-type]
        by_itself=by_itself,
        minutes=minutes,
    )
    variable = {"name": "SERVERS", "value": "x"}
    container = {"name": "zk", "env": [variable]}
    inputs = {
        "__fieldManager": "x",
        "metadata": {"annotations": {}},
        "spec": {"replicas": 9, "template": {"spec": {"containers": [container]}}},
    }
    given = pulumi.ResourceHookArgs("", "", "", "", inputs, {}, None, {"__fieldManager": "ours"})
    # Without `run`, which leaves the thread without a loop for the tests after it.
    loop = asyncio.new_event_loop()
    loop.run_until_complete(steps.take(given))
    loop.close()
    # What the engine applies in the end is left as it is.
    assert variable["value"] == "x"


def way(*counts: int) -> MemberPlan:
    now, *then = (Members(0, count) for count in counts)
    return MemberPlan(now=now, way=tuple(then), running=True)


@pytest.mark.parametrize(
    ("plan", "bodies"),
    [
        # The only member learns of the second one before that is there.
        (way(1, 2), [(1, 2, "0-0"), (2, 2, "0-1")]),
        (way(1, 2, 3), [(1, 2, "0-0"), (2, 2, "0-1"), (3, 3, "0-2")]),
        (way(3, 4, 5), [(4, 4, "0-3"), (5, 5, "0-4")]),
        (way(3, 2, 1), [(2, 2, "0-1"), (1, 1, "0-0")]),
        (way(2, 3), [(3, 3, "0-2")]),
    ],
)
def test_each_step_tells_the_pods_of_its_members(
    monkeypatch: pytest.MonkeyPatch, plan: MemberPlan, bodies: list[tuple[int, int, str]]
) -> None:
    written = Written(monkeypatch)
    take(plan)
    assert written.bodies == bodies
    assert written.managers <= {"ours"}


def test_who_starts_with_nothing_waits_for_those_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where one step is all there is: the last `up` may have been cut off half way."""
    written = Written(monkeypatch, availableReplicas=2)
    for by_itself in (True, False):
        with pytest.raises(StatefastError, match=r"2 of 3 pods are ready after 0\.0"):
            take(way(3, 4), by_itself=by_itself, minutes=0.0001)
    assert not written.bodies


def pod(
    name: str, ready: str = "True", revision: str = "b", *, started: bool = True
) -> tuple[str, Any]:
    metadata = {
        "name": name,
        "uid": f"uid-{name}",
        "labels": {"controller-revision-hash": revision},
        "ownerReferences": [{"kind": "StatefulSet", "name": "zk"}],
    }
    conditions = [{"type": "Ready", "status": ready}]
    containers = [{"name": "zk", "started": started}]
    status = {"conditions": conditions, "containerStatuses": containers}
    return name, {"metadata": metadata, "status": status}


@pytest.mark.parametrize(
    ("started", "patience"), [(True, "_ELECTION_SECONDS"), (False, "_STANDSTILL_SECONDS")]
)
def test_a_rollout_that_waits_for_itself_is_pushed(
    monkeypatch: pytest.MonkeyPatch, started: bool, patience: str
) -> None:
    written = Written(monkeypatch, availableReplicas=2, updatedReplicas=2)
    old = [pod("zk-0", revision="old"), pod("zk-1", revision="old")]
    new = [pod(f"zk-{n}", "False", "new", started=started) for n in (2, 3)]
    written.pods = {**dict([*old, *new]), "other-0": {"metadata": {"uid": "x"}}}
    with pytest.raises(StatefastError, match="2 of 3 pods have the new template"):
        take(way(3, 4), minutes=0.01)
    # Not at once: an election takes its time.
    assert not written.deleted
    monkeypatch.setattr(member_steps, patience, 0.0)
    take(way(3, 4), minutes=0.01)
    assert written.deleted == ["zk-0", "zk-1"]


def test_who_leaves_may_be_broken() -> None:
    item = {"metadata": {"name": "zk"}, "status": {"updateRevision": "b"}}
    pods = dict([pod("zk-0"), pod("zk-1"), pod("zk-2", "False")])
    assert without(item, pods, range(2)) == ""
    assert without(item, pods, range(3)) == "pod zk-2 is not ready"
    assert "is not there" in without(item, pods, range(3, 4))
    pods = dict([pod("zk-0", revision="a"), pod("zk-1")])
    assert "has the former template" in without(item, pods, range(2))
