"""What an operator made of a custom resource, told by owners and labels."""

from collections.abc import Mapping
from typing import Any, cast

import pulumi
import pytest

from statefast.program import operators
from statefast.program.end import _End
from statefast.program.made import Made
from statefast.program.names import Names
from statefast.program.operators import data_behind, guard_operated, is_operated
from statefast.program.run import GuardRun
from statefast.safety.read.cluster import Cluster, Unreadable
from statefast.schema.annotations import STAYS

KAFKA = "kubernetes:kafka.strimzi.io/v1beta2:Kafka"


class Lists:
    """A cluster with one namespace."""

    def __init__(self, **items: Mapping[str, Any]) -> None:
        self.items = items

    def list(self, kind: str, namespace: str) -> Mapping[str, Any]:
        assert namespace in ("data", "")
        found = self.items.get(kind.replace(" ", "_"), {})
        place = {"namespace": "data"}
        return {
            f"{'' if namespace else 'data/'}{name}": {
                **it,
                "metadata": {**it["metadata"], **place, "name": name},
            }
            for name, it in found.items()
        }


def item(uid: str, *owners: tuple[str, str, str], mounts: str = "", **labels: str) -> Any:
    said = {key.replace("__", "/").replace("_", "."): value for key, value in labels.items()}
    references = [
        {"apiVersion": version, "kind": kind, "name": name, "uid": f"uid of {name}"}
        for version, kind, name in owners
    ]
    volumes = [{"persistentVolumeClaim": {"claimName": mounts}}] if mounts else []
    metadata = {"uid": uid, "labels": said, "ownerReferences": references}
    return {"metadata": metadata, "spec": {"volumes": volumes}}


def behind(type_: str = KAFKA, name: str = "main", **items: Mapping[str, Any]) -> list[str]:
    return data_behind(cast("Cluster", Lists(**items)), type_, "data", name)


def a_run() -> GuardRun:
    return GuardRun(
        component=cast("pulumi.ComponentResource", None),
        preflight={},
        consents=[],
        retention="retain",
        only=Names(()),
        excepted=Names(()),
    )


def test_what_is_owned_through_others_is_of_it() -> None:
    found = behind(
        "kubernetes:acme.example.com/v1:Database",
        stateful_sets={
            "a": item("uid of a", ("acme.example.com/v2", "Database", "main")),
            "b": item("uid of b", ("acme.example.com/v1", "Database", "other")),
            "c": item("uid of c", ("example.com/v1", "Database", "main")),
        },
        claims={
            "v-a-0": item("1", ("apps/v1", "StatefulSet", "a")),
            "v-b-0": item("2", ("apps/v1", "StatefulSet", "b")),
            "of-the-pod": item("3"),
            "of-others": item("4"),
        },
        pods={
            "a-0": item("uid of a-0", ("apps/v1", "StatefulSet", "a"), mounts="of-the-pod"),
            "b-0": item("uid of b-0", ("apps/v1", "StatefulSet", "b"), mounts="of-others"),
        },
    )
    assert found == [
        "StatefulSet a",
        "PersistentVolumeClaim of-the-pod",
        "PersistentVolumeClaim v-a-0",
    ]


@pytest.mark.parametrize(
    ("type_", "labels", "theirs"),
    [
        (KAFKA, {"strimzi_io__cluster": "main"}, True),
        (KAFKA, {"strimzi_io__cluster": "other"}, False),
        (KAFKA, {"io__cluster": "main"}, False),
        (KAFKA, {"example_com__cluster": "main"}, False),
        (KAFKA, {"app": "main"}, False),
        ("kubernetes:postgresql.cnpg.io/v1:Cluster", {"cnpg_io__cluster": "main"}, True),
        ("kubernetes:acid.zalan.do/v1:postgresql", {"cluster-name": "main"}, True),
        (
            "kubernetes:k8s.elastic.co/v1:Elasticsearch",
            {"elasticsearch_k8s_elastic_co__cluster-name": "main"},
            True,
        ),
    ],
)
def test_a_label_of_an_operator_says_whose_a_claim_is(
    type_: str, labels: dict[str, str], theirs: bool
) -> None:
    # `io` is the end of many groups, and nobody's.
    assert bool(behind(type_, claims={"it": item("1", **labels)})) == theirs


