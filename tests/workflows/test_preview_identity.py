"""What the preview identity may do, read from its manifest; what it does, tests/engine shows."""

import json
from typing import Any

import pytest
import yaml

from tests.program.test_program import STACKS, record
from tests.program.test_review_stack import review
from tests.recording import Recording

from .test_workflows import ROOT

MANIFEST = ROOT / ".github/cluster/preview-identity.yaml"
OBJECTS: list[dict[str, Any]] = list(yaml.safe_load_all(MANIFEST.read_text()))
PLURALS = {"NetworkPolicy": "networkpolicies"}


def one(kind: str) -> dict[str, Any]:
    (found,) = [item for item in OBJECTS if item["kind"] == kind]
    return found


def rights_of(rules: list[dict[str, Any]]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for rule in rules:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                found.setdefault((group, resource), set()).update(rule["verbs"])
    return found


def rights() -> dict[tuple[str, str], set[str]]:
    return rights_of(one("ClusterRole")["rules"])


def scheduled() -> Recording:
    """A stack whose snapshots are taken by the clock, by an account with a Role."""
    schedule = {"schedule": {"cron": "0 3 * * *", "image": "alpine/k8s:1.34.1"}}
    return record("prod", snapshots=json.dumps(schedule))


def test_its_rights_are_those_of_a_dry_run_and_of_no_subresource() -> None:
    for (_, resource), verbs in rights().items():
        # To make a Role that may delete takes the right to; to bind one that is not there, this.
        more = {"roles": {"bind"}, "volumesnapshots": {"delete"}}.get(resource, set())
        assert verbs <= {"get", "list", "watch", "create", "patch"} | more, resource
        assert "/" not in resource
        assert "*" not in resource


@pytest.mark.parametrize(
    "recording",
    [*map(record, STACKS), review("pr-1"), scheduled()],
    ids=[*STACKS, "pr", "scheduled"],
)
def test_it_may_dry_run_whatever_a_stack_has(recording: Recording) -> None:
    for item in recording.objects():
        group = item.type.split(":")[1].partition("/")[0].removeprefix("core")
        group = {
            "networking": "networking.k8s.io",
            "rbac": "rbac.authorization.k8s.io",
            "storage": "storage.k8s.io",
        }.get(group, group)
        kind = item.kind.removesuffix("Patch")
        lower = kind.lower()
        plural = PLURALS.get(kind, f"{lower}es" if lower.endswith("s") else f"{lower}s")
        assert {"get", "create", "patch"} <= rights()[(group, plural)], item.kind


def test_it_may_make_the_role_of_a_schedule() -> None:
    """Nobody may give a right that he has not, in a dry-run either."""
    roles = [item for item in scheduled().objects() if item.kind == "Role"]
    assert roles
    for item in roles:
        for address, verbs in rights_of(item.inputs["rules"]).items():
            assert verbs <= rights()[address], address


def test_it_reads_what_the_guard_reads() -> None:
    (reads,) = yaml.safe_load_all((MANIFEST.parent / "guard-reads.yaml").read_text())
    for address, verbs in rights_of(reads["rules"]).items():
        assert verbs <= rights().get(address, set()), address


def test_the_policy_is_about_everything_and_about_those_who_get_the_rights() -> None:
    (subject,) = one("ClusterRoleBinding")["subjects"]
    policy = one("ValidatingAdmissionPolicy")["spec"]

    assert one("ServiceAccount")["metadata"]["namespace"] == one("Namespace")["metadata"]["name"]
    assert subject["name"] == f"system:serviceaccounts:{one('Namespace')['metadata']['name']}"
    (condition,) = policy["matchConditions"]
    assert f'"{subject["name"]}"' in condition["expression"]
    assert policy["failurePolicy"] == "Fail"
    (rule,) = policy["matchConstraints"]["resourceRules"]
    assert rule == {
        "apiGroups": ["*"],
        "apiVersions": ["*"],
        "operations": ["*"],
        "resources": ["*/*"],
    }
    binding = one("ValidatingAdmissionPolicyBinding")["spec"]
    assert binding["validationActions"] == ["Deny"]
    assert binding["policyName"] == one("ValidatingAdmissionPolicy")["metadata"]["name"]
