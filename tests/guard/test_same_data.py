"""Edits that keep every claim, and have the application look somewhere else."""

import re
from typing import Any

import pytest

from . import fakes
from .living import KINDS, world
from .same_data import (
    ALIVE,
    BASE,
    CONF,
    DECLARED,
    LOG,
    SIDE,
    STORE,
    arguments,
    config,
    consent,
    made,
    pod,
    refusal,
    volumes,
    warnings,
)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# Edit to the field, the old and the new value that the refusal names.
REFUSED: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "the path of the volume": (
        volumes(mount_path="/data2"),
        "volumes.zk-vol.mount_path",
        "/data",
        "/data2",
    ),
    "a folder of the volume": (
        volumes(sub_path="store"),
        "volumes.zk-vol.mount_path",
        "/data",
        "/data (sub_path store)",
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
