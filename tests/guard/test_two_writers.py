"""One volume that is made for one writer never gets two: in one program, and in the cluster."""

import re
from collections.abc import Sequence
from typing import Any

import pulumi
import pytest

from statefast import PersistentDeployment, PersistentStatefulSet, StatefastError, VolumeClaim
from statefast.safety.read.cluster import Object
from tests.recording import run
from tests.unit.samples import deployment_args, selector, stateful_set_args, volume

from .fakes import OWNER, FakeCluster, claim, stateful_set, storage_class, use

SHARED: dict[str, Any] = {"access_modes": ["ReadWriteMany"]}
EXISTING = {"name": "vol", "mount_path": "/data", "existing_claim": "zk-vol"}


def existing(claim_name: str = "zk-vol", **changes: object) -> dict[str, object]:
    return {"volumes": [{**EXISTING, "existing_claim": claim_name, **changes}]}


def mounting(claim_name: str = "zk-vol", *, read_only: bool = False) -> dict[str, object]:
    source = {"claimName": claim_name, **({"readOnly": True} if read_only else {})}
    return {"volumes": [{"name": "it", "persistentVolumeClaim": source}]}


def both(first: dict[str, object], second: dict[str, object]) -> None:
    def program() -> None:
        PersistentDeployment("zk", deployment_args(**first))
        PersistentDeployment("backup", deployment_args(**second))

    run(program)


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ({}, existing(), "volumes.vol.existing_claim is 'zk-vol'"),
        (existing("other"), existing("other"), "volumes.vol.existing_claim is 'other'"),
        ({}, {}, "volumes.zk-vol is 'zk-vol'"),
        ({}, existing(**SHARED), "ReadWriteOnce volume"),
        ({"volumes": volume(**SHARED)}, existing(), "ReadWriteOnce volume"),
        (
            {},
            {"volumes": volume(name="own"), "pod": mounting()},
            "pod.volumes[it] is 'zk-vol'",
        ),
    ],
    ids=["of-another", "of-a-third", "same-name", "strict-first", "strict-second", "override"],
)
def test_two_workloads_of_one_program(
    first: dict[str, object], second: dict[str, object], one: str
) -> None:
    with pytest.raises(StatefastError) as caught:
        both(first, second)
    assert caught.value.sentence.startswith("Deployment backup: ")
    assert "Deployment zk mounts that claim as well" in caught.value.sentence
    assert one in caught.value.sentence


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"volumes": volume(**SHARED)}, existing(**SHARED)),
        ({}, {"namespace": "other"}),
        ({}, {"volumes": volume(name="own"), "pod": mounting(read_only=True)}),
    ],
    ids=["shared", "namespace", "read-only"],
)
def test_what_is_no_second_writer(first: dict[str, object], second: dict[str, object]) -> None:
    both(first, second)


@pytest.mark.parametrize("number", [0, 7])
def test_a_claim_that_a_set_will_make(number: int) -> None:
    def program() -> None:
        PersistentStatefulSet("zk", stateful_set_args())
        name = f"zk-vol-zk-{number}"
        PersistentDeployment("direct", deployment_args(volumes=volume(name=name)))

    with pytest.raises(StatefastError, match="StatefulSet zk mounts its own claim of that name"):
        run(program)


def test_two_sets_whose_claims_have_one_name() -> None:
    def program() -> None:
        PersistentStatefulSet("a-b", stateful_set_args(volumes=volume(name="x")))
        PersistentStatefulSet("b", stateful_set_args(volumes=volume(name="x-a")))

    with pytest.raises(StatefastError, match="'x-a-b-<n>'"):
        run(program)


def test_another_cluster_has_other_claims() -> None:
    def program() -> None:
        for name in ("one", "two"):
            provider = pulumi.ProviderResource("kubernetes", name, {})
            opts = pulumi.ResourceOptions(providers=[provider])
            PersistentDeployment(f"zk-{name}", deployment_args(), opts)

    run(program)


def cluster(**changes: Sequence[Object]) -> FakeCluster:
    kinds: dict[str, Sequence[Object]] = {
        "deployments": [],
        "stateful_sets": [],
        "pods": [],
        "claims": [claim("zk-vol")],
        "classes": [storage_class()],
        "volumes": [],
        "quotas": [],
        **changes,
    }
    return FakeCluster(**kinds)


def live(name: str, pod: dict[str, object], replicas: int = 1) -> Object:
    return {
        "metadata": {
            "name": name,
            "namespace": "data",
            "uid": f"uid-{name}",
            "annotations": {"statefast/stack": OWNER},
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": selector(name)},
            "template": {"spec": pod},
        },
    }


def pod(spec: dict[str, object], phase: str = "Running", **metadata: Any) -> Object:
    return {
        "metadata": {"name": "some-pod", "namespace": "data", "uid": "uid", **metadata},
        "spec": spec,
        "status": {"phase": phase},
    }


OF_DEPLOYMENT: dict[str, Any] = {
    "ownerReferences": [{"kind": "ReplicaSet", "name": "zk-5d4f8", "controller": True}],
    "labels": {"pod-template-hash": "5d4f8"},
}
OF_JOB: dict[str, Any] = {"ownerReferences": [{"kind": "Job", "name": "dump", "controller": True}]}


def made(**changes: object) -> None:
    args = deployment_args(preflight={}, **{**existing(), **changes})
    run(lambda: PersistentDeployment("zk", args))


def refusal(**changes: object) -> str:
    with pytest.raises(StatefastError) as caught:
        made(**changes)
    return caught.value.sentence


