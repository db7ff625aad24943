"""Generated passwords: made once, made again as they were, and never anew in silence."""

import base64
import re
from collections.abc import Mapping
from typing import Any, cast

import pytest

from statefast import PersistentDeployment, StatefastError
from statefast.safety.read.cluster import Object
from statefast.safety.read.last_run import AGAIN, PASSWORDS, LastRun
from tests.recording import Recording, run
from tests.unit.samples import deployment_args, opened, volume

from .fakes import OWNER, FakeCluster, claim, deployment, storage_class, use
from .fakes import volume as volume_of

State = list[tuple[str, dict[str, Any]]]

KEY, SECRET = "ROOT_PASSWORD", "zk-generated"
PATCH = "kubernetes:core/v1:SecretPatch"
OWN = "statefast:index:PersistentDeployment"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def patches(data: dict[str, str], *, number: int = 1, again: int = 0) -> State:
    """What the state has of the Secret."""
    metadata: dict[str, Any] = {"name": SECRET, "namespace": "data"}
    if again:
        metadata["annotations"] = {AGAIN: str(again)}
    return [(PATCH, {"metadata": metadata, "data": data})] * number


def said(**data: str) -> State:
    """What the component said of it."""
    return [(OWN, {PASSWORDS: {f"data/{SECRET}": data}})]


def secret(**data: str) -> Object:
    annotations = {"statefast/stack": OWNER}
    metadata = {"name": SECRET, "namespace": "data", "uid": "uid", "annotations": annotations}
    return {"metadata": metadata, "data": data}


def lives(*variables: str) -> Object:
    found = cast("dict[str, Any]", deployment(claims=["zk-vol"]))
    env = [{"name": name, "value": "given"} for name in variables]
    found["spec"]["template"]["spec"]["containers"] = [{"name": "zk", "env": env}]
    return found


class Making(FakeCluster):
    """What the run makes is there when it is looked for again."""

    def metadata_again(self, kind: str, name: str, namespace: str = "") -> Mapping[str, Any] | None:
        if kind == "secrets":
            return {"name": name}
        return super().metadata_again(kind, name, namespace)


def cluster(*secrets: Object, **kinds: Any) -> FakeCluster:
    return Making(
        **{
            "secrets": secrets,
            "claims": [claim("zk-vol")],
            "volumes": [],
            "stateful_sets": [],
            "deployments": [lives(KEY)],
            "classes": [storage_class()],
            "quotas": [],
            **kinds,
        }
    )


def made(state: State | None = None, **changes: Any) -> Recording:
    args = deployment_args(
        **{
            "generated_secret_env": [KEY],
            "preflight": {},
            "volumes": volume(storage_class_name="rbd"),
            **{key: value for key, value in changes.items() if key != "live"},
        }
    )
    live = {SECRET: changes["live"]} if "live" in changes else None
    return run(lambda: PersistentDeployment("zk", args), state=state, live=live)


def refusal(state: State | None = None, **changes: Any) -> str:
    with pytest.raises(StatefastError) as caught:
        made(state, **changes)
    return caught.value.sentence


def names(recording: Recording) -> list[str]:
    return [item.name for item in recording.objects() if item.kind in ("SecretPatch", "Secret")]


def data_of(recording: Recording, name: str) -> dict[str, str]:
    return dict(opened(recording.one("SecretPatch", name).inputs["data"]))


def recorded(recording: Recording) -> dict[str, str]:
    (found,) = [opened(it[PASSWORDS]) for it in recording.outputs.values() if PASSWORDS in it]
    return dict(found[f"data/{SECRET}"])


OLD = encoded("of the volume")


@pytest.mark.parametrize(
    "state",
    [
        patches({KEY: OLD}, number=2),
        [*patches({KEY: encoded("of before")}), *said(**{KEY: OLD})],
    ],
    ids=["patch", "component"],
)
def test_a_secret_that_was_deleted_is_made_again_as_it_was(
    monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    use(monkeypatch, cluster())
    recording = made(state)
    again = recording.one("SecretPatch", f"{SECRET}-again-1")
    assert data_of(recording, again.name) == {KEY: OLD}
    assert again.metadata["labels"] == recording.one("SecretPatch", SECRET).metadata["labels"]
    assert again.retain_on_delete
    assert again.urn in recording.one("Deployment", "zk").dependencies
    # The engine would fail to read it.
    assert f"{SECRET}-live" not in names(recording)
    assert recorded(recording) == {KEY: OLD}

    # Deleted twice in a row: what the state has is taken for written.
    twice = made([*state, *patches({KEY: OLD}, again=1)])
    assert data_of(twice, f"{SECRET}-again-2") == {KEY: OLD}


def test_after_a_refresh_it_is_made_as_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster())
    recording = made(said(**{KEY: OLD}), live={})
    assert data_of(recording, f"{SECRET}-values") == {KEY: OLD}
    assert names(recording) == [SECRET, f"{SECRET}-values"]


