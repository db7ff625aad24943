"""`data_from`: which snapshot of another namespace a claim starts from, and when it may not."""

from collections.abc import Sequence
from typing import Any, cast

import pytest

from statefast import StatefastError, VolumeClaim, VolumeClaimArgs
from statefast.safety.read.cluster import Object
from tests.recording import Registered, run

from .fakes import FakeCluster, claim, use
from .fakes import volume as volume_of
from .test_plans import cluster
from .test_restore import content, snapshot

NAME = "zk-vol"
ARGS: dict[str, Any] = {
    "namespace": "review",
    "size": "1Gi",
    "storage_class_name": "rbd",
    "retention": "delete",
    "data_from": "data",
    "preflight": {},
}


def there(
    *snapshots: Object,
    claims: Sequence[Object] = (),
    contents: Sequence[Object] = (content(),),
    **more: Any,
) -> FakeCluster:
    """Snapshots in `data`, and what is in the namespace of the review."""
    return cluster(
        claims=claims,
        stateful_sets=[],
        snapshots=snapshots,
        snapshot_contents=contents,
        **more,
    )


def of(name: str, taken: str = "2026-01-05", **changes: Any) -> Object:
    """A snapshot of the claim, taken at a day."""
    found = cast("dict[str, Any]", snapshot(name, of=NAME, **changes))
    found["status"]["creationTime"] = f"{taken}T10:00:00Z"
    return found


def made(**changes: Any) -> dict[str, Registered]:
    args = cast("VolumeClaimArgs", {**ARGS, **changes})
    recording = run(lambda: VolumeClaim(NAME, args))
    return {item.kind: item for item in recording.objects()}


def refusal(**changes: Any) -> str:
    with pytest.raises(StatefastError) as caught:
        made(**changes)
    return caught.value.sentence


def test_the_newest_that_is_ready_is_brought_in_to_be_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(
        monkeypatch,
        there(
            of("old", "2026-01-01"),
            of("new", "2026-01-05"),
            of("newer", "2026-01-06", ready=False),
            snapshot("of-another", of="other"),
        ),
    )
    found = made()
    brought = found["VolumeSnapshotContent"].inputs
    assert brought["spec"] == {
        "deletionPolicy": "Retain",
        "driver": "rbd.csi.ceph.com",
        "source": {"snapshotHandle": "handle-1"},
        "sourceVolumeMode": "Filesystem",
        "volumeSnapshotRef": {"name": NAME, "namespace": "review"},
    }
    bound = found["VolumeSnapshot"].inputs
    assert bound["metadata"]["namespace"] == "review"
    assert bound["spec"] == {"source": {"volumeSnapshotContentName": "review-zk-vol"}}
    claim_ = found["PersistentVolumeClaimPatch"]
    assert claim_.spec["dataSource"]["name"] == NAME
    # As large as what it is a copy of.
    assert claim_.spec["resources"]["requests"]["storage"] == "8Gi"
    assert claim_.metadata["annotations"]["statefast/size"] == "1Gi"


@pytest.mark.parametrize(
    ("world", "fragment"),
    [
        (there(), "none is of claim data/zk-vol, and the claim would start empty"),
        (there(of("new", ready=False)), "1 that are not ready"),
        (there(of("new", leaving=True)), "the claim would start empty"),
        (there(of("new"), contents=[]), "VolumeSnapshotContent content cannot be read"),
        (there(of("new"), contents=[content(driver="ebs.csi.aws.com")]), "of driver ebs"),
        (there(of("new"), contents=[content(sourceVolumeMode="Block")]), "of mode Block"),
    ],
)
def test_what_would_start_empty_or_not_at_all_is_refused(
    monkeypatch: pytest.MonkeyPatch, world: FakeCluster, fragment: str
) -> None:
    use(monkeypatch, world)
    assert fragment in refusal()


@pytest.mark.parametrize("unread", ["snapshots", "snapshot contents", "claims"])
def test_what_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch, unread: str) -> None:
    world = there(of("new"))
    del world.kinds[unread]
    use(monkeypatch, world)
    assert "cannot be read" in refusal()


def test_its_own_namespace_is_none_to_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, there(of("new")))
    assert "its own namespace" in refusal(namespace="data")


def live(restored: str = NAME) -> Object:
    found = cast("dict[str, Any]", claim(NAME, namespace="review", retention="delete", size="1Gi"))
    if restored:
        found["metadata"]["annotations"]["statefast/restored"] = restored
    return found


def test_what_was_brought_in_stays_what_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    volumes = [volume_of("pvc-1", namespace="review", claim=NAME, claim_uid=f"uid-{NAME}")]
    before = cast("dict[str, Any]", content())
    before["metadata"] = {
        "name": "review-zk-vol",
        "uid": "1",
        "annotations": {"statefast/stack": "statefast/dev"},
    }
    before["status"] = {"snapshotHandle": "handle-0"}
    use(monkeypatch, there(claims=[live()], volumes=volumes, contents=[before, content()]))
    found = made()
    assert found["VolumeSnapshotContent"].inputs["spec"]["source"] == {"snapshotHandle": "handle-0"}
    # Nor where the line was taken out since.
    made(data_from=None)
    assert "by another hand" not in caplog.text

    # Gone, with the snapshot: the claim goes on.
    use(monkeypatch, there(claims=[live()], volumes=volumes, contents=[]))
    assert set(made()) == {"PersistentVolumeClaimPatch", "ConfigMap"}


def test_a_claim_on_other_data_is_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, there(of("new"), claims=[live("")]))
    assert "did not start on data of data" in refusal()


def test_a_content_of_another_stack_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = cast("dict[str, Any]", content())
    theirs["metadata"] = {
        "name": "review-zk-vol",
        "uid": "1",
        "annotations": {"statefast/stack": "statefast/other"},
    }
    use(monkeypatch, there(of("new"), contents=[theirs, content()]))
    assert "VolumeSnapshotContent review-zk-vol" in refusal()
