"""The shape of a VolumeAttributesClass."""

from typing import Any, cast

import pytest

from statefast import StatefastError, VolumeAttributesClass, VolumeAttributesClassArgs
from tests.recording import Registered, run

FAST: dict[str, Any] = {"driver": "aws-ebs", "parameters": {"type": "gp3", "iops": "6000"}}


def child(**given: Any) -> Registered:
    args = cast("VolumeAttributesClassArgs", given)
    (made,) = run(lambda: VolumeAttributesClass("fast", args)).objects()
    return made


def name(**given: Any) -> str:
    return VolumeAttributesClass.name_in_cluster("fast", cast("VolumeAttributesClassArgs", given))


def test_a_class_is_applied_and_stays() -> None:
    made = child(**FAST)
    assert made.kind == "VolumeAttributesClassPatch"
    assert made.retain_on_delete
    assert made.metadata["name"] == name(**FAST)
    assert made.inputs["driverName"] == "ebs.csi.aws.com"
    assert made.inputs["parameters"] == FAST["parameters"]


def test_other_parameters_are_another_name_and_nothing_else_is() -> None:
    once = name(**FAST)
    assert once.startswith("fast-")
    assert len(once) == len("fast-") + 8
    backwards = dict(reversed(FAST["parameters"].items()))
    assert name(driver="aws-ebs", parameters=backwards, part_of="shop") == once
    others = {
        name(driver="aws-ebs", parameters={"type": "gp3", "iops": "7000"}),
        name(driver="custom", provisioner="other.com", parameters=FAST["parameters"]),
        once,
    }
    assert len(others) == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"driver": "cephfs", "parameters": {"a": "b"}}, "but it cannot modify a volume"),
        ({"driver": "aws-ebs", "parameters": {}}, "parameters is missing; give one at least"),
        ({"driver": "aws-ebs"}, "parameters is missing"),
        ({"driver": "aws-ebs", "parameters": {"iop": "1"}}, "did you mean 'iops'"),
        ({"driver": "gce-pd", "parameters": {"iops": "many"}}, "not a whole number"),
        ({"driver": "azure-disk", "parameters": {"skuName": "Fast"}}, "not one of the choices"),
        ({**FAST, "retention": "keep"}, "retention is 'keep', but there is no such argument"),
    ],
)
def test_wrong_args_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(StatefastError, match=said):
        VolumeAttributesClass.check("fast", cast("VolumeAttributesClassArgs", given))


def test_a_name_that_no_class_can_have_is_refused() -> None:
    with pytest.raises(StatefastError, match="name is 'Fast-"):
        VolumeAttributesClass.check("Fast", cast("VolumeAttributesClassArgs", FAST))
