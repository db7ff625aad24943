"""A destroyed stack that is made again in another namespace, beside the claims it keeps."""

from typing import Any

import pytest

from statefast import PersistentDeployment, PersistentStatefulSet, StatefastError, VolumeClaim
from statefast.safety.read.cluster import Object
from tests.recording import run
from tests.unit.samples import deployment_args, stateful_set_args, volume

from .fakes import FakeCluster, claim, storage_class, use
from .test_known import consent_in

SET = "StatefulSet zk: namespace is 'data', but its claims are in 'old' and stay there: it"
LABEL = "app.kubernetes.io/instance"


def kept(name: str = "zk-vol-zk-0", instance: str = "zk", **changes: Any) -> Object:
    found = claim(name, **{"namespace": "old", **changes})
    return {**found, "metadata": {**found["metadata"], "labels": {LABEL: instance}}}


def cluster(*claims: Object) -> FakeCluster:
    return FakeCluster(
        stateful_sets=[],
        deployments=[],
        claims=claims,
        classes=[storage_class()],
        volumes=[],
        quotas=[],
        pods=[],
    )


def stateful_set(**changes: Any) -> None:
    args = stateful_set_args(
        volumes=volume(storage_class_name="rbd"), **{"preflight": {}, **changes}
    )
    run(lambda: PersistentStatefulSet("zk", args))


def deployment(**changes: Any) -> None:
    run(
        lambda: PersistentDeployment(
            "zk",
            deployment_args(
                volumes=volume(storage_class_name="rbd"), **{"preflight": {}, **changes}
            ),
        )
    )


def single(**changes: Any) -> None:
    args: Any = {
        "namespace": "data",
        "size": "1Gi",
        "storage_class_name": "rbd",
        "preflight": {},
        **changes,
    }
    run(lambda: VolumeClaim("vol", args))


def refusal(make: Any, **changes: Any) -> str:
    with pytest.raises(StatefastError) as caught:
        make(**changes)
    return caught.value.sentence


@pytest.mark.parametrize("make", [stateful_set, deployment])
def test_a_workload_that_would_start_empty_beside_them_is_refused(
    monkeypatch: pytest.MonkeyPatch, make: Any
) -> None:
    use(monkeypatch, cluster(kept()))
    said = refusal(make)
    assert "but its claims are in 'old' and stay there: it would start with empty" in said
    make(consent=[consent_in(said)])


def test_each_place_takes_a_consent_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(kept(), kept(namespace="older")))
    first = refusal(stateful_set)
    assert first.startswith(SET)
    second = refusal(stateful_set, consent=[consent_in(first)])
    assert "but its claims are in 'older'" in second
    stateful_set(consent=[consent_in(first), consent_in(second)])


def test_a_consent_is_for_the_claims_that_there_were(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(kept()))
    consent = consent_in(refusal(stateful_set))
    use(monkeypatch, cluster(kept(), kept("zk-vol-zk-1")))
    assert consent_in(refusal(stateful_set, consent=[consent])) != consent


@pytest.mark.parametrize(
    "other",
    [
        kept(owner="statefast/staging"),
        kept(owner=""),
        kept(retention="delete"),
        kept("db-vol-db-0", "db"),
    ],
    ids=["of another stack", "of nobody", "whose data may go", "of another workload"],
)
def test_what_is_not_its_own_to_lose_is_none_of_them(
    monkeypatch: pytest.MonkeyPatch, other: Object
) -> None:
    use(monkeypatch, cluster(other))
    stateful_set()


def test_who_has_claims_here_goes_on_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(kept(), kept(namespace="data")))
    stateful_set()


def test_who_starts_on_copies_does_not_start_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    found = cluster(kept())
    found.kinds["snapshots"] = []
    use(monkeypatch, found)
    # Refused for a reason of its own: there is no snapshot to start from.
    assert "data_from" in refusal(stateful_set, data_from="old")


def test_a_single_claim_is_refused_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(kept("vol", "vol")))
    said = refusal(single)
    assert "namespace is 'data', but claim old/vol has its data, and the one in 'data'" in said
    single(consent=[consent_in(said)])
    single(volume_name="pv-1")
    use(monkeypatch, cluster(kept("vol", "vol"), kept("vol", "vol", namespace="data")))
    single(size="8Gi")


def test_two_of_one_program_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, cluster(kept()))

    def both() -> None:
        for namespace in ("old", "data"):
            args = stateful_set_args(
                namespace=namespace,
                workload_name="zk",
                volumes=volume(storage_class_name="rbd"),
                preflight={},
            )
            PersistentStatefulSet(f"zk-{namespace}", args)

    run(both)


def test_where_they_may_not_be_listed_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = cluster()
    del found.kinds["claims"]
    use(monkeypatch, found)
    assert "403" in refusal(stateful_set, preflight={"mode": "strict"})
