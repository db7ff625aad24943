"""What is said of the data in so many words, and what is known of it only later."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pytest
from pulumi.output import UNKNOWN

from statefast import PersistentDeployment
from tests.recording import Recording, run
from tests.unit.samples import deployment_args

from . import fakes
from .living import KINDS, world
from .same_data import (
    ALIVE,
    BASE,
    CONF,
    DECLARED,
    LOG,
    STORE,
    arguments,
    config,
    consent,
    made,
    refusal,
    volumes,
    warnings,
)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


DECLARED_CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "a variable that comes": ({"env": {**BASE["env"], "NAME": "x"}}, "env.NAME"),
    "an option spelt another way": (
        arguments("serve", "--DATADIR=/x", *LOG),
        "args.--",
    ),
    "an option with a value behind it": (
        arguments("serve", STORE, *LOG, "-D", "/srv"),
        "args.-D",
    ),
    "an option with a value in it": (arguments("serve", STORE, *LOG, "-D/srv"), "args.-D"),
    "an option in a script": (
        {"command": ["sh", "-c", "exec zk -D /srv"], **arguments("serve", STORE, *LOG)},
        "args.-D",
    ),
    "a line that comes": (
        config("dir /data/store\nname 'x'\nlevel = 3\n"),
        f"config_files.{CONF}.name",
    ),
    "a version": ({"image": "zookeeper:4.0"}, "image"),
    "an older one": ({"image": "zookeeper:2.9"}, "image"),
    "the declaration goes, and the value changes": (
        {"env": {**BASE["env"], "DIR": "/data/new"}, "data": {}},
        "env.DIR",
    ),
}


@pytest.mark.parametrize("gone", ALIVE, ids=["alive", "gone"])
@pytest.mark.parametrize("case", DECLARED_CHANGES)
def test_what_is_declared_counts_whole_and_wherever_it_comes_from(
    kind: str, monkeypatch: pytest.MonkeyPatch, case: str, gone: bool
) -> None:
    before = made(kind, data=DECLARED)
    fakes.use(monkeypatch, world(gone=before) if gone else world(before))
    change, field = DECLARED_CHANGES[case]
    sentence = refusal(kind, **{"data": DECLARED, **change})
    assert f"zk: {field}" in sentence


def test_out_of_the_volume_is_said(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.use(monkeypatch, world(made(kind, data=DECLARED)))
    sentence = refusal(kind, data=DECLARED, env={**BASE["env"], "DIR": "/srv/x"})
    assert "no volume is there, and what is written there goes with the pod" in sentence


def test_a_new_workload_does_not_begin_outside_of_its_volumes(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = {"data": DECLARED, "env": {**BASE["env"], "DIR": "/srv/x"}}
    fakes.use(monkeypatch, world())
    sentence = refusal(kind, **outside)
    assert "env.DIR is '/srv/x'" in sentence
    assert "no volume is there" in sentence
    made(kind, **outside, consent=[consent(sentence)]).plan()
    made(kind, data=DECLARED).plan()
    # One that lives so lives on.
    fakes.use(monkeypatch, world(made(kind, **outside), bare=True))
    assert warnings(made(kind, **outside).plan()) == []


def test_beside_a_declaration_other_paths_are_a_warning(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes.use(monkeypatch, world(made(kind, data=DECLARED)))
    change = arguments("serve", STORE, "--log", "/data/logs", "--level=3")
    (said,) = warnings(made(kind, data=DECLARED, **change).plan())
    assert "args.--log is '/data/logs', but it has '/data/log'" in said
    assert warnings(made(kind, data=DECLARED, **change, consent=[consent(said)]).plan()) == []


def test_no_more_is_quoted_than_paths_and_what_is_declared(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "file:/data/{}?password=hunter2"
    fakes.use(monkeypatch, world(made(kind, env={"URL": url.format("a")})))
    sentence = refusal(kind, env={"URL": url.format("b")})
    assert "env.URL is '/data/b" in sentence
    assert "hunter2" not in sentence
    long = " ".join(f"/data/{n}" for n in range(40))
    more = refusal(kind, env={"URL": long})
    assert consent(more) != consent(refusal(kind, env={"URL": f"{long} /data/other"}))
    assert len(consent(more)) < 300


def test_a_path_that_comes_is_a_warning(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.use(monkeypatch, world(made(kind)))
    (said,) = warnings(made(kind, env={**BASE["env"], "MORE": "/data/more"}).plan())
    assert "env.MORE is '/data/more', but it has '(none)'" in said


def test_every_version_reads_what_is_declared_so(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = {"data": {"version": {"parts": 0}}}
    fakes.use(monkeypatch, world(made(kind)))
    for image in ("zookeeper:9", "zookeeper:build-17"):
        made(kind, **every, image=image).plan()
    assert "image is" in refusal(kind, **every, image="other:3.9.4")


def test_a_volume_that_moves_with_its_settings_takes_one_consent(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both lead to the same folder of the same volume."""
    nothing: dict[str, Any] = {"config_files": {}, "args": []}
    fakes.use(monkeypatch, world(made(kind, **nothing)))
    change = {
        **nothing,
        **volumes(mount_path="/srv"),
        "env": {**BASE["env"], "DIR": "/srv/store"},
    }
    made(kind, **change, consent=[consent(refusal(kind, **change))]).plan()


@pytest.mark.parametrize("gone", ALIVE, ids=["alive", "gone"])
@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [("env.DIR", "/srv/x", "/data/store"), ("image", "zookeeper:4", "zookeeper:3.9.5")],
)
def test_what_is_known_later_is_compared_then(
    monkeypatch: pytest.MonkeyPatch, field: str, value: str, kept: str, gone: bool
) -> None:
    def registered(given: object, consents: Sequence[str] = ()) -> Recording:
        output = pulumi.Output.from_input(given)
        env = {**BASE["env"], **({"DIR": output} if field == "env.DIR" else {})}
        image = {"image": output} if field == "image" else {}
        args = deployment_args(**{**BASE, "env": env, **image, "consent": consents})
        return run(lambda: PersistentDeployment("zk", args))

    def failed(given: object) -> str:
        with pytest.raises(Exception, match="Deployment zk: ") as caught:
            registered(given)
        return str(caught.value)

    before = made("deployment")
    owner = fakes.OWNER
    cluster = world(gone=before, owner=owner) if gone else world(before, owner=owner)
    fakes.use(monkeypatch, cluster)
    registered(kept)
    lives = "claim zk-vol was left with" if gone else "it has"
    assert f"{field} is '{value}', but {lives} '" in failed(value)
    said = failed(UNKNOWN)
    assert f"{field} is '(not known yet)'" in said
    registered(UNKNOWN, [consent(said)])


def test_nothing_is_compared_that_may_not_be_read(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes.use(monkeypatch, fakes.FakeCluster())
    made(kind, image="zookeeper:5").plan()