@pytest.mark.parametrize(
    ("changes", "other"),
    [
        ({"deployments": [live("shop", mounting())]}, "Deployment shop"),
        (
            {
                "stateful_sets": [
                    stateful_set("zk", templates={"vol": ("rbd", [])}, selector={"app": "zk"})
                ],
                "claims": [claim("vol-zk-0")],
            },
            "StatefulSet zk",
        ),
        ({"pods": [pod(mounting(), **OF_JOB)]}, "Job dump"),
        ({"pods": [pod(mounting(), "Pending")]}, "Pod some-pod"),
    ],
    ids=["deployment", "set", "job", "pod"],
)
def test_somebody_who_lives_and_mounts_it(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, list[Object]], other: str
) -> None:
    use(monkeypatch, cluster(**changes))
    name = "vol-zk-0" if "claims" in changes else "zk-vol"
    sentence = refusal(**existing(name))
    assert f"but {other} mounts that claim, and both would write to one volume" in sentence
    asked = re.search(r"adding '(.*?)' to consent", sentence)
    assert asked is not None
    made(**existing(name), consent=[asked[1]])
    # It is for this workload and this claim.
    assert other in refusal(**existing(name), consent=[asked[1].replace(name, "another")])


@pytest.mark.parametrize(
    "changes",
    [
        {"deployments": [live("shop", mounting("other"))]},
        {"deployments": [live("shop", mounting(), replicas=0)]},
        {"deployments": [live("shop", mounting(read_only=True))]},
        {"deployments": [live("zk", mounting())], "pods": [pod(mounting(), **OF_DEPLOYMENT)]},
        {"pods": [pod(mounting(), **OF_DEPLOYMENT)]},
        {"pods": [pod(mounting(), "Succeeded", **OF_JOB)]},
        {
            "claims": [claim("zk-vol", modes=["ReadWriteMany"])],
            "deployments": [live("shop", mounting())],
        },
    ],
    ids=["another", "no-replicas", "reads", "itself", "its-pod", "over", "shared"],
)
def test_who_is_no_second_writer(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, list[Object]]
) -> None:
    use(monkeypatch, cluster(**changes))
    made()


@pytest.mark.parametrize(
    ("name", "instance", "taken"),
    [("zk-0", "zk", True), ("zk-0", "shop", False), ("zk-debug", "zk", False)],
)
def test_pods_that_a_deleted_set_left_are_taken_in_again(
    monkeypatch: pytest.MonkeyPatch, name: str, instance: str, taken: bool
) -> None:
    left = pod(mounting("zk-vol-zk-0"), name=name, labels={"app.kubernetes.io/instance": instance})
    use(monkeypatch, cluster(pods=[left], claims=[claim("zk-vol-zk-0")]))
    args = stateful_set_args(preflight={}, volumes=volume(storage_class_name="rbd"))

    def make() -> None:
        run(lambda: PersistentStatefulSet("zk", args))

    if taken:
        make()
    else:
        with pytest.raises(StatefastError, match=f"but Pod {name} mounts that claim"):
            make()


def test_what_is_so_already_is_noted_and_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: said.append(text))
    lives = [live("zk", mounting()), live("shop", mounting())]
    use(monkeypatch, cluster(deployments=lives))
    made()
    assert any("claim zk-vol is mounted by Deployment shop as well" in text for text in said)


def test_a_workload_without_replicas_writes_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(deployments=[live("shop", mounting())]))
    made(replicas=0)


def test_a_claim_of_ones_own_that_somebody_mounts(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(deployments=[live("renamed", mounting())]))
    own = {"volumes": volume(storage_class_name="rbd")}
    assert "scale Deployment renamed to 0 or remove it in an up of its own" in refusal(**own)


@pytest.mark.parametrize(
    ("changes", "args", "fragment"),
    [
        ({"claims": []}, {}, "but namespace data has no such claim"),
        ({"claims": [claim("zk-vol", leaving=True)]}, {}, "is being deleted"),
        ({}, existing(**SHARED), "is ReadWriteOnce, and not ReadWriteMany as written here"),
        (
            {},
            {"volumes": volume(name="own", **SHARED), "replicas": 2, "pod": mounting()},
            "2 pods would write to one volume",
        ),
    ],
    ids=["gone", "leaving", "modes", "replicas"],
)
def test_a_claim_that_cannot_be_mounted_as_written(
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, list[Object]],
    args: dict[str, object],
    fragment: str,
) -> None:
    use(monkeypatch, cluster(**changes))
    assert fragment in refusal(**args)


def test_a_claim_that_the_same_program_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(claims=[]))

    def program() -> None:
        VolumeClaim("zk-vol", {"namespace": "data", "size": "8Gi", "storage_class_name": "rbd"})
        PersistentDeployment("zk", deployment_args(preflight={}, **existing()))

    run(program)


@pytest.mark.parametrize("unread", ["pods", "deployments", "stateful_sets"])
def test_who_mounts_it_is_not_known(monkeypatch: pytest.MonkeyPatch, unread: str) -> None:
    known = cluster()
    del known.kinds[unread.replace("_", " ")]
    use(monkeypatch, known)
    sentence = refusal()
    assert "it could not be read who mounts that claim" in sentence
    asked = re.search(r"adding '(.*?)' to consent", sentence)
    assert asked is not None
    made(consent=[asked[1]])
    # A claim of one's own is nobody else's to mount.
    made(volumes=volume(storage_class_name="rbd"))
