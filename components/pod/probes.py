"""The probes of a container."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from ..errors import StatefastError
from ..schema.shape import Between, alternatives, limit
from .ports import Port

__all__ = ["LONGEST_SECONDS", "ProbeArgs", "Probes", "probes", "start_seconds"]

_PERIOD_SECONDS = 10
_FAILURES = 3
LONGEST_SECONDS = 86_400


class ProbeArgs(TypedDict):
    """One probe: a command, or an HTTP path on a port, or a TCP port. Editing it rolls pods."""

    command: NotRequired[Sequence[str]]
    """Command run in the container; exit code 0 is healthy."""
    http_path: NotRequired[str]
    """Path of an HTTP GET on `port`; 200 to 399 is healthy."""
    port: NotRequired[str]
    """Name of the port for `http_path`, or alone for a TCP connection."""
    initial_delay_seconds: NotRequired[int]
    """Seconds before the first probe. Default 0."""
    period_seconds: NotRequired[int]
    """Seconds between probes. Default 10."""
    timeout_seconds: NotRequired[int]
    """Seconds a probe may take. Default 1."""
    failure_threshold: NotRequired[int]
    """Failures in a row that count. Default 3."""


alternatives(ProbeArgs, ("command",), ("port",), ("port", "http_path"))
limit(
    ProbeArgs,
    initial_delay_seconds=Between(0, LONGEST_SECONDS),
    period_seconds=Between(1, LONGEST_SECONDS),
    timeout_seconds=Between(1, LONGEST_SECONDS),
    failure_threshold=Between(1, LONGEST_SECONDS),
)


class Probes(TypedDict):
    """The three probes of a container."""

    startup_probe: NotRequired[ProbeArgs]
    """Holds the other probes back until the container has started. Default none."""
    readiness_probe: NotRequired[ProbeArgs]
    """Decides whether the client Service sends traffic. Default none."""
    liveness_probe: NotRequired[ProbeArgs]
    """Restarts the container. Default none."""


def probes(
    resource: str, args: Probes, ports: Sequence[Port], path: str = ""
) -> dict[str, dict[str, object]]:
    """The probes in the form of the API, those that are not given left out.

    Raises:
        StatefastError: a probe contradicts itself or names a port that is not there.
    """
    given = {
        "startupProbe": ("startup_probe", args.get("startup_probe")),
        "readinessProbe": ("readiness_probe", args.get("readiness_probe")),
        "livenessProbe": ("liveness_probe", args.get("liveness_probe")),
    }
    return {
        key: _probe(resource, f"{path}{field}", probe, ports)
        for key, (field, probe) in given.items()
        if probe is not None
    }


def start_seconds(probe: ProbeArgs | None) -> int:
    """How long a container may take to start before it is given up."""
    if probe is None:
        return 0
    period = probe.get("period_seconds", _PERIOD_SECONDS)
    failures = probe.get("failure_threshold", _FAILURES)
    return int(probe.get("initial_delay_seconds", 0) + period * failures)


def _probe(resource: str, field: str, given: ProbeArgs, ports: Sequence[Port]) -> dict[str, object]:
    command, path, port = given.get("command"), given.get("http_path"), given.get("port")
    if port and port not in [known.name for known in ports]:
        raise StatefastError(
            resource,
            f"{field}.port",
            port,
            "but no port has that name",
            "give the name of one of the ports",
        )
    probe: dict[str, object]
    if command:
        probe = {"exec": {"command": list(command)}}
    elif path:
        probe = {"httpGet": {"path": path, "port": port}}
    else:
        probe = {"tcpSocket": {"port": port}}
    timings = {
        "initialDelaySeconds": given.get("initial_delay_seconds"),
        "periodSeconds": given.get("period_seconds"),
        "timeoutSeconds": given.get("timeout_seconds"),
        "failureThreshold": given.get("failure_threshold"),
    }
    return probe | {key: value for key, value in timings.items() if value is not None}