@pytest.mark.parametrize(
    ("type_", "is_one"),
    [
        (KAFKA, True),
        (f"{KAFKA}Patch", False),
        ("kubernetes:apps/v1:StatefulSet", False),
        ("kubernetes:networking.k8s.io/v1:Ingress", False),
        ("kubernetes:helm.sh/v4:Chart", False),
        ("kubernetes:yaml/v2:ConfigGroup", False),
        ("acme:databases.example.com/v1:Database", False),
    ],
)
def test_kinds_of_kubernetes_are_no_operators(type_: str, is_one: bool) -> None:
    assert is_operated(type_) is is_one


@pytest.mark.parametrize("namespace", ["data", ""])
@pytest.mark.parametrize("seen", [True, False])
def test_one_that_is_registered_is_not_taken_for_dropped(
    monkeypatch: pytest.MonkeyPatch, namespace: str, seen: bool
) -> None:
    """Also one of the whole cluster, which says no namespace."""
    lives = cast("Cluster", Lists(claims={"it": item("1", strimzi_io__cluster="main")}))
    metadata = {"name": "main", **({"namespace": namespace} if namespace else {})}
    resources = [(KAFKA, {"metadata": metadata})]
    run = a_run()
    monkeypatch.setattr(GuardRun, "clusters", lambda _: [lives])
    if seen:
        run.seen.add((KAFKA, f"{namespace}/main".lstrip("/"), lives))
    found = list(_End(run, "statefast/dev", resources)._operated)
    assert bool(found) is not seen
    if found:
        assert found[0][2] == ["PersistentVolumeClaim it"]


class Hides(Lists):
    """One that shows nothing of the kinds of operators, and perhaps of no other."""

    lists = True

    def metadata(self, *_: object) -> Mapping[str, Any]:
        raise Unreadable("no right to get it")

    def list(self, kind: str, namespace: str) -> Mapping[str, Any]:
        if not self.lists:
            raise Unreadable("no right to list it")
        return super().list(kind, namespace)


@pytest.mark.parametrize(
    ("lists", "stayed", "stays"),
    [(True, False, True), (False, True, True), (False, False, False), (None, True, True)],
)
def test_what_stays_takes_no_right_to_read_what_operators_have(
    monkeypatch: pytest.MonkeyPatch, lists: bool | None, stayed: bool, stays: bool
) -> None:
    lives = Hides(claims={"it": item("1", strimzi_io__cluster="main")})
    lives.lists = bool(lists)
    run, said = a_run(), list[str]()
    # Nothing is read with preflight off, or where the kubeconfig is not known.
    monkeypatch.setattr(GuardRun, "readable", lambda *_: None if lists is None else lives)
    monkeypatch.setattr(GuardRun, "say", lambda _, *notes: said.extend(notes))
    before = {"metadata": {"annotations": {STAYS: "statefast/dev"} if stayed else {}}}
    monkeypatch.setattr(operators, "owner_of_run", lambda: "statefast/dev")
    monkeypatch.setattr(operators, "held", lambda *_: False)
    monkeypatch.setattr(operators, "applied", lambda *_: before)
    args = pulumi.ResourceTransformArgs(
        custom=True,
        type_=KAFKA,
        name="main",
        props={"metadata": {"name": "main", "namespace": "data"}},
        opts=pulumi.ResourceOptions(),
    )
    monkeypatch.setattr(Made, "result", lambda _, opts: opts)
    found = cast("Any", guard_operated(run, Made.of(args, "", "data", "")))
    assert bool(found and found.retain_on_delete) is stays
    assert bool(said) is stays
    annotations = cast("Any", args.props["metadata"]).get("annotations") or {}
    assert annotations == ({STAYS: "statefast/dev"} if stays else {})
