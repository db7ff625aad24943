"""Whoever takes over what is there is asked about all of it at once."""

import re

import pytest

from statefast import StatefastError
from statefast.safety.owner import asked_together, check_owner
from statefast.safety.preflight import reader
from tests.unit.samples import volume

from .fakes import claim, use
from .test_names import cluster as names_cluster
from .test_names import small
from .test_plans import CLAIMS, made, refusal


def consents(sentence: str) -> list[str]:
    return re.findall(r"'([^']* \[[0-9a-f]{8}\])'", sentence)


def test_one_refusal_names_every_claim_and_service_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = names_cluster(
        claims=[claim(name, owner="", retention="") for name in CLAIMS],
        services=[small("zk", ""), small("zk-headless", "")],
    )
    use(monkeypatch, found)
    args = {"volumes": volume(storage_class_name="rbd"), "ports": [{"name": "c", "port": 1}]}
    sentence = refusal(**args)
    asked = consents(sentence)
    wanted = [f"PersistentVolumeClaim {name}" for name in CLAIMS]
    wanted += ["Service data/zk", "Service data/zk-headless"]
    assert [it.partition(":")[0] for it in asked] == wanted
    assert f"but {', '.join(wanted)} belong to nobody, not to " in sentence
    # Each of them is a word of its own.
    assert [it.partition(":")[0] for it in consents(refusal(**args, consent=asked[1:]))] == [
        wanted[0]
    ]
    assert made(**args, consent=asked)


def test_what_else_is_wrong_is_said_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = names_cluster(
        claims=[claim(CLAIMS[0], owner=""), claim(CLAIMS[1], size="16Gi", requested="16Gi")],
    )
    use(monkeypatch, found)
    with pytest.raises(StatefastError) as caught:
        made(volumes=volume(storage_class_name="rbd", size="4Gi"))
    assert "belongs to nobody" in caught.value.sentence
    assert "'4Gi'" in caught.value.sentence


def test_owners_are_told_apart() -> None:
    asks = reader("StatefulSet zk", None)

    def ask() -> None:
        for name, owner in (("a", ""), ("b", "statefast/b"), ("c", ""), ("a", "")):
            check_owner(
                asks,
                resource=f"Service {name}",
                field="name",
                name=name,
                where=f"Service {name}",
                owner=owner,
                uid="1",
                consents=[],
            )

    with pytest.raises(StatefastError) as caught, asked_together(), asked_together():
        ask()
    first, second = str(caught.value).splitlines()
    assert "Service a, Service c belong to nobody" in first
    assert "Service b belongs to statefast/b" in second
    assert len(consents(first)) == 2
