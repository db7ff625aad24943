"""One reading and one plan of each workload in a run, however often it is asked for."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from statefast import PersistentDeployment, PersistentStatefulSet, StatefastError, VolumeClaim
from statefast.storage import claim
from statefast.workload import deployment, stateful_set
from tests.guard.fakes import FakeCluster, use
from tests.recording import run
from tests.unit.samples import deployment_args, stateful_set_args
from workloads import loader

from .test_program import record

_COUNTED = (
    (stateful_set, "read_workload"),
    (stateful_set, "set_plan"),
    (deployment, "read_workload"),
    (deployment, "deployment_plan"),
    (claim, "plan_claims"),
    (loader, "load_workload"),
)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    counted: Counter[str] = Counter()

    def counting(key: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            counted[key] += 1
            return function(*args, **more)

        return call

    for module, name in _COUNTED:
        key = f"{module.__name__.rpartition('.')[2]}.{name}"
        monkeypatch.setattr(module, name, counting(key, getattr(module, name)))
    return counted


def test_the_program_reads_and_plans_each_workload_once(
    monkeypatch: pytest.MonkeyPatch, calls: Counter[str]
) -> None:
    kinds = ("stateful_sets", "deployments", "claims", "classes", "volumes", "quotas", "pods")
    use(monkeypatch, FakeCluster(**{kind: [] for kind in kinds}))
    storage = {"size": "1Gi"}
    workloads = {
        "a": {"workload": "zookeeper", "storage": storage},
        "b": {"workload": "zookeeper", "storage": storage},
        "c": {"workload": "zookeeper", "storage": storage, "pattern": "deployment"},
    }
    # The recorder answers as if all of it were there already.
    with pytest.raises(pulumi.RunError, match="somebody deleted since"):
        record("dev", workloads=json.dumps(workloads), preview=True)

    assert calls == {
        "stateful_set.read_workload": 2,
        "stateful_set.set_plan": 2,
        "deployment.read_workload": 1,
        "deployment.deployment_plan": 1,
        "claim.plan_claims": 1,
        "loader.load_workload": 1,
    }


@pytest.mark.parametrize("how", ["another", "the same, edited"])
@pytest.mark.parametrize("component", [PersistentStatefulSet, PersistentDeployment])
def test_args_that_are_others_by_then_are_read_anew(component: Any, how: str) -> None:
    def program() -> None:
        sample = stateful_set_args if component is PersistentStatefulSet else deployment_args
        args: Any = sample(env={"LEVEL": "info"})
        component.preflight("zk", args)
        if how == "another":
            args = {**args, "env": {"LEVEL": "debug"}}
        else:
            args["env"]["LEVEL"] = "debug"
        component("zk", args)

    (made,) = [it for it in run(program).objects() if it.kind in ("StatefulSet", "Deployment")]
    (container,) = made.spec["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "LEVEL", "value": "debug"}]


def test_a_claim_is_made_with_what_its_args_say_by_then() -> None:
    def program() -> None:
        args: Any = {"namespace": "data", "size": "1Gi"}
        VolumeClaim.preflight("vol", args)
        args["size"] = "2Gi"
        VolumeClaim("vol", args)

    made = run(program).one("PersistentVolumeClaimPatch", "vol")
    assert made.spec["resources"]["requests"]["storage"] == "2Gi"


def test_what_was_refused_once_is_refused_again() -> None:
    def program() -> None:
        args = stateful_set_args(run_as_user=0)
        with pytest.raises(StatefastError, match="run_as_user"):
            PersistentStatefulSet.check("zk", args)
        PersistentStatefulSet("zk", args)

    with pytest.raises(StatefastError, match="run_as_user"):
        run(program)


@pytest.mark.parametrize("before", ["", "zk", "other"])
def test_what_the_other_pattern_made_is_taken_over_where_there_is_any(before: str) -> None:
    service = "statefast:index:PersistentDeployment$kubernetes:core/v1:Service"
    state = [(service, f"data/{before}")] if before else []
    made = run(lambda: PersistentStatefulSet("zk", stateful_set_args()), state=state)

    assert bool(made.one("Service", "zk").aliases) is (before == "zk")
    unread = run(lambda: PersistentStatefulSet("zk", stateful_set_args()))
    assert unread.one("Service", "zk").aliases
