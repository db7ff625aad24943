"""No arg of any component takes a value of another kind, and none ends in a traceback."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pulumi
import pytest

from statefast import (
    PersistentDeployment,
    PersistentStatefulSet,
    StatefastError,
    StorageClass,
    VolumeAttributesClass,
    VolumeClaim,
    VolumeSnapshotClass,
)
from statefast.safety.preflight import PreflightArgs
from statefast.schema.read import check_args
from statefast.storage.attributes_class import VolumeAttributesClassArgs
from statefast.storage.claim import VolumeClaimArgs
from statefast.storage.snapshot_class import VolumeSnapshotClassArgs
from statefast.storage.storage_class import StorageClassArgs
from statefast.workload.deployment import PersistentDeploymentArgs
from statefast.workload.stateful_set import PersistentStatefulSetArgs
from tests.unit.samples import deployment_args, stateful_set_args

Check = Callable[[str, Any], None]

CLASS = {"driver": "ceph-rbd", "parameters": {"clusterID": "a", "pool": "b"}}
COMPONENTS: list[tuple[type, Check, Mapping[str, object]]] = [
    (PersistentStatefulSetArgs, PersistentStatefulSet.check, stateful_set_args()),
    (PersistentDeploymentArgs, PersistentDeployment.check, deployment_args()),
    (VolumeClaimArgs, VolumeClaim.check, {"namespace": "data", "size": "8Gi"}),
    (StorageClassArgs, StorageClass.check, CLASS),
    (VolumeSnapshotClassArgs, VolumeSnapshotClass.check, {"driver": "ceph-rbd"}),
    (VolumeAttributesClassArgs, VolumeAttributesClass.check, {"driver": "ceph-rbd"}),
]
JUNK = ["text", "", "false", 7, -1, 1.5, True, [], [7], ["x"], [{}], [None], {}, {"a": 7}]
JUNK += [{"a": "b"}, {7: "b"}, {"a": None}, object(), b"bytes", {"x"}]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mode": "of"}, r"preflight\.mode is 'of', not one of the choices"),
        ({"mod": "off"}, r"preflight\.mod is 'off', but there is no such argument"),
        ({"growth_seconds": -1}, r"preflight\.growth_seconds is -1, out of bounds"),
        ({"own_classes": {"rbd": {"expandable": True}}}, r"own_classes\.rbd\.default is missing"),
    ],
)
@pytest.mark.parametrize("component", COMPONENTS, ids=lambda it: it[0].__name__)
def test_how_the_cluster_is_read_is_checked_before_it_is(
    component: tuple[type, Check, Mapping[str, object]], given: Any, said: str
) -> None:
    shape, check, right = component
    if "preflight" in shape.__annotations__:
        with pytest.raises(StatefastError, match=said):
            check("it", {**right, "preflight": given})


def keys() -> Iterator[Any]:
    for shape, check, right in COMPONENTS:
        for key in shape.__annotations__:
            yield pytest.param(check, right, key, id=f"{shape.__name__}.{key}")


@pytest.mark.parametrize(("check", "right", "key"), list(keys()))
def test_a_value_of_any_kind_is_taken_or_refused_in_one_sentence(
    check: Check, right: Mapping[str, object], key: str
) -> None:
    refused = 0
    for junk in JUNK:
        try:
            check("it", {**right, key: junk})
        except StatefastError as error:
            for one in getattr(error, "errors", [error]):
                assert "\n" not in str(one)
            refused += 1
    # Whatever a key takes, most of these are of another kind; the escape hatch takes mappings.
    assert refused >= len(JUNK) // 2, f"{key} refused only {refused}"


@pytest.mark.parametrize(("check", "right", "key"), list(keys()))
def test_what_is_known_only_later_is_refused_where_it_decides(
    check: Check, right: Mapping[str, object], key: str
) -> None:
    # No decision about data goes by the account, and that of the image is made once it is known.
    if key in ("image", "service_account_name"):
        check("it", {**right, key: pulumi.Output.from_input("a:1")})
        return
    with pytest.raises(StatefastError):
        check("it", {**right, key: pulumi.Output.from_input("x")})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"command": "sleep 1"}, "command is 'sleep 1', not a list; write ['sleep 1']."),
        ({"consent": "x"}, "consent is 'x', not a list; write ['x']."),
        ({"preflight": "off"}, "preflight is 'off', not a mapping; write a mapping."),
        (
            {"disruption_budget": "false"},
            "disruption_budget is 'false', not true or false; write true or false, without quotes.",
        ),
        ({"replicas": True}, "replicas is True, not a whole number; write a whole number."),
        ({"env": {"A": 1}}, "env.A is 1, not a text; put it in quotes."),
        ({"command": ["a", 1]}, "command[1] is 1, not a text; put it in quotes."),
    ],
)
def test_the_sentence_says_what_to_write(given: dict[str, object], said: str) -> None:
    with pytest.raises(StatefastError) as refusal:
        PersistentStatefulSet.check("zk", stateful_set_args(**given))
    assert refusal.value.sentence == f"StatefulSet zk: {said}"


def test_an_input_may_be_known_later_and_nothing_else_may() -> None:
    image = pulumi.Output.from_input("zookeeper:3.9.4")
    PersistentStatefulSet.check("zk", stateful_set_args(image=image, env={"A": image}))
    with pytest.raises(StatefastError, match="it has to be known at preview"):
        PersistentStatefulSet.check("zk", stateful_set_args(namespace=image))
    with pytest.raises(StatefastError, match="args is 'x', not a mapping"):
        check_args("StatefulSet zk", "x", PreflightArgs)
