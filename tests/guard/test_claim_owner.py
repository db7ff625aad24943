"""The one object whose deletion deletes claims: when it stays, and who may name it."""

import pytest

from statefast import ClaimOwner, ClaimOwnerArgs, StatefastError, VolumeClaim, VolumeClaimArgs
from statefast.safety.consent import Change
from statefast.safety.preflight import owner_of_run, reader
from statefast.safety.read.leftovers import note_leftovers
from tests.recording import Registered, run

from .fakes import OWNER, FakeCluster, claim, use


def owner(**args: str) -> Registered:
    given: ClaimOwnerArgs = {"namespace": "data", "preflight": {}, **args}  # type: ignore[typeddict-item]
    return run(lambda: ClaimOwner("claims", given)).one("ConfigMap", "claims")


@pytest.mark.parametrize(
    ("cluster", "retention", "stays"),
    [
        (FakeCluster(claims=[claim()]), "retain", False),
        (FakeCluster(claims=[claim(), claim("left", goes_with="claims-1")]), "retain", True),
        # Unknown is never safe.
        (FakeCluster(), "retain", True),
        (FakeCluster(claims=[claim(goes_with="claims-1")]), "delete", False),
        (FakeCluster(claims=[claim(goes_with="claims-1")]), "snapshot", False),
    ],
    ids=["nobody names it", "a claim that left names it", "unreadable", "delete", "snapshot"],
)
def test_it_stays_where_a_claim_that_is_to_be_kept_may_name_it(
    monkeypatch: pytest.MonkeyPatch, cluster: FakeCluster, retention: str, stays: bool
) -> None:
    use(monkeypatch, cluster)
    assert owner(retention=retention).retain_on_delete is stays


def test_without_preflight_nobody_knows_who_names_it() -> None:
    given: ClaimOwnerArgs = {"namespace": "data"}
    assert run(lambda: ClaimOwner("claims", given)).one("ConfigMap", "claims").retain_on_delete


@pytest.mark.parametrize(
    ("given", "field"),
    [({"namespace": "other"}, "namespace"), ({"retention": "retain"}, "retention")],
)
def test_a_claim_has_no_owner_of_another_namespace_or_retention(
    given: dict[str, str], field: str
) -> None:
    def program() -> None:
        made = ClaimOwner("claims", {"namespace": "data", "retention": "delete"})
        VolumeClaim(
            "vol",
            {
                "namespace": given.get("namespace", "data"),
                "retention": given.get("retention", "delete"),
                "size": "1Gi",
                "claim_owner": made,
            },
        )

    with pytest.raises(StatefastError, match=f"{field} is .* but its claim_owner has"):
        run(program)


def test_a_claim_that_turns_to_retain_keeps_the_owner_it_names_for_as_long_as_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, FakeCluster(claims=[claim("vol", goes_with="vol-claims-1")], volumes=[]))
    recording = run(
        lambda: VolumeClaim("vol", {"namespace": "data", "size": "8Gi", "preflight": {}})
    )
    assert recording.one("ConfigMap", "vol-claims").retain_on_delete
    made = recording.one("PersistentVolumeClaimPatch", "vol")
    assert "ownerReferences" not in made.metadata


def test_a_claim_that_left_and_still_goes_with_the_owner_is_named_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = claim("left", owner=owner_of_run(), goes_with="claims-1")
    use(monkeypatch, FakeCluster(claims=[left]))
    asks = reader("stack config", {})
    note_leftovers(asks, "data", {}, "retain")
    assert any("deletes ConfigMap claims-1" in note for note in asks.notes)
    assert any("kubectl patch pvc left -n data" in note for note in asks.notes)


@pytest.mark.parametrize(
    ("live", "said"),
    [
        ({"owner": "shop/review", "retention": "delete"}, "is not this stack's; part them first"),
        # Turned by this very run, which takes its own reference off.
        ({"owner": OWNER, "retention": "delete"}, ""),
        ({"owner": OWNER, "retention": "retain"}, "by whoever deletes ConfigMap claims-1"),
    ],
    ids=["another stack's", "ours until now", "somebody added it"],
)
def test_a_claim_that_is_retained_goes_with_nothing(
    monkeypatch: pytest.MonkeyPatch, live: dict[str, str], said: str
) -> None:
    use(monkeypatch, FakeCluster(claims=[claim("vol", goes_with="claims-1", **live)], volumes=[]))
    change = Change(
        resource="PersistentVolumeClaim vol",
        field="owner",
        old="shop/review",
        new=OWNER,
        uid="uid-vol",
    )
    args: VolumeClaimArgs = {
        "namespace": "data",
        "size": "8Gi",
        "preflight": {},
        "consent": [change.consent],
    }
    heard: list[str] = []
    monkeypatch.setattr("statefast.storage.claim.report", lambda notes, _: heard.extend(notes))
    try:
        run(lambda: VolumeClaim("vol", args))
    except StatefastError as error:
        heard.append(str(error))
    about = [sentence for sentence in heard if "claims-1" in sentence]
    assert said in about[0] if said else about == []
