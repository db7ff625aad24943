"""What is there already: another's is refused, ours is taken back, and the state is asked."""

import re
from collections.abc import Sequence
from typing import Any, cast

import pulumi
import pytest

from statefast import (
    PersistentDeployment,
    PersistentStatefulSet,
    StatefastError,
    StorageClass,
    StorageClassArgs,
    VolumeSnapshotClass,
    VolumeSnapshotClassArgs,
)
from statefast.safety.plan.names import Names
from statefast.safety.read.cluster import Object, Unreadable
from tests.recording import Recording, Registered, run
from tests.unit.samples import deployment_args, stateful_set_args, volume

from .fakes import OWNER, FakeCluster, deployment, stateful_set, storage_class, use

# What a set with everything around it makes: key of the fake, kind, type, name.
SMALL = [
    ("services", "Service", "kubernetes:core/v1:Service", "zk"),
    ("services", "Service", "kubernetes:core/v1:Service", "zk-headless"),
    ("service_accounts", "ServiceAccount", "kubernetes:core/v1:ServiceAccount", "zk"),
    ("config_maps", "ConfigMap", "kubernetes:core/v1:ConfigMap", "zk-config"),
    (
        "disruption_budgets",
        "PodDisruptionBudget",
        "kubernetes:policy/v1:PodDisruptionBudget",
        "zk",
    ),
    ("network_policies", "NetworkPolicy", "kubernetes:networking.k8s.io/v1:NetworkPolicy", "zk"),
    ("secrets", "Secret", "kubernetes:core/v1:Secret", "zk-secrets"),
]
FILES = {"/etc/zk.cfg": "tick=2000"}
# Some state, with nothing of what the tests are about.
STATE = [("kubernetes:core/v1:NamespacePatch", "data")]
HELM = {"app.kubernetes.io/managed-by": "Helm"}
EARLIER = {"app.kubernetes.io/managed-by": "pulumi"}


def small(name: str, owner: str = OWNER, labels: dict[str, str] | None = None) -> Object:
    return {
        "metadata": {
            "name": name,
            "namespace": "data",
            "uid": f"uid-{name}",
            "labels": labels or {},
            "annotations": {"statefast/stack": owner} if owner else {},
        },
        "data": {"etc_zk.cfg": "tick=2000"},
    }


def cluster(**kinds: Sequence[Object]) -> FakeCluster:
    given: dict[str, Sequence[Object]] = {
        "stateful_sets": [],
        "deployments": [],
        "claims": [],
        "classes": [storage_class()],
        "volumes": [],
        "quotas": [],
        "pods": [],
        **kinds,
    }
    return FakeCluster(**given)


