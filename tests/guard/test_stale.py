"""What the engine takes for there is compared with what is: by the uid in its answer."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import pulumi
import pytest

from statefast import (
    PersistentDeployment,
    PersistentStatefulSet,
    VolumeClaim,
    VolumeClaimArgs,
)
from statefast.marks import sentences
from statefast.safety.read.cluster import Object, Unreadable
from tests.recording import run
from tests.unit.samples import deployment_args, stateful_set_args, volume

from .fakes import FakeCluster, claim, deployment, stateful_set, storage_class, use

LOST = "zk-vol-zk-0"


def zk(**changes: Any) -> object:
    args = stateful_set_args(
        **{
            "replicas": 0,
            "volumes": volume(storage_class_name="rbd"),
            "preflight": {},
            **changes,
        }
    )
    return PersistentStatefulSet("zk", args)


def zk_with_claims() -> object:
    return zk(replicas=1)


def app() -> object:
    return PersistentDeployment("app", deployment_args(preflight={}))


def vol() -> object:
    return VolumeClaim("vol", cast("VolumeClaimArgs", {**SIZED, "preflight": {}}))


SIZED = {"namespace": "data", "size": "8Gi"}
EVERY: Mapping[str, tuple[Callable[[], object], str, Callable[..., Object]]] = {
    "StatefulSet zk": (zk, "stateful_sets", stateful_set),
    "Deployment app": (app, "deployments", lambda **kw: deployment("app", **kw)),
    "VolumeClaim vol": (vol, "claims", lambda **kw: claim("vol", **kw)),
}


def cluster(*later: Object | Unreadable, **kinds: list[Object]) -> FakeCluster:
    given: dict[str, list[Object]] = {
        "stateful_sets": [],
        "deployments": [],
        "claims": [claim("zk-vol")],
        "classes": [storage_class(default=True)],
        "volumes": [],
        "quotas": [],
        **kinds,
    }
    found = FakeCluster(**given)
    found.later = list(later)
    return found


def refusal(program: Callable[[], object], **given: Any) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        run(program, **given)
    # The SDK puts a ValueError into words of its own, with a traceback.
    assert not isinstance(caught.value, ValueError)
    ((_, sentence),) = sentences(str(caught.value))
    return sentence


def other(item: Object) -> Object:
    """One of the same name that was made later."""
    return {**item, "metadata": {**item["metadata"], "uid": "uid-later"}}


@pytest.mark.parametrize("what", EVERY)
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_what_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch, what: str, preview: bool) -> None:
    program, _, _ = EVERY[what]
    use(monkeypatch, cluster(claim("of-somebody-else")))
    sentence = refusal(program, preview=preview)
    assert sentence.startswith(f"{what}: name is {what.split()[1]!r}, ")
    assert "the stack made one that somebody deleted since" in sentence
    assert "pulumi up --refresh" in sentence


@pytest.mark.parametrize("what", EVERY)
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_what_was_made_again_is_refused(
    monkeypatch: pytest.MonkeyPatch, what: str, preview: bool
) -> None:
    program, kind, item = EVERY[what]
    now = other(item())
    use(monkeypatch, cluster(now, **{kind: [now, claim("zk-vol")][: 1 + (kind == "claims")]}))
    assert "somebody deleted and made again" in refusal(program, preview=preview)


@pytest.mark.parametrize("what", EVERY)
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_what_is_there_costs_no_look(
    monkeypatch: pytest.MonkeyPatch, what: str, preview: bool
) -> None:
    program, kind, item = EVERY[what]
    found = cluster(**{kind: [item(), claim("zk-vol")][: 1 + (kind == "claims")]})
    use(monkeypatch, found)
    run(program, preview=preview)
    assert found.looks == 0


@pytest.mark.parametrize("what", EVERY)
def test_what_this_run_makes_is_found(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    program, _, item = EVERY[what]
    found = cluster(item())
    use(monkeypatch, found)
    run(program)
    assert found.looks == 1


@pytest.mark.parametrize("what", EVERY)
def test_what_a_preview_is_about_to_make_is_no_lie(
    monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    program, _, _ = EVERY[what]
    kind, name = what.replace("VolumeClaim", "PersistentVolumeClaimPatch").split()
    use(monkeypatch, cluster())
    run(program, preview=True, answers={f"{kind} {name}": None})


@pytest.mark.parametrize("later", [[Unreadable("403")], []], ids=["away", "unreadable"])
def test_what_cannot_be_read_is_not_judged(
    monkeypatch: pytest.MonkeyPatch, later: list[Unreadable]
) -> None:
    found = cluster(*later)
    if not later:
        found.kinds = {}
    use(monkeypatch, found)
    run(zk)
    assert found.looks == len(later)


def test_a_claim_that_a_set_lost_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """No volume remembers it: the controller makes an empty one, and nothing else would tell."""
    found = cluster(other(claim(LOST)), stateful_sets=[stateful_set(replicas=1)])
    use(monkeypatch, found)
    for preview in (True, False):
        sentence = refusal(zk_with_claims, preview=preview)
        assert sentence.startswith(f"StatefulSet zk: claim {LOST}: name is '{LOST}', but the stack")


def test_a_set_that_is_not_there_says_what_it_finds(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, cluster(stateful_set(), claims=[claim(LOST), claim("zk-vol", owner="")]))
    run(zk_with_claims)
    assert f"StatefulSet zk is not in namespace data and finds its data in {LOST};" in caplog.text
    assert "run up --refresh" in caplog.text
