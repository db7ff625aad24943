"""A claim beside a volume that remembers it: reattached, refused with words that work, or named."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from statefast import PersistentDeployment, StatefastError, VolumeClaim, VolumeClaimArgs
from statefast.safety.read.cluster import Object
from tests.recording import Recording, run
from tests.unit.samples import deployment_args, volume

from .fakes import FakeCluster, claim, deployment, stateful_set, use, volume_patch
from .fakes import volume as volume_of
from .test_plans import CLAIMS, cluster, made, refusal

NAME = CLAIMS[0]
NEW = volume_of("pvc-1", phase="Bound", claim_uid=f"uid-{NAME}")
HELD = [volume_of(f"held-{name}", phase="Bound", claim=name) for name in CLAIMS[1:]]
KEEP = """kubectl patch pv {} -p '{{"spec":{{"persistentVolumeReclaimPolicy":"Retain"}}}}'"""


def consents(sentence: str, way: str) -> list[str]:
    """What a refusal says to add for one of its ways."""
    _, found, rest = sentence.partition(way)
    assert found, sentence
    return re.findall(r"'(PersistentVolume [^']*\])'", rest.partition("; ")[0])


def beside(
    *volumes: Object, live: Sequence[Object] = (claim(NAME),), retention: str = "retain"
) -> FakeCluster:
    """A set of three, whose first claim may be live on `pvc-1`."""
    held = [claim(name, volume=f"held-{name}", retention=retention) for name in CLAIMS[1:]]
    policy = "Retain" if retention == "retain" else "Delete"
    return cluster(
        stateful_sets=[stateful_set(when_deleted=policy)],
        claims=[*live, *held],
        volumes=[NEW, *HELD, *volumes],
    )


@pytest.mark.parametrize(
    "old",
    [
        {},
        {"phase": "Available", "claim_uid": ""},
        {"phase": "Failed"},
        {"phase": "Bound"},
        {"phase": "Pending"},
        {"policy": "Delete"},
        {"class_name": "another"},
        {"size": "1Gi"},
        {"modes": ["ReadWriteMany"]},
    ],
    ids=str,
)
@pytest.mark.parametrize("retention", ["retain", "snapshot"])
@pytest.mark.parametrize("mode", ["warn", "strict"])
def test_a_claim_that_lives_beside_it_is_refused_until_its_owner_chooses(
    monkeypatch: pytest.MonkeyPatch, mode: str, retention: str, old: Mapping[str, Any]
) -> None:
    live = [claim(NAME, retention=retention)]
    use(monkeypatch, beside(volume_of("pvc-old", **old), live=live, retention=retention))
    args: dict[str, Any] = {"preflight": {"mode": mode}, "retention": retention}
    sentence = refusal(**args)
    assert f"claim data/{NAME} was made again and is on volume pvc-1 (8Gi, Bound)" in sentence
    assert "volume pvc-old (" in sentence

    # To go on: one consent, which names what is left.
    (consent,) = consents(sentence, "to go on with pvc-1")
    assert consent.startswith(f"PersistentVolume pvc-old: claim data/{NAME} -> none [")
    assert made(**args, consent=[consent]).one("StatefulSet", "zk")

    # To go back: the other one is given up by name, and both stay.
    (other,) = consents(sentence, "to go back to pvc-old")
    assert other.startswith(f"PersistentVolume pvc-1: claim data/{NAME} -> none [")
    _, _, commands = sentence.partition("and run: ")
    assert commands.endswith(
        f"kubectl scale statefulset/zk -n data --replicas=0 && kubectl delete pvc {NAME} -n data"
        " && pulumi up --refresh."
    )
    assert (KEEP.format("pvc-old") in commands) is ("policy" in old)

    # Each is good for its volume, and for the binding it has.
    assert "pvc-old" in refusal(**args, consent=[other])
    use(
        monkeypatch,
        beside(
            volume_of("pvc-old", **{**old, "claim_uid": "later"}), live=live, retention=retention
        ),
    )
    assert "pvc-old" in refusal(**args, consent=[consent])


def test_the_way_back_ends_on_the_volume(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, beside(volume_of("pvc-old")))
    chosen = consents(refusal(), "to go back to pvc-old")
    # As the cluster is once the commands were run.
    use(monkeypatch, beside(volume_of("pvc-old"), live=[]))
    found = made(consent=chosen).one("PersistentVolumeClaimPatch", f"{NAME}-claim")
    assert found.spec["volumeName"] == "pvc-old"
    assert "pvc-1" in refusal()


def test_what_runs_is_stopped_no_further_than_need_be(monkeypatch: pytest.MonkeyPatch) -> None:
    old = volume_of("pvc-old", claim=CLAIMS[2])
    use(monkeypatch, beside(old))
    assert "kubectl scale statefulset/zk -n data --replicas=2 &&" in refusal()


def test_a_claim_without_a_volume_yet_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, beside(volume_of("pvc-old"), live=[claim(NAME, volume="")]))
    monkeypatch.setitem(NEW["spec"]["claimRef"], "name", "another")
    sentence = refusal()
    assert "was made again and has no volume, and" in sentence
    assert consents(sentence, "to go back to pvc-old") == []


@pytest.mark.parametrize(
    "own",
    [
        pytest.param([], id="bound"),
        pytest.param([claim(NAME, volume="")], id="being-bound"),
        pytest.param([claim(NAME, taken_up="pvc-1")], id="reattached"),
    ],
)
def test_its_own_volume_is_no_other(monkeypatch: pytest.MonkeyPatch, own: Sequence[Object]) -> None:
    use(monkeypatch, beside(live=own or [claim(NAME)]))
    assert made().one("StatefulSet", "zk")


def test_a_volume_that_is_being_reattached_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was killed in between leaves the volume with the uid of the claim before."""
    old = volume_of("pvc-old")
    live = claim(NAME, volume="pvc-old", taken_up="pvc-old")
    use(monkeypatch, cluster(claims=[live], stateful_sets=[], volumes=[old]))
    found = volume_patch(made(replicas=1))
    assert found.metadata["name"] == "pvc-old"


