"""A claim whose volume somebody let go, and Kubernetes gave to another claim."""

import pytest

from .fakes import claim, stateful_set, use, volume
from .test_plans import CLAIMS, cluster, made, refusal

MINE, THEIRS = CLAIMS[0], CLAIMS[1]


@pytest.mark.parametrize("place", [("data", THEIRS), ("data", "another"), ("there", "another")])
@pytest.mark.parametrize("policy", ["Retain", "Delete"])
def test_a_claim_that_lost_its_volume_to_another_is_refused(
    monkeypatch: pytest.MonkeyPatch, place: tuple[str, str], policy: str
) -> None:
    namespace, name = place
    now = volume("pvc-1", phase="Bound", namespace=namespace, claim=name, policy=policy)
    use(monkeypatch, cluster(claims=[claim(it) for it in CLAIMS], volumes=[now]))
    sentence = refusal()
    assert f"claim data/{MINE} has lost its volume pvc-1 (8Gi, Bound)" in sentence
    assert f"which is of claim {namespace}/{name} now" in sentence
    back, anew = sentence.split("; to leave it to that claim")
    assert ("kubectl patch pv pvc-1 -p" in back) is (policy == "Delete")
    # One controller is scaled once, to the lower of the two.
    assert back.count("kubectl scale") == 1
    assert "kubectl scale statefulset/zk -n data --replicas=0" in back
    assert f"kubectl delete pvc {MINE} -n data" in back
    assert f"kubectl delete pvc {name} -n {namespace}" in back
    assert f"PersistentVolume pvc-1: claim data/{MINE} -> none [" in anew
    assert f"kubectl delete pvc {name}" not in anew


@pytest.mark.parametrize("uid", ["", "another"])
def test_a_claim_whose_volume_has_another_uid_of_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, uid: str
) -> None:
    lost = {**claim(MINE), "status": {"phase": "Lost"}}
    use(monkeypatch, cluster(claims=[lost], volumes=[volume("pvc-1", claim_uid=uid)]))
    sentence = refusal(replicas=1)
    assert f"claim data/{MINE} has lost its volume pvc-1 (8Gi, Released)" in sentence
    assert "has another uid of it" in sentence
    assert sentence.count(f"kubectl delete pvc {MINE} -n data") == 1
    assert "to leave it" not in sentence


@pytest.mark.parametrize(
    "now",
    [
        volume("pvc-1", phase="Bound", claim_uid=f"uid-{MINE}"),
        # Whoever was ended while he reattached it.
        volume("pvc-1", claim_uid="gone"),
        volume("pvc-9", claim="another"),
    ],
    ids=["its-own", "not-yet", "of-nobody-here"],
)
def test_a_volume_that_is_its_own_is_in_nobodys_way(
    monkeypatch: pytest.MonkeyPatch, now: dict[str, object]
) -> None:
    use(monkeypatch, cluster(claims=[claim(MINE)], volumes=[now]))
    assert made(replicas=1)


def test_what_may_go_with_its_stack_is_only_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found = cluster(
        stateful_sets=[stateful_set(when_deleted="Delete")],
        claims=[claim(MINE, retention="delete")],
        volumes=[volume("pvc-1", phase="Bound", claim=THEIRS)],
    )
    use(monkeypatch, found)
    made(retention="delete", replicas=1)
    assert f"claim data/{MINE} has lost its volume pvc-1" in caplog.text
