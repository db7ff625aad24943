"""NetworkPolicy: who may open a connection to the pods. Peers may, and clients that are named."""

from collections.abc import Sequence

import pulumi_kubernetes as k8s

from ..errors import MISSING, StatefastError
from ..safety.plan.names import NO_NAMES, Names
from ..schema.label_syntax import check_label_value, check_qualified_name
from ..schema.names import check_label_name
from ..schema.nearest import nearest
from .model import Workload
from .network_args import ClientArgs, NetworkPolicyArgs

__all__ = ["network_policy"]

# Every namespace has it, with its own name (KEP-2161, GA in 1.22).
_NAMESPACE_NAME = "kubernetes.io/metadata.name"


def network_policy(
    workload: Workload, given: NetworkPolicyArgs | None, names: Names = NO_NAMES
) -> "k8s.networking.v1.NetworkPolicyInitArgs | None":
    """The policy; None where none is wanted. What the pods connect to is not restricted.

    Raises:
        StatefastError: a client is nobody in particular, or a port is not there.
    """
    if given is None:
        return None
    peers = k8s.networking.v1.NetworkPolicyIngressRuleArgs(
        from_=[
            k8s.networking.v1.NetworkPolicyPeerArgs(
                pod_selector=k8s.meta.v1.LabelSelectorArgs(match_labels=dict(workload.selector))
            )
        ]
    )
    return k8s.networking.v1.NetworkPolicyInitArgs(
        metadata=k8s.meta.v1.ObjectMetaArgs(
            name=workload.name,
            namespace=workload.namespace,
            labels=dict(workload.labels),
            annotations=names.owned("NetworkPolicy", workload.name),
        ),
        spec=k8s.networking.v1.NetworkPolicySpecArgs(
            pod_selector=k8s.meta.v1.LabelSelectorArgs(match_labels=dict(workload.selector)),
            policy_types=["Ingress"],
            ingress=[
                peers,
                *(
                    _client(workload, f"network_policy.clients[{index}].", client)
                    for index, client in enumerate(given.get("clients") or ())
                ),
            ],
        ),
    )


def _client(
    workload: Workload, path: str, given: ClientArgs
) -> "k8s.networking.v1.NetworkPolicyIngressRuleArgs":
    resource = workload.resource
    labels, namespace = given.get("labels") or {}, given.get("namespace")
    if not labels and namespace is None:
        raise StatefastError(
            resource,
            f"{path}labels",
            MISSING,
            "so that anybody is meant",
            "give the labels of the client, or its namespace, or both",
        )
    for key, value in labels.items():
        check_qualified_name(resource, f"{path}labels.{key}", key)
        check_label_value(resource, f"{path}labels.{key}", value)
    peer = k8s.networking.v1.NetworkPolicyPeerArgs(
        pod_selector=k8s.meta.v1.LabelSelectorArgs(match_labels=dict(labels))
    )
    if namespace is not None:
        check_label_name(resource, f"{path}namespace", namespace)
        peer.namespace_selector = k8s.meta.v1.LabelSelectorArgs(
            match_labels={_NAMESPACE_NAME: namespace}
        )
    return k8s.networking.v1.NetworkPolicyIngressRuleArgs(
        from_=[peer],
        ports=[
            k8s.networking.v1.NetworkPolicyPortArgs(protocol="TCP", port=number)
            for number in _numbers(workload, path, given.get("ports"))
        ],
    )


def _numbers(workload: Workload, path: str, given: Sequence[str] | None) -> list[int]:
    numbers = {port.name: port.port for port in workload.ports}
    for name in given or ():
        if name not in numbers:
            raise StatefastError(
                workload.resource,
                f"{path}ports",
                name,
                "but no port has that name",
                nearest(name, numbers),
            )
    chosen = [port.name for port in workload.ports_of("client")] if given is None else given
    if not chosen:
        # Without a list of ports the API would read all of them.
        raise StatefastError(
            workload.resource,
            f"{path}ports",
            MISSING,
            "and no port is for clients",
            "name the ports it may use",
        )
    return [numbers[name] for name in chosen]