def test_an_annotation_that_was_copied_reattaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    live = claim(NAME, volume="pvc-1", taken_up="pvc-of-another")
    use(monkeypatch, beside(live=[live]))
    assert "PersistentVolumePatch" not in str(made().kinds())


@pytest.mark.parametrize("live", [True, False])
def test_an_ephemeral_stack_names_it_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, live: bool
) -> None:
    claims = [claim(NAME, retention="delete")] if live else []
    old = volume_of("pvc-old")
    found = beside(old, live=claims, retention="delete")
    found.kinds["volumes"] = [item for item in found.kinds["volumes"] if live or item is not NEW]
    use(monkeypatch, found)
    assert "PersistentVolumePatch" not in str(made(retention="delete").kinds())
    assert "volume pvc-old (8Gi, Released) was of an earlier claim" in caplog.text


def test_what_is_being_deleted_is_named_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, beside(volume_of("pvc-old", leaving=True)))
    assert made().one("StatefulSet", "zk")
    assert "volume pvc-old (8Gi, Released)" in caplog.text
    assert "is being deleted" in caplog.text


def test_a_claim_whose_volume_is_gone_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, cluster(claims=[claim(NAME, volume="pvc-gone")], volumes=[]))
    made(replicas=1)
    assert "volume pvc-gone of claim data/zk-vol-zk-0 is not in the cluster any more" in caplog.text


def gone(*volumes: Object) -> FakeCluster:
    """The first claim is not there."""
    found = beside(*volumes, live=[])
    found.kinds["volumes"] = [*HELD, *volumes]
    return found


@pytest.mark.parametrize(
    "old",
    [
        {},
        {"phase": "Available", "claim_uid": ""},
        {"phase": "Failed"},
        # The controller has not looked yet.
        {"phase": "Bound"},
        {"modes": ["ReadWriteOnce", "ReadOnlyMany"]},
        {"size": "20Gi"},
    ],
    ids=str,
)
def test_the_one_that_remembers_is_reattached(
    monkeypatch: pytest.MonkeyPatch, old: Mapping[str, Any]
) -> None:
    use(monkeypatch, gone(volume_of("pvc-old", **old)))
    found = made().one("PersistentVolumeClaimPatch", f"{NAME}-claim")
    assert found.spec["volumeName"] == "pvc-old"
    assert found.spec["resources"]["requests"]["storage"] == old.get("size", "8Gi")


