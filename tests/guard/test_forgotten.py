"""Volumes that remember nothing: the state of the stack does, and what was used is not bound
unseen.
"""

import re
from collections.abc import Sequence
from typing import Any, cast

import pytest

from statefast import (
    PersistentDeployment,
    PersistentStatefulSet,
    StatefastError,
    VolumeClaim,
    VolumeClaimArgs,
)
from statefast.safety.read.cluster import Object
from statefast.safety.read.last_run import VOLUMES, LastRun
from tests.recording import Recording, run
from tests.unit.samples import deployment_args, stateful_set_args
from tests.unit.samples import volume as volume_args

from .fakes import FakeCluster, claim, storage_class, use, volume, volume_patch
from .test_plans import CLAIMS, cluster

State = list[tuple[str, dict[str, Any]]]

NAME = CLAIMS[0]
ARGS: dict[str, Any] = {"volumes": volume_args(storage_class_name="rbd"), "preflight": {}}


def state(*volumes: str, claim: str = NAME) -> State:
    """What one or more components said of a claim."""
    return [
        ("statefast:index:PersistentStatefulSet", {VOLUMES: {f"data/{claim}": name}})
        for name in volumes
    ]


def cleared(name: str = "pvc-old", **changes: Any) -> Object:
    """A volume whose claimRef somebody took away."""
    found = cast("dict[str, Any]", volume(name, **{"phase": "Available", **changes}))
    del found["spec"]["claimRef"]
    found["metadata"]["annotations"] = {"pv.kubernetes.io/provisioned-by": "rbd.csi.ceph.com"}
    return found


def made(said: State | None = None, **changes: object) -> Recording:
    args = stateful_set_args(**{**ARGS, **changes})
    return run(lambda: PersistentStatefulSet("zk", args), state=said)


def refusal(said: State | None = None, **changes: object) -> str:
    with pytest.raises(StatefastError) as caught:
        made(said, **changes)
    return str(caught.value.sentence)


def consent_of(sentence: str) -> str:
    found: list[str] = re.findall(r"'(PersistentVolume [^']*\])'", sentence)
    return found[-1]


def without(*volumes: Object, live: Sequence[Object] = ()) -> FakeCluster:
    return cluster(
        claims=[*live, *(claim(name, volume=f"held-{name}") for name in CLAIMS[1:])],
        volumes=list(volumes),
    )


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ([cleared(size="1Gi")], "has 1Gi and names no claim now"),
        ([cleared(class_name="another")], "names no claim now"),
        ([volume(claim="another", phase="Bound")], "is of claim data/another now"),
        ([], "is not in the cluster any more"),
    ],
    ids=["cleared", "another-class", "given-away", "gone"],
)
def test_a_claim_that_would_be_made_without_the_volume_it_had_is_refused(
    monkeypatch: pytest.MonkeyPatch, now: list[Object], says: str
) -> None:
    use(monkeypatch, without(*now))
    assert made()
    sentence = refusal(state("pvc-old"))
    assert f"claim data/{NAME} is not there, and was on volume pvc-old when" in sentence
    assert says in sentence
    assert ("to mount pvc-old, run: " in sentence) is bool(now)
    consent = consent_of(sentence)
    assert consent.startswith(f"PersistentVolume pvc-old: claim data/{NAME} -> none [")
    assert made(state("pvc-old"), consent=[consent])


def test_a_claim_that_is_on_another_volume_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    new = volume("pvc-1", phase="Bound", claim_uid=f"uid-{NAME}")
    use(monkeypatch, without(new, cleared(), live=[claim(NAME)]))
    assert made(state("pvc-1"))
    sentence = refusal(state("pvc-old"))
    assert f"claim data/{NAME} is on volume pvc-1 now, and was on volume pvc-old" in sentence
    assert "to go back to pvc-old, run: kubectl patch pv pvc-old --type=merge" in sentence
    assert made(state("pvc-old"), consent=[consent_of(sentence)])

    # That the old one is gone is said, since nothing can be done about it.
    use(monkeypatch, without(new, live=[claim(NAME)]))
    assert made(state("pvc-old"))


def test_what_cannot_be_looked_for_is_not_started_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = without()
    del found.kinds["volumes"]
    use(monkeypatch, found)
    assert made()
    record = {"of": "StatefulSet zk", "namespace": "data", "claims": {NAME: "uid-old"}}
    ((type_, outputs),) = state("pvc-old")
    said: State = [(type_, {**outputs, "record": record})]
    # Asked for once, by the uid of the claim, and not a second time by the name of its volume.
    sentence = refusal(said)
    assert "to list persistentvolumes" in sentence
    consent = re.findall(r"'(PersistentVolumeClaim [^']*\])'", sentence)
    assert made(said, consent=consent)


