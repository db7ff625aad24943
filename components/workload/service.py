"""The Services of a workload."""

from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as k8s

from ..pod.ports import Port
from ..safety.plan.names import NO_NAMES, Names
from ..safety.preflight import Reader
from ..safety.wait.stale import refuse_gone
from .model import Workload

__all__ = [
    "client_host",
    "client_service",
    "headless_service",
    "peer_host",
    "register_services",
    "service_host",
    "service_port",
]

# A ClusterIP Service has nothing of its own to wait for. The provider would wait for its
# endpoints, up to ten minutes where there are no replicas; the workload is awaited anyway.
_NO_AWAIT = {"pulumi.com/skipAwait": "true"}


def client_service(
    workload: Workload, names: Names = NO_NAMES
) -> k8s.core.v1.ServiceInitArgs | None:
    """The Service that clients use: ready pods only. None where no port is for clients."""
    ports = workload.ports_of("client")
    if not ports:
        return None
    return k8s.core.v1.ServiceInitArgs(
        metadata=_metadata(workload, workload.name, names),
        spec=k8s.core.v1.ServiceSpecArgs(
            type="ClusterIP", selector=dict(workload.selector), ports=_ports(ports)
        ),
    )


def headless_service(workload: Workload, names: Names = NO_NAMES) -> k8s.core.v1.ServiceInitArgs:
    """The Service that gives each pod a name, before it is ready: peers must find each other
    in order to become ready (kubernetes/kubernetes#92559).
    """
    return k8s.core.v1.ServiceInitArgs(
        metadata=_metadata(workload, workload.headless_name, names),
        spec=k8s.core.v1.ServiceSpecArgs(
            type="ClusterIP",
            cluster_ip="None",
            publish_not_ready_addresses=True,
            selector=dict(workload.selector),
            ports=_ports(workload.ports_of("headless") or workload.ports),
        ),
    )


def register_services(
    asks: Reader, names: Names, workload: Workload, opts: pulumi.ResourceOptions, *, headless: bool
) -> list[pulumi.Input[pulumi.Resource]]:
    """Registers them under the component; for the `depends_on` of the workload.

    Args:
        asks: The reader of the component.
        names: What becomes of those that are there already.
        workload: Their workload.
        opts: Of what the component makes.
        headless: Whether the pods have names.

    Raises:
        pulumi.RunError: out of the run and not out of this call: somebody deleted one of them.
    """
    made: list[pulumi.Input[pulumi.Resource]] = []
    if headless:
        service = headless_service(workload, names)
        state = workload.child(workload.headless_name)
        made.append(_register(asks, names, workload, service, workload.headless_name, state, opts))
    if (client := client_service(workload, names)) is not None:
        state = workload.component
        made.append(_register(asks, names, workload, client, workload.name, state, opts))
    return made


def _register(
    asks: Reader,
    names: Names,
    workload: Workload,
    service: k8s.core.v1.ServiceInitArgs,
    name: str,
    state: str,
    opts: pulumi.ResourceOptions,
) -> pulumi.Input[pulumi.Resource]:
    # The API server's to choose. One that was imported has them among its inputs, and leaving them
    # out would be a replacement.
    chosen = pulumi.ResourceOptions(ignore_changes=["spec.clusterIP", "spec.clusterIPs"])
    its = names.opts("Service", name, pulumi.ResourceOptions.merge(opts, chosen))
    made = k8s.core.v1.Service(state, service, its)
    place = workload.namespace
    return refuse_gone(asks, names, made, made.metadata, kind="Service", namespace=place, name=name)


def service_port(workload: Workload) -> int:
    """The first port for clients; 0 where there is none."""
    ports = workload.ports_of("client")
    return ports[0].port if ports else 0


def client_host(workload: Workload) -> str:
    """DNS name of the Service that clients use; empty where there is none."""
    return service_host(workload.name, workload.namespace) if service_port(workload) else ""


def service_host(service: str, namespace: str, cluster_domain: str = "cluster.local") -> str:
    """DNS name of a Service."""
    return f"{service}.{namespace}.svc.{cluster_domain}"


def peer_host(
    pod: str, headless: str, namespace: str, cluster_domain: str = "cluster.local"
) -> str:
    """DNS name of one pod of a StatefulSet, through its headless Service."""
    return f"{pod}.{service_host(headless, namespace, cluster_domain)}"


def _metadata(workload: Workload, name: str, names: Names) -> k8s.meta.v1.ObjectMetaArgs:
    return k8s.meta.v1.ObjectMetaArgs(
        name=name,
        namespace=workload.namespace,
        labels=dict(workload.labels),
        annotations={**_NO_AWAIT, **names.owned("Service", name)},
    )


def _ports(ports: Sequence[Port]) -> list[k8s.core.v1.ServicePortArgs]:
    return [
        k8s.core.v1.ServicePortArgs(
            name=port.name,
            port=port.port,
            target_port=port.name,
            app_protocol=port.app_protocol,
        )
        for port in ports
    ]
