"""What our own components make passes every rule of the pack that must hold."""

import json
from collections.abc import Mapping

import pytest
from pulumi_policy import EnforcementLevel

from policy.catalogue import POLICIES
from statefast import StorageClass
from tests.program.test_program import STACKS, record
from tests.program.test_review_stack import review
from tests.recording import Recording, run
from tests.unit.samples import deployment, stateful_set

from .asking import Made, ask

MANDATORY = [p.name for p in POLICIES if p.enforcement_level is EnforcementLevel.MANDATORY]
ADVISORY = [p.name for p in POLICIES if p.enforcement_level is EnforcementLevel.ADVISORY]


def as_made(recording: Recording) -> list[Made]:
    """The objects as the engine hands them to a policy: JSON, and protobuf's numbers."""
    objects = {
        item.urn: Made(
            item.type,
            json.loads(json.dumps(item.inputs), parse_int=float),
            name=item.name,
            protect=item.protect,
        )
        for item in recording.objects()
    }
    for item in recording.objects():
        needs = [objects[urn] for urn in item.dependencies if urn in objects]
        objects[item.urn].needs = needs
    return list(objects.values())


def refusals(recording: Recording, stack: str, rules: list[str]) -> Mapping[str, list[str]]:
    said = {rule: ask(rule, *as_made(recording), stack=stack).said for rule in rules}
    return {rule: messages for rule, messages in said.items() if messages}


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_of_this_program_passes_every_rule(stack: str) -> None:
    assert refusals(record(stack), stack, MANDATORY + ADVISORY) == {}


def test_a_review_stack_passes_what_a_lasting_one_with_its_config_does_not() -> None:
    recording = review("pr-12")

    assert refusals(recording, "pr-12", MANDATORY + ADVISORY) == {}
    assert list(refusals(recording, "live", MANDATORY)) == ["claims-without-owner"]
    assert refusals(recording, "live", ADVISORY) == {}


@pytest.mark.parametrize("pattern", [deployment, stateful_set])
def test_a_component_by_itself_passes_every_rule(pattern: object) -> None:
    assert callable(pattern)
    assert refusals(pattern(), "prod", MANDATORY + ADVISORY) == {}


def test_a_class_of_every_kind_of_driver_passes_every_rule() -> None:
    def program() -> None:
        StorageClass("local", {"driver": "local-path"})
        StorageClass("gp3", {"driver": "aws-ebs", "default": True})
        StorageClass("own", {"driver": "custom", "provisioner": "example.com/x"})

    assert refusals(run(program), "prod", MANDATORY + ADVISORY) == {}


def test_the_rules_do_see_these_objects() -> None:
    """The same objects with one field taken away each are refused: no test above is empty."""
    objects = as_made(record("staging"))
    spoiled = {
        "explicit-names": ("StatefulSet", "metadata"),
        "explicit-classes": ("StorageClass", "reclaimPolicy"),
        "headless-service": ("StatefulSet", "spec"),
    }
    for rule, (kind, field) in spoiled.items():
        for item in objects:
            if item.type.endswith(f":{kind}"):
                kept = item.props.pop(field)
                assert ask(rule, *objects, stack="staging").said, rule
                item.props[field] = kept
    (workload,) = [item for item in objects if item.type.endswith(":Deployment")]
    workload.props["spec"]["strategy"] = {"type": "RollingUpdate"}
    assert "claim mysql-vol is ReadWriteOnce" in ask("one-writer", *objects).said[0]
