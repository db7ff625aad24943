"""A program of one's own: a component that starts empty while another leaves it with its data."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from statefast import PersistentDeployment, PersistentStatefulSet, VolumeClaim
from statefast.safety.preflight import Warns
from statefast.safety.run import this_run
from tests.recording import run
from tests.unit.samples import deployment_args, stateful_set_args, volume

from .fakes import claim, use
from .test_kept_elsewhere import cluster, kept
from .test_known import CLAIMS, PATCH, State, consent_in, record

LEFT = [f"data/{name}" for name in CLAIMS]
Made = Callable[..., None]


def one_set(name: str = "zk2", **changes: Any) -> None:
    given = {"volumes": volume(storage_class_name="rbd"), "preflight": {}, **changes}
    PersistentStatefulSet(name, stateful_set_args(**given))


def one_deployment(name: str = "zk2", **changes: Any) -> None:
    given = {"volumes": volume(storage_class_name="rbd"), "preflight": {}, **changes}
    PersistentDeployment(name, deployment_args(**given))


def one_claim(name: str = "zk2", **changes: Any) -> None:
    given = {"namespace": "data", "size": "1Gi", "storage_class_name": "rbd", "preflight": {}}
    args: Any = {**given, **changes}
    VolumeClaim(name, args)


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    said: list[str] = []
    monkeypatch.setattr("statefast.safety.wait.at_end.say", lambda _, text: said.append(text))
    return said


def warnings(said: Sequence[str]) -> list[str]:
    return [text for text in said if "would start with new and empty volumes" in text]


@pytest.mark.parametrize("make", [one_set, one_deployment, one_claim])
@pytest.mark.parametrize("first", [True, False])
def test_a_component_that_another_takes_the_place_of_is_named(
    monkeypatch: pytest.MonkeyPatch, warned: Sequence[str], make: Made, first: bool
) -> None:
    use(monkeypatch, cluster(*(claim(name) for name in CLAIMS)))
    state: State = [record()]

    def renamed(*consents: str) -> None:
        make(consent=consents)

    run(renamed, state=state)
    (said,) = warnings(warned)
    assert f"nothing any more that mounts {', '.join(LEFT)}; if that is the same" in said
    run(lambda: renamed(consent_in(said)), state=state)
    assert warnings(warned) == [said]

    # It is not gone: it comes later, or came before.
    def both() -> None:
        names = ("zk", "zk2") if first else ("zk2", "zk")
        for name in names:
            (one_set if name == "zk" else make)(name)

    run(both, state=state)
    assert warnings(warned) == [said]


def test_where_nothing_starts_or_nothing_is_left_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, warned: Sequence[str]
) -> None:
    use(monkeypatch, cluster(*(claim(name) for name in CLAIMS)))
    # It is removed, and nothing comes.
    run(lambda: one_claim(CLAIMS[0], size="8Gi"), state=[record()])
    # The first of its stack.
    use(monkeypatch, cluster())
    run(one_set, state=[])
    run(one_set, state=None)

    # A program that fails has not said all it has.
    def fails() -> None:
        one_set()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(fails, state=[record()])
    assert warnings(warned) == []


def test_what_may_go_or_is_the_guards_is_not_left_by_a_component(
    monkeypatch: pytest.MonkeyPatch, warned: Sequence[str]
) -> None:
    use(monkeypatch, cluster())
    disposable = [(PATCH, claim(name, retention="delete")) for name in CLAIMS]
    run(one_set, state=[record(), *disposable])
    use(monkeypatch, cluster(*(claim(name, namespace="raw") for name in CLAIMS)))
    raw = {"records": [record()[1]["record"]]}
    run(one_set, state=[("statefast:index:Guard", raw)])

    def guarded() -> None:
        this_run().guarded = True
        one_set()

    run(guarded, state=[])
    assert warnings(warned) == []


def test_a_component_that_goes_on_under_another_name_starts_nothing_empty(
    monkeypatch: pytest.MonkeyPatch, warned: Sequence[str]
) -> None:
    use(monkeypatch, cluster(*(claim(name) for name in CLAIMS)))
    run(lambda: one_set("another", workload_name="zk"), state=[record()])
    assert warnings(warned) == []


def test_what_a_destroyed_stack_keeps_is_named_by_the_cluster(
    monkeypatch: pytest.MonkeyPatch, warned: Sequence[str]
) -> None:
    # The last ordinal of zk was scaled in before.
    own = [kept(f"zk-vol-zk2-{n}", "zk2", namespace="data") for n in range(4)]
    use(monkeypatch, cluster(*own, kept("db-vol", "db")))
    run(one_set, state=[])
    assert warnings(warned) == []

    def both() -> None:
        one_set()
        one_claim("vol")

    run(both, state=[])
    (said,) = warnings(warned)
    assert "VolumeClaim vol would start" in said
    assert "nothing any more that mounts old/db-vol;" in said


def test_the_gate_stops_it(monkeypatch: pytest.MonkeyPatch, warned: Sequence[str]) -> None:
    use(monkeypatch, cluster(*(claim(name) for name in CLAIMS)))
    run(one_set, state=[record()])
    (said,) = warnings(warned)
    assert isinstance(said, Warns)
