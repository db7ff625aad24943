"""Whatever is edited of mounts and settings: what reads the data elsewhere is found."""

import posixpath
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from statefast.safety.read.pod_data import Declared, PodData, pod_data, read_record, record
from statefast.safety.refusals.same_data import Judge

TEMPLATES = ("a", "b")
NAMES = ("d", "e", "data")
Spec = dict[str, Any]

# Every folder there is, down to the fourth: a mount may hide a part of another one.
FOLDERS = ["/" + "/".join(its) for depth in (1, 2, 3, 4) for its in product(NAMES, repeat=depth)]

folders = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(
    lambda its: "/" + "/".join(its)
)
below = st.lists(st.sampled_from(NAMES), max_size=2).map("/".join)


@st.composite
def containers(draw: st.DrawFn) -> Spec:
    """One container, which mounts claims, scratch folders and nothing else at various paths."""
    paths = draw(st.lists(folders, min_size=1, max_size=3, unique=True))
    mounts = [
        {
            "name": draw(st.sampled_from([*TEMPLATES, "scratch"])),
            "mountPath": path + draw(st.sampled_from(["", "/"])),
            "subPath": draw(below),
        }
        for path in paths
    ]
    for mount in mounts:
        if mount["name"] == "scratch":
            del mount["subPath"]
    where = draw(folders)
    option = draw(st.sampled_from(["--dir={}", "--dir {}", "--dir=$(ROOT)/{}"]))
    return {
        "name": "main",
        "image": "app:1",
        "volumeMounts": mounts,
        "env": [{"name": "DIR", "value": draw(folders)}, {"name": "ROOT", "value": "/data"}],
        "args": option.format(where.lstrip("/") if "$" in option else where).split(),
    }


@st.composite
def edits(draw: st.DrawFn) -> tuple[Spec, Spec]:
    """A container before and after an edit of some of it."""
    before, other = draw(containers()), draw(containers())
    kept = draw(st.lists(st.sampled_from(["env", "args"]), unique=True))
    after = {key: before[key] if key in kept else value for key, value in other.items()}
    if draw(st.booleans()):
        taken = {posixpath.normpath(mount["mountPath"]) for mount in before["volumeMounts"]}
        more = [
            mount
            for mount in other["volumeMounts"]
            if posixpath.normpath(mount["mountPath"]) not in taken
        ]
        after["volumeMounts"] = [*before["volumeMounts"], *more][draw(st.integers(0, 1)) :]
    return before, after


def spec(container: Spec) -> Spec:
    return {"containers": [container], "volumes": [{"name": "scratch", "emptyDir": {}}]}


def place(container: Spec, path: str) -> str:
    """What a process finds at a path: the deepest mount decides."""
    best, found = "", "image"
    for mount in container["volumeMounts"]:
        top = posixpath.normpath(mount["mountPath"])
        if (path == top or path.startswith(top + "/")) and len(top) > len(best):
            inner = posixpath.normpath(f"/{mount.get('subPath', '')}/{path[len(top) :]}")
            best, found = top, f"{mount['name']}:{inner}".replace("//", "/")
    return found


def option(container: Spec) -> str:
    text = " ".join(container["args"]).replace("$(ROOT)", "/data").removeprefix("--dir")
    return posixpath.normpath(text.lstrip("= "))


def on_claim(found: str) -> bool:
    return found.partition(":")[0] in TEMPLATES


def refused(before: PodData, after: PodData) -> bool:
    judge = Judge(main="main", kept=TEMPLATES, rule=None)
    return any(found.sure for found in judge.differences(before, after))


def read(container: Spec) -> PodData:
    return pod_data(spec(container), TEMPLATES, Declared(container="main"), knows_files=True)


@given(edit=edits())
@settings(deadline=None, max_examples=600)
def test_data_that_would_be_read_elsewhere_is_refused(edit: tuple[Spec, Spec]) -> None:
    before, after = edit
    old, new = read(before), read(after)
    env = [item["env"][0]["value"] for item in (before, after)]
    arguments = [option(item) for item in (before, after)]
    paths = [*zip(FOLDERS, FOLDERS, strict=True), (env[0], env[1]), (arguments[0], arguments[1])]
    moved = [
        (was, now)
        for was, now in paths
        if on_claim(place(before, was)) and place(before, was) != place(after, now)
    ]
    if moved:
        assert refused(old, new), moved


@given(container=containers(), other=st.sampled_from(["/srv", "/var/lib/x"]))
@settings(deadline=None, max_examples=200)
def test_what_reads_the_data_where_it_was_is_not_refused(container: Spec, other: str) -> None:
    old = read(container)
    same = {
        **container,
        "volumeMounts": [
            *reversed(container["volumeMounts"]),
            {"name": "scratch", "mountPath": other},
        ],
        "env": [*reversed(container["env"]), {"name": "MORE", "value": other}],
    }
    assert not refused(old, read(same))


@given(container=containers())
@settings(deadline=None, max_examples=200)
def test_a_record_says_what_was_read(container: Spec) -> None:
    old = read(container)
    again = read_record(record(old))
    assert not refused(again, old)
    assert not refused(old, again)
    for source in TEMPLATES:
        of_one = read_record(record(old, source))
        assert not refused(of_one, old)


@given(text=st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(repr))
def test_a_record_of_another_hand_says_nothing(text: str) -> None:
    assert read_record(text) == {} or text.strip() == "{}"
