"""Whoever renames a workload is warned before, and whoever removed one long ago is not."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from statefast.safety.preflight import Reader, Warns, owner_of_run, reader
from statefast.safety.read.cluster import Object
from statefast.safety.read.last_run import LastRun
from statefast.safety.read.leftovers import Wanted, note_leftovers
from statefast.safety.read.memory import Memory, Remembered
from statefast.safety.read.remembered import LiveVolume
from statefast.safety.run import Mount

from .fakes import FakeCluster, claim, stateful_set, use
from .fakes import volume as released

KEPT = "claims of no workload of this stack are kept with their data: mysql-vol"


def of(instance: str, name: str = "", **changes: Any) -> Object:
    made: dict[str, Any] = dict(claim(name or f"{instance}-vol", owner=owner_of_run(), **changes))
    made["metadata"]["labels"] = {"app.kubernetes.io/instance": instance}
    return made


def wanted(*names: str, of_set: bool = False, first: int = 0) -> Wanted:
    """A workload that mounts claims of these names."""
    mounts = [Mount(field="", claim=name, of_set=of_set, modes=()) for name in names]
    return Wanted(mounts=mounts, first_ordinal=first)


def asked(
    monkeypatch: pytest.MonkeyPatch,
    claims: Sequence[Object],
    living: Sequence[str] | None,
    instances: set[str],
    consents: Sequence[str] = (),
    retention: str = "retain",
) -> Reader:
    kinds: dict[str, Sequence[Object]] = {"claims": claims, "volumes": []}
    if living is not None:
        sets = [stateful_set(name, owner=owner_of_run()) for name in living]
        kinds |= {"stateful_sets": sets, "deployments": []}
    use(monkeypatch, FakeCluster(**kinds))
    asks = reader("stack config", {})
    workloads = {name: wanted(f"{name}-vol") for name in instances}
    note_leftovers(asks, "data", workloads, retention, consents)
    return asks


def warnings(asks: Reader) -> list[str]:
    return [note for note in asks.notes if isinstance(note, Warns)]


def test_a_rename_is_warned_of_with_the_consent_that_silences_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = ([of("mysql"), of("zk")], ["mysql", "zk"], {"zk", "mysql2"})
    asks = asked(monkeypatch, *world)
    (said,) = warnings(asks)
    assert KEPT in asks.notes
    assert said.startswith(
        "workload mysql2 would start with new and empty volumes, and the data of 'mysql' would be"
        " left in mysql-vol; if that is the same application, write its name back, or consent"
    )
    (consent,) = re.findall(r"'(workload mysql2: .* \[[0-9a-f]{8}\])'", said)
    asks = asked(monkeypatch, *world, consents=[consent])
    assert warnings(asks) == []
    assert KEPT in asks.notes


@pytest.mark.parametrize(
    ("owner", "name", "left"),
    [
        ("", "zk-vol-zk-0", True),
        ("", "zk-vol-zk-x", False),
        ("", "zk-vol-other-0", False),
        ("statefast/other", "zk-vol-zk-0", False),
    ],
)
def test_a_claim_that_says_nothing_is_its_workloads(
    monkeypatch: pytest.MonkeyPatch, owner: str, name: str, left: bool
) -> None:
    """Somebody took the annotations off; the workload that mounts it is ours all the same."""
    its = claim(name, owner=owner)
    use(
        monkeypatch,
        FakeCluster(
            claims=[its],
            stateful_sets=[
                stateful_set("zk", owner=owner_of_run(), templates={"zk-vol": ("rbd", [])})
            ],
            deployments=[],
        ),
    )
    asks = reader("stack config", {})
    note_leftovers(asks, "data", {"zk2": wanted("zk2-vol-zk2-", of_set=True)}, "retain", [])
    assert [("'zk' would be left in zk-vol-zk-0" in said) for said in warnings(asks)] == (
        [True] if left else []
    )


def test_a_consent_is_good_for_these_claims_and_this_workload_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (said,) = warnings(asked(monkeypatch, [of("mysql")], ["mysql"], {"mysql2"}))
    (consent,) = re.findall(r"'(workload mysql2: .* \[[0-9a-f]{8}\])'", said)
    for claims, instances in (
        ([of("mysql")], {"mysql3"}),
        ([of("mysql"), of("mysql", "mysql-log")], {"mysql2"}),
    ):
        assert warnings(asked(monkeypatch, claims, ["mysql"], instances, [consent]))


@pytest.mark.parametrize(
    ("claims", "living", "instances"),
    [
        # Removed, and nothing new.
        (["mysql", "zk"], ["mysql", "zk"], {"zk"}),
        # Removed in an earlier run.
        (["mysql", "zk"], ["zk"], {"zk", "redis"}),
        # Nothing is left behind.
        (["zk"], ["zk"], {"zk", "redis"}),
        # The stack comes back as it was.
        (["mysql", "zk"], [], {"zk", "mysql"}),
        # The new one has claims of its own already.
        (["mysql", "redis"], ["mysql"], {"redis"}),
    ],
)
def test_what_starts_nothing_empty_is_not_warned_of(
    monkeypatch: pytest.MonkeyPatch, claims: list[str], living: list[str], instances: set[str]
) -> None:
    assert warnings(asked(monkeypatch, [of(name) for name in claims], living, instances)) == []


@pytest.mark.parametrize(
    ("kept", "living", "warns"),
    [
        # In one edit; and while the stack was destroyed.
        ([("mysql", "old")], [("mysql", "old")], True),
        ([("mysql", "old")], [], True),
        # It moved before, with a consent, and another workload is added now.
        ([("mysql", "old"), ("mysql", "data")], [("mysql", "data")], False),
        # What goes on under its name is asked about by its component.
        ([("redis", "old")], [("redis", "old")], False),
        # It is none of this stack's.
        ([("mysql", "other")], [("mysql", "other")], False),
    ],
)
def test_a_rename_with_a_move_is_warned_of(
    monkeypatch: pytest.MonkeyPatch,
    kept: Sequence[tuple[str, str]],
    living: Sequence[tuple[str, str]],
    warns: bool,
) -> None:
    claims = [
        it
        for name, place in kept
        for it in [of(name, namespace=place)]
        if place != "other" or it["metadata"]["annotations"].pop("statefast/stack")
    ]
    sets = [stateful_set(name, owner=owner_of_run(), namespace=place) for name, place in living]
    use(monkeypatch, FakeCluster(claims=claims, stateful_sets=sets, deployments=[]))
    asks = reader("stack config", {})
    workloads = {"redis": wanted("redis-vol")}
    if ("mysql", "data") in kept:
        workloads["mysql"] = wanted("mysql-vol")
    note_leftovers(asks, "data", workloads, "retain", [])
    said = "of 'mysql' would be left in old/mysql-vol; if that is the same application, write its"
    assert [f"{said} name and the namespace back" in it for it in warnings(asks)] == [True] * warns


def test_where_claims_may_not_be_listed_the_state_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeCluster())
    memory = Memory(objects={"claims": (of("mysql", namespace="old"),)})
    for module in ("elsewhere", "leftovers"):
        monkeypatch.setattr(f"statefast.safety.read.{module}.memory_of_run", lambda: memory)
    asks = reader("stack config", {})
    note_leftovers(asks, "data", {"redis": wanted("redis-vol")}, "retain", [])
    (said,) = warnings(asks)
    assert "would be left in old/mysql-vol" in said
    assert any("whether claims of this stack are kept in another" in it for it in asks.notes)


@pytest.mark.parametrize(
    ("volume", "wanted_as", "consented", "said"),
    [
        # The claim is gone, and the volume remembers it, or what it was on remembers nothing.
        (released("pvc-7", claim="mysql-vol"), "redis", False, "mysql-vol (pvc-7)"),
        (
            {**released("pvc-1"), "spec": {"capacity": {"storage": "8Gi"}}},
            "redis",
            False,
            "(pvc-1)",
        ),
        # Volumes cannot be seen.
        (None, "redis", False, "mysql-vol;"),
        # Its owner left it; it is of another claim now; the workload goes on.
        (released("pvc-7", claim="mysql-vol"), "redis", True, ""),
        (released("pvc-1", claim="other"), "redis", False, ""),
        (released("pvc-7", claim="mysql-vol"), "mysql", False, ""),
    ],
    ids=["remembers", "forgot", "unseen", "consented", "another's", "goes on"],
)
def test_a_rename_of_a_workload_that_lost_its_claims_is_warned_of(
    monkeypatch: pytest.MonkeyPatch,
    volume: Object | None,
    wanted_as: str,
    consented: bool,
    said: str,
) -> None:
    kinds = {} if volume is None else {"volumes": [volume]}
    use(monkeypatch, FakeCluster(claims=[], stateful_sets=[], deployments=[], **kinds))
    record = Remembered(namespace="data", claims={"mysql-vol": "uid-1"})
    memory = Memory(
        records={"Deployment mysql": record, "VolumeClaim mysql-vol": record},
        last=LastRun(volumes={"data/mysql-vol": frozenset({"pvc-1"})}),
    )
    for module in ("elsewhere", "leftovers", "lost_claims"):
        monkeypatch.setattr(f"statefast.safety.read.{module}.memory_of_run", lambda: memory)
    asks = reader("stack config", {})
    consents = [LiveVolume.of(volume).leave.consent] if volume is not None and consented else []
    workloads = {wanted_as: wanted(f"{wanted_as}-vol")}
    note_leftovers(asks, "data", workloads, "retain", consents)
    found = warnings(asks)
    assert len(found) == bool(said)
    assert all(
        "the data of 'mysql' would be left in mysql-vol" in it and said in it for it in found
    )


def test_a_workload_on_claims_of_others_makes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = FakeCluster(claims=[of("mysql")], stateful_sets=[stateful_set("mysql")])
    use(monkeypatch, cluster)
    asks = reader("stack config", {})
    mounts = [Mount(field="", claim="theirs", of_set=False, modes=(), existing=True)]
    theirs = Wanted(mounts=mounts, first_ordinal=0)
    note_leftovers(asks, "data", {"redis": theirs}, "retain", [])
    assert warnings(asks) == []
    # Nor is anything looked for on its behalf, in each run.
    assert ("claims", "") not in cluster.asked


def test_what_an_interrupted_run_did_not_record_is_known_by_the_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sets = [stateful_set("zk", owner=owner_of_run(), templates={"vol": ("rbd", [])})]
    volumes = [released(f"pvc-{name}", claim=name) for name in ("vol-zk-1", "vol-zk-x", "vol-o-1")]
    claims = [of("zk", "vol-zk-0")]
    cluster = FakeCluster(claims=claims, stateful_sets=sets, deployments=[], volumes=volumes)
    use(monkeypatch, cluster)
    asks = reader("stack config", {})
    note_leftovers(asks, "data", {"zk2": wanted("vol-zk2-", of_set=True)}, "retain", [])
    (said,) = warnings(asks)
    assert "data of 'zk' would be left in vol-zk-0, vol-zk-1 (pvc-vol-zk-1); if" in said


def test_a_stack_that_comes_back_under_other_names_is_warned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len(warnings(asked(monkeypatch, [of("mysql")], [], {"mariadb"}))) == 1


def test_where_workloads_cannot_be_listed_any_claim_may_be_of_one_that_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len(warnings(asked(monkeypatch, [of("mysql")], None, {"mariadb"}))) == 1


def test_claims_of_others_are_left_by_others(monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = of("mysql")
    foreign["metadata"]["annotations"]["statefast/stack"] = "shop/prod"
    assert asked(monkeypatch, [foreign], ["mysql"], {"mariadb"}).notes == []


def test_an_ephemeral_stack_is_told_and_not_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    asks = asked(monkeypatch, [of("mysql")], ["mysql"], {"mariadb"}, retention="delete")
    assert warnings(asks) == []
    assert "until the stack is destroyed: mysql-vol" in asks.notes[0]


def test_many_claims_are_not_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    claims = [of("mysql", f"vol-{n:03d}") for n in range(25)]
    asks = asked(monkeypatch, claims, ["mysql"], set())
    assert asks.notes[0].endswith("vol-018, vol-019 and 5 more")


def test_what_no_replica_mounts_is_left_behind_under_the_name_of_a_workload_that_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ["zk-vol-zk-0", "zk-vol-zk-2", "zk-vol-zk-7", "zk-vol", "zk-old-zk-2"]
    use(monkeypatch, FakeCluster(claims=[of("zk", name) for name in names]))
    asks = reader("stack config", {})

    note_leftovers(asks, "data", {"zk": wanted("zk-vol-zk-", of_set=True, first=2)}, "retain")

    said = "claims of no workload of this stack are kept with their data: "
    assert asks.notes[0] == f"{said}zk-old-zk-2, zk-vol, zk-vol-zk-0"
    assert warnings(asks) == []