def made(state: Sequence[tuple[str, str]] | None = None, **changes: object) -> Recording:
    given = {
        "volumes": volume(storage_class_name="rbd"),
        "config_files": FILES,
        "network_policy": {},
        "secret_env": {"PASSWORD": "one"},
        "preflight": {},
        **changes,
    }
    args = stateful_set_args(**given)
    return run(lambda: PersistentStatefulSet("zk", args), state=state)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The notes that a run shows."""
    shown: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: shown.append(text))
    return shown


def refusal(state: Sequence[tuple[str, str]] | None = None, **changes: object) -> str:
    with pytest.raises(StatefastError) as caught:
        made(state, **changes)
    return caught.value.sentence


def imports(recording: Recording) -> dict[str, str]:
    return {
        f"{item.kind} {item.name}": item.import_id for item in recording.objects() if item.import_id
    }


@pytest.mark.parametrize(("listed", "kind", "type_", "name"), SMALL)
def test_what_is_ours_and_in_no_state_is_imported(
    monkeypatch: pytest.MonkeyPatch, listed: str, kind: str, type_: str, name: str
) -> None:
    use(monkeypatch, cluster(**{listed: [small(name)]}))
    taken_back = {f"{kind} {name}": f"data/{name}"}
    assert imports(made(STATE)) == taken_back
    # A stack that lost all it had, and one whose state cannot be read.
    assert imports(made([])) == taken_back
    assert imports(made(None)) == taken_back
    # What the engine has needs no import, and would be harder to replace for it.
    assert imports(made([*STATE, (type_, f"data/{name}")])) == {}


@pytest.mark.parametrize(("listed", "kind", "type_", "name"), SMALL)
@pytest.mark.parametrize("owner", ["", "statefast/other"])
def test_what_is_not_ours_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, listed: str, kind: str, type_: str, name: str, owner: str
) -> None:
    use(monkeypatch, cluster(**{listed: [small(name, owner, HELM)]}))
    for state in (STATE, None):
        sentence = refusal(state)
        whose = owner or "nobody"
        assert f"but {kind} data/{name} belongs to {whose}, not to {OWNER}" in sentence
        assert sentence.startswith(f"StatefulSet zk: name is {name!r}, ")
        asked = re.search(r"adding '(.*?)' to consent", sentence)
        assert asked is not None
        assert imports(made(state, consent=[asked[1]])) == {f"{kind} {name}": f"data/{name}"}
    # One that the state has was made by a version that did not write whose it is.
    if not owner:
        assert imports(made([(type_, f"data/{name}")])) == {}


def test_what_an_earlier_version_made_is_not_refused_where_the_state_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, cluster(services=[small("zk", "", EARLIER)]))
    assert imports(made(None)) == {}
    assert "belongs to nobody" in refusal(STATE)


def test_a_generated_secret_is_applied_and_has_an_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {"generated_secret_env": ["ROOT"]}
    use(monkeypatch, cluster(secrets=[small("zk-generated")]))
    found = made(STATE, **wanted)
    assert imports(found) == {}
    annotations = found.one("SecretPatch", "zk-generated").metadata["annotations"]
    assert annotations["statefast/stack"] == OWNER
    # It outlives stacks, those of earlier versions too.
    use(monkeypatch, cluster(secrets=[small("zk-generated", "", EARLIER)]))
    assert imports(made(STATE, **wanted)) == {}
    use(monkeypatch, cluster(secrets=[small("zk-generated", "statefast/other")]))
    assert "but Secret data/zk-generated belongs to statefast/other" in refusal(STATE, **wanted)


def test_a_generated_secret_that_was_deleted_is_missed_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def said_of(found: FakeCluster, **changes: object) -> str:
        use(monkeypatch, found)
        with pytest.raises(pulumi.RunError) as caught:
            made(STATE, generated_secret_env=["ROOT"], **changes)
        return str(caught.value)

    sentence = said_of(cluster(secrets=[]))
    assert "but somebody deleted Secret data/zk-generated" in sentence
    own = {"own_namespaces": ["data"]}
    sentence = said_of(cluster(secrets=[], namespaces=[]), preflight=own)
    assert "Namespace data: name is 'data', but somebody deleted it" in sentence


def test_other_data_is_left_for_the_next_run(
    monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    old = {**small("zk-config"), "data": {"etc_zk.cfg": "tick=1000"}}
    use(monkeypatch, cluster(config_maps=[old]))
    found = made(STATE).one("ConfigMap", "zk-config")
    assert (found.import_id, found.ignore_changes) == ("data/zk-config", ["data"])
    assert "taken back as it is" in said.pop()
    # Not known whether it is an edit of what the state has, which a replacement makes true.
    found = made(None).one("ConfigMap", "zk-config")
    assert (found.import_id, found.ignore_changes) == ("", [])
    assert "kubectl delete configmap zk-config -n data" in said.pop()


def test_a_service_keeps_its_address_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster())
    assert made().one("Service", "zk").ignore_changes == ["spec.clusterIP", "spec.clusterIPs"]


@pytest.mark.parametrize("mode", ["warn", "strict"])
def test_what_may_not_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, said: list[str], mode: str
) -> None:
    found = cluster(services=[])

    def forbidden(kind: str, *_: object) -> object:
        if kind == "claims":
            return {}
        raise Unreadable("listing services was answered with 403 Forbidden")

    monkeypatch.setattr(found, "_read_all_metadata", forbidden)
    # What may not be listed is asked for by name.
    use(monkeypatch, found)
    made(preflight={"mode": mode})
    assert said == []
    monkeypatch.setattr(found, "_read_metadata", forbidden)
    found._seen.clear()
    if mode == "strict":
        assert "403 Forbidden" in refusal(preflight={"mode": mode})
        return
    made(preflight={"mode": mode})
    expected = "whether Service data/zk and Service data/zk-headless are another's"
    assert expected in "".join(said)


SWITCHED = [("kubernetes:apps/v1:StatefulSet", "data/zk")]


def test_a_workload_of_the_other_pattern_that_stays_is_refused(
    monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    def switched(state: Sequence[tuple[str, str]] | None, *consent: str) -> Recording:
        args = deployment_args(preflight={}, consent=list(consent))
        return run(lambda: PersistentDeployment("zk", args), state=state)

    for owner, state in ((OWNER, STATE), (OWNER, []), ("", STATE), ("shop/prod", SWITCHED)):
        use(monkeypatch, cluster(stateful_sets=[stateful_set(owner=owner)], classes=CLASSES))
        with pytest.raises(StatefastError) as caught:
            switched(state)
        sentence = caught.value.sentence
        assert f"but StatefulSet data/zk of {owner or 'nobody'} lives" in sentence
        assert "(kubectl delete statefulset zk -n data)" in sentence
        asked = re.search(r"adding '(.*?)' to consent", sentence)
        assert asked is not None
        assert switched(state, asked[1]).one("Deployment", "zk")
    # A switch of the pattern: the engine removes it in the same run.
    use(monkeypatch, cluster(stateful_sets=[stateful_set()], classes=CLASSES))
    assert switched(SWITCHED).one("Deployment", "zk")
    assert said == []
    # Where that is not known, it is said.
    assert switched(None).one("Deployment", "zk")
    assert "then delete it: kubectl delete statefulset zk -n data" in said.pop()
    # Pods with other labels answer no Service of this workload.
    far = stateful_set(selector={"app": "zk"}, owner="")
    use(monkeypatch, cluster(stateful_sets=[far], classes=CLASSES))
    assert switched(None).one("Deployment", "zk")


CLASSES = [storage_class(default=True)]


def test_the_same_the_other_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(deployments=[deployment("zk")]))
    assert "but Deployment data/zk of statefast/dev lives" in refusal(STATE)


@pytest.mark.parametrize("retention", ["retain", "delete"])
def test_a_workload_that_no_state_has_is_imported(
    monkeypatch: pytest.MonkeyPatch, retention: str
) -> None:
    lives = stateful_set()
    lives["metadata"]["annotations"]["statefast/retention"] = retention
    use(monkeypatch, cluster(stateful_sets=[lives]))
    assert made(None, retention=retention).one("StatefulSet", "zk").import_id == "data/zk"


def of_stack(item: Object, owner: str) -> Object:
    annotations = {**item["metadata"].get("annotations", {}), "statefast/stack": owner}
    metadata = {**item["metadata"], "uid": "uid-1", "annotations": annotations}
    return {**item, "metadata": metadata}


LIVE_CLASS = {
    **storage_class("rbd"),
    "parameters": {},
    "reclaimPolicy": "Retain",
    "volumeBindingMode": "WaitForFirstConsumer",
}


def a_class(state: Any = None, **changes: object) -> Recording:
    given = {"driver": "custom", "provisioner": "rbd.csi.ceph.com", "preflight": {}, **changes}
    return run(lambda: StorageClass("rbd", cast("StorageClassArgs", given)), state=state)


def the(recording: Recording) -> Registered:
    """The one object; its component has the same name, and another type with the same end."""
    (found,) = recording.objects()
    return found


def test_a_class_has_one_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(classes=[of_stack(LIVE_CLASS, "statefast/other")]))
    with pytest.raises(StatefastError) as caught:
        a_class()
    assert caught.value.sentence.startswith(
        "StorageClass rbd: name is 'rbd', but StorageClass rbd belongs to statefast/other, not to"
        f" {OWNER}; "
    )
    use(monkeypatch, cluster(classes=[of_stack(LIVE_CLASS, OWNER)]))
    for state in (STATE, None):
        found = the(a_class(state))
        assert (found.import_id, found.ignore_changes) == ("rbd", [])
    # The engine cannot replace what it imports.
    found = the(a_class(STATE, reclaim_policy="Delete"))
    assert (found.import_id, found.ignore_changes) == ("rbd", ["reclaimPolicy"])
    assert the(a_class(None, reclaim_policy="Delete")).import_id == ""


def test_a_snapshot_class_has_one_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    args = cast(
        "VolumeSnapshotClassArgs",
        {"driver": "custom", "provisioner": "rbd.csi.ceph.com", "preflight": {}},
    )

    def a_snapshot_class() -> Recording:
        return run(lambda: VolumeSnapshotClass("rbd", args))

    live = of_stack({"metadata": {"name": "rbd"}}, OWNER)
    use(monkeypatch, cluster(snapshot_classes=[live]))
    assert the(a_snapshot_class()).import_id == "rbd"
    use(monkeypatch, cluster(snapshot_classes=[of_stack(live, "")]))
    with pytest.raises(StatefastError, match="VolumeSnapshotClass rbd belongs to nobody"):
        a_snapshot_class()


def test_a_snapshot_class_of_others_is_taken_with_all_its_fields(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They have a manager, and the API server answers with a conflict."""
    args = cast("VolumeSnapshotClassArgs", {"driver": "custom", "provisioner": "rbd.csi.ceph.com"})
    for forced, more in (({("VolumeSnapshotClass", "rbd")}, 2), (set(), 0)):
        names = Names(forced=frozenset(forced))
        monkeypatch.setattr("statefast.storage.snapshot_class.plan_names", lambda *_, it=names: it)
        made = the(run(lambda: VolumeSnapshotClass("rbd", args))).inputs["metadata"]
        assert sum(key.startswith("pulumi.com/patch") for key in made["annotations"]) == more
