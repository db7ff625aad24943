"""A workload that goes on under its name goes on with the claims that hold its data."""

import re
from typing import Any

import pytest

from statefast import StatefastError
from statefast.safety.read.cluster import Object

from . import fakes
from .living import Made, world

VOLUME = {"name": "zk-vol", "mount_path": "/data", "size": "8Gi"}
THEIRS = {"name": "zk-vol", "mount_path": "/data", "existing_claim": "theirs"}


def zk(kind: str, **args: Any) -> Made:
    return Made(kind, **{"preflight": {}, "replicas": 1, **args})


def refused(made: Made) -> str:
    with pytest.raises(StatefastError) as caught:
        made.plan()
    return caught.value.sentence


def consent(sentence: str) -> str:
    found = re.search(r"adding '(.*?\[[0-9a-f]{8}\])' to consent", sentence)
    assert found is not None, sentence
    return found[1]


def theirs(name: str = "theirs") -> Object:
    return fakes.claim(name, owner="", retention="")


SET = {"of": "set", "replicas": 3}
ONE = {"of": "deployment"}
# What was, what is to be, the claims that are left, and those it would start with.
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "a switch to the set": (ONE, {"of": "set"}, "zk-vol", "zk-vol-zk-0"),
    "a switch to the deployment": (
        SET,
        ONE,
        "zk-vol-zk-0, zk-vol-zk-1, zk-vol-zk-2",
        "zk-vol",
    ),
    "a volume renamed": (
        ONE,
        {**ONE, "volumes": [{**VOLUME, "name": "zk-new"}]},
        "zk-vol",
        "zk-new",
    ),
    "ordinals that move": (
        SET,
        {**SET, "first_ordinal": 3},
        "zk-vol-zk-0, zk-vol-zk-1, zk-vol-zk-2",
        "zk-vol-zk-3, zk-vol-zk-4, zk-vol-zk-5",
    ),
    "ordinals that move by one": (SET, {**SET, "first_ordinal": 1}, "zk-vol-zk-0", "zk-vol-zk-3"),
    "somebody else's claim": (ONE, {**ONE, "volumes": [THEIRS]}, "zk-vol", "theirs"),
    "a claim of its own instead of somebody else's": (
        {**ONE, "volumes": [THEIRS]},
        ONE,
        "theirs",
        "zk-vol",
    ),
    "a volume that goes": (
        {**ONE, "volumes": [VOLUME, {**VOLUME, "name": "zk-log", "mount_path": "/log"}]},
        ONE,
        "zk-log",
        "none of them",
    ),
}
SAFE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": (SET, SET),
    "more replicas": (SET, {**SET, "replicas": 5}),
    "fewer replicas": (SET, {**SET, "replicas": 1}),
    "none": (SET, {**SET, "replicas": 0}),
    "an ordinal before": ({**SET, "first_ordinal": 1}, {**SET, "replicas": 4}),
    "a volume more": (
        ONE,
        {**ONE, "volumes": [VOLUME, {**VOLUME, "name": "zk-log", "mount_path": "/log"}]},
    ),
    # What may come and go of a quorum is asked of it by itself.
    "members one at a time": (
        {**SET, "quorum": True},
        {**SET, "quorum": True, "replicas": 4},
    ),
}


def made(given: dict[str, Any], **more: Any) -> Made:
    args = {**given, **more}
    return zk(args.pop("of"), **args)


@pytest.mark.parametrize("gone", [False, True], ids=["alive", "gone"])
@pytest.mark.parametrize("case", REFUSED)
def test_is_refused_until_its_owner_consents(
    monkeypatch: pytest.MonkeyPatch, case: str, gone: bool
) -> None:
    before, after, left, new = REFUSED[case]
    was = made(before)
    cluster = world(gone=was) if gone else world(was)
    has = {claim["metadata"]["name"] for claim in cluster.kinds["claims"]}
    cluster.kinds["claims"] = [*cluster.kinds["claims"], *([] if "theirs" in has else [theirs()])]
    fakes.use(monkeypatch, cluster)
    if gone and case.startswith("a claim of its own"):
        # What is somebody else's does not remember who mounted it.
        made(after).plan()
        return
    sentence = refused(made(after))
    assert f"zk: volumes is '{new}', but its data is in {left}, and it would" in sentence
    assert "nothing is deleted" in sentence

    given = consent(sentence)
    made(after, consent=[given]).plan()
    assert refused(made(after, consent=[given.replace("[", "[0")])) == sentence


@pytest.mark.parametrize("gone", [False, True], ids=["alive", "gone"])
@pytest.mark.parametrize("case", SAFE)
def test_is_not_refused(monkeypatch: pytest.MonkeyPatch, case: str, gone: bool) -> None:
    before, after = SAFE[case]
    was = made(before)
    fakes.use(monkeypatch, world(gone=was) if gone else world(was))
    made(after).plan()


@pytest.mark.parametrize("case", REFUSED)
def test_in_a_stack_whose_data_may_go_it_is_noted(
    monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    before, after, left, _ = REFUSED[case]
    cluster = world(made(before, retention="delete"))
    if not any(claim["metadata"]["name"] == "theirs" for claim in cluster.kinds["claims"]):
        cluster.kinds["claims"] = [*cluster.kinds["claims"], theirs()]
    fakes.use(monkeypatch, cluster)
    asks = made(after, retention="delete").plan()
    assert [note for note in asks.notes if f"its data is in {left}" in note]


def test_ordinals_that_move_while_no_pod_runs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = made({**SET, "replicas": 0})
    claims = made(SET).claims()
    fakes.use(monkeypatch, world(idle, claims=claims))
    made(SET).plan()
    assert "its data is in zk-vol-zk-0" in refused(made({**SET, "first_ordinal": 7}))


def test_a_consent_is_for_all_claims_and_not_for_those_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fakes.use(monkeypatch, world(made({**SET, "replicas": 9})))
    sentence = refused(made({**SET, "replicas": 9, "first_ordinal": 9}))
    assert "zk-vol-zk-5 and 3 more -> zk-vol-zk-9" in sentence
    more = {**SET, "replicas": 8, "first_ordinal": 9}
    assert refused(made(more, consent=[consent(sentence)]))


def test_what_was_left_long_ago_is_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims of the other pattern, whose owner consented to leave them."""
    claims = [*made(SET).claims(), *made(ONE).claims()]
    fakes.use(monkeypatch, world(made(ONE), claims=claims))
    made(ONE).plan()
    fakes.use(monkeypatch, world(claims=claims))
    more = {**ONE, "volumes": [VOLUME, {**VOLUME, "name": "zk-log", "mount_path": "/log"}]}
    made(more).plan()


def test_a_volume_that_comes_back_is_not_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.use(
        monkeypatch,
        world(claims=made(ONE).claims(), volumes=[fakes.volume(claim="zk-vol-zk-0")]),
    )
    made({"of": "set"}).plan()


def test_another_pattern_that_is_not_ours_is_another_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    was = made(ONE)
    deployment: Any = was.alive()
    deployment["metadata"]["annotations"]["statefast/stack"] = "shop/prod"
    fakes.use(monkeypatch, world(deployments=[deployment]))
    assert "Deployment data/zk of shop/prod lives" in refused(made({"of": "set"}))


def test_claims_that_may_not_be_listed_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.use(monkeypatch, fakes.FakeCluster(stateful_sets=[], deployments=[], volumes=[]))
    notes = made({"of": "set"}).plan().notes
    assert any(note.endswith("whether its data would be left behind") for note in notes)
