"""Edits that keep every claim, and have the application look somewhere else."""

import re
from collections.abc import Sequence
from typing import Any

import pulumi
import pytest
from pulumi.output import UNKNOWN

from statefast import PersistentDeployment, StatefastError
from statefast.safety.preflight import Reader, Warns
from tests.recording import Recording, run
from tests.unit.samples import deployment_args

from . import fakes
from .living import KINDS, Made, world

CONF = "/etc/app/app.conf"
SIDE = {"name": "side", "image": "busybox:1.36.1", "mounts": {"zk-vol": "/side"}}
BASE: dict[str, Any] = {
    "volumes": [{"name": "zk-vol", "mount_path": "/data", "size": "8Gi"}],
    "image": "zookeeper:3.9.4",
    "env": {"DIR": "/data/store", "OTHER": "x", "BELOW": "store", "OUT": "/var/log"},
    "args": ["serve", "--datadir=/data/store", "--log", "/data/log", "--level=3"],
    "config_files": {CONF: "# a comment\ndir /data/store\nlevel = 3\n"},
    "run_as_user": 999,
    "sidecars": [SIDE],
    "preflight": {},
}
DECLARED: dict[str, Any] = {
    "settings": [
        {"env": "DIR"},
        {"env": "NAME"},
        {"argument": "datadir"},
        {"argument": "-D"},
        {"file": CONF, "key": "dir"},
        {"file": CONF, "key": "name"},
    ],
    "version": {"parts": 1},
}


def made(kind: str, **changes: Any) -> Made:
    return Made(kind, **{**BASE, **changes})


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def warnings(asks: Reader) -> list[str]:
    return [note for note in asks.notes if isinstance(note, Warns)]


def refusal(kind: str, **changes: Any) -> str:
    with pytest.raises(StatefastError) as caught:
        made(kind, **changes).plan()
    return caught.value.sentence


def consent(sentence: str) -> str:
    found = re.search(r"adding (['\"])(.*?\[[0-9a-f]{8}\])\1 to consent", sentence)
    assert found is not None, sentence
    return found[2]


def volumes(**changes: Any) -> dict[str, Any]:
    return {"volumes": [{**BASE["volumes"][0], **changes}]}


def pod(**container: Any) -> dict[str, Any]:
    return {"pod": {"containers": [{"name": "zk", **container}]}, "restricted": False}


def config(text: str) -> dict[str, Any]:
    return {"config_files": {CONF: text}}


def arguments(*words: str) -> dict[str, Any]:
    return {"args": list(words)}


LOG = ("--log", "/data/log", "--level=3")
STORE = "--datadir=/data/store"
# Edit to the field, the old and the new value that the refusal names.
REFUSED: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "the path of the volume": (
        volumes(mount_path="/data2"),
        "volumes.zk-vol.mount_path",
        "/data",
        "/data2",
    ),
    "a folder below": (
        volumes(mount_path="/data/store"),
        "volumes.zk-vol.mount_path",
        "/data",
        "/data/store",
    ),
    "the path in a sidecar": (
        {"sidecars": [{**SIDE, "mounts": {"zk-vol": "/other"}}]},
        "side.mounts.zk-vol",
        "/side",
        "/other",
    ),
    "a sidecar that mounts it no more": (
        {"sidecars": [{**SIDE, "mounts": {}}]},
        "",
        "",
        "",
    ),
    "a sidecar of another name and path": (
        {"sidecars": [{**SIDE, "name": "aside", "mounts": {"zk-vol": "/other"}}]},
        "side.mounts.zk-vol",
        "/side",
        "/other",
    ),
    "a folder over the data": (
        {"empty_dirs": {"/data/store": "1Mi"}},
        "mount /data/store",
        "zk-vol:/store",
        "hidden",
    ),
    "a folder of another volume over the data": (
        {
            "pod": {
                "volumes": [{"name": "empty", "emptyDir": {}}],
                "containers": [
                    {
                        "name": "zk",
                        "volumeMounts": [
                            {"name": "empty", "mountPath": "/data/store", "subPath": "x"}
                        ],
                    }
                ],
            }
        },
        "mount /data/store",
        "zk-vol:/store",
        "hidden",
    ),
    "a variable": (
        {"env": {**BASE["env"], "DIR": "/data/new"}},
        "env.DIR",
        "/data/store",
        "/data/new",
    ),
    "a variable out of the volume": (
        {"env": {**BASE["env"], "DIR": "/srv/store"}},
        "env.DIR",
        "/data/store",
        "/srv/store",
    ),
    "a variable that goes": (
        {"env": {"OTHER": "x", "BELOW": "store"}},
        "env.DIR",
        "/data/store",
        "(none)",
    ),
    "a variable of a Secret": (
        {
            "env": {"OTHER": "x"},
            "env_sources": {"DIR": {"config_map": "c", "key": "k"}},
        },
        "env.DIR",
        "/data/store",
        "",
    ),
    "an option": (
        arguments("serve", "--datadir=/data/new", *LOG),
        "args.--datadir",
        "/data/store",
        "/data/new",
    ),
    "an option with its value behind it": (
        arguments("serve", STORE, "--log", "/data/logs", "--level=3"),
        "args.--log",
        "/data/log",
        "/data/logs",
    ),
    "an option that goes": (
        arguments("serve", *LOG),
        "args.--datadir",
        "/data/store",
        "(none)",
    ),
    "a line of a file": (
        config("dir /data/new\nlevel = 3\n"),
        f"config_files.{CONF}.dir",
        "/data/store",
        "/data/new",
    ),
    "a line that is a comment now": (
        config("# dir /data/store\n"),
        f"config_files.{CONF}.dir",
        "/data/store",
        "(none)",
    ),
    "a file that goes": (
        {"config_files": {}},
        f"config_files.{CONF}.dir",
        "/data/store",
        "(none)",
    ),
    "where relative paths start": (
        pod(workingDir="/data/x"),
        "pod.workingDir",
        "(none)",
        "/data/x",
    ),
    "another first number": ({"image": "zookeeper:4.0.1"}, "image", "zookeeper:3.9.4", "4.0.1"),
    "an older second number": ({"image": "zookeeper:3.8"}, "image", "zookeeper:3.9.4", "3.8"),
    "another application": ({"image": "bitnami/zookeeper:3.9.4"}, "image", "", "bitnami"),
    "no tag": ({"image": "zookeeper"}, "image", "zookeeper:3.9.4", "zookeeper"),
    "a digest alone": ({"image": "zookeeper@sha256:abc"}, "image", "", "sha256:abc"),
    "the image of a sidecar": (
        {"sidecars": [{**SIDE, "image": "alpine:1.36.1"}]},
        "side.image",
        "busybox",
        "alpine",
    ),
    "the user": ({"run_as_user": 1000}, "run_as_user", "999", "1000"),
    "the user of one container": (
        pod(securityContext={"runAsUser": 70}),
        "run_as_user",
        "999",
        "70, group 999",
    ),
    "the group of the volume": (
        {"pod": {"securityContext": {"fsGroup": 70}}},
        "run_as_user",
        "999",
        "fsGroup 70",
    ),
}
SAFE: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a slash more": volumes(mount_path="/data/"),
    "a patch": {"image": "zookeeper:3.9.5"},
    "an older patch": {"image": "zookeeper:3.9.1"},
    "a newer second number": {"image": "zookeeper:3.10.0"},
    "another registry": {"image": "registry.example.com:5000/library/zookeeper:3.9.4"},
    "a digest as well": {"image": "zookeeper:3.9.4@sha256:abc"},
    "another variable": {"env": {**BASE["env"], "OTHER": "y"}},
    "a path that is on no volume": {"env": {**BASE["env"], "OUT": "/var/other"}},
    "another option": arguments("serve", STORE, "--log", "/data/log", "--level=4"),
    "an option in two words": arguments("serve", "--datadir", "/data/store", *LOG),
    "options in another order": arguments("serve", *LOG, STORE),
    "by a variable": arguments("serve", "--datadir=$(DIR)", *LOG),
    "another line": config("dir /data/store\nlevel = 4\nport 1\n"),
    "a file in the volume": {"config_files": {**BASE["config_files"], "/data/a.conf": "x"}},
    "a sidecar that goes": {"sidecars": []},
    "a sidecar more": {"sidecars": [SIDE, {**SIDE, "name": "more", "mounts": {"zk-vol": "/m"}}]},
    "a folder beside the data": {"empty_dirs": {"/srv": "1Mi"}},
    "replicas": {"replicas": 1},
    "labels": {"labels": {"a": "b"}},
}
del REFUSED["a sidecar that mounts it no more"]


