"""A stack that was renamed and does not say so: its data is its own, whatever else is edited."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from statefast import StatefastError
from statefast.safety.preflight import owner_of_run, reader
from statefast.safety.read.memory import Memory
from statefast.safety.refusals.former_name import refuse_former_name

from .fakes import FakeCluster, claim, deployment, stateful_set, use
from .test_known import consent_in

PROJECT = owner_of_run().partition("/")[0]
FORMER = f"{PROJECT}/former"


def refused(
    monkeypatch: pytest.MonkeyPatch,
    state: Mapping[str, Sequence[Any]],
    cluster: Mapping[str, Sequence[Any]] | None = None,
    consents: Sequence[str] = (),
) -> str:
    """The sentence; empty where there is none."""
    live = {name.replace(" ", "_"): items for name, items in (cluster or {}).items()}
    use(monkeypatch, FakeCluster(**live))
    memory = Memory(objects={kind: tuple(items) for kind, items in state.items()})
    try:
        refuse_former_name(reader("stack config", {}), memory, consents)
    except StatefastError as error:
        return error.sentence
    return ""


def state(owner: str = FORMER) -> dict[str, Sequence[Any]]:
    return {"stateful sets": [stateful_set(owner=owner)], "claims": [claim(owner=owner)]}


def test_data_of_a_former_name_is_refused_in_all_modes(monkeypatch: pytest.MonkeyPatch) -> None:
    for cluster in (None, state()):
        said = refused(monkeypatch, state(), cluster)
        assert f"what {FORMER} looks after: StatefulSet zk, PersistentVolumeClaim" in said
        assert "write statefast:formerStack: former into its config" in said
    other = refused(monkeypatch, {"deployments": [deployment("db", owner="other/former")]})
    assert "Deployment db" in other
    assert "formerStack" not in other


def test_each_object_that_is_taken_over_is_consented_to(monkeypatch: pytest.MonkeyPatch) -> None:
    only = {"claims": [claim(owner=FORMER)]}
    consent = consent_in(refused(monkeypatch, only))
    assert refused(monkeypatch, only, consents=[consent]) == ""
    assert "StatefulSet zk" in refused(monkeypatch, state(), consents=[consent])


@pytest.mark.parametrize(
    ("had", "has"),
    [
        (state(owner_of_run()), None),
        # Nobody says whose they are.
        (state(""), None),
        # It was taken over, or is gone.
        (state(), state(owner_of_run())),
        (state(), {"stateful sets": [], "claims": []}),
        # Its data may go.
        ({"claims": [claim(owner=FORMER, retention="delete")]}, None),
        ({}, None),
    ],
    ids=["ours", "of nobody", "taken over", "gone", "disposable", "empty"],
)
def test_what_it_has_no_reason_to_ask_about(
    monkeypatch: pytest.MonkeyPatch,
    had: Mapping[str, Sequence[Any]],
    has: Mapping[str, Sequence[Any]] | None,
) -> None:
    assert refused(monkeypatch, had, has) == ""
