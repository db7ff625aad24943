"""Members of a quorum come and go in steps after which those with the data still decide."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from statefast import PersistentStatefulSet, StatefastError
from statefast.safety.read.cluster import Object
from tests.recording import Recording, run
from tests.unit.samples import stateful_set_args, volume

from .fakes import FakeCluster, claim, stateful_set, storage_class, use


def cluster(count: int, claims: Sequence[Object] | None = None, **live: Any) -> FakeCluster:
    """A set of so many members; none at all where `count` is negative."""
    named = [claim(f"zk-vol-zk-{n}") for n in range(max(count, 0))]
    return FakeCluster(
        stateful_sets=[stateful_set(replicas=count, **live)] if count >= 0 else [],
        deployments=[],
        claims=named if claims is None else claims,
        classes=[storage_class()],
        volumes=[],
        quotas=[],
    )


def made(**changes: object) -> Recording:
    args = stateful_set_args(
        **{
            "volumes": volume(storage_class_name="rbd"),
            "preflight": {},
            "quorum": True,
            **changes,
        }
    )
    return run(lambda: PersistentStatefulSet("zk", args))


def refusal(**changes: object) -> str:
    with pytest.raises(StatefastError) as caught:
        made(**changes)
    return str(caught.value)


def asked(sentence: str) -> str:
    found = re.search(r"adding '(.*?)' to consent", sentence)
    assert found is not None, sentence
    return found[1]


def members_of(count: int, said: str) -> list[Object]:
    return [claim(f"zk-vol-zk-{n}", members=said) for n in range(count)]


@pytest.mark.parametrize(("old", "new"), [(1, 3), (3, 1), (3, 5), (5, 3), (1, 5), (2, 5)])
def test_a_step_by_which_the_majorities_do_not_meet_is_refused(
    monkeypatch: pytest.MonkeyPatch, old: int, new: int
) -> None:
    use(monkeypatch, cluster(old))
    sentence = refusal(replicas=new)
    assert f"StatefulSet zk: replicas is {new}" in sentence
    step = 1 if new > old else -1
    assert f"one member at a time ({old} -> {old + step}" in sentence
    assert made(replicas=new, consent=[asked(sentence)]).one("StatefulSet", "zk")


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 3), (3, 4), (3, 2), (2, 1), (2, 4), (3, 0)])
def test_a_step_by_which_they_meet_is_not(
    monkeypatch: pytest.MonkeyPatch, old: int, new: int
) -> None:
    use(monkeypatch, cluster(old))
    assert made(replicas=new).one("StatefulSet", "zk").spec["replicas"] == new


def test_a_consent_is_for_its_step_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(1))
    consent = asked(refusal(replicas=3))
    assert "replicas is 5" in refusal(replicas=5, consent=[consent])
    use(monkeypatch, cluster(5))
    assert "replicas is 3" in refusal(replicas=3, consent=[consent])


def test_who_is_no_quorum_may_have_as_many_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(1))
    assert made(replicas=3, quorum=False).one("StatefulSet", "zk")


def test_a_quorum_says_so_and_who_its_members_are(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(-1))
    recording = made()
    said = recording.one("StatefulSet", "zk").metadata["annotations"]
    assert said["statefast/quorum"] == "true"
    assert said["statefast/members"] == "0-2"
    grown = recording.one("PersistentVolumeClaimPatch", "zk-vol-zk-0").metadata["annotations"]
    assert grown["statefast/members"] == "0-2"
    assert (
        "statefast/quorum"
        not in made(quorum=False).one("StatefulSet", "zk").metadata["annotations"]
    )


def test_a_pause_ends_with_the_members_it_began_with(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(3))
    paused = made(replicas=0).one("StatefulSet", "zk").metadata["annotations"]
    assert paused["statefast/members"] == "0-2"

    use(monkeypatch, cluster(0, members_of(3, "0-2"), members="0-2"))
    assert made(replicas=0).one("StatefulSet", "zk").metadata["annotations"] == paused
    assert made(replicas=3).one("StatefulSet", "zk")
    assert made(replicas=4).one("StatefulSet", "zk")
    assert "replicas is 5" in refusal(replicas=5)
    assert "replicas is 1" in refusal(replicas=1)


def test_a_set_that_is_gone_is_known_by_its_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(-1, members_of(3, "0-2")))
    assert made(replicas=3).one("StatefulSet", "zk")
    assert "replicas is 1" in refusal(replicas=1)
    sentence = refusal(replicas=5)
    assert "its data is that of 3 members" in sentence
    assert made(replicas=5, consent=[asked(sentence)]).one("StatefulSet", "zk")
    # Made by an earlier version, they say nothing: as many as there are.
    use(monkeypatch, cluster(-1, members_of(3, "")))
    assert made(replicas=3).one("StatefulSet", "zk")
    assert "replicas is 1" in refusal(replicas=1)


def test_claims_of_members_that_left_are_no_members(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [*members_of(3, "0-2"), claim("zk-vol-zk-3", members="0-3")]
    left.append(claim("zk-vol-zk-4", members="0-4"))
    use(monkeypatch, cluster(-1, left))
    assert made(replicas=3).one("StatefulSet", "zk")
    assert "replicas is 5" in refusal(replicas=5)


@pytest.mark.parametrize(
    ("first", "replicas", "safe"), [(1, 3, False), (0, 4, True), (1, 2, True), (5, 3, False)]
)
def test_another_first_ordinal_is_another_member(
    monkeypatch: pytest.MonkeyPatch, first: int, replicas: int, safe: bool
) -> None:
    use(monkeypatch, cluster(3))
    if safe:
        assert made(first_ordinal=first, replicas=replicas).one("StatefulSet", "zk")
        return
    sentence = refusal(first_ordinal=first, replicas=replicas)
    assert f"first_ordinal is {first}" in sentence
    assert "ordinals 0 to 2 -> 0 to 3 -> 1 to 3" in sentence
    consent = asked(sentence)
    assert f"ordinals 0 to 2 -> {first} to {first + 2}" in consent
    assert made(first_ordinal=first, replicas=replicas, consent=[consent])


def test_what_somebody_scaled_counts_and_not_what_config_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, cluster(5, members_of(3, "0-2"), members="0-2"))
    assert "replicas is 3" in refusal(replicas=3)


def test_one_member_with_a_second_one_learns_how_not_to_wait(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, cluster(1))
    made(replicas=2)
    assert "kubectl delete pod zk-0" in caplog.text
