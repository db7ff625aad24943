"""Claims of ordinals that do not run: what they speak against is refused before they come back."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.samples import volume

from .fakes import claim, stateful_set, use
from .test_plans import CLAIMS, cluster, made, refusal

BIG: Mapping[str, Any] = {"size": "12Gi", "requested": "12Gi", "capacity": "12Gi"}
SMALL = volume(size="8Gi", storage_class_name="rbd")


@pytest.mark.parametrize("replicas", [0, 1, 2])
def test_a_size_below_what_a_removed_replica_has_is_refused(
    monkeypatch: pytest.MonkeyPatch, replicas: int
) -> None:
    """Those that run have it already, or were never so large."""
    claims = [claim(name) for name in CLAIMS[:replicas]]
    claims += [claim(name, **BIG) for name in CLAIMS[replicas:]]
    use(monkeypatch, cluster(claims=claims, stateful_sets=[stateful_set(replicas=replicas)]))
    sentence = refusal(replicas=replicas, volumes=SMALL)
    assert "volumes.zk-vol.size is '8Gi'" in sentence
    assert f"claim data/{CLAIMS[replicas]}, which no pod mounts now, has 12Gi" in sentence
    assert "write '12Gi' or more, or delete the claim if nobody needs its data" in sentence
    assert f"kubectl delete pvc {CLAIMS[replicas]} -n data" in sentence
    assert made(replicas=replicas, volumes=volume(size="12Gi", storage_class_name="rbd"))


@pytest.mark.parametrize(
    "other",
    [
        claim("zk-vol-zk-7", owner="statefast/another", **BIG),
        claim("zk-vol-zk-7", owner="", **BIG),
        claim("zk-vol-zk2-7", **BIG),
        claim("old-vol-zk-7", **BIG),
        claim("zk-vol-zk-7-old", **BIG),
        # An autoresizer's: the stack never asked for it.
        claim("zk-vol-zk-7", **{**BIG, "size": "8Gi"}),
        # A growth that never happened is taken back.
        claim("zk-vol-zk-7", **{**BIG, "capacity": "4Gi"}),
    ],
    ids=lambda item: str(item["metadata"]["name"]),
)
def test_other_claims_say_nothing(monkeypatch: pytest.MonkeyPatch, other: Any) -> None:
    use(monkeypatch, cluster(claims=[claim(CLAIMS[0]), other]))
    assert made(replicas=1, volumes=SMALL)


def test_ordinals_before_the_first_are_noted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, cluster(claims=[claim(CLAIMS[0], **BIG)], stateful_sets=[]))
    assert made(replicas=1, first_ordinal=3, volumes=SMALL)
    assert f"claim data/{CLAIMS[0]} is of an ordinal before the first and has 12Gi" in caplog.text
