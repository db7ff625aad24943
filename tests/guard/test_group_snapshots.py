"""Snapshots of one moment: which claims belong together, and which groups stay."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pulumi
import pytest

from statefast.errors import StatefastError
from statefast.safety.read.client import NotThere, Unreadable
from statefast.safety.run import Mount, Run
from statefast.safety.wait import before_change
from statefast.safety.wait.before_change import deletion_hook, growth_hook
from statefast.safety.wait.kept import delete_older
from statefast.safety.wait.of_workload import pod_of
from statefast.safety.wait.rule import RULE, SnapshotRule

RULES = SnapshotRule(before=("growth", "destroy"), keep=2)
NAMED = SnapshotRule(before=("growth", "destroy"), keep=2, group_class="together")
RBD, CEPHFS = "rbd.csi.ceph.com", "cephfs.csi.ceph.com"
GROUPS = "/apis/groupsnapshot.storage.k8s.io"
DEFAULT = {"groupsnapshot.storage.kubernetes.io/is-default-class": "true"}
SET = ("data-zk-0", "log-zk-0", "data-zk-1", "log-zk-1")


class Api:
    """An API server with the claims of a set of two volumes, and a snapshot controller."""

    def __init__(self) -> None:
        self.drivers = dict.fromkeys(SET, RBD)
        self.classes = [group_class("together")]
        self.served = True
        self.denied = ""
        self.trouble = ""
        self.forgotten = ""
        self.labels: dict[str, dict[str, str]] = {}
        self.groups: list[dict[str, Any]] = []
        self.singles: list[str] = []
        self.snapshots: list[dict[str, Any]] = []
        self.deleted: list[str] = []

    def __call__(self, _: str) -> "Api":
        return self

    def get(self, what: str, path: str) -> dict[str, Any]:
        name = path.rpartition("/")[2]
        if path.startswith(GROUPS) and not self.served:
            raise NotThere(what)
        if path == GROUPS:
            return {"preferredVersion": {"version": "v1"}}
        if name == "volumegroupsnapshotclasses":
            return {"items": self.classes}
        if name == "volumegroupsnapshots":
            return {"items": self.groups}
        if "/volumegroupsnapshots/" in path:
            return next(it for it in self.groups if it["metadata"]["name"] == name)
        if name == "persistentvolumeclaims":
            return {"items": [self.claim(it) for it in self.drivers]}
        if "/persistentvolumeclaims/" in path:
            return self.claim(name)
        if "/persistentvolumes/" in path:
            driver = self.drivers[name]
            return {"spec": {"csi": {"driver": driver}} if driver else {"hostPath": {}}}
        if name == "volumesnapshots":
            return {"items": self.snapshots}
        if name == "volumesnapshotclasses":
            return {"items": [{"metadata": {"name": it}, "driver": it} for it in (RBD, CEPHFS)]}
        return next(it for it in self.snapshots if it["metadata"]["name"] == name)

    def claim(self, name: str) -> dict[str, Any]:
        return {"metadata": {"name": name}, "spec": {"volumeName": name}}

    def send(
        self, what: str, method: str, path: str, body: Mapping[str, Any], **_: Any
    ) -> dict[str, Any]:
        name = path.rpartition("/")[2]
        if what == self.denied:
            raise Unreadable(f"{what} was answered with 403 Forbidden")
        if method == "DELETE":
            self.deleted.append(name)
        elif method == "PATCH":
            self.labels[name] = body["metadata"]["labels"]
        elif name == "volumegroupsnapshots":
            selector = body["spec"]["source"]["selector"]
            assert list(selector) == ["matchLabels"]
            claims = [it for it, had in self.labels.items() if had == selector["matchLabels"]]
            made = body["metadata"]
            day = f"2026-03-{len(self.groups) + 1:02}"
            self.add_group(made["name"], day, claims, made["annotations"])
        else:
            claim = body["spec"]["source"]["persistentVolumeClaimName"]
            self.singles.append(claim)
            made = body["metadata"]
            self.snapshots.append(snapshot(made["name"], claim, "2026-03-01", made["annotations"]))
        return {}

    def add_group(
        self, name: str, day: str, claims: list[str], annotations: Mapping[str, str]
    ) -> None:
        group = snapshot(name, "", day, annotations)
        if self.trouble:
            group["status"] = {"error": {"message": self.trouble}}
        self.groups.append(group)
        for claim in claims:
            if claim != self.forgotten:
                self.snapshots.append(snapshot(f"{name}-{claim}", claim, day, {}, of=name))


def group_class(name: str, driver: str = RBD, *, default: bool = False) -> dict[str, Any]:
    return {"metadata": {"name": name, "annotations": DEFAULT if default else {}}, "driver": driver}


def snapshot(
    name: str, claim: str, day: str, annotations: Mapping[str, str], of: str = ""
) -> dict[str, Any]:
    owner = {"apiVersion": "groupsnapshot.storage.k8s.io/v1", "kind": "VolumeGroupSnapshot"}
    return {
        "metadata": {
            "name": name,
            "uid": name,
            "creationTimestamp": f"{day}T00:00:00Z",
            "annotations": dict(annotations),
            "ownerReferences": [{**owner, "name": of, "uid": of}] if of else [],
        },
        "spec": {"source": {"persistentVolumeClaimName": claim}},
        "status": {"readyToUse": True},
    }


OURS = {"statefast/stack": "statefast/dev", "statefast/taken-before": "growth to 2Gi"}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []

    def info(text: str, _: object) -> None:
        # As the engine's: a thread cannot speak.
        asyncio.get_running_loop()
        found.append(text)

    monkeypatch.setattr(pulumi.log, "info", info)
    return found


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    found = Run()
    monkeypatch.setattr(before_change, "this_run", lambda: found)
    return found


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, said: list[str], run: Run) -> Api:
    found = Api()
    monkeypatch.setattr(before_change, "Client", found)
    monkeypatch.setattr(before_change, "owner_of_run", lambda: "statefast/dev")
    monkeypatch.setattr(before_change, "_resolved", _as_it_is)
    monkeypatch.setattr(before_change, "_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(pulumi, "ResourceHook", Hooked)
    return found


async def _as_it_is(given: Any) -> Any:
    return given or {}


class Hooked:
    """A hook as the engine would call it."""

    def __init__(self, name: str, callback: Any) -> None:
        self.name, self.callback = name, callback


class Args:
    def __init__(self, old: Mapping[str, Any]) -> None:
        self.old_outputs = old


def destroyed(rule: SnapshotRule = RULES, *, mounted: tuple[str, ...] = ()) -> None:
    """A workload is about to go: the set, or a Deployment that mounts some claims."""
    of_set = {"volumeClaimTemplates": [{"metadata": {"name": it}} for it in ("data", "log")]}
    volumes = [{"persistentVolumeClaim": {"claimName": it}} for it in mounted]
    owner = {
        "kind": "Deployment" if mounted else "StatefulSet",
        "metadata": {"name": "zk", "namespace": "data", "annotations": {RULE: rule.text}},
        "spec": {"template": {"spec": {"volumes": volumes}}, **({} if mounted else of_set)},
    }
    hook: Any = deletion_hook("")
    asyncio.run(hook.callback(Args(owner)))


def grown(*claims: str, rule: SnapshotRule = RULES) -> None:
    """Claims are about to grow, all at the same time."""

    async def together() -> None:
        hooks: list[Any] = [
            growth_hook(
                cast("pulumi.Resource", None),
                rule,
                namespace="data",
                claim=claim,
                size="2Gi",
                called=claim,
            )
            for claim in claims
        ]
        await asyncio.gather(*(it.before_update[0].callback(None) for it in hooks))

    asyncio.run(together())


def mount(run: Run, *claims: str, of_set: bool) -> None:
    run.mounts["cluster"] = {
        ("data", "StatefulSet zk" if of_set else "Deployment zk"): tuple(
            Mount(field="volumes", claim=it, of_set=of_set, modes=()) for it in claims
        )
    }


def members(api: Api) -> dict[str, set[str]]:
    """By group, without its time, the claims that it has."""
    found: dict[str, set[str]] = {}
    for item in api.snapshots:
        for owner in item["metadata"]["ownerReferences"]:
            pod = owner["name"].rsplit("-", 2)[0]
            found.setdefault(pod, set()).add(item["spec"]["source"]["persistentVolumeClaimName"])
    return found


def test_the_claims_of_an_ordinal_are_one_group(api: Api) -> None:
    destroyed()
    assert members(api) == {"zk-0": {"data-zk-0", "log-zk-0"}, "zk-1": {"data-zk-1", "log-zk-1"}}
    assert api.singles == []
    assert [it["metadata"]["annotations"]["statefast/taken-before"] for it in api.groups] == [
        "destroy",
        "destroy",
    ]


def test_the_claims_of_a_deployment_are_one_group_and_a_single_one_is_none(api: Api) -> None:
    destroyed(mounted=("data-zk-0", "log-zk-0", "data-zk-1"))
    assert members(api) == {"zk": {"data-zk-0", "log-zk-0", "data-zk-1"}}
    api.groups, api.snapshots = [], []
    destroyed(mounted=("log-zk-1",))
    assert (members(api), api.singles) == ({}, ["log-zk-1"])


def test_claims_that_grow_together_are_taken_once_and_with_those_that_do_not(
    api: Api, run: Run
) -> None:
    mount(run, "data-zk-", "log-zk-", "new-zk-", of_set=True)
    grown("data-zk-0", "log-zk-0", "data-zk-1")
    assert members(api) == {"zk-0": {"data-zk-0", "log-zk-0"}, "zk-1": {"data-zk-1", "log-zk-1"}}
    assert len(api.groups) == 2
    assert api.singles == []


@pytest.mark.parametrize(
    ("served", "classes", "denied", "why"),
    [
        (False, [], "", "the cluster has no VolumeGroupSnapshots"),
        (True, [], "", f"driver {RBD} has no VolumeGroupSnapshotClass"),
        (True, [group_class("a", CEPHFS)], "", f"driver {RBD} has no VolumeGroupSnapshotClass"),
        (True, [group_class("a"), group_class("b")], "", "several VolumeGroupSnapshotClasses"),
        (True, [group_class("a")], "labelling a claim", "403 Forbidden"),
        (True, [group_class("a")], "making a group snapshot", "403 Forbidden"),
    ],
)
def test_where_there_is_no_group_it_is_said_once_or_refused_by_name(
    api: Api,
    run: Run,
    said: list[str],
    served: bool,
    classes: list[dict[str, Any]],
    denied: str,
    why: str,
) -> None:
    api.served, api.classes, api.denied = served, classes, denied
    mount(run, "data-zk-", "log-zk-", of_set=True)
    grown("data-zk-0")
    # As if there were no groups: what does not grow needs none.
    assert api.singles == ["data-zk-0"]
    destroyed()
    assert sorted(api.singles) == sorted(SET)
    assert len([it for it in said if "not be of one moment" in it and why in it]) == 1

    run.snapshots.clear()
    asked = "together" if not classes else classes[0]["metadata"]["name"]
    if why.startswith("several"):
        return
    named = SnapshotRule(before=("destroy",), keep=2, group_class=asked)
    with pytest.raises(StatefastError, match=f"VolumeGroupSnapshotClass {asked}"):
        destroyed(named)
    assert len(api.singles) == len(SET)


def test_a_class_by_name_or_by_default_is_the_one_of_several(api: Api) -> None:
    api.classes = [group_class("together"), group_class("other")]
    destroyed(NAMED)
    assert len(members(api)) == 2
    api.groups, api.snapshots = [], []
    api.classes = [group_class("first", default=True), group_class("other")]
    mounted = ("data-zk-0", "log-zk-0")
    destroyed(mounted=mounted)
    assert members(api) == {}
    api.drivers["more"] = RBD
    destroyed(mounted=(*mounted, "more"))
    assert members(api) == {"zk": {*mounted, "more"}}


def test_what_is_of_several_drivers_or_of_none_is_not_of_one_moment(
    api: Api, said: list[str]
) -> None:
    api.drivers["log-zk-0"] = CEPHFS
    destroyed()
    assert members(api) == {"zk-1": {"data-zk-1", "log-zk-1"}}
    assert api.singles == ["data-zk-0", "log-zk-0"]
    assert len([it for it in said if f"{RBD} and {CEPHFS}" in it]) == 1


def test_a_volume_without_a_driver_beside_one_that_grows_stops_nothing(api: Api, run: Run) -> None:
    api.drivers["log-zk-0"] = ""
    mount(run, "data-zk-", "log-zk-", of_set=True)
    grown("data-zk-0")
    assert api.singles == ["data-zk-0"]


@pytest.mark.parametrize("forgotten", ["", "log-zk-1"])
def test_a_group_that_fails_or_lacks_a_claim_stops_the_change(
    api: Api, monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    api.forgotten, api.trouble = forgotten, "" if forgotten else "the pool is full"
    monkeypatch.setattr(before_change, "_READY_SECONDS", 0.05 if forgotten else 5)
    with pytest.raises(StatefastError) as caught:
        destroyed()
    expected = "is not ready in ten minutes" if forgotten else "failed (the pool is full)"
    assert expected in caught.value.sentence
    assert "nothing was changed" in caught.value.sentence


def test_a_group_goes_once_it_is_too_old_for_each_of_its_claims(api: Api) -> None:
    for day in (1, 2, 3):
        api.add_group(f"g{day}", f"2026-01-0{day}", ["data-zk-0", "log-zk-0"], OURS)
    api.add_group("theirs", "2025-01-01", ["data-zk-0", "log-zk-0"], {})
    # Of one claim alone, as of a run before there was a class.
    api.snapshots.append(snapshot("alone", "data-zk-0", "2026-01-04", OURS))
    both = ["data-zk-0", "log-zk-0"]
    delete_older(cast("Any", api), "data", both, 2, "statefast/dev")
    assert api.deleted == ["g1"]
    api.deleted.clear()
    delete_older(cast("Any", api), "data", both, 1, "statefast/dev")
    assert sorted(api.deleted) == ["g1", "g2"]
    api.deleted.clear()
    delete_older(cast("Any", api), "data", both, 1, "statefast/prod")
    assert api.deleted == []


def test_the_pod_of_a_claim_is_that_of_the_workload_that_mounts_it(run: Run) -> None:
    assert pod_of(run, "data", "data-zk-0").claims == ("data-zk-0",)
    mount(run, "data-zk-", "log-zk-", of_set=True)
    found = pod_of(run, "data", "log-zk-10")
    assert (found.name, found.claims) == ("zk-10", ("data-zk-10", "log-zk-10"))
    assert pod_of(run, "other", "log-zk-10").claims == ("log-zk-10",)
    mount(run, "data", "wal", of_set=False)
    found = pod_of(run, "data", "wal")
    assert (found.name, found.claims) == ("zk", ("data", "wal"))
