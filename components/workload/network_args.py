"""The inputs that say who may connect to a workload."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

__all__ = ["ClientArgs", "NetworkPolicyArgs"]


class ClientArgs(TypedDict):
    """Pods that may connect: those with the labels, in the namespace. Edited in place."""

    labels: NotRequired[Mapping[str, str]]
    """Labels that a client has, all of them. Default: every pod of `namespace`."""
    namespace: NotRequired[str]
    """Where the client lives. Default: the workload's own namespace."""
    ports: NotRequired[Sequence[str]]
    """Names of the ports it may use. Default: those of the client Service."""


class NetworkPolicyArgs(TypedDict):
    """Who may connect to the pods, apart from each other."""

    clients: NotRequired[Sequence[ClientArgs]]
    """The clients. Default none. Edited in place."""
