"""Metrics: annotations by which Prometheus finds each pod.

They are on the pods and not on a Service: every replica has numbers of its own, and one that is
not ready is the one to look at.
"""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from ..errors import StatefastError
from ..schema.nearest import nearest
from .ports import Port

__all__ = ["MetricsArgs", "metrics_annotations"]


class MetricsArgs(TypedDict):
    """Where a pod offers its metrics. Editing it rolls pods."""

    port: str
    """Name of the port."""
    path: NotRequired[str]
    """Path of an HTTP GET. Default `/metrics`."""


def metrics_annotations(
    resource: str, given: MetricsArgs | None, ports: Sequence[Port]
) -> dict[str, str]:
    """The annotations of the pods.

    Raises:
        StatefastError: no port has that name, or the path is none.
    """
    if given is None:
        return {}
    path = given.get("path", "/metrics")
    if not path.startswith("/"):
        raise StatefastError(resource, "metrics.path", path, "not a path", "start it with '/'")
    numbers = {port.name: port.port for port in ports}
    if given["port"] not in numbers:
        raise StatefastError(
            resource,
            "metrics.port",
            given["port"],
            "but no port has that name",
            nearest(given["port"], numbers),
        )
    return {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(numbers[given["port"]]),
        "prometheus.io/path": path,
    }
