"""Where pods run: next to which nodes, and away from which other pods."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from ..errors import StatefastError
from ..schema.label_syntax import check_label_value, check_qualified_name
from ..schema.names import check_subdomain_name
from ..schema.shape import Between, OneOf, limit

__all__ = ["SchedulingArgs", "SpreadArgs", "TolerationArgs", "scheduling"]

SPREADS = ("ScheduleAnyway", "DoNotSchedule", "none")
ANTI_AFFINITIES = ("none", "preferred", "required")
_OPERATORS = ("Equal", "Exists")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_HOSTNAME = "kubernetes.io/hostname"
_ZONE = "topology.kubernetes.io/zone"


class TolerationArgs(TypedDict):
    """A toleration: a taint that the pods tolerate."""

    key: NotRequired[str]
    """Key of the taint. Default: every key, with operator `Exists`."""
    operator: NotRequired[str]
    """`Equal` (default) or `Exists`."""
    value: NotRequired[str]
    """Value of the taint, with `Equal`."""
    effect: NotRequired[str]
    """`NoSchedule`, `PreferNoSchedule` or `NoExecute`. Default: each of them."""
    toleration_seconds: NotRequired[int]
    """Seconds until a pod leaves a node with a `NoExecute` taint. Default: never."""


limit(
    TolerationArgs,
    operator=OneOf(_OPERATORS),
    effect=OneOf(_EFFECTS),
    toleration_seconds=Between(0, 2**31 - 1),
)


class SpreadArgs(TypedDict):
    """How evenly replicas are spread. `ScheduleAnyway` prefers, `DoNotSchedule` insists: a pod
    whose volume is pinned to a full place then waits for ever.
    """

    hostname: NotRequired[str]
    """Over nodes: `ScheduleAnyway` (default), `DoNotSchedule` or `none`. Editing it rolls pods."""
    zone: NotRequired[str]
    """Over zones: `ScheduleAnyway` (default), `DoNotSchedule` or `none`. Editing it rolls pods."""


limit(SpreadArgs, hostname=OneOf(SPREADS), zone=OneOf(SPREADS))


class SchedulingArgs(TypedDict):
    """Inputs that say where pods run."""

    node_selector: NotRequired[Mapping[str, str]]
    """Labels that a node must have. Default none. Editing them rolls pods."""
    tolerations: NotRequired[Sequence[TolerationArgs]]
    """Taints that the pods tolerate. Default none. Editing them rolls pods."""
    priority_class_name: NotRequired[str]
    """PriorityClass of the pods, which has to exist. Default: the cluster's. Editing it rolls
    pods."""
    spread: NotRequired[SpreadArgs]
    """How replicas are spread over nodes and zones. Default: evenly where there is room. Editing
    it rolls pods."""
    anti_affinity: NotRequired[str]
    """Whether two replicas may share a node: `none` (default) leaves it to `spread`, `preferred`
    avoids it, `required` forbids it. Editing it rolls pods."""


limit(SchedulingArgs, anti_affinity=OneOf(ANTI_AFFINITIES))


def scheduling(
    resource: str, args: SchedulingArgs, selector: Mapping[str, str]
) -> dict[str, object]:
    """The part of a pod spec that says where it runs.

    The same for every number of replicas: otherwise the second replica would restart the first.

    Raises:
        StatefastError: a toleration contradicts itself, or a choice is unknown.
    """
    spec: dict[str, object] = {}
    if nodes := args.get("node_selector"):
        for key, value in nodes.items():
            check_qualified_name(resource, f"node_selector.{key}", key)
            check_label_value(resource, f"node_selector.{key}", value)
        spec["nodeSelector"] = dict(nodes)
    if tolerations := args.get("tolerations"):
        spec["tolerations"] = [
            _toleration(resource, f"tolerations[{index}].", item)
            for index, item in enumerate(tolerations)
        ]
    if priority := args.get("priority_class_name"):
        spec["priorityClassName"] = check_subdomain_name(resource, "priority_class_name", priority)
    if constraints := _spread(args.get("spread") or {}, selector):
        spec["topologySpreadConstraints"] = constraints
    choice = args.get("anti_affinity", ANTI_AFFINITIES[0])
    if choice != "none":
        spec["affinity"] = {"podAntiAffinity": _anti_affinity(choice, selector)}
    return spec


def _toleration(resource: str, path: str, given: TolerationArgs) -> dict[str, object]:
    key, value = given.get("key"), given.get("value")
    operator = given.get("operator", "Equal")
    if key is not None:
        check_qualified_name(resource, f"{path}key", key)
    if value is not None:
        check_label_value(resource, f"{path}value", value)
    if operator == "Exists" and value:
        raise StatefastError(
            resource, f"{path}value", value, "but Exists asks for no value", "leave it out"
        )
    if operator == "Equal" and key is None:
        raise StatefastError(
            resource, f"{path}operator", operator, "but there is no key", "write Exists"
        )
    toleration: dict[str, object] = {"operator": operator}
    if key is not None:
        toleration["key"] = key
    if value is not None:
        toleration["value"] = value
    effect = given.get("effect")
    if effect is not None:
        toleration["effect"] = effect
    seconds = given.get("toleration_seconds")
    if seconds is not None:
        if effect != "NoExecute":
            raise StatefastError(
                resource,
                f"{path}toleration_seconds",
                seconds,
                "but only NoExecute makes a pod leave",
                "give effect NoExecute as well",
            )
        toleration["tolerationSeconds"] = seconds
    return toleration


def _spread(given: SpreadArgs, selector: Mapping[str, str]) -> list[dict[str, object]]:
    wanted = {
        _HOSTNAME: given.get("hostname", SPREADS[0]),
        _ZONE: given.get("zone", SPREADS[0]),
    }
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": choice,
            "labelSelector": {"matchLabels": dict(selector)},
        }
        for key, choice in wanted.items()
        if choice != "none"
    ]


def _anti_affinity(choice: str, selector: Mapping[str, str]) -> dict[str, object]:
    term = {"topologyKey": _HOSTNAME, "labelSelector": {"matchLabels": dict(selector)}}
    if choice == "required":
        return {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    return {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {"weight": 100, "podAffinityTerm": term}
        ]
    }
