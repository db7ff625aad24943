"""What stack config says of a workload's pods: where they run, who may connect, how they roll."""

from typing import Any

from statefast.pod.scheduling import ANTI_AFFINITIES, SPREADS, SchedulingArgs, TolerationArgs
from statefast.schema.fields import Fields
from statefast.workload.args import WorkloadArgs
from statefast.workload.network_args import ClientArgs, NetworkPolicyArgs
from statefast.workload.rollout import UPDATE_STRATEGIES, RolloutArgs

__all__ = ["read_pods", "read_rollout"]


def read_pods(fields: Fields) -> WorkloadArgs:
    """The args of both patterns that config gives, and no others.

    Raises:
        StatefastError: a key is unknown, or a value is of the wrong kind.
    """
    args: dict[str, Any] = dict(_scheduling(fields.group("scheduling")))
    if "networkPolicy" in fields:
        args["network_policy"] = _network_policy(fields.group("networkPolicy"))
    if "pod" in fields:
        args["pod"] = fields.entries("pod")
    if name := fields.text("serviceAccountName", optional=True):
        args["service_account_name"] = name
    args |= {
        "restricted": fields.boolean("restricted", True),
        "disruption_budget": fields.boolean("disruptionBudget", True),
        "min_ready_seconds": fields.integer("minReadySeconds", 0, low=0, high=86_400),
        "image_pull_secrets": fields.texts("imagePullSecrets"),
        "pod_annotations": fields.text_map("podAnnotations"),
    }
    return args  # type: ignore[return-value]


def read_rollout(fields: Fields) -> RolloutArgs:
    """The args that only a StatefulSet has.

    Raises:
        StatefastError: a key is unknown, or a value is of the wrong kind.
    """
    group = fields.group("updateStrategy")
    args: RolloutArgs = {
        "first_ordinal": fields.integer("firstOrdinal", 0, low=0, high=100_000),
        "update_strategy": {
            "type": group.choice("type", UPDATE_STRATEGIES, UPDATE_STRATEGIES[0]),
            "partition": group.integer("partition", 0, low=0, high=1000),
        },
    }
    group.done()
    return args


def _scheduling(fields: Fields) -> SchedulingArgs:
    args: SchedulingArgs = {
        "node_selector": fields.text_map("nodeSelector"),
        "tolerations": [_toleration(group) for group in fields.groups("tolerations")],
        "anti_affinity": fields.choice("antiAffinity", ANTI_AFFINITIES, ANTI_AFFINITIES[0]),
    }
    if priority := fields.text("priorityClassName", optional=True):
        args["priority_class_name"] = priority
    spread = fields.group("spread")
    args["spread"] = {
        "hostname": spread.choice("hostname", SPREADS, SPREADS[0]),
        "zone": spread.choice("zone", SPREADS, SPREADS[0]),
    }
    spread.done()
    fields.done()
    return args


def _toleration(fields: Fields) -> TolerationArgs:
    toleration: TolerationArgs = {}
    if key := fields.text("key", optional=True):
        toleration["key"] = key
    if operator := fields.text("operator", optional=True):
        toleration["operator"] = operator
    if value := fields.text("value", optional=True):
        toleration["value"] = value
    if effect := fields.text("effect", optional=True):
        toleration["effect"] = effect
    if "tolerationSeconds" in fields:
        toleration["toleration_seconds"] = fields.integer(
            "tolerationSeconds", 0, low=0, high=2**31 - 1
        )
    fields.done()
    return toleration


def _network_policy(fields: Fields) -> NetworkPolicyArgs:
    clients: list[ClientArgs] = []
    for group in fields.groups("clients"):
        client: ClientArgs = {"labels": group.text_map("labels")}
        if namespace := group.text("namespace", optional=True):
            client["namespace"] = namespace
        if "ports" in group:
            client["ports"] = group.texts("ports")
        group.done()
        clients.append(client)
    fields.done()
    return {"clients": clients}
