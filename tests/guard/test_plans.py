"""What a StatefulSet and a claim make of the cluster they find: refused, noted, or planned."""

import re
from collections.abc import Sequence
from typing import cast

import pytest

from statefast import PersistentStatefulSet, StatefastError, VolumeClaim, VolumeClaimArgs
from statefast.safety.consent import Change
from statefast.safety.read.cluster import Object
from tests.recording import Recording, run
from tests.unit.samples import stateful_set_args, volume

from .fakes import (
    FakeCluster,
    claim,
    deployment,
    quota,
    stateful_set,
    storage_class,
    use,
    volume_patch,
)
from .fakes import volume as released

CLAIMS = [f"zk-vol-zk-{n}" for n in range(3)]


def cluster(**changes: Sequence[Object]) -> FakeCluster:
    """A set of three that this stack made, with nothing out of the ordinary."""
    kinds: dict[str, Sequence[Object]] = {
        "stateful_sets": [stateful_set()],
        "deployments": [],
        "claims": [claim(name) for name in CLAIMS],
        "classes": [storage_class(), storage_class("slow", expandable=False)],
        "volumes": [],
        "quotas": [],
        **changes,
    }
    return FakeCluster(**kinds)


def made(**changes: object) -> Recording:
    args = stateful_set_args(
        **{"volumes": volume(storage_class_name="rbd"), "preflight": {}, **changes}
    )
    return run(lambda: PersistentStatefulSet("zk", args))


def refusal(**changes: object) -> str:
    with pytest.raises(StatefastError) as caught:
        made(**changes)
    return caught.value.sentence


def sizes(recording: Recording) -> dict[str, str]:
    return {
        item.name: item.spec["resources"]["requests"]["storage"]
        for item in recording.objects()
        if item.kind == "PersistentVolumeClaimPatch"
    }


def test_a_set_that_lives_is_sealed_and_its_fields_are_frozen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, cluster())
    found = made().one("StatefulSet", "zk")
    assert found.import_id == "data/zk"
    assert found.ignore_changes == [
        "spec.podManagementPolicy",
        "spec.serviceName",
        "spec.selector",
        "spec.volumeClaimTemplates",
        "spec.revisionHistoryLimit",
    ]
    assert found.metadata["annotations"]["pulumi.com/patchForce"] == "true"


def test_a_set_that_is_new_is_not_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(stateful_sets=[], claims=[]))
    assert made().one("StatefulSet", "zk").import_id == ""


EDITS: list[tuple[dict[str, object], str, str]] = [
    (
        {"pod_management_policy": "OrderedReady"},
        "pod_management_policy",
        "spec.podManagementPolicy",
    ),
    ({"headless_suffix": "peers"}, "headless_suffix", "spec.serviceName"),
    ({"app": "other"}, "app", "spec.selector"),
    (
        {"volumes": volume(storage_class_name="slow")},
        "volumes.zk-vol.storage_class_name",
        "spec.volumeClaimTemplates",
    ),
    (
        {"volumes": volume(storage_class_name="rbd", access_modes=["ReadWriteOncePod"])},
        "volumes.zk-vol.access_modes",
        "spec.volumeClaimTemplates",
    ),
    (
        {"volumes": volume(name="other-vol", storage_class_name="rbd")},
        "volumes",
        "spec.volumeClaimTemplates",
    ),
]


@pytest.mark.parametrize(("change", "field", "path"), EDITS, ids=[field for _, field, _ in EDITS])
def test_a_replacement_takes_the_consent_that_its_refusal_names(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, object], field: str, path: str
) -> None:
    use(monkeypatch, cluster())
    sentence = refusal(**change)
    assert f"StatefulSet zk: {field} is" in sentence
    assert "all pods would stop at once" in sentence
    asked = re.search(r"adding '(.*?)' to consent", sentence)
    assert asked is not None

    found = made(**change, consent=[asked[1]]).one("StatefulSet", "zk")

    assert path not in found.ignore_changes
    assert len(found.ignore_changes) == 4
    assert found.import_id == ""