@pytest.mark.parametrize("many", [2, 3])
def test_of_several_the_one_that_is_not_given_up(
    monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    names = [f"pvc-{letter}" for letter in "abc"[:many]]
    use(monkeypatch, gone(*map(volume_of, names)))
    sentence = refusal()
    for chosen in names:
        given = consents(sentence, f"to mount {chosen},")
        assert len(given) == many - 1
        found = made(consent=given).one("PersistentVolumeClaimPatch", f"{NAME}-claim")
        assert found.spec["volumeName"] == chosen
        for part in range(many - 1):
            less = [*given[:part], *given[part + 1 :]]
            assert chosen in refusal(consent=less)


@pytest.mark.parametrize(
    ("old", "fragments"),
    [
        (
            {"policy": "Delete"},
            ["is deleted for want of a claim", KEEP.format("pvc-old") + "; or start without it"],
        ),
        ({"class_name": "fast"}, ["storage_class_name is 'rbd'", "write 'fast' to reattach it"]),
        ({"modes": ["ReadWriteMany"]}, ["access_modes is 'ReadWriteOnce'", "'ReadWriteMany'"]),
    ],
    ids=["to be deleted", "class", "modes"],
)
def test_one_that_cannot_be_reattached_is_refused_or_given_up(
    monkeypatch: pytest.MonkeyPatch, old: Mapping[str, Any], fragments: Sequence[str]
) -> None:
    use(monkeypatch, gone(volume_of("pvc-old", **old)))
    sentence = refusal()
    for fragment in ["pvc-old (8Gi, Released)", *fragments]:
        assert fragment in sentence
    given = consents(sentence, "start without it")
    assert len(given) == 1
    assert "PersistentVolumePatch" not in str(made(consent=given).kinds())


def alone(**changes: object) -> Recording:
    given = {"namespace": "data", "size": "8Gi", "preflight": {}, **changes}
    return run(lambda: VolumeClaim(NAME, cast("VolumeClaimArgs", given)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("data_source", {"snapshot": "monday"}),
        ("data_source_ref", {"api_group": "a.example.com", "kind": "Populator", "name": "b"}),
        ("selector", {"match_labels": {"disk": "a"}}),
        ("volume_name", "pvc-another"),
    ],
)
def test_data_from_elsewhere_does_not_pass_over_it(
    monkeypatch: pytest.MonkeyPatch, field: str, value: object
) -> None:
    use(monkeypatch, gone(volume_of("pvc-old", class_name="")))
    with pytest.raises(StatefastError) as caught:
        alone(**{field: value})
    sentence = str(caught.value)
    assert f"VolumeClaim {NAME}: {field} is " in sentence
    assert f"leave {field} out to reattach it" in sentence
    given = consents(sentence, "start without it")
    found = alone(**{field: value, "consent": given}).one("PersistentVolumeClaimPatch", NAME)
    assert found.spec.get("volumeName", "") == (value if field == "volume_name" else "")


def test_the_volume_that_the_args_name_is_reattached(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, gone(volume_of("pvc-old")))
    found = alone(volume_name="pvc-old", storage_class_name="rbd")
    assert found.one("PersistentVolumeClaimPatch", NAME).spec["volumeName"] == "pvc-old"
    assert volume_patch(found)


def mounted(existing: str, **changes: object) -> Recording:
    volumes = volume(existing_claim=existing)
    del volumes[0]["size"]
    args = deployment_args(volumes=volumes, preflight={}, **changes)
    return run(lambda: PersistentDeployment("zk", args))


def test_a_claim_of_somebody_else_is_not_mounted_beside_the_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = beside(volume_of("pvc-old"), live=[claim(NAME, owner="")])
    found.kinds["deployments"] = [deployment("zk", claims=[NAME]), deployment("other")]
    found.kinds["stateful sets"] = []
    use(monkeypatch, found)
    with pytest.raises(StatefastError) as caught:
        mounted(NAME)
    sentence = str(caught.value)
    assert "kubectl scale deployment/zk -n data --replicas=0 &&" in sentence
    assert "deployment/other" not in sentence
    given = consents(sentence, "to go on with pvc-1")
    assert mounted(NAME, consent=given).one("Deployment", "zk")


def test_a_claim_on_its_way_out_is_not_made_again_before_its_pod_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, beside(live=[claim(NAME, leaving=True)]))
    assert (
        f"{KEEP.format('pvc-1')} && kubectl scale statefulset/zk -n data --replicas=0 &&"
        f" kubectl wait pvc {NAME} -n data --for=delete && pulumi up --refresh"
    ) in refusal()
