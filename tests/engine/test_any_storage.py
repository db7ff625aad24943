"""Whatever is asked for is refused in a sentence of ours, or the API server would have it."""

from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from localcluster.layout import Workspace
from statefast import (
    StatefastError,
    StorageClass,
    VolumeAttributesClass,
    VolumeClaim,
    VolumeSnapshotClass,
)
from statefast.drivers.catalogue import DRIVERS
from statefast.drivers.parameters import ParameterSpec
from statefast.schema.args import ACCESS_MODES
from tests.recording import run

from .parts import DryRun

EXAMPLES = settings(
    deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def mostly(*right: Any, wrong: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One of those that are right, and now and then another: of ten wrong ones none is made."""
    return st.integers(0, 11).flatmap(lambda dice: wrong if dice == 0 else st.sampled_from(right))


TEXTS = st.text("aZ09 ._-/=,%é{}\n", max_size=12)
NAMES = mostly(
    "data",
    "a.b-c",
    "x" * 54,
    wrong=st.sampled_from(["x" * 64, "x" * 253, "x" * 254, "Data", "a_b", "", "-a", "a..b"]),
)
KEYS = mostly(
    "zone",
    "topology.kubernetes.io/zone",
    "A_b.c",
    wrong=st.sampled_from(["topology.gke.io/zone", "", "a b", "/a", "a/"]) | TEXTS,
)
VALUES = mostly("a", "eu-1a", "A_b", "x" * 63, "", wrong=st.just("x" * 64) | TEXTS)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the fields, none of them needed."""
    return st.fixed_dictionaries({}, optional=fields)


def parameters(spec: ParameterSpec | None) -> st.SearchStrategy[dict[str, str]]:
    """What is required, and two more: right, nearly right, or nothing like it."""
    if spec is None:
        return st.just({})
    if spec.open:
        return st.dictionaries(KEYS, VALUES, max_size=3)

    def right(name: str) -> st.SearchStrategy[str]:
        usual = ("true",) if name in spec.booleans else ("7",)
        return mostly(*spec.choices.get(name, usual), wrong=VALUES)

    names = mostly(*spec.known, wrong=KEYS) if spec.known else KEYS
    pairs = names.flatmap(lambda name: st.tuples(st.just(name), right(name)))
    return st.lists(pairs, max_size=2).map(lambda more: {**spec.required, **dict(more)})


@st.composite
def class_args(draw: st.DrawFn, of: Callable[[str], ParameterSpec | None]) -> dict[str, Any]:
    """The driver of any class, and what it is told."""
    driver = draw(st.sampled_from(sorted(DRIVERS)))
    args = {"driver": driver, "parameters": draw(parameters(of(driver)))}
    if driver == "custom" or draw(st.integers(0, 9)) == 0:
        wrong = st.sampled_from(["kubernetes.io/rbd", "a b", "", "x" * 64])
        right = ("csi.example.com", "kubernetes.io/no-provisioner")
        args["provisioner"] = draw(mostly(*right, wrong=wrong))
    return args


STORAGE = some(
    reclaim_policy=mostly("Retain", "Delete", wrong=TEXTS),
    volume_binding_mode=mostly("Immediate", "WaitForFirstConsumer", wrong=TEXTS),
    allow_volume_expansion=st.booleans(),
    default=st.booleans(),
    mount_options=st.lists(mostly("noatime", "nfsvers=4.1", wrong=TEXTS), max_size=3),
    allowed_topologies=st.lists(
        st.dictionaries(KEYS, st.lists(VALUES, min_size=1, max_size=3), min_size=1, max_size=2),
        max_size=2,
    ),
)
SELECTORS = some(
    match_labels=st.dictionaries(KEYS, VALUES, max_size=2),
    match_expressions=st.lists(
        st.fixed_dictionaries(
            {
                "key": KEYS,
                "operator": mostly("In", "NotIn", "Exists", "DoesNotExist", wrong=TEXTS),
            },
            optional={"values": st.lists(VALUES, max_size=2)},
        ),
        max_size=2,
    ),
)
CLAIMS = some(
    access_modes=st.lists(mostly(*ACCESS_MODES, wrong=TEXTS), min_size=1, max_size=2),
    storage_class_name=NAMES,
    volume_mode=mostly("Filesystem", "Block", wrong=TEXTS),
    volume_name=NAMES,
    selector=SELECTORS,
    data_source=st.dictionaries(mostly("snapshot", "claim", wrong=KEYS), NAMES, max_size=2),
    data_source_ref=st.fixed_dictionaries(
        {
            "api_group": mostly("", "example.com", "snapshot.storage.k8s.io", wrong=TEXTS),
            "kind": mostly("PersistentVolumeClaim", "VolumeSnapshot", "Pod", wrong=TEXTS),
            "name": NAMES,
        }
    ),
    volume_attributes_class_name=NAMES,
    retention=mostly("retain", "delete", wrong=TEXTS),
    labels=st.dictionaries(KEYS, VALUES, max_size=1),
)


@pytest.fixture(scope="module")
def server(workspace: Workspace) -> Iterator[DryRun]:
    with DryRun(workspace) as connection:
        yield connection


def check(server: DryRun, type_: Any, name: str, args: dict[str, Any]) -> None:
    """Our word against the API server's."""
    try:
        type_.check(name, args)
    except StatefastError as error:
        event("refused")
        for one in getattr(error, "errors", [error]):
            assert "\n" not in str(one)
            assert one.sentence.endswith(".")
        return
    event("made")
    make: Callable[[], pulumi.ComponentResource] = lambda: type_(name, args)  # noqa: E731
    for what, answer in server.answers(run(make).objects()):
        assert (answer.status, answer.warnings) == (201, ()), f"{what}: {answer.message}"


@given(name=NAMES, args=class_args(lambda name: DRIVERS[name].storage), more=STORAGE)
@EXAMPLES
def test_any_storage_class(
    server: DryRun, name: str, args: dict[str, Any], more: dict[str, Any]
) -> None:
    check(server, StorageClass, name, {**args, **more})


@given(
    name=NAMES,
    args=class_args(lambda name: DRIVERS[name].snapshot),
    more=some(deletion_policy=mostly("Retain", "Delete", wrong=TEXTS), default=st.booleans()),
)
@EXAMPLES
def test_any_snapshot_class(
    server: DryRun, name: str, args: dict[str, Any], more: dict[str, Any]
) -> None:
    check(server, VolumeSnapshotClass, name, {**args, **more})


@given(name=NAMES, args=class_args(lambda name: DRIVERS[name].attributes))
@EXAMPLES
def test_any_attributes_class(server: DryRun, name: str, args: dict[str, Any]) -> None:
    check(server, VolumeAttributesClass, name, args)


@given(
    name=NAMES,
    size=mostly(
        "1Gi", "1.5Gi", "8192Mi", "10G", "1P", wrong=st.sampled_from(["0", "-1Gi", "8 GB", "100m"])
    ),
    more=CLAIMS,
)
@EXAMPLES
def test_any_claim(server: DryRun, name: str, size: str, more: dict[str, Any]) -> None:
    check(server, VolumeClaim, name, {"namespace": "default", "size": size, **more})
