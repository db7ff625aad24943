"""What drivers and quotas let a claim be is known before the claim waits for it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from statefast import (
    PersistentDeployment,
    PersistentStatefulSet,
    StatefastError,
    VolumeAttributesClass,
    VolumeAttributesClassArgs,
    VolumeClaim,
)
from statefast.safety.read.cluster import Object
from tests.recording import run
from tests.unit.samples import deployment_args, stateful_set_args, volume

from .fakes import FakeCluster, claim, quota, stateful_set, storage_class, use

SLOW = "slow.storageclass.storage.k8s.io/requests.storage"


def of(provisioner: str, **more: Any) -> Object:
    """Class `any` of a provisioner."""
    return {**storage_class("any", **more), "provisioner": provisioner}


def cluster(**changes: Sequence[Object]) -> FakeCluster:
    kinds: dict[str, Sequence[Object]] = {
        "stateful_sets": [],
        "deployments": [],
        "claims": [],
        "classes": [storage_class(default=True)],
        "volumes": [],
        "quotas": [],
        "pods": [],
        **changes,
    }
    return FakeCluster(**kinds)


def a_claim(name: str = "vol", **args: Any) -> None:
    given = {"namespace": "data", "size": "8Gi", "storage_class_name": "any", "preflight": {}}
    VolumeClaim(name, {**given, **args})  # type: ignore[typeddict-item]


def test_an_edit_that_only_replicas_to_come_get_is_none_that_they_cannot_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lives = [claim(f"zk-vol-zk-{ordinal}") for ordinal in range(3)]
    # It lives as it is written: its owner has consented.
    written = stateful_set(templates={"zk-vol": ("rbd", ["ReadWriteMany"])})
    use(monkeypatch, cluster(stateful_sets=[written], claims=lives, classes=[storage_class()]))
    args = stateful_set_args(
        volumes=volume(storage_class_name="rbd", access_modes=["ReadWriteMany"]), preflight={}
    )
    with pytest.raises(StatefastError) as caught:
        run(lambda: PersistentStatefulSet("zk", args))
    assert "driver ceph-rbd of class rbd cannot mount a file system" in caught.value.sentence


@pytest.mark.parametrize(
    ("provisioner", "args", "said"),
    [
        (
            "rbd.csi.ceph.com",
            {"access_modes": ["ReadWriteMany"]},
            "access_modes is 'ReadWriteMany', but driver ceph-rbd of class any cannot mount a file"
            " system as ReadWriteMany; write ReadWriteOnce or ReadWriteOncePod",
        ),
        ("mine.rbd.csi.ceph.com", {"access_modes": ["ReadWriteMany"]}, "driver rook-ceph-rbd of"),
        ("ebs.csi.aws.com", {"access_modes": ["ReadOnlyMany"]}, "a file system as ReadOnlyMany"),
        (
            "ebs.csi.aws.com",
            {"access_modes": ["ReadOnlyMany"], "volume_mode": "Block"},
            "a raw device as ReadOnlyMany",
        ),
        ("nfs.csi.k8s.io", {"volume_mode": "Block"}, "volume_mode is 'Block', but driver nfs"),
        ("rancher.io/local-path", {"data_source": {"claim": "a"}}, "clones no volumes"),
        (
            "rancher.io/local-path",
            {"data_source_ref": {"api_group": "", "kind": "PersistentVolumeClaim", "name": "a"}},
            "clones no volumes",
        ),
        ("rancher.io/local-path", {"data_source": {"snapshot": "a"}}, "takes no snapshots"),
        ("rancher.io/local-path", {"snapshots": {"before": ["growth"]}}, "leave snapshots out"),
        ("rancher.io/local-path", {"retention": "snapshot"}, "retention is 'snapshot', but driver"),
        (
            "nfs.csi.k8s.io",
            {"volume_attributes_class_name": "fast"},
            "volume_attributes_class_name is 'fast', but driver nfs of class any cannot modify",
        ),
    ],
)
def test_what_the_driver_of_a_live_class_cannot_do(
    monkeypatch: pytest.MonkeyPatch, provisioner: str, args: dict[str, Any], said: str
) -> None:
    use(monkeypatch, cluster(classes=[of(provisioner)]))
    with pytest.raises(StatefastError) as caught:
        run(lambda: a_claim(**args))
    assert said in caught.value.sentence
    # Nothing is known of a driver that is in no catalogue.
    use(monkeypatch, cluster(classes=[of("csi.example.com")]))
    run(lambda: a_claim(**args))


def test_what_the_default_class_cannot_do(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster())
    shared = volume(access_modes=["ReadWriteMany"])
    args = stateful_set_args(volumes=shared, preflight={})
    with pytest.raises(StatefastError, match=r"volumes\.zk-vol\.access_modes is 'ReadWriteMany'"):
        run(lambda: PersistentStatefulSet("zk", args))


@pytest.mark.parametrize("hidden", [[], ["claims"]], ids=["claims-seen", "claims-unseen"])
def test_what_a_class_of_the_program_cannot_do(
    monkeypatch: pytest.MonkeyPatch, hidden: list[str]
) -> None:
    found = cluster(classes=[])
    for kind in hidden:
        del found.kinds[kind]
    use(monkeypatch, found)
    own = {"any": {"provisioner": "nfs.csi.k8s.io", "expandable": True, "default": False}}
    with pytest.raises(StatefastError, match="driver nfs of class any makes no raw devices"):
        run(lambda: a_claim(volume_mode="Block", preflight={"own_classes": own}))


def test_what_a_claim_is_already_is_not_held_against_its_class(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    modes = ["ReadWriteMany"]
    there = claim("vol", class_name="any", modes=modes)
    use(monkeypatch, cluster(claims=[there], classes=[of("rbd.csi.ceph.com")]))
    run(lambda: a_claim(access_modes=modes))
    # Nothing is said of its volume mode, so that stays as it is.
    device = {**there, "spec": {**there["spec"], "volumeMode": "Block"}}
    use(monkeypatch, cluster(claims=[device], classes=[of("rbd.csi.ceph.com")]))
    run(lambda: a_claim(access_modes=modes))
    use(monkeypatch, cluster(claims=[there], classes=[of("nfs.csi.k8s.io")]))
    with pytest.raises(StatefastError, match="cannot modify a volume"):
        run(lambda: a_claim(access_modes=modes, volume_attributes_class_name="fast"))


def test_a_class_of_attributes_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    named: dict[str, Any] = {"volume_attributes_class_name": "fast"}
    slow = {"metadata": {"name": "slow"}}
    use(monkeypatch, cluster(classes=[of("csi.example.com")], attributes_classes=[slow]))
    with pytest.raises(StatefastError) as caught:
        run(lambda: a_claim(**named))
    assert caught.value.sentence == (
        "VolumeClaim vol: volume_attributes_class_name is 'fast', but the cluster has no such"
        " VolumeAttributesClass; known are slow."
    )
    args = stateful_set_args(volumes=volume(storage_class_name="any", **named), preflight={})
    with pytest.raises(StatefastError, match=r"volumes\.zk-vol\.volume_attributes_class_name is"):
        run(lambda: PersistentStatefulSet("zk", args))
    # That of the program comes to be in the same run.
    run(lambda: a_claim(**named, preflight={"own_attributes": ["fast"]}))

    def together() -> None:
        its: VolumeAttributesClassArgs = {"driver": "ceph-rbd", "parameters": {"maxReadIops": "1"}}
        made = VolumeAttributesClass("fast", its)
        a_claim(volume_attributes_class_name=made)

    run(together)
    use(monkeypatch, cluster(classes=[of("csi.example.com")], attributes_classes=[]))
    with pytest.raises(StatefastError, match="make one first"):
        run(lambda: a_claim(**named))


def tight(key: str = "requests.storage", hard: str = "20Gi") -> Object:
    return quota(hard={key: hard}, used={key: "0"})


def two() -> None:
    PersistentStatefulSet("zk", stateful_set_args(replicas=1, preflight={}))
    PersistentDeployment("app", deployment_args(volumes=volume(name="app-vol"), preflight={}))


@pytest.mark.parametrize(
    ("hard", "others"), [("16Gi", ""), ("15Gi", "other claims of this run ask for 8Gi")]
)
def test_all_workloads_of_a_run_have_to_fit_a_quota(
    monkeypatch: pytest.MonkeyPatch, hard: str, others: str
) -> None:
    use(monkeypatch, cluster(quotas=[tight(hard=hard)]))
    if not others:
        run(two)
        return
    with pytest.raises(StatefastError) as caught:
        run(two)
    assert caught.value.resource == "VolumeClaim app-vol"
    assert f"'8Gi more', but quota storage has {hard} of requests.storage" in str(caught.value)
    assert others in caught.value.sentence


def test_a_claim_that_is_planned_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(quotas=[tight(hard="8Gi")]))
    args = deployment_args(preflight={})

    def program() -> None:
        PersistentDeployment.preflight("app", args)
        PersistentDeployment("app", args)

    run(program)


@pytest.mark.parametrize(
    ("classes", "refused"),
    [
        ({"slow": "2026-01-01T00:00:00Z"}, True),
        ({"rbd": "", "slow": ""}, False),
        # Of two default classes the newer one counts.
        ({"rbd": "2026-01-01T00:00:00Z", "slow": "2026-02-02T00:00:00Z"}, True),
        ({"rbd": "2026-02-02T00:00:00Z", "slow": "2026-01-01T00:00:00Z"}, False),
    ],
)
def test_a_quota_of_a_class_counts_claims_that_name_none(
    monkeypatch: pytest.MonkeyPatch, classes: Mapping[str, str], refused: bool
) -> None:
    live = [storage_class(name, default=True) for name in classes]
    for item in live:
        item["metadata"]["creationTimestamp"] = classes[item["metadata"]["name"]]
    use(monkeypatch, cluster(classes=live, quotas=[tight(SLOW, hard="1Gi")]))
    args = stateful_set_args(replicas=1, preflight={})
    if not refused:
        run(lambda: PersistentStatefulSet("zk", args))
        return
    with pytest.raises(StatefastError, match=f"1Gi of {SLOW}"):
        run(lambda: PersistentStatefulSet("zk", args))
