"""What is on its way out, and what nobody mounts: named, with what keeps it."""

from typing import Any

import pulumi
import pytest

from statefast.safety.preflight import Reader, reader
from statefast.safety.read.cluster import Object
from statefast.safety.read.unmounted import note_unmounted
from statefast.safety.run import this_run
from tests.recording import run

from .fakes import FakeCluster, claim, use, volume
from .test_plans import CLAIMS, cluster, made, refusal

KEEP = """kubectl patch pv pvc-1 -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'"""
WAIT = "kubectl wait namespace data --for=delete --timeout=-1s && pulumi up --refresh"


def going(**kinds: Any) -> FakeCluster:
    metadata = {"name": "data", "uid": "uid", "deletionTimestamp": "2026-01-01T00:00:00Z"}
    return cluster(namespaces=[{"metadata": metadata}], **kinds)


def bound(name: str = "pvc-1", **changes: Any) -> Object:
    return volume(name, phase="Bound", claim=CLAIMS[0], claim_uid=f"uid-{CLAIMS[0]}", **changes)


@pytest.mark.parametrize("policy", ["Delete", "Retain"])
def test_a_namespace_that_goes_names_the_volumes_that_go_with_it(
    monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    use(monkeypatch, going(claims=[claim(CLAIMS[0])], volumes=[bound(policy=policy)]))
    sentence = refusal()
    assert f"but that namespace is being deleted with its claims {CLAIMS[0]}" in sentence
    assert ("volumes pvc-1 are deleted with them" in sentence) is (policy == "Delete")
    assert (f"reattach them: {KEEP} && {WAIT}" in sentence) is (policy == "Delete")
    assert WAIT in sentence


def test_a_volume_that_goes_with_its_claim_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(claims=[claim(CLAIMS[0])], volumes=[bound(leaving=True)]))
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: said.append(text))
    assert made(replicas=1)
    (found,) = [text for text in said if "being deleted and goes with its claim" in text]
    assert "volume pvc-1 (8Gi, Bound)" in found


def notes(monkeypatch: pytest.MonkeyPatch, wanted: str, *volumes: Object) -> list[str]:
    use(monkeypatch, cluster(claims=[claim("zk-vol")], volumes=list(volumes)))
    found: list[Reader] = []

    def program() -> None:
        this_run().claims.add(("data", wanted))
        found.append(reader("stack config", {}))
        note_unmounted(found[0], "data")

    run(program)
    return found[0].notes


LEFT = volume("pvc-left", claim="gone")


def test_a_volume_that_nobody_mounts_is_named_beside_what_starts_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (note,) = notes(monkeypatch, "new", LEFT)
    assert note.startswith("new starts on new and empty volumes, while")
    assert note.endswith(": pvc-left (of claim gone)")


def test_a_volume_whose_claim_was_made_anew_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    (note,) = notes(monkeypatch, "new", volume("pvc-left", claim="zk-vol"))
    assert note.endswith(": pvc-left (of claim zk-vol)")


def test_where_nothing_starts_it_is_named_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert notes(monkeypatch, "zk-vol", LEFT) == [
        "volumes of this namespace whose claims are gone keep their data: pvc-left (of claim gone)"
    ]


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ("gone", LEFT),
        ("new", volume(namespace="elsewhere")),
        ("new", volume("pvc-1", claim="zk-vol")),
        ("new", volume(claim="zk-vol", claim_uid="uid-zk-vol")),
        ("new", volume(claim="zk-vol", claim_uid="")),
        ("new", volume(claim="gone", leaving=True)),
        ("zk-vol", volume("pvc-left", claim="keep-pvc-left")),
    ],
    ids=[
        "it-comes-back",
        "elsewhere",
        "mounted",
        "its-own",
        "reserved",
        "being-deleted",
        "kept-from-all",
    ],
)
def test_what_is_mounted_reattached_or_elsewhere_is_no_news(
    monkeypatch: pytest.MonkeyPatch, wanted: str, left: Object
) -> None:
    assert notes(monkeypatch, wanted, left) == []


def test_volumes_that_cannot_be_listed_are_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = cluster(claims=[claim("zk-vol")])
    del found.kinds["volumes"]
    use(monkeypatch, found)
    run(lambda: note_unmounted(reader("stack config", {"mode": "strict"}), "data"))