def test_the_order_of_volumes_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    two = {"a": ("rbd", ["ReadWriteOnce"]), "zk-vol": ("rbd", ["ReadWriteOnce"])}
    use(monkeypatch, cluster(stateful_sets=[stateful_set(templates=two)], claims=[]))
    volumes = [
        *volume(storage_class_name="rbd"),
        *volume(name="a", mount_path="/a", storage_class_name="rbd"),
    ]
    assert made(volumes=volumes).one("StatefulSet", "zk").import_id == "data/zk"


def test_growth_needs_a_class_that_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = [claim(name, class_name="slow") for name in CLAIMS]
    use(monkeypatch, cluster(claims=slow))
    assert "'slow'" in refusal(volumes=volume(size="12Gi", storage_class_name="rbd"))
    use(monkeypatch, cluster(claims=[claim(name, class_name="gone") for name in CLAIMS]))
    assert "not there any more" in refusal(volumes=volume(size="12Gi", storage_class_name="rbd"))


def test_a_class_of_the_same_program_is_taken_at_its_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = [claim(name, class_name="slow") for name in CLAIMS]
    use(monkeypatch, cluster(claims=slow))
    own = {"slow": {"provisioner": "rbd.csi.ceph.com", "expandable": True, "default": False}}
    grown = made(
        volumes=volume(size="12Gi", storage_class_name="rbd"), preflight={"own_classes": own}
    )
    assert set(sizes(grown).values()) == {"12Gi"}


def test_a_quota_that_all_claims_together_exceed(monkeypatch: pytest.MonkeyPatch) -> None:
    tight = quota(hard={"requests.storage": "30Gi"}, used={"requests.storage": "24Gi"})
    use(monkeypatch, cluster(quotas=[tight]))
    sentence = refusal(volumes=volume(size="12Gi", storage_class_name="rbd"))
    assert "12Gi more" in sentence
    assert "quota storage has 30Gi" in sentence
    assert set(sizes(made()).values()) == {"8Gi"}


def test_what_another_hand_grew_is_asked_for_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    grown = [claim(CLAIMS[0], requested="20Gi", capacity="20Gi"), *map(claim, CLAIMS[1:])]
    use(monkeypatch, cluster(claims=grown))
    assert sizes(made()) == {CLAIMS[0]: "20Gi", CLAIMS[1]: "8Gi", CLAIMS[2]: "8Gi"}


def test_an_autoscaled_set_grows_what_the_cluster_has(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(stateful_sets=[stateful_set(replicas=5)]))
    assert len(sizes(made(autoscaled=True))) == 5
    assert len(sizes(made())) == 3
    assert "spec.replicas" in made(autoscaled=True).one("StatefulSet", "zk").ignore_changes


def test_nobody_makes_the_claims_of_replicas_that_a_scaler_does_not_want(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, cluster(stateful_sets=[stateful_set(replicas=1)], claims=[claim(CLAIMS[0])]))
    assert set(sizes(made(autoscaled=True))) == {CLAIMS[0]}
    # Those that a scaler left behind are there, and grow.
    few = [stateful_set(replicas=0)]
    use(monkeypatch, cluster(stateful_sets=few, claims=[claim(it) for it in CLAIMS[:2]]))
    assert set(sizes(made(autoscaled=True))) == set(CLAIMS[:2])
    # Where there is no set yet, it is made with as many as config says.
    use(monkeypatch, cluster(stateful_sets=[], claims=[]))
    assert len(sizes(made(autoscaled=True))) == 3


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"claims": [claim(CLAIMS[0], owner="")]}, "belongs to nobody"),
        ({"claims": [claim(CLAIMS[0], owner="shop/prod")]}, "belongs to shop/prod"),
        ({"claims": [claim(CLAIMS[0], leaving=True)]}, "is being deleted"),
        ({"stateful_sets": [stateful_set(owner="shop/prod")]}, "belongs to shop/prod"),
        ({"stateful_sets": [stateful_set(namespace="old")]}, "is in 'old'"),
        ({"stateful_sets": [stateful_set(leaving=True)]}, "deleted, and its claims stay"),
        (
            {"stateful_sets": [stateful_set(leaving=True, when_deleted="Delete")]},
            "deleted, and its claims go with it",
        ),
    ],
)
def test_nothing_of_anybody_else_is_built_upon(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, list[Object]], fragment: str
) -> None:
    use(monkeypatch, cluster(**changes))
    assert fragment in refusal()


