"""What the preflight refuses names the fields as config has them."""

import json
import runpy
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from statefast import StatefastError
from statefast.safety.preflight import report
from statefast.safety.run import refused_late
from tests.guard.fakes import FakeCluster, claim, deployment, stateful_set, storage_class, use
from tests.recording import run

from .test_program import ROOT, config_of, record

_STACK = "statefast/dev"


def _cluster(**kinds: Any) -> FakeCluster:
    classes = [storage_class("fixed", expandable=False), storage_class("rbd", default=True)]
    none: dict[str, Any] = {
        kind: [] for kind in ("stateful_sets", "deployments", "claims", "volumes", "quotas", "pods")
    }
    return FakeCluster(**{**none, "classes": classes, **kinds})


def _refused(pattern: str = "stateful-set", **changes: Any) -> StatefastError:
    workload = {"workload": "zookeeper", "pattern": pattern, **changes}
    with pytest.raises(StatefastError) as caught:
        record("dev", namespace="data", storageClass="{}", workloads=json.dumps({"zk": workload}))
    return caught.value


def _live(**changes: Any) -> Any:
    selector = {"app.kubernetes.io/name": "zookeeper", "app.kubernetes.io/instance": "zk"}
    return stateful_set("zk", owner=_STACK, selector=selector, service="zk-server", **changes)


@pytest.mark.parametrize(
    ("storage", "field"),
    [
        ({"size": "1Gi", "storageClassName": "fsat"}, "storage.storageClassName"),
        (
            {"size": "1Gi", "volumes": {"vol": {"storageClassName": "fsat"}}},
            "storage.volumes.vol.storageClassName",
        ),
    ],
)
@pytest.mark.parametrize("pattern", ["stateful-set", "deployment"])
def test_a_class_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, pattern: str, storage: dict[str, Any], field: str
) -> None:
    use(monkeypatch, _cluster())
    assert _refused(pattern, storage=storage).field == field


@pytest.mark.parametrize("pattern", ["stateful-set", "deployment"])
@pytest.mark.parametrize("of_one", [False, True], ids=["of all", "of one"])
def test_a_size_that_its_class_does_not_let_grow(
    monkeypatch: pytest.MonkeyPatch, pattern: str, of_one: bool
) -> None:
    name = "zk-vol-zk-0" if pattern == "stateful-set" else "zk-vol"
    use(monkeypatch, _cluster(claims=[claim(name, owner=_STACK, class_name="fixed")]))
    storage = {"size": "9Gi", "storageClassName": "fixed"}
    if of_one:
        storage = {**storage, "size": "1Gi", "volumes": {"vol": {"size": "9Gi"}}}  # type: ignore[dict-item]
    field = "storage.volumes.vol.size" if of_one else "storage.size"
    assert _refused(pattern, storage=storage).field == field


def test_a_field_of_two_words_and_the_consent_to_its_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    templates = {"zk-vol": ("rbd", ["ReadWriteOnce"])}
    use(
        monkeypatch, _cluster(stateful_sets=[_live(management="OrderedReady", templates=templates)])
    )
    storage = {"size": "8Gi", "storageClassName": "rbd"}
    refusal = _refused(storage=storage)

    assert refusal.field == "podManagementPolicy"
    # Word for word what is compared with.
    consent = refusal.remedy.split("'")[3]
    assert consent.startswith("StatefulSet zk: pod_management_policy OrderedReady -> Parallel [")
    again = {"workload": "zookeeper", "storage": storage}
    with pytest.raises(StatefastError) as caught:
        record(
            "dev",
            namespace="data",
            storageClass="{}",
            workloads=json.dumps({"zk": again}),
            consent=json.dumps([consent]),
        )
    assert "podManagementPolicy" not in caught.value.field


def test_an_existing_claim_that_somebody_mounts(monkeypatch: pytest.MonkeyPatch) -> None:
    live = deployment("other", claims=["theirs"])
    theirs = claim("theirs", owner="")
    use(monkeypatch, _cluster(claims=[theirs], deployments=[live]))
    storage = {"volumes": {"vol": {"existingClaim": "theirs"}}}
    assert _refused("deployment", storage=storage).field == "storage.volumes.vol.existingClaim"


def _afterwards(say: Callable[[], None]) -> None:
    """Runs the program, and says something when it has ended."""
    values = {"zk": {"workload": "zookeeper", "storage": {"size": "8Gi"}}}
    given = {"namespace": "data", "storageClass": "{}", "workloads": json.dumps(values)}

    def program() -> None:
        runpy.run_path(str(ROOT / "__main__.py"))
        say()

    config = config_of("dev") | {f"statefast:{key}": value for key, value in given.items()}
    run(program, config=config, stack="dev")


def test_what_is_refused_when_the_program_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, _cluster())
    said: list[str] = []

    def late() -> None:
        for resource, field in (("StatefulSet zk", "volumes.zk-vol.size"), ("Class x", "is_it")):
            refusal = StatefastError(resource, field, "8Gi", "but", "write volume_binding_mode")
            said.append(str(refused_late(refusal)))

    _afterwards(late)
    assert "StatefulSet zk: storage.size is '8Gi'" in said[0]
    assert "write volumeBindingMode" in said[0]
    assert "is_it is '8Gi'" in said[1]


def test_a_note_names_keys_as_config_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, _cluster())
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: warned.append(text))
    note = "its access_modes; consent by adding 'a.access_modes [1]' to consent"
    _afterwards(lambda: report([note]))
    assert any("its accessModes; consent by adding 'a.access_modes [1]'" in it for it in warned)
