"""`restore`: from which snapshot a claim starts, what is refused, and what is said before."""

import re
from collections.abc import Sequence
from typing import Any, cast

import pytest

from statefast import PersistentDeployment, StatefastError, VolumeClaim, VolumeClaimArgs
from statefast.safety.read.cluster import Object
from tests.recording import Recording, Registered, run
from tests.unit.samples import deployment_args, volume

from .fakes import FakeCluster, claim, use
from .fakes import volume as volume_of
from .test_plans import CLAIMS, cluster, made, refusal

ONE = CLAIMS[1]
RESTORE = {ONE: "monday"}
HELD = [
    volume_of(f"held-{name}", phase="Bound", claim=name, claim_uid=f"uid-{name}") for name in CLAIMS
]
LIVE = [claim(name, volume=f"held-{name}") for name in CLAIMS]


def snapshot(name: str = "monday", **changes: Any) -> Object:
    """A snapshot of the claim of the second replica, which can be used."""
    given = {"of": ONE, "size": "8Gi", "ready": True, "error": "", "leaving": False, **changes}
    source = (
        {"persistentVolumeClaimName": given["of"]}
        if given["of"]
        else {"volumeSnapshotContentName": "content"}
    )
    metadata = {
        "name": name,
        "namespace": "data",
        "uid": f"uid-{name}",
        "creationTimestamp": given.get("created", "2026-01-05T10:00:00Z"),
    }
    if group := given.get("group"):
        metadata["ownerReferences"] = [{"kind": "VolumeGroupSnapshot", "name": group}]
    if given["leaving"]:
        metadata["deletionTimestamp"] = "2026-01-06T00:00:00Z"
    return {
        "metadata": metadata,
        "spec": {"source": source},
        "status": {
            "boundVolumeSnapshotContentName": "content",
            "readyToUse": given["ready"],
            "restoreSize": given["size"],
            "creationTime": "2026-01-05T10:00:01Z",
            **({"error": {"message": given["error"]}} if given["error"] else {}),
        },
    }


def content(**changes: Any) -> Object:
    """What the storage has of it."""
    spec = {"driver": "rbd.csi.ceph.com", "sourceVolumeMode": "Filesystem", **changes}
    return {
        "metadata": {"name": "content"},
        "spec": spec,
        "status": {"snapshotHandle": "handle-1"},
    }


def there(
    *,
    claims: Sequence[Object] = LIVE,
    volumes: Sequence[Object] = HELD,
    snapshots: Sequence[Object] = (snapshot(),),
    contents: Sequence[Object] = (content(),),
    **more: Any,
) -> FakeCluster:
    """A set of three on its volumes, and a snapshot."""
    return cluster(
        claims=claims, volumes=volumes, snapshots=snapshots, snapshot_contents=contents, **more
    )


def gone(*missing: str) -> dict[str, Sequence[Object]]:
    """Its claims without these, whose volumes are there."""
    return {"claims": [it for it in LIVE if it["metadata"]["name"] not in missing]}


def patches(recording: Recording) -> dict[str, Registered]:
    return {it.name: it for it in recording.objects() if it.kind == "PersistentVolumeClaimPatch"}


def told(caplog: pytest.LogCaptureFixture, **args: Any) -> str:
    """What the run of a set says to its owner."""
    made(**args)
    return caplog.text


