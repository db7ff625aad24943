"""Snapshots before a change: which claims, which class, which stay, and what stops the change."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

import pulumi
import pytest

from statefast.errors import StatefastError
from statefast.safety.read.client import NotThere, Unreadable
from statefast.safety.run import Run
from statefast.safety.wait import before_change
from statefast.safety.wait.before_change import deletion_hook, image_hook
from statefast.safety.wait.rule import RULE, SnapshotRule
from statefast.safety.wait.taking import Lasting
from tests.unit.samples import stateful_set, volume

EVERY = SnapshotRule(before=("image", "growth", "replacement", "destroy"), keep=2)
DRIVER = "rbd.csi.ceph.com"
PREFIX = "/apis/snapshot.storage.k8s.io/v1"


class Api:
    """An API server with two claims of a set, and one of something else."""

    def __init__(self) -> None:
        self.claims = ["zk-vol-zk-0", "zk-vol-zk-1", "other"]
        self.classes: list[dict[str, Any]] = [{"metadata": {"name": "rbd"}, "driver": DRIVER}]
        self.driver = DRIVER
        self.snapshots: dict[str, dict[str, Any]] = {}
        self.made: list[dict[str, Any]] = []
        self.error = ""
        self.image = ""
        self.last = ""

    def __call__(self, _: str) -> "Api":
        return self

    def get(self, _: str, path: str) -> dict[str, Any]:
        name = path.rpartition("/")[2]
        if name == "persistentvolumeclaims":
            return {"items": [claim(it, self.last) for it in self.claims]}
        if name == "volumesnapshots":
            return {"items": list(self.snapshots.values())}
        if name == "volumesnapshotclasses":
            return {"items": self.classes}
        if "/persistentvolumeclaims/" in path:
            return claim(name)
        if "/persistentvolumes/" in path:
            return {"spec": {"csi": {"driver": self.driver}} if self.driver else {"hostPath": {}}}
        if "/statefulsets/" in path:
            if not self.image:
                raise NotThere(path)
            return of_image(self.image)
        return self.snapshots[name]

    def send(self, _: str, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if method == "DELETE":
            gone = self.snapshots.pop(path.rpartition("/")[2])
            assert body["preconditions"] == {"uid": gone["metadata"]["uid"]}
            return {}
        self.made.append({**body})
        source = body["spec"]["source"]["persistentVolumeClaimName"]
        name, said = body["metadata"]["name"], body["metadata"]["annotations"]
        there = snapshot(name, source, f"2026-02-{len(self.made):02}", annotations=said)
        if self.error:
            there["status"] = {"error": {"message": self.error}}
        self.snapshots[name] = there
        return there


def claim(name: str, image: str = "") -> dict[str, Any]:
    """A claim that says which image read it last."""
    reads = {
        "mounts": {},
        "covers": [],
        "settings": {},
        "declared": [],
        "image": image,
        "user": ["", "", ""],
    }
    said = {"statefast/data": json.dumps({"zk": reads})} if image else {}
    return {
        "metadata": {"name": name, "annotations": said},
        "spec": {"volumeName": f"pv-{name}"},
    }


def snapshot(name: str, of: str, day: str, **metadata: Any) -> dict[str, Any]:
    return {
        "metadata": {
            "annotations": {},
            **metadata,
            "name": name,
            "uid": name,
            "creationTimestamp": f"{day}T00:00:00Z",
        },
        "spec": {"source": {"persistentVolumeClaimName": of}},
        "status": {"readyToUse": True},
    }


def ours(name: str, day: str, change: str = "growth to 2Gi", owner: str = "") -> dict[str, Any]:
    said = {"statefast/stack": owner or "statefast/dev", "statefast/taken-before": change}
    return snapshot(name, "zk-vol-zk-0", day, annotations=said)


def of_image(image: str, **annotations: str) -> dict[str, Any]:
    """A set, as the engine has it."""
    return {
        "kind": "StatefulSet",
        "metadata": {"name": "zk", "namespace": "data", "annotations": annotations},
        "spec": {
            "template": {"spec": {"containers": [{"name": "zk", "image": image}]}},
            "volumeClaimTemplates": [{"metadata": {"name": "zk-vol"}}],
        },
    }


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    found = Api()
    monkeypatch.setattr(before_change, "Client", found)
    monkeypatch.setattr(before_change, "owner_of_run", lambda: "statefast/dev")
    monkeypatch.setattr(pulumi.log, "info", lambda *_: None)
    monkeypatch.setattr(before_change, "_resolved", _as_it_is)
    return found


async def _as_it_is(given: Any) -> Any:
    return given or {}


class Hooked:
    """A hook as the engine would call it."""

    def __init__(self, name: str, callback: Callable[[Any], Any]) -> None:
        self.name, self.callback = name, callback


@pytest.fixture(autouse=True)
def hooks(monkeypatch: pytest.MonkeyPatch) -> Run:
    run = Run()
    monkeypatch.setattr(pulumi, "ResourceHook", Hooked)
    monkeypatch.setattr(before_change, "this_run", lambda: run)
    return run


class Args:
    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any] | None = None) -> None:
        self.old_inputs, self.new_inputs, self.old_outputs = old, new, old


def changed(api: Api, old: str, new: str, rule: SnapshotRule = EVERY) -> None:
    """Another image, up to the point where the engine would write it."""
    api.image = old
    hook: Any = image_hook(
        cast("pulumi.Resource", None),
        rule,
        kind="StatefulSet",
        namespace="data",
        name="zk",
        called="zk",
    )
    asyncio.run(hook.callback(Args({}, of_image(new))))


def deleted(rule: SnapshotRule | None, image: str = "a:1") -> None:
    said = {RULE: rule.text} if rule is not None else {}
    hook: Any = deletion_hook("")
    asyncio.run(hook.callback(Args(of_image(image, **said))))


def sources(api: Api) -> list[str]:
    return [it["spec"]["source"]["persistentVolumeClaimName"] for it in api.made]


def test_another_image_takes_one_of_each_claim_of_the_set(api: Api) -> None:
    changed(api, "a:1", "a:2")
    assert sources(api) == ["zk-vol-zk-0", "zk-vol-zk-1"]
    assert api.made[0]["metadata"]["annotations"] == {
        "statefast/stack": "statefast/dev",
        "statefast/taken-before": "image a:1 -> a:2",
    }
    assert api.made[0]["spec"]["volumeSnapshotClassName"] == "rbd"
    # Once in a run.
    changed(api, "a:2", "a:3")
    assert len(api.made) == 2


def test_the_same_image_takes_none(api: Api) -> None:
    changed(api, "a:1", "a:1")
    assert api.made == []


def test_of_a_workload_that_was_destroyed_the_claims_say_what_read_them(api: Api) -> None:
    api.last = "a:1.2"
    changed(api, "", "a:1.2.4")
    assert api.made == []
    changed(api, "", "a:1.3")
    assert sources(api) == ["zk-vol-zk-0", "zk-vol-zk-1"]
    said = api.made[0]["metadata"]["annotations"]["statefast/taken-before"]
    assert said == "image a:1.2 -> a:1.3"


def test_one_that_is_new_takes_none(api: Api) -> None:
    changed(api, "", "a:1")
    api.claims = []
    changed(api, "", "a:2")
    assert api.made == []


@pytest.mark.parametrize("keep", [1, 2])
def test_the_newest_stay_and_nobody_elses_go(api: Api, keep: int) -> None:
    unready = ours("unready", "2026-01-09")
    unready["status"] = {}
    there = [
        ours("old", "2026-01-01"),
        ours("older", "2025-01-01"),
        ours("of-another-stack", "2024-01-01", owner="statefast/prod"),
        snapshot("by-hand", "zk-vol-zk-0", "2024-01-01"),
        unready,
    ]
    api.snapshots = {it["metadata"]["name"]: it for it in there}
    api.claims = ["zk-vol-zk-0"]
    changed(api, "a:1", "a:2", SnapshotRule(before=("image",), keep=keep))
    left = set(api.snapshots) - {api.made[0]["metadata"]["name"]}
    assert left == {"of-another-stack", "by-hand", "unready", *(["old"] if keep == 2 else [])}


def test_what_fails_stops_the_change_in_one_sentence_and_prunes_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(before_change, "_EVERY_SECONDS", 0.01)
    api.snapshots = {name: ours(name, f"2026-01-0{name}") for name in "123"}
    api.error = "the pool is full"
    with pytest.raises(StatefastError) as caught:
        changed(api, "a:1", "a:2")
    assert "failed (the pool is full), so nothing was changed" in caught.value.sentence
    assert set("123") <= set(api.snapshots)


def test_what_the_snapshotter_gets_over_is_no_failure() -> None:
    heard = Lasting()
    for said in ("a conflict", "", *["the pool is full"] * 9):
        assert not heard(said)
    assert heard("the pool is full") == "the pool is full"


def test_one_that_is_never_ready_stops_the_change(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(before_change, "_READY_SECONDS", 0.05)
    monkeypatch.setattr(before_change, "_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(before_change, "progress", lambda *_: (False, ""))
    with pytest.raises(StatefastError, match="is not ready in ten minutes"):
        changed(api, "a:1", "a:2")
    assert len(api.snapshots) == 2


def test_an_api_server_that_refuses_stops_the_change(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(*_: object) -> None:
        raise Unreadable("making a snapshot was answered with 403 Forbidden")

    monkeypatch.setattr(api, "send", no)
    with pytest.raises(StatefastError, match=r"no snapshot could be taken: .*403"):
        changed(api, "a:1", "a:2")


DEFAULT = {"snapshot.storage.kubernetes.io/is-default-class": "true"}


def snapshot_class(name: str, *, default: bool = False, driver: str = DRIVER) -> dict[str, Any]:
    return {"metadata": {"name": name, "annotations": DEFAULT if default else {}}, "driver": driver}


@pytest.mark.parametrize(
    ("wanted", "classes", "chosen"),
    [
        ("b", [snapshot_class("a", default=True), snapshot_class("b")], "b"),
        ("", [snapshot_class("a", default=True), snapshot_class("b")], "a"),
        ("", [snapshot_class("a"), snapshot_class("z", driver="ebs.csi.aws.com")], "a"),
        # That of the stack is of another driver than this volume.
        ("z", [snapshot_class("a"), snapshot_class("z", driver="ebs.csi.aws.com")], "a"),
    ],
)
def test_the_class_is_of_the_driver(
    api: Api, wanted: str, classes: list[dict[str, Any]], chosen: str
) -> None:
    api.classes = classes
    changed(api, "a:1", "a:2", SnapshotRule(before=("image",), keep=1, class_name=wanted))
    assert {it["spec"]["volumeSnapshotClassName"] for it in api.made} == {chosen}


@pytest.mark.parametrize(
    ("driver", "classes", "fragment"),
    [
        (DRIVER, [], "has no VolumeSnapshotClass"),
        (DRIVER, [snapshot_class("a"), snapshot_class("b")], "several snapshot classes (a, b)"),
        (
            DRIVER,
            [snapshot_class("a", default=True), snapshot_class("b", default=True)],
            "several snapshot classes",
        ),
        ("rancher.io/local-path", [], "takes no snapshots"),
        ("", [], "is of no CSI driver"),
    ],
)
def test_without_a_class_that_fits_nothing_is_changed(
    api: Api, driver: str, classes: list[dict[str, Any]], fragment: str
) -> None:
    api.driver, api.classes = driver, classes
    with pytest.raises(StatefastError) as caught:
        changed(api, "a:1", "a:2")
    assert fragment in caught.value.sentence
    assert api.made == []


@pytest.mark.parametrize(
    ("before", "replaced", "count"),
    [
        (("destroy",), False, 2),
        (("destroy",), True, 0),
        (("replacement",), False, 0),
        (("replacement",), True, 2),
        (None, False, 0),
    ],
)
def test_a_deletion_goes_by_what_the_workload_says(
    api: Api, hooks: Run, before: tuple[str, ...] | None, replaced: bool, count: int
) -> None:
    if replaced:
        hooks.replaced.add(("data", "StatefulSet zk"))
    deleted(SnapshotRule(before=before, keep=1) if before else None)
    assert len(api.made) == count


def test_the_claims_of_a_deployment_are_those_it_mounts(api: Api) -> None:
    owner = of_image("a:1")
    del owner["spec"]["volumeClaimTemplates"]
    mounted = {"persistentVolumeClaim": {"claimName": "other"}}
    owner["spec"]["template"]["spec"]["volumes"] = [{"name": "data", **mounted}]
    hook: Any = deletion_hook("")
    owner["metadata"]["annotations"] = {RULE: EVERY.text}
    asyncio.run(hook.callback(Args(owner)))
    assert sources(api) == ["other"]


@pytest.mark.parametrize(
    ("snapshots", "fragment"),
    [
        ({"before": ["upgrade"]}, "upgrade"),
        ({"before": "image"}, "before"),
        ({"before": ["image"], "keep": 0}, "keep"),
        ({"keep": 2}, "before"),
        ({"before": ["image"], "every": "day"}, "every"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(snapshots: dict[str, Any], fragment: str) -> None:
    with pytest.raises(StatefastError, match=fragment):
        stateful_set(volumes=volume(), snapshots=snapshots)


@pytest.mark.parametrize(
    ("before", "said"), [(["image"], False), (["image", "destroy"], True), ([], False)]
)
def test_a_workload_says_of_itself_what_counts_when_it_goes(
    monkeypatch: pytest.MonkeyPatch, before: list[str], said: bool
) -> None:
    monkeypatch.undo()
    found = stateful_set(volumes=volume(), snapshots={"before": before, "keep": 2})
    annotations = found.one("StatefulSet", "zk").metadata["annotations"]
    rule = annotations.get(RULE)
    assert rule == ('{"before":["image","destroy"],"keep":2,"class":""}' if said else None)