ALIVE = [False, True]


@pytest.mark.parametrize("gone", ALIVE, ids=["alive", "gone"])
@pytest.mark.parametrize("case", REFUSED)
def test_is_refused_until_its_owner_consents(
    kind: str, monkeypatch: pytest.MonkeyPatch, case: str, gone: bool
) -> None:
    """Be it edited as it lives, or after a destroy and before the next `up`."""
    change, field, old, new = REFUSED[case]
    before = made(kind)
    fakes.use(monkeypatch, world(gone=before) if gone else world(before))
    sentence = refusal(kind, **change)
    assert f"zk: {field} is " in sentence
    assert ("was left with '" if gone else "but it has '") in sentence
    assert new in sentence
    if not gone:
        assert old in sentence
    assert re.search(r"; write .* back, or consent to this one change by adding ", sentence)

    given = [consent(sentence)]
    assert "to consent" in refusal(kind, **change, consent=[given[0].replace("[", "[0")])
    made(kind, **change, consent=given).plan()


@pytest.mark.parametrize("gone", ALIVE, ids=["alive", "gone"])
@pytest.mark.parametrize("case", SAFE)
def test_is_not_refused(kind: str, monkeypatch: pytest.MonkeyPatch, case: str, gone: bool) -> None:
    before = made(kind)
    fakes.use(monkeypatch, world(gone=before) if gone else world(before))
    assert warnings(made(kind, **SAFE[case]).plan()) == []


OF_FILES = {"a line of a file", "a line that is a comment now", "a file that goes"}


@pytest.mark.parametrize("case", REFUSED)
def test_a_stack_of_before_is_held_to_its_template(
    kind: str, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    fakes.use(monkeypatch, world(made(kind), bare=True))
    change, field, _, _ = REFUSED[case]
    if case in OF_FILES:
        made(kind, **change).plan()
    else:
        assert f"zk: {field} is " in refusal(kind, **change)


def test_a_stack_of_before_is_refused_nothing_for_that_alone(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes.use(monkeypatch, world(made(kind), bare=True))
    for change in ({}, {"data": DECLARED}):
        assert warnings(made(kind, **change).plan()) == []
    fakes.use(monkeypatch, world(gone=made(kind), bare=True))
    made(kind, data=DECLARED, image="zookeeper:4", run_as_user=1).plan()


@pytest.mark.parametrize("case", REFUSED)
def test_in_a_stack_whose_data_may_go_it_is_noted(
    kind: str, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    change, field, _, _ = REFUSED[case]
    fakes.use(monkeypatch, world(made(kind, retention="delete")))
    asks = made(kind, **change, retention="delete").plan()
    assert [note for note in asks.notes if f"zk: {field} is " in note]
    assert warnings(asks) == []


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