def test_a_claim_that_is_there_is_refused_with_the_steps_and_what_is_left(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    use(monkeypatch, there())
    sentence = refusal(restore=RESTORE)
    assert f"restore.{ONE} is 'monday', but claim data/{ONE} is there" in sentence
    assert f"on volume held-{ONE} (8Gi, Bound), which stays, Released" in sentence
    assert "VolumeSnapshot data/monday (taken 2026-01-05T10:00:01Z)" in sentence
    (consent,) = re.findall(r"'(PersistentVolume [^']*\])'", sentence)
    assert consent.startswith(f"PersistentVolume held-{ONE}: claim data/{ONE} -> none [")
    commands = (
        f"kubectl scale statefulset/zk -n data --replicas=1 && kubectl delete pvc {ONE} -n data"
        " && pulumi up --refresh; or leave it out to go on as it is."
    )
    assert sentence.endswith(f"run: {commands}")

    # With the consent what is left to do is said alone.
    again = refusal(restore=RESTORE, consent=[consent])
    assert "to consent" not in again
    assert again.endswith(commands)

    # And once it is done the claim is made from the snapshot, before the set.
    use(monkeypatch, there(**gone(ONE)))
    found = made(restore=RESTORE, consent=[consent])
    claim_ = patches(found)[f"{ONE}-claim"]
    assert claim_.spec["dataSource"] == {
        "apiGroup": "snapshot.storage.k8s.io",
        "kind": "VolumeSnapshot",
        "name": "monday",
    }
    assert claim_.spec.get("volumeName") is None
    assert claim_.metadata["annotations"]["statefast/restored"] == "monday"
    assert "starts from VolumeSnapshot data/monday" in caplog.text
    assert f"what it had stays on held-{ONE} (8Gi, Bound)" in caplog.text


def test_without_the_consent_nothing_starts_beside_the_volume(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, there(**gone(ONE)))
    sentence = refusal(restore=RESTORE)
    assert f"restore.{ONE} is 'monday', but volume held-{ONE} (" in sentence
    assert f"leave restore.{ONE} out to reattach it" in sentence


def test_a_volume_that_goes_with_its_claim_is_kept_first(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [
        volume_of(f"held-{name}", phase="Bound", claim=name, policy="Delete") for name in CLAIMS
    ]
    use(monkeypatch, there(volumes=held))
    _, _, commands = refusal(restore=RESTORE).partition("run: ")
    assert commands.startswith(f"kubectl patch pv held-{ONE} -p ")


def test_all_claims_are_asked_about_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots = [snapshot(f"{name}-monday", of=name) for name in CLAIMS]
    use(monkeypatch, there(snapshots=snapshots))
    every = {"zk-vol": "{claim}-monday"}
    sentence = refusal(restore=every)
    consents = re.findall(r"'(PersistentVolume [^']*\])'", sentence)
    assert len(consents) == 3
    assert f"kubectl delete pvc {' '.join(CLAIMS)} -n data" in sentence
    assert "--replicas=0" in sentence

    use(monkeypatch, there(snapshots=snapshots, **gone(*CLAIMS)))
    found = patches(made(restore=every, consent=consents))
    for name in CLAIMS:
        assert found[f"{name}-claim"].spec["dataSource"]["name"] == f"{name}-monday"


@pytest.mark.parametrize(
    ("world", "fragments"),
    [
        ({"snapshots": [snapshot("sunday")]}, ["no VolumeSnapshot of that name", "sunday"]),
        ({"snapshots": []}, ["no VolumeSnapshot of that name"]),
        (
            {
                "snapshots": [
                    snapshot("a", of=CLAIMS[0], group="monday"),
                    snapshot("b", group="monday"),
                ]
            },
            ["of VolumeGroupSnapshot monday name 'b'"],
        ),
        ({"snapshots": [snapshot(ready=False)]}, ["is not ready"]),
        ({"snapshots": [snapshot(ready=False, error="pool is full")]}, ["(pool is full)"]),
        ({"snapshots": [snapshot(leaving=True)]}, ["is being deleted"]),
        ({"snapshots": [snapshot(size="16Gi")]}, ["has 16Gi", "a size of 16Gi at least"]),
        ({"contents": [content(driver="ebs.csi.aws.com")]}, ["driver ebs.csi.aws.com"]),
        ({"contents": [content(sourceVolumeMode="Block")]}, ["of mode Block"]),
        ({"contents": []}, ["VolumeSnapshotContent content cannot be read"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("missing", [(), (ONE,)], ids=["there", "gone"])
def test_a_snapshot_that_will_not_do_is_refused_before_anything_is_deleted(
    monkeypatch: pytest.MonkeyPatch,
    world: dict[str, Any],
    fragments: list[str],
    missing: tuple[str, ...],
) -> None:
    use(monkeypatch, there(**world, **gone(*missing)))
    sentence = refusal(restore=RESTORE)
    assert "kubectl delete" not in sentence
    for fragment in fragments:
        assert fragment in sentence


@pytest.mark.parametrize(
    ("of", "source"), [(CLAIMS[0], f"data/{CLAIMS[0]}"), ("", "handle handle-1")]
)
def test_data_of_another_claim_takes_the_owners_word(
    monkeypatch: pytest.MonkeyPatch, of: str, source: str
) -> None:
    world = there(snapshots=[snapshot(of=of)], volumes=[], **gone(ONE))
    use(monkeypatch, world)
    sentence = refusal(restore=RESTORE)
    (consent,) = re.findall(r"'(VolumeSnapshot [^']*\])'", sentence)
    assert consent.startswith(f"VolumeSnapshot monday: claim {source} -> data/{ONE} [")
    assert f"{ONE}-claim" in patches(made(restore=RESTORE, consent=[consent]))


@pytest.mark.parametrize("unread", ["snapshots", "snapshot_contents", "claims", "classes"])
@pytest.mark.parametrize("mode", ["warn", "strict"])
def test_what_cannot_be_read_is_never_taken_for_good(
    monkeypatch: pytest.MonkeyPatch, mode: str, unread: str
) -> None:
    world = there(**gone(ONE), stateful_sets=[])
    del world.kinds[unread.replace("_", " ")]
    use(monkeypatch, world)
    sentence = refusal(restore=RESTORE, preflight={"mode": mode})
    assert "cannot be read" in sentence or "403" in sentence


def test_without_preflight_nothing_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, there(**gone(ONE)))
    assert "claims cannot be read" in refusal(restore=RESTORE, preflight={"mode": "off"})


def restored(name: str, **changes: Any) -> Object:
    """A claim that started from the snapshot."""
    found = cast("dict[str, Any]", claim(name, volume=f"held-{name}"))
    found["metadata"]["annotations"]["statefast/restored"] = "monday"
    found["metadata"] |= {"creationTimestamp": "2026-01-06T00:00:00Z", **changes}
    found["spec"]["dataSource"] = {"kind": "VolumeSnapshot", "name": "monday"}
    return found


@pytest.mark.parametrize("snapshots", [[], [snapshot()]], ids=["deleted", "there"])
@pytest.mark.parametrize("restore", [RESTORE, None], ids=["left", "taken out"])
def test_it_is_done_once(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    snapshots: list[Object],
    restore: dict[str, str] | None,
) -> None:
    live = [LIVE[0], restored(ONE), LIVE[2]]
    use(monkeypatch, there(claims=live, snapshots=snapshots))
    found = made(**({"restore": restore} if restore else {}))
    # The same resources as in the run that restored it.
    assert patches(found)[f"{ONE}-claim"].spec["dataSource"]["name"] == "monday"
    assert "napshot" not in caplog.text


def test_another_snapshot_of_the_same_name_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    live = [LIVE[0], restored(ONE), LIVE[2]]
    later = [snapshot(created="2026-01-07T00:00:00Z")]
    use(monkeypatch, there(claims=live, snapshots=later))
    assert "an earlier VolumeSnapshot monday" in told(caplog, restore=RESTORE)
    use(monkeypatch, there(claims=live, snapshots=[snapshot("tuesday")]))
    assert f"claim data/{ONE} is there" in refusal(restore={ONE: "tuesday"})


def test_a_claim_restored_and_deleted_is_reattached_and_not_restored_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, there(volumes=[*HELD, volume_of("new", claim=ONE)], **gone(ONE)))
    sentence = refusal(restore=RESTORE)
    assert f"held-{ONE}" in sentence
    (consent,) = re.findall(rf"'(PersistentVolume held-{ONE}: [^']*\])'", sentence)
    # What was written since is on the new one.
    assert "volume new (8Gi, Released) holds the data" in refusal(
        restore=RESTORE, consent=[consent]
    )
    found = patches(made(consent=[consent]))
    assert found[f"{ONE}-claim"].spec["volumeName"] == "new"


def test_members_of_a_quorum_that_come_back_older_are_named(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    use(monkeypatch, there(volumes=[], **gone(ONE)))
    said = told(caplog, restore=RESTORE, quorum=True)
    # The gate lets no such sentence pass.
    (warned,) = [line for line in said.splitlines() if "older than the claims of the other" in line]
    assert "statefast warns:" in warned
    (consent,) = re.findall(r"adding '(.*?)' to consent", warned)
    caplog.clear()
    again = told(caplog, restore=RESTORE, quorum=True, consent=[consent])
    assert "older than the claims of the other" not in again


def test_a_claim_that_no_replica_has_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, there())
    assert "zk-vol-zk-7, which none of the replicas has" in told(
        caplog, restore={"zk-vol-zk-7": "monday"}
    )


@pytest.mark.parametrize(
    ("restore", "fragment"),
    [
        ({"zk-vol-0": "monday"}, "no claim of that name"),
        ({"zk-vol": "Monday!"}, "not a DNS name"),
        ({"zk-vol": 1}, "restore"),
        ("monday", "restore"),
    ],
)
def test_a_restore_that_says_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch, restore: object, fragment: str
) -> None:
    use(monkeypatch, there())
    assert fragment in refusal(restore=restore)


def test_the_claim_of_a_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    held = volume_of("pvc-1", phase="Bound", claim="zk-vol", claim_uid="uid-zk-vol")
    world = {"volumes": [held], "snapshots": [snapshot(of="zk-vol")], "stateful_sets": []}
    args = deployment_args(
        volumes=volume(storage_class_name="rbd"), preflight={}, restore={"zk-vol": "monday"}
    )

    def deployed(**more: Any) -> Recording:
        return run(lambda: PersistentDeployment("zk", cast("Any", {**args, **more})))

    use(monkeypatch, there(claims=[claim("zk-vol")], **world))
    with pytest.raises(StatefastError) as caught:
        deployed()
    assert "restore is 'monday', but claim data/zk-vol is there" in caught.value.sentence
    consents = re.findall(r"'(PersistentVolume [^']*\])'", caught.value.sentence)
    use(monkeypatch, there(claims=[], **world))
    found = patches(deployed(consent=consents))["zk-vol"]
    assert found.spec["dataSource"]["name"] == "monday"


@pytest.mark.parametrize(
    "origin", [{"volume_name": "pvc-1"}, {"data_source": {"snapshot": "sunday"}}], ids=str
)
def test_a_claim_has_one_origin(origin: dict[str, Any]) -> None:
    given = {"namespace": "data", "size": "8Gi", "restore": "monday", **origin}
    with pytest.raises(StatefastError, match="one origin"):
        VolumeClaim.check("data", cast("VolumeClaimArgs", given))
