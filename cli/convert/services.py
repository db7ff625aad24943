"""Which Service offers each port, and what the Services of a manifest had besides."""

from collections.abc import Iterable, Mapping
from typing import Any

from .manifests import Manifest
from .notes import Notes
from .process import Ports

__all__ = ["offered"]

Object = Mapping[str, Any]


def offered(
    name: str,
    labels: Object,
    headless: str,
    services: Iterable[Manifest],
    ports: Ports,
    notes: Notes,
) -> Mapping[str, str]:
    """From the name of a port to `client` or `headless`, by the Services that select the pods.

    Args:
        name: Of the workload, and of its client Service from now on.
        labels: Of its pods in the manifest.
        headless: Name of its headless Service from now on.
        services: All Services that were given.
        ports: Of its pods; those that Services add are noted here too.
        notes: What is told.
    """
    found: dict[str, str] = {}
    for service in services:
        selector = service.spec.get("selector") or {}
        if not selector or any(labels.get(key) != value for key, value in selector.items()):
            continue
        bare = service.spec.get("clusterIP") == "None"
        for item in service.spec.get("ports") or ():
            target = item.get("targetPort", item["port"])
            # A name that no container has is a port nobody listens on.
            port = ports.named(target, str(item.get("name") or ""))
            if found.get(port) != "client":
                found[port] = "headless" if bare else "client"
            number = ports.numbers.get(port)
            if not bare and number is not None and int(item["port"]) != number:
                notes.todo(
                    service.where,
                    f"clients have to use port {number} of Service {name}, not {item['port']}",
                )
        now = headless if bare else name
        if service.name != now:
            notes.todo(
                service.where,
                f"is not there any more: {'peers' if bare else 'clients'} use Service {now}",
            )
        kind = service.spec.get("type") or "ClusterIP"
        if kind != "ClusterIP":
            notes.dropped(
                service.where, f"type {kind}: Service {name} is a ClusterIP; add your own beside it"
            )
    return found
