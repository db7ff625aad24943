"""Asks the rules of the pack directly, as the SDK would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import (
    UNKNOWN_STRING_VALUE,
    UnknownValueError,
    unknown_checking_proxy,
)

from policy.catalogue import POLICIES

UNKNOWN = UNKNOWN_STRING_VALUE
VERSIONS = {
    "CronJob": "batch/v1",
    "DaemonSet": "apps/v1",
    "Deployment": "apps/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "Job": "batch/v1",
    "ReplicaSet": "apps/v1",
    "Rollout": "argoproj.io/v1alpha1",
    "ScaledObject": "keda.sh/v1alpha1",
    "StatefulSet": "apps/v1",
    "StorageClass": "storage.k8s.io/v1",
}


@dataclass
class Made:
    """One resource of a stack under test."""

    type: str
    props: dict[str, Any]
    name: str = "x"
    protect: bool = False
    stack: str = "dev"
    needs: list["Made"] = field(default_factory=list)

    @property
    def urn(self) -> str:
        return f"urn:pulumi:{self.stack}::test::{self.type}::{self.name}"


def made(kind: str, name: str | None = "x", **props: Any) -> Made:
    """A Kubernetes object, or a Patch of one, with a name in namespace `data`."""
    metadata = {"namespace": "data"} | ({"name": name} if name else {})
    metadata |= props.pop("metadata", {})
    version = VERSIONS.get(kind.removesuffix("Patch"), "core/v1")
    return Made(f"kubernetes:{version}:{kind}", {"metadata": metadata, **props}, name=name or "x")


@dataclass
class Answer:
    """What one rule said."""

    said: list[str] = field(default_factory=list)
    blamed: list[str] = field(default_factory=list)
    unknown: str = ""


def ask(
    rule: str,
    *resources: Made,
    config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    stack: str = "dev",
) -> Answer:
    """What a rule says of some resources, which are the whole stack."""
    (policy,) = [policy for policy in POLICIES if policy.name == rule]
    answer = Answer()

    def report(message: str, urn: str | None = None) -> None:
        answer.said.append(message)
        answer.blamed.append(urn or asked)

    asked = ""
    for resource in resources:
        resource.stack = stack
    try:
        if isinstance(policy, StackValidationPolicy):
            policy.validate(StackValidationArgs(_all(resources), config, tags), report)
        else:
            assert isinstance(policy, ResourceValidationPolicy)
            for resource in resources:
                asked = resource.urn
                policy.validate(_one(resource, config, tags), report)
    except UnknownValueError as error:
        answer.unknown = ".".join(error.props)
    return answer


def _one(
    resource: Made, config: Mapping[str, Any] | None, tags: Mapping[str, str] | None
) -> ResourceValidationArgs:
    return ResourceValidationArgs(
        resource.type,
        unknown_checking_proxy(resource.props),
        resource.urn,
        resource.name,
        _options(resource),
        None,
        config,
        tags,
    )


def _all(resources: Sequence[Made]) -> list[PolicyResource]:
    by_urn = {
        resource.urn: PolicyResource(
            resource.type,
            unknown_checking_proxy(resource.props),
            resource.urn,
            resource.name,
            _options(resource),
            None,
            None,
            [],
            {},
        )
        for resource in resources
    }
    for resource in resources:
        by_urn[resource.urn].dependencies = [by_urn[other.urn] for other in resource.needs]
    return list(by_urn.values())


def _options(resource: Made) -> PolicyResourceOptions:
    return PolicyResourceOptions(
        resource.protect, [], None, [], PolicyCustomTimeouts(0, 0, 0), [], None
    )
