"""The ports of a container, and the Service that offers each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from ..errors import StatefastError
from ..schema.label_syntax import check_qualified_name
from ..schema.names import check_label_name
from ..schema.shape import Between, OneOf, limit

__all__ = ["SERVICES", "Port", "PortArgs", "container_ports", "read_ports"]

SERVICES = ("client", "headless", "none")
# Kubernetes wants a letter in the name of a port, and no two dashes in a row (RFC 6335).
_LONGEST_NAME = 15


class PortArgs(TypedDict):
    """One port of the container."""

    name: str
    """Name, at most 15 characters. Editing it rolls pods."""
    port: int
    """Number, 1 to 65535. Editing it rolls pods."""
    service: NotRequired[str]
    """The Service that offers it: `client` (default), `headless`, or `none`, as for metrics that
    are asked of each pod. Edited in place."""
    app_protocol: NotRequired[str]
    """What is spoken on it, for meshes and gateways, e.g. `http` or `kubernetes.io/h2c`. Default
    none. Edited in place."""


limit(PortArgs, port=Between(1, 65_535), service=OneOf(SERVICES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A checked port."""

    name: str
    port: int
    service: str
    app_protocol: str | None


def read_ports(resource: str, given: Sequence[PortArgs], path: str = "ports") -> tuple[Port, ...]:
    """Checks the ports of one container.

    Raises:
        StatefastError: a name or number that is wrong, or there twice.
    """
    ports: list[Port] = []
    for index, item in enumerate(given):
        field = f"{path}[{index}]."
        name = _port_name(resource, f"{field}name", item["name"])
        protocol = item.get("app_protocol")
        if protocol is not None:
            check_qualified_name(resource, f"{field}app_protocol", protocol)
        port = Port(
            name=name,
            port=item["port"],
            service=item.get("service", SERVICES[0]),
            app_protocol=protocol,
        )
        refuse_twice(resource, field, port, ports)
        ports.append(port)
    return tuple(ports)


def refuse_twice(resource: str, field: str, port: Port, others: Sequence[Port]) -> None:
    """All containers of a pod share one network: a name or a number is there once.

    Raises:
        StatefastError: another port has the name or the number.
    """
    for other in others:
        if port.name == other.name:
            raise StatefastError(
                resource, f"{field}name", port.name, "but another port has that name", "rename one"
            )
        if port.port == other.port:
            raise StatefastError(
                resource,
                f"{field}port",
                port.port,
                f"but port {other.name} has that number",
                "listen on another one",
            )


def container_ports(ports: Sequence[Port]) -> list[dict[str, object]]:
    """The ports in the form of the API."""
    return [{"name": port.name, "containerPort": port.port} for port in ports]


def _port_name(resource: str, field: str, value: object) -> str:
    name = check_label_name(resource, field, value, longest=_LONGEST_NAME)
    if "--" in name or not any(letter.isalpha() for letter in name):
        raise StatefastError(
            resource, field, name, "not the name of a port", "use a letter, and no '--'"
        )
    return name