@pytest.mark.parametrize(
    ("owner", "command"),
    [
        ("", "kubectl delete pod zk-0 -n data && kubectl wait pvc"),
        ("zk-5d4f", "kubectl scale replicaset/zk-5d4f -n data --replicas=0 && kubectl wait pvc"),
        # Its Deployment is there, and scales it.
        ("db-5d4f", "kubectl wait pvc"),
    ],
)
def test_a_claim_on_its_way_out_that_the_pods_of_an_orphan_hold(
    monkeypatch: pytest.MonkeyPatch, owner: str, command: str
) -> None:
    mounts = [{"name": "vol", "persistentVolumeClaim": {"claimName": CLAIMS[0]}}]
    pods: list[Object] = [
        {
            "metadata": {
                "name": name,
                "namespace": "data",
                "uid": f"uid-{name}",
                "labels": {"app.kubernetes.io/instance": "zk", "pod-template-hash": "5d4f"},
                **({"ownerReferences": [{"kind": "ReplicaSet", "name": owner}]} if owner else {}),
            },
            "spec": {"volumes": mounts},
        }
        for name in (["zk-0", "zk-1"] if owner else ["zk-0"])
    ]
    leaving = claim(CLAIMS[0], leaving=True)
    deployments = [deployment("db")]
    use(
        monkeypatch,
        cluster(claims=[leaving], stateful_sets=[], deployments=deployments, pods=pods),
    )
    said = refusal()
    assert f" && {command}" in said
    assert ("replicaset" in said) is (owner == "zk-5d4f")


@pytest.mark.parametrize("lives", [True, False])
@pytest.mark.parametrize("kept", ["retain", "delete"])
def test_a_claim_on_its_way_out_waits_for_whoever_mounts_it(
    monkeypatch: pytest.MonkeyPatch, lives: bool, kept: str
) -> None:
    sets = [stateful_set(when_deleted="")]
    leaving = claim(CLAIMS[0], leaving=True, retention=kept)
    use(monkeypatch, cluster(claims=[leaving], stateful_sets=sets if lives else []))
    said = refusal(retention="delete", claim_owner=None)
    assert ("scale statefulset/zk -n data --replicas=0 && kubectl wait pvc" in said) is lives
    # What was to be retained is kept, whatever this run says of it.
    assert ("kubectl patch pv pvc-1" in said) is (kept == "retain")
    assert ("wait until it is gone (kubectl wait" in said) is (not lives and kept == "delete")


@pytest.mark.parametrize(
    ("live", "change", "said"),
    [
        ({}, {"pod_management_policy": "OrderedReady"}, "its claims are deleted with it"),
        ({"namespace": "old"}, {}, "its claims are deleted with it: it would start with empty"),
    ],
    ids=["replaced", "moved"],
)
def test_claims_that_would_go_along_are_in_the_refusal_and_in_the_consent(
    monkeypatch: pytest.MonkeyPatch, live: dict[str, str], change: dict[str, str], said: str
) -> None:
    found = cluster(
        stateful_sets=[stateful_set(when_deleted="Delete", **live)],
        claims=[claim(name, retention="delete") for name in CLAIMS],
    )
    use(monkeypatch, found)
    sentence = refusal(retention="delete", **change)
    assert said in sentence
    asked = re.search(r"adding '(.*?)' to consent", sentence)
    assert asked is not None
    assert ", deleting its claims [" in asked[1]
    assert made(retention="delete", consent=[asked[1]], **change).one("StatefulSet", "zk")


