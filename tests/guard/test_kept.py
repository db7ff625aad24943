"""The word that claims are retained is kept, whoever reads it and wherever it is written."""

from typing import Any

import pytest

from statefast import StatefastError

from . import fakes
from .living import KINDS, Made, world


@pytest.mark.parametrize("retention", ["delete", "snapshot"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_workload_that_retains_its_claims_goes_on_doing_so(
    kind: str, retention: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # None of its claims is there to speak for itself: the workload has no replicas.
    before = Made(kind, replicas=0, preflight={})
    fakes.use(monkeypatch, world(before, claims=[]))
    before.plan()
    edited: dict[str, Any] = {"replicas": 0, "preflight": {}, "retention": retention}
    with pytest.raises(StatefastError, match="promised to be retained") as caught:
        Made(kind, **edited).plan()
    assert (caught.value.field, caught.value.value) == ("retention", retention)
    assert "zk" in caught.value.resource


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_does_not_may_begin_to(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Made(kind, replicas=0, preflight={}, retention="delete")
    fakes.use(monkeypatch, world(before, claims=[]))
    Made(kind, replicas=0, preflight={}).plan()
