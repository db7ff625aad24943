"""A workload whose pods say in every way where the data is, and edits of what they say."""

import re
from typing import Any

import pytest

from statefast import StatefastError
from statefast.safety.preflight import Reader, Warns

from .living import Made

__all__ = [
    "ALIVE",
    "BASE",
    "CONF",
    "DECLARED",
    "LOG",
    "SIDE",
    "STORE",
    "arguments",
    "config",
    "consent",
    "made",
    "pod",
    "refusal",
    "volumes",
    "warnings",
]

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
ALIVE = [False, True]