def test_a_set_that_holds_pods_back_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(stateful_sets=[stateful_set(unwatched=True)]))
    asked = re.search(r"adding '(.*?)' to consent", refusal(pod_management_policy="OrderedReady"))
    assert asked is not None
    sentence = refusal(pod_management_policy="OrderedReady", consent=[asked[1]])
    assert "a set that holds pods back is not replaced" in sentence
    use(monkeypatch, cluster())
    assert made(pod_management_policy="OrderedReady", consent=[asked[1]]).one("StatefulSet", "zk")


def test_a_move_takes_its_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(stateful_sets=[stateful_set(namespace="old")], claims=[]))
    move = Change(resource="StatefulSet zk", field="namespace", old="old", new="data", uid="uid-zk")
    assert made(consent=[move.consent]).one("StatefulSet", "zk")


def test_a_released_volume_is_handed_to_its_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(claims=[claim(name) for name in CLAIMS[1:]], volumes=[released()]))
    recording = made()
    taken = recording.one("PersistentVolumeClaimPatch", f"{CLAIMS[0]}-claim")
    assert taken.spec["volumeName"] == "pvc-old"
    assert taken.spec["storageClassName"] == "rbd"
    patch = volume_patch(recording)
    reference = patch.spec["claimRef"]
    assert (reference["namespace"], reference["name"]) == ("data", CLAIMS[0])
    assert recording.one("StatefulSet", "zk").dependencies.count(taken.urn) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"namespace": "other"},
        {"claim": "zk-vol-zk-00"},
    ],
)
def test_no_other_volume_is(monkeypatch: pytest.MonkeyPatch, other: dict[str, str]) -> None:
    use(
        monkeypatch,
        cluster(claims=[claim(name) for name in CLAIMS[1:]], volumes=[released(**other)]),
    )
    assert "PersistentVolumePatch" not in str(made().kinds())


def test_what_may_not_be_read_is_a_warning_or_with_strict_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, FakeCluster())
    assert made().one("StatefulSet", "zk").import_id == ""
    sentence = refusal(preflight={"mode": "strict"})
    assert "403 Forbidden" in sentence
    assert "'warn'" in sentence


def test_without_preflight_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = cluster()
    use(monkeypatch, asked)
    run(lambda: PersistentStatefulSet("zk", stateful_set_args()))
    made(preflight={"mode": "off"})
    assert asked.asked == []


def test_every_kind_is_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = cluster()
    use(monkeypatch, asked)
    made()
    made()
    assert len(asked.asked) == len(set(asked.asked))


def test_a_claim_of_its_own_is_held_to_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(claims=[claim("vol")]))

    def args(**changes: object) -> VolumeClaimArgs:
        given = {"namespace": "data", "size": "8Gi", "preflight": {}, **changes}
        return cast("VolumeClaimArgs", given)

    run(lambda: VolumeClaim.preflight("vol", args()))
    for change, fragment in (
        ({"storage_class_name": "slow"}, "has 'rbd', which is immutable"),
        ({"access_modes": ["ReadWriteOncePod"]}, "has 'ReadWriteOnce', which is immutable"),
        ({"volume_mode": "Block"}, "has 'Filesystem', which is immutable"),
        ({"size": "4Gi"}, "no volume can shrink"),
        ({"retention": "delete"}, "promised to be retained"),
    ):
        wrong = args(**change)
        with pytest.raises(StatefastError, match=fragment):
            run(lambda given=wrong: VolumeClaim.preflight("vol", given))  # type: ignore[misc]
