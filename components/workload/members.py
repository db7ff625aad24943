"""The members of a quorum in the pods: what their environment says of them, and whether a run can
take the steps from some members to others.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pulumi_kubernetes as k8s

from ..errors import StatefastError
from ..pod.member_env import member_value
from ..safety.preflight import Reader
from ..safety.quorum import Members
from ..schema.names import pod_name
from .model import Workload
from .ordinals import members
from .rollout import POD_MANAGEMENT, UPDATE_STRATEGIES, update_strategy
from .service import peer_host

__all__ = ["can_step", "member_values", "with_member_env"]


def member_values(workload: Workload, those: Members) -> dict[str, str]:
    """By variable, what the pods are told of these members."""
    hosts = [
        peer_host(pod_name(workload.name, ordinal), workload.headless_name, workload.namespace)
        for ordinal in range(those.first, those.stop)
    ]
    return {
        name: member_value(given, hosts, first=those.first)
        for name, given in workload.member_env.items()
    }


def with_member_env(workload: Workload) -> Workload:
    """The workload, its environment filled in for the members that it is to have.

    Raises:
        StatefastError: a variable is given in the environment as well, or a template is none.
    """
    if not workload.member_env:
        return workload
    plain = workload.args.get("env") or {}
    for name in workload.member_env:
        if name in plain:
            raise StatefastError(
                workload.resource,
                f"member_env.{name}",
                dict(workload.member_env[name]),
                "but env has it as well",
                "leave it out of one of them",
            )
    try:
        values = member_values(workload, members(workload))
    except (LookupError, ValueError) as error:
        raise StatefastError(
            workload.resource,
            "member_env",
            {name: dict(given) for name, given in workload.member_env.items()},
            f"but it cannot be filled in ({error})",
            "use {host}, {ordinal} and {number}, and double any other brace",
        ) from None
    return replace(workload, args={**workload.args, "env": {**plain, **values}})


def can_step(
    asks: Reader, workload: Workload, management: str, template: k8s.core.v1.PodTemplateSpecArgs
) -> bool:
    """Whether a run can take the members one at a time: it knows what to tell the pods on the way,
    their controller does what it needs for it, and the cluster can be asked how far they are.
    """
    # Only a StatefulSet has it.
    given: Mapping[str, Any] = workload.args
    strategy = update_strategy(workload, given.get("update_strategy"))
    return bool(
        workload.quorum
        and workload.member_env
        and not workload.autoscaled
        and asks.cluster is not None
        and management == POD_MANAGEMENT[0]
        and (strategy.type, strategy.partition) == (UPDATE_STRATEGIES[0], 0)
        and _says(
            cast("Mapping[str, Any]", template.spec),
            workload.name,
            member_values(workload, members(workload)),
        )
    )


def _says(pod: Mapping[str, Any], container: str, values: Mapping[str, str]) -> bool:
    """Whether the escape hatch left the variables as they are."""
    found = next(its for its in pod["containers"] if its["name"] == container)
    said = {item["name"]: item.get("value") for item in found.get("env") or ()}
    return all(said.get(name) == value for name, value in values.items())
