"""What a stack knows of its last run, without any right: another cluster, another namespace, a
claim that is gone where no volume can be seen.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from pulumi.runtime.mocks import MockMonitor

from statefast import PersistentDeployment, PersistentStatefulSet, StatefastError, VolumeClaim
from statefast.safety.read.cluster import Object
from tests.recording import Recording, run
from tests.unit.samples import deployment_args, stateful_set_args, volume

from .fakes import FakeCluster, claim, deployment, stateful_set, storage_class, use
from .fakes import volume as released

State = Sequence[tuple[str, Mapping[str, Any]]]

CLAIMS = [f"zk-vol-zk-{n}" for n in range(3)]
MODES = ("warn", "off")
SET, PATCH = "kubernetes:apps/v1:StatefulSet", "kubernetes:core/v1:PersistentVolumeClaimPatch"
OWN = "statefast:index:PersistentStatefulSet"


def namespace(name: str, uid: str) -> Object:
    return {"metadata": {"name": name, "uid": uid}}


def record(cluster: str = "A", place: str = "data", **claims: str) -> tuple[str, Any]:
    """What the set left on record."""
    known = claims or {name.replace("-", "_"): f"uid-{name}" for name in CLAIMS}
    return OWN, {
        "record": {
            "of": "StatefulSet zk",
            "cluster": cluster,
            "namespace": place,
            "claims": {name.replace("_", "-"): uid for name, uid in known.items()},
        }
    }


def last(place: str = "data", cluster: str = "A") -> State:
    """A set of three as the last run left it."""
    claims = [(PATCH, claim(name, namespace=place)) for name in CLAIMS]
    return [record(cluster, place), (SET, stateful_set(namespace=place)), *claims]


def cluster(*without: str, uid: str = "A", **changes: Sequence[Object]) -> FakeCluster:
    """What there is of them, as far as the rights go."""
    kinds: dict[str, Sequence[Object]] = {
        "stateful_sets": [stateful_set()],
        "deployments": [],
        "claims": [claim(name) for name in CLAIMS],
        "classes": [storage_class()],
        "volumes": [],
        "quotas": [],
        "pods": [],
        "namespaces": [namespace("kube-system", uid), namespace("data", "uid-data")],
        **changes,
    }
    return FakeCluster(**{kind: kinds[kind] for kind in kinds if kind not in without})


def made(state: State | None, mode: str = "warn", **changes: object) -> Recording:
    given = {
        "volumes": volume(storage_class_name="rbd"),
        "preflight": {"mode": mode},
        **changes,
    }
    return run(lambda: PersistentStatefulSet("zk", stateful_set_args(**given)), state=state)


def refusal(state: State | None, mode: str = "warn", **changes: object) -> str:
    with pytest.raises(StatefastError) as caught:
        made(state, mode, **changes)
    return caught.value.sentence


def consent_in(sentence: str) -> str:
    (found,) = re.findall(r"'([^']* \[[0-9a-f]{8}\])'", sentence)
    return str(found)


def recorded(recording: Recording, kind: str = "PersistentStatefulSet") -> Any:
    (urn,) = [it.urn for it in recording.resources if it.kind == kind]
    return recording.outputs[urn]["record"]


def test_a_first_run_records_where_it_is_and_what_it_makes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, cluster(stateful_sets=[], claims=[]))
    found = made(None)
    assert recorded(found) == {
        "of": "StatefulSet zk",
        "cluster": "A",
        "namespace": "data",
        "claims": {name: f"uid-{name}" for name in CLAIMS},
    }
    (marker,) = [it for it in found.resources if it.kind == "Record"]
    assert found.outputs[marker.urn] == {"kept": True}


def test_what_was_scaled_in_stays_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster())
    found = recorded(made(last(), replicas=2))
    assert sorted(found["claims"]) == CLAIMS


@pytest.mark.parametrize("mode", [*MODES, "strict"])
def test_another_cluster_is_refused_in_every_mode(
    monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    other = cluster(uid="B", stateful_sets=[], claims=[])
    monkeypatch.setattr(other, "context_name", lambda: "prod")
    use(monkeypatch, other)
    said = refusal(last(), mode)
    assert said.startswith("StatefulSet zk: context is 'prod', but its cluster has the uid B (of")
    assert "is in the one with the uid A; point the context back at that cluster; or, where" in said
    assert said.endswith("and run pulumi up --refresh --run-program.")

    consent = consent_in(said)
    assert re.fullmatch(r"Cluster: uid A -> B \[\w+\]", consent)
    found = made(last(), mode, consent=[consent])
    assert recorded(found)["cluster"] == "B"
    # With the consent the cluster is read, whatever the mode: what the state lists is not here.
    assert ("stateful sets", "data") in other.asked

    use(monkeypatch, cluster(uid="C"))
    assert "the uid C" in refusal(last(), mode, consent=[consent])


def test_a_stack_without_a_record_is_not_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(uid="B"))
    assert recorded(made(None))["cluster"] == "B"
    assert recorded(made([(SET, stateful_set())]))["cluster"] == "B"


def test_an_object_with_its_uid_proves_the_cluster_where_kube_system_is_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, cluster("namespaces"))
    for mode in (*MODES, "strict"):
        found = made(last(), mode)
        assert recorded(found)["cluster"] == "A"


def test_a_cluster_that_nothing_proves_is_noted_and_refused_in_strict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hidden = cluster("namespaces", "stateful_sets", "claims")
    hidden.kinds["namespaces"] = [namespace("data", "uid-data")]
    use(monkeypatch, hidden)
    said = refusal(last(), "strict")
    assert "preflight.mode is 'strict', but namespace kube-system has no uid" in said
    assert recorded(made(last()))["cluster"] == "A"


@pytest.mark.parametrize("mode", MODES)
def test_an_edit_of_the_namespace_is_refused_without_any_right(
    monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    use(monkeypatch, FakeCluster())
    said = refusal(last("old"), mode)
    assert said.startswith(
        "StatefulSet zk: namespace is 'data', but it is in 'old', and its claims stay there: it"
        " would start with empty volumes; write 'old' back, or consent"
    )
    assert made(last("old"), mode, consent=[consent_in(said)]).one("StatefulSet", "zk")


def test_the_consent_is_that_of_a_run_with_all_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(stateful_sets=[stateful_set(namespace="old")], claims=[]))
    consent = consent_in(refusal(None))
    use(monkeypatch, FakeCluster())
    assert consent == consent_in(refusal(last("old")))


def test_a_record_alone_speaks_against_another_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeCluster())
    said = refusal([record("A", "old")])
    assert "its claims are in 'old' and stay there" in said
    assert made([record("A", "old")], consent=[consent_in(said)])


def test_a_claim_that_moves_is_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeCluster())
    state: State = [(PATCH, claim("vol", namespace="old"))]

    def single(*consents: str, retention: str = "retain") -> Recording:
        return run(
            lambda: VolumeClaim(
                "vol",
                {
                    "namespace": "data",
                    "size": "1Gi",
                    "consent": consents,
                    "retention": retention,
                    "preflight": {"mode": "off"},
                },
            ),
            state=state,
        )

    with pytest.raises(StatefastError) as caught:
        single()
    said = caught.value.sentence
    assert "namespace is 'data', but claim old/vol has its data, and the one in 'data'" in said
    assert single(consent_in(said)).one("PersistentVolumeClaimPatch", "vol")

    disk = deployment("db", claims=["zk-vol"])
    disk = {**disk, "metadata": {**disk["metadata"], "namespace": "old"}}
    state = [
        ("kubernetes:apps/v1:Deployment", disk),
        (PATCH, claim("zk-vol", namespace="old")),
    ]

    def workload(*consents: str) -> Recording:
        args = deployment_args(preflight={"mode": "off"}, consent=consents)
        return run(lambda: PersistentDeployment("db", args), state=state)

    with pytest.raises(StatefastError) as caught:
        workload()
    found = workload(consent_in(caught.value.sentence))
    assert recorded(found, "PersistentDeployment")["claims"] == {"zk-vol": ""}

    # After a refresh that found neither: both are on record, and one of them asks.
    left = {"cluster": "", "namespace": "old", "claims": {"zk-vol": ""}}
    state = [
        (f"statefast:index:{type_}", {"record": {"of": of, **left}})
        for type_, of in (("PersistentDeployment", "Deployment db"), ("VolumeClaim", "VolumeClaim"))
    ]
    with pytest.raises(StatefastError) as caught:
        workload()
    assert "Deployment db: namespace is 'data', but its claims are in" in caught.value.sentence
    assert workload(consent_in(caught.value.sentence)).one("Deployment", "db")


def test_what_another_made_elsewhere_under_that_name_is_no_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, FakeCluster())
    theirs = {"namespace": "old", "owner": ""}
    state: State = [(SET, stateful_set(**theirs)), (PATCH, claim("vol", **theirs))]
    assert made(state, "off")
    run(lambda: VolumeClaim("vol", {"namespace": "data", "size": "1Gi"}), state=state)


@pytest.mark.parametrize(
    ("claims", "change"),
    [
        ([claim(CLAIMS[0]), claim(CLAIMS[1])], f"uid uid-{CLAIMS[2]} -> none"),
        (
            [
                *(claim(name) for name in CLAIMS[:2]),
                {**claim(CLAIMS[2]), "metadata": {**claim(CLAIMS[2])["metadata"], "uid": "new"}},
            ],
            f"uid uid-{CLAIMS[2]} -> new",
        ),
    ],
)
def test_a_claim_that_is_another_is_refused_where_volumes_are_hidden(
    monkeypatch: pytest.MonkeyPatch, claims: Sequence[Object], change: str
) -> None:
    use(monkeypatch, cluster("volumes", claims=claims))
    said = refusal(last())
    assert f"volumes is '{CLAIMS[2]}', but that claim of this stack" in said
    assert f"PersistentVolumeClaim data/{CLAIMS[2]}: {change}" in said
    # A refresh takes it off the state, and the record stays.
    assert refusal([record()]) == said
    assert made([record()], consent=[consent_in(said)])

    # Who sees all volumes needs no consent where none remembers it.
    use(monkeypatch, cluster(claims=claims, volumes=[released(claim="another")]))
    assert made([record()])
    # Of an ephemeral stack the data may go.
    use(monkeypatch, cluster("volumes", claims=[], stateful_sets=[]))
    assert made([record()], retention="delete")


def test_off_asks_for_each_claim_it_knows_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster())
    assert made(last(), "off")
    use(monkeypatch, cluster(claims=[]))
    assert "is not there any more, and it could not be read" in refusal(last(), "off")


def test_what_nobody_can_see_is_left_as_the_state_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeCluster())
    for mode in MODES:
        assert made(last(), mode)
        # It would be made, and may be there with its data.
        said = refusal([record(), (SET, stateful_set())], mode)
        assert "it could not be read whether that claim of this stack is there" in said


def test_a_claim_that_is_new_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster("volumes"))
    found = made(last(), replicas=4)
    assert found.one("PersistentVolumeClaimPatch", "zk-vol-zk-3")


def test_a_state_that_cannot_be_read_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> object:
        raise RuntimeError("secret")

    use(monkeypatch, cluster())
    monkeypatch.setattr("pulumi.runtime.invoke", fails)
    assert made(last())
    said = refusal(last(), "strict")
    assert "the state of this stack was not read: RuntimeError" in said
    assert "secret" not in said


def test_a_state_that_is_being_written_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster())
    before: Any = MockMonitor.Invoke
    failures = iter(["failed to load checkpoint: EOF"] * 2)

    def fails_at_first(self: MockMonitor, request: Any) -> Any:
        if "readStackResourceOutputs" in request.tok:
            for said in failures:
                raise grpc.RpcError(said)
        return before(self, request)

    monkeypatch.setattr(MockMonitor, "Invoke", fails_at_first)
    assert made(last(), "strict")
    assert list(failures) == []