def test_another_volume_that_remembers_the_claim_is_not_taken_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, without(cleared(size="1Gi"), volume("pvc-other")))
    assert volume_patch(made(state("pvc-other")))
    assert "was on volume pvc-old" in refusal(state("pvc-old"))


@pytest.mark.parametrize("volumes", [("pvc-a", "pvc-b"), ("pvc-a", "pvc-1")])
def test_claims_of_two_clusters_are_told_apart_by_what_is_there(
    monkeypatch: pytest.MonkeyPatch, volumes: tuple[str, ...]
) -> None:
    new = volume("pvc-1", phase="Bound", claim_uid=f"uid-{NAME}")
    use(monkeypatch, without(new, live=[claim(NAME)]))
    assert made(state(*volumes))


def test_what_a_component_says_stands_for_what_its_patches_say() -> None:
    patch = {
        "metadata": {"name": NAME, "namespace": "data"},
        "spec": {"volumeName": "pvc-older"},
    }
    applied: State = [("kubernetes:core/v1:PersistentVolumeClaimPatch", patch)]
    assert LastRun.of(applied).volumes == {f"data/{NAME}": {"pvc-older"}}
    found = LastRun.of([*applied, *state("pvc-old")])
    assert found.volumes == {f"data/{NAME}": {"pvc-old"}}


def test_each_component_says_which_volumes_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(claims=[claim("zk-vol", volume="pvc-7")], stateful_sets=[]))
    args = deployment_args(**ARGS)
    recording = run(lambda: PersistentDeployment("zk", args))
    assert [found[VOLUMES] for found in recording.outputs.values() if VOLUMES in found] == [
        {"data/zk-vol": "pvc-7"},
        {"data/zk-vol": "pvc-7"},
    ]
    # Of ordinals that do not run now it is not forgotten.
    use(monkeypatch, cluster())
    recording = made(state("pvc-9", claim="zk-vol-zk-7"))
    (found,) = [found[VOLUMES] for found in recording.outputs.values() if VOLUMES in found]
    assert found == {"data/zk-vol-zk-7": "pvc-9"} | {f"data/{name}": "pvc-1" for name in CLAIMS}


USED: list[dict[str, Any]] = [{}, {"size": "9Gi"}, {"modes": ["ReadWriteOnce", "ReadWriteMany"]}]


@pytest.mark.parametrize("free", USED, ids=str)
@pytest.mark.parametrize("live", [[], [claim(NAME, volume="")]], ids=["new", "pending"])
def test_a_volume_that_was_used_is_not_bound_unseen(
    monkeypatch: pytest.MonkeyPatch, free: dict[str, Any], live: list[Object]
) -> None:
    use(monkeypatch, without(cleared("pv-9", **free), live=live))
    sentence = refusal()
    assert "volume pv-9 (" in sentence
    assert f"would be bound to claim data/{NAME}" in sentence
    for name in (NAME, "keep-pv-9"):
        assert f'"namespace":"data","name":"{name}"' in sentence
    assert made(consent=[consent_of(sentence)])


@pytest.mark.parametrize(
    "free",
    [
        {"size": "7Gi"},
        {"class_name": "another"},
        {"modes": ["ReadWriteMany"]},
        {"leaving": True},
    ],
    ids=str,
)
def test_a_volume_that_kubernetes_would_not_bind_is_in_nobodys_way(
    monkeypatch: pytest.MonkeyPatch, free: dict[str, Any]
) -> None:
    use(monkeypatch, without(cleared("pv-9", **free)))
    assert made()


@pytest.mark.parametrize(
    ("annotations", "used"),
    [
        ({}, False),
        ({"pv.kubernetes.io/provisioned-by": "local-volume-provisioner-node-1"}, False),
        ({"pv.kubernetes.io/bound-by-controller": "yes"}, True),
    ],
)
def test_a_volume_that_never_had_a_claim_is_for_anybody(
    monkeypatch: pytest.MonkeyPatch, annotations: dict[str, str], used: bool
) -> None:
    free = cast("dict[str, Any]", cleared("pv-9"))
    free["metadata"]["annotations"] = annotations
    use(monkeypatch, without(free))
    if used:
        assert "pv-9" in refusal()
    else:
        assert made()


def test_a_claim_without_a_class_may_get_one_of_the_default_class(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = cluster(claims=[], volumes=[cleared("pv-9")], classes=[storage_class(default=True)])
    use(monkeypatch, found)
    args = cast("VolumeClaimArgs", {"namespace": "data", "size": "8Gi", "preflight": {}})
    with pytest.raises(StatefastError, match="volume pv-9"):
        run(lambda: VolumeClaim("vol", args))
    # Whoever names it has said so.
    named = cast("VolumeClaimArgs", {**args, "volume_name": "pv-9", "storage_class_name": "rbd"})
    assert run(lambda: VolumeClaim("vol", named))