def test_a_key_that_was_taken_out_is_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    other = encoded("other")
    use(monkeypatch, cluster(secret(OTHER=other)))
    state = patches({KEY: OLD, "OTHER": encoded("of before")})
    recording = made(state, generated_secret_env=[KEY, "OTHER"], live={"OTHER": other})
    assert data_of(recording, f"{SECRET}-again-1") == {KEY: OLD}
    assert recorded(recording) == {KEY: OLD, "OTHER": other}


def test_a_password_that_nobody_has_any_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster())
    sentence = refusal()
    assert f"Secret data/{SECRET} has no such key" in sentence
    assert "the data in claim data/zk-vol was written with it" in sentence
    assert f'"$(kubectl exec deployment/zk -n data -- printenv {KEY})"' in sentence
    (consent,) = re.findall(r"'(Secret .*?\])'", sentence)
    assert consent.startswith(f"Secret {SECRET}: {KEY} lost -> a new password [")
    assert names(made(consent=[consent], live={})) == [SECRET, f"{SECRET}-values"]

    # Other data takes another consent.
    found = cast("dict[str, Any]", claim("zk-vol"))
    found["metadata"]["uid"] = "another"
    use(monkeypatch, cluster(claims=[found]))
    assert refusal(consent=[consent])


def test_where_the_data_may_go_a_lost_password_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = claim("zk-vol", retention="delete")
    owned = cast("dict[str, Any]", lives(KEY))
    owned["metadata"]["annotations"]["statefast/retention"] = "delete"
    use(monkeypatch, cluster(claims=[kept], deployments=[owned]))
    made(retention="delete", live={})


def test_what_is_in_anothers_claim_was_written_with_no_password_of_this_stack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = claim("zk-vol", owner="")
    use(monkeypatch, cluster(claims=[theirs], deployments=[]))
    assert "belongs to nobody" in refusal()


@pytest.mark.parametrize("kinds", [{"deployments": []}, {}], ids=["destroyed", "given-before"])
def test_what_is_not_known_to_be_new_is_lost(
    monkeypatch: pytest.MonkeyPatch, kinds: dict[str, Any]
) -> None:
    use(monkeypatch, cluster(secret(OTHER="b"), **kinds))
    assert KEY in refusal()


@pytest.mark.parametrize(
    "kinds",
    [{"claims": []}, {"deployments": [lives("ANOTHER")]}],
    ids=["no-data", "new-variable"],
)
def test_a_new_password_is_simply_made(
    monkeypatch: pytest.MonkeyPatch, kinds: dict[str, Any]
) -> None:
    use(monkeypatch, cluster(secret(OTHER="b"), **kinds))
    assert len(base64.b64decode(data_of(made(live={}), f"{SECRET}-values")[KEY])) == 32
    # The engine leaves the values alone that it has written, so a new one is a patch of its own.
    recording = made(patches({"OTHER": "b"}), live={"OTHER": "b"})
    assert list(data_of(recording, f"{SECRET}-again-1")) == [KEY]


def test_data_on_a_volume_without_a_claim_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    left = volume_of(claim="zk-vol")
    use(monkeypatch, cluster(claims=[], volumes=[left], deployments=[]))
    assert "the data in volume pvc-old was written with it" in refusal()


def test_what_somebody_changed_stays_and_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = encoded("changed")
    use(monkeypatch, cluster(secret(**{KEY: now})))
    said_by: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", lambda text, *_: said_by.append(text))
    recording = made(said(**{KEY: OLD}), live={KEY: now})
    assert recorded(recording) == {KEY: now}
    assert any(f"{KEY} of Secret data/{SECRET} was changed by somebody" in it for it in said_by)
    assert not any(now in it or OLD in it for it in said_by)
    said_by.clear()
    made(said(**{KEY: now}), live={KEY: now})
    assert not any("changed" in it for it in said_by)


def test_what_the_engine_read_once_is_not_recorded_as_fresh(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With `--target` the Secret is read as it was before it had a password."""
    use(monkeypatch, cluster(secret(**{KEY: OLD})))
    assert recorded(made(live={})) == {}


def test_a_password_of_two_clusters_is_no_memory() -> None:
    assert LastRun.of([*said(**{KEY: OLD}), *said(**{KEY: "other"})]).secrets == {}
    assert OLD not in repr(LastRun.of(said(**{KEY: OLD})))
