"""Asks one rule of the pack, as the judge of a preview does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy import PolicyResource
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policy.answers import answers, resource
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
    for it in resources:
        it.stack = stack
    answer = Answer()
    given = {rule: dict(config)} if config else None
    for its in answers(_all(resources), given, tags, [policy]):
        if its.unknown:
            answer.unknown = answer.unknown or its.unknown
        else:
            answer.said.append(its.text)
            answer.blamed.append(its.urn)
    return answer


def _all(resources: Sequence[Made]) -> list[PolicyResource]:
    by_urn = {
        it.urn: resource(it.urn, {"inputs": it.props, "protect": it.protect}) for it in resources
    }
    for it in resources:
        by_urn[it.urn].dependencies = [by_urn[other.urn] for other in it.needs]
    return list(by_urn.values())
