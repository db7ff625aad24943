"""Stacks that nobody wrote down: a violation is not hidden by what is unknown, nor by its kind."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.catalogue import POLICIES

from .asking import UNKNOWN, Made, ask, made
from .test_one_writer import IN_TURN, KINDS

NAMES = st.sampled_from(["a", "b"])
MODES = st.lists(
    st.sampled_from(["ReadWriteOnce", "ReadWriteOncePod", "ReadOnlyMany", "ReadWriteMany"]),
    max_size=2,
    unique=True,
)
IMAGES = st.sampled_from(["bitnami/x", "DOCKER.io:443/bitnami/x", "zookeeper:3.9.4"])
KIND = st.sampled_from(sorted(KINDS))
PATCH = st.sampled_from(["", "Patch"])
OWNED = {"ownerReferences": [{"kind": "ConfigMap", "name": "o", "uid": "u"}]}
COUNT = st.sampled_from([None, 0.0, 1.0, 2.0])
FLAGS = st.sampled_from(["pulumi.com/skipAwait", "pulumi.com/autonamed", "x"])
RWO = {"accessModes": ["ReadWriteOnce"]}
DEFAULT = "storageclass.kubernetes.io/is-default-class"


@st.composite
def pod_specs(draw: st.DrawFn) -> dict[str, Any]:
    volumes: list[dict[str, Any]] = [
        {"persistentVolumeClaim": {"claimName": name, "readOnly": draw(st.booleans())}}
        for name in draw(st.lists(st.sampled_from(["a", "b", "data-a-0"]), max_size=2))
    ]
    if draw(st.booleans()):
        volumes.append({"image": {"reference": draw(IMAGES)}})
    return {"containers": [{"image": draw(IMAGES)}], "volumes": volumes}


@st.composite
def workloads(draw: st.DrawFn) -> Made:
    kind = draw(KIND)
    thing = made(f"{kind}{draw(PATCH)}", draw(NAMES), spec={})
    inner: Any = thing.props
    for key in KINDS[kind][:-1]:
        inner = inner.setdefault(key, {})
    inner[KINDS[kind][-1]] = {**inner.get(KINDS[kind][-1], {}), **draw(pod_specs())}
    spec = thing.props["spec"]
    if draw(st.booleans()):
        spec |= IN_TURN[kind] or {}
    for key in ("replicas", "parallelism", "revisionHistoryLimit"):
        if (count := draw(COUNT)) is not None:
            spec[key] = count
    if kind == "StatefulSet":
        template = {"metadata": {"name": "data", **draw(st.sampled_from([{}, OWNED]))}}
        spec["volumeClaimTemplates"] = [{**template, "spec": {"accessModes": draw(MODES)}}]
        spec["serviceName"] = draw(st.sampled_from(["a", "b", ""]))
        policy = draw(st.sampled_from(["Retain", "Delete"]))
        spec["persistentVolumeClaimRetentionPolicy"] = {"whenDeleted": policy}
    if draw(st.booleans()):
        thing.props["metadata"]["annotations"] = {draw(FLAGS): "true"}
    return thing


@st.composite
def others(draw: st.DrawFn) -> Made:
    suffix, name = draw(PATCH), draw(NAMES)
    owned = draw(st.sampled_from([{}, OWNED]))
    most = {"maxReplicas": draw(st.sampled_from([1.0, 5.0]))}
    ref = {"kind": draw(KIND), "name": draw(NAMES)}
    flag = {"annotations": {DEFAULT: draw(st.sampled_from(["true", "false"]))}}
    provisioner = draw(st.sampled_from(["kubernetes.io/rbd", "rbd.csi.ceph.com"]))
    headless: dict[str, Any] = {"clusterIP": draw(st.sampled_from(["None", "10.0.0.9"]))}
    choices = [
        made(
            f"PersistentVolumeClaim{suffix}",
            name,
            metadata=owned,
            spec={"accessModes": draw(MODES)},
        ),
        made(f"HorizontalPodAutoscaler{suffix}", name, spec={"scaleTargetRef": ref, **most}),
        made(f"StorageClass{suffix}", name, metadata=flag, provisioner=provisioner),
        made(f"Service{suffix}", name, spec=headless),
    ]
    return draw(st.sampled_from(choices))


@st.composite
def stacks(draw: st.DrawFn) -> list[Made]:
    found = draw(
        st.lists(
            workloads() | others(),
            min_size=1,
            max_size=5,
            # A Patch may be there twice, and beside what it is of; that is there once.
            unique_by=lambda it: id(it) if it.type.endswith("Patch") else (it.type, it.name),
        )
    )
    for number, thing in enumerate(found):
        thing.name = f"{thing.name}{number}"
    for thing in found:
        if draw(st.booleans()):
            thing.needs = [other for other in found if other is not thing]
    return found


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something can become unknown: every leaf, every list, every object."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield (*path, key)
        yield from nodes(value[key], (*path, key))


def hide(thing: Made, path: tuple[Any, ...]) -> None:
    inner: Any = thing.props
    for key in path[:-1]:
        # A part of what is unknown already is unknown.
        if inner == UNKNOWN:
            return
        inner = inner[key]
    if inner != UNKNOWN:
        inner[path[-1]] = UNKNOWN


def violations(things: list[Made]) -> dict[str, tuple[set[tuple[str, str]], str]]:
    """By rule, which resource it blames for which field, and what it could not see."""
    found = {}
    for policy in POLICIES:
        answer = ask(policy.name, *things, stack="prod")
        fields = [line.partition(": ")[2].partition(" is ")[0] for line in answer.said]
        found[policy.name] = (set(zip(answer.blamed, fields, strict=True)), answer.unknown)
    return found


SEARCH = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=150)


@SEARCH
@given(things=stacks(), data=st.data())
def test_a_violation_stays_reported_when_leaves_become_unknown(
    things: list[Made], data: st.DataObject
) -> None:
    before = violations(things)
    places = [(number, path) for number, it in enumerate(things) for path in nodes(it.props)]
    hidden = data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=4))
    mutated = copy.deepcopy(things)
    for number, path in hidden:
        hide(mutated[number], path)

    for rule, (after, unknown) in violations(mutated).items():
        assert unknown or before[rule][0] <= after, rule


def placed(kind: str, patch: str, within: str, pods: dict[str, Any], name: str) -> Made:
    """A pod spec as an object of some kind, by itself or as an item of a List."""
    thing = made(kind if within else f"{kind}{patch}", name, spec={})
    inner: Any = thing.props
    for key in KINDS[kind][:-1]:
        inner = inner.setdefault(key, {})
    inner[KINDS[kind][-1]] = pods
    if within:
        version = thing.type.split(":")[1].removeprefix("core/")
        item = {"apiVersion": version, "kind": kind, **thing.props}
        return Made(f"kubernetes:core/v1:{within}", {"items": [item]}, name=name)
    return thing


PLACES = st.tuples(KIND, PATCH, st.sampled_from(["", "", "List", "StatefulSetList"]))


@SEARCH
@given(one=pod_specs(), two=pod_specs(), places=st.tuples(PLACES, PLACES, PLACES, PLACES))
def test_what_a_pod_spec_breaks_it_breaks_in_an_object_of_any_kind(
    one: dict[str, Any], two: dict[str, Any], places: tuple[tuple[str, str, str], ...]
) -> None:
    claims = [made("PersistentVolumeClaim", name, spec=RWO) for name in ("a", "b", "data-a-0")]

    def broken(first: tuple[str, str, str], second: tuple[str, str, str]) -> tuple[int, set[str]]:
        things = [
            placed(*first, pods=copy.deepcopy(one), name="one"),
            placed(*second, pods=copy.deepcopy(two), name="two"),
        ]
        both = [
            line.partition(" is '")[2].partition("'")[0]
            for line in ask("one-writer", *claims, *things).said
            if "mounts it as well" in line
        ]
        return len(ask("published-images", *things).said), set(both)

    assert broken(*places[:2]) == broken(*places[2:])


@SEARCH
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(-2, 9) | st.text(max_size=3) | st.just(UNKNOWN),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *("metadata", "name", "annotations", "ownerReferences", "items", "spec"),
                        *("template", "volumes", "containers", "image", "strategy", "replicas"),
                        *("persistentVolumeClaim", "claimName", "volumeClaimTemplates"),
                        "scaleTargetRef",
                    ]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from([*KINDS, "List", "PersistentVolumeClaim", "StorageClass", "Service", "Widget"]),
    PATCH,
)
def test_no_shape_crashes_a_rule(props: Any, kind: str, patch: str) -> None:
    thing = made(f"{kind}{patch}", "x")
    thing.props = props if isinstance(props, dict) else {"spec": props, "metadata": props}
    violations([thing, made("PersistentVolumeClaim", "a", spec=RWO)])
