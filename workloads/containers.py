"""Containers, ports and probes as a workload file writes them."""

from statefast.pod.container import InitContainerArgs, SidecarArgs
from statefast.pod.ports import SERVICES, PortArgs
from statefast.pod.probes import LONGEST_SECONDS, ProbeArgs, Probes
from statefast.pod.resources import ResourcesArgs
from statefast.schema.fields import Fields

from .environment import read_env_from, read_env_sources

__all__ = ["read_init_containers", "read_port", "read_probes", "read_resources", "read_sidecars"]


def read_init_containers(fields: Fields) -> list[InitContainerArgs]:
    """Containers that end before the main one starts."""
    containers = []
    for group in fields.groups("initContainers"):
        containers.append(_container(group))
        group.done()
    return containers


def read_sidecars(fields: Fields) -> list[SidecarArgs]:
    """Containers that run along."""
    sidecars: list[SidecarArgs] = []
    for group in fields.groups("sidecars"):
        ports = [read_port(port) for port in group.groups("ports")]
        sidecars.append({**_container(group), **read_probes(group), "ports": ports})
        group.done()
    return sidecars


def read_port(fields: Fields) -> PortArgs:
    """One port."""
    port: PortArgs = {
        "name": fields.text("name", like="client"),
        "port": fields.integer("port", 0, low=1, high=65_535),
        "service": fields.choice("service", SERVICES, SERVICES[0]),
    }
    if protocol := fields.text("appProtocol", optional=True):
        port["app_protocol"] = protocol
    fields.done()
    return port


def read_probes(fields: Fields) -> Probes:
    """The three probes."""
    probes: Probes = {}
    if "startupProbe" in fields:
        probes["startup_probe"] = _probe(fields.group("startupProbe"))
    if "readinessProbe" in fields:
        probes["readiness_probe"] = _probe(fields.group("readinessProbe"))
    if "livenessProbe" in fields:
        probes["liveness_probe"] = _probe(fields.group("livenessProbe"))
    return probes


def read_resources(fields: Fields) -> ResourcesArgs:
    """Requests and limits, each a mapping to quantities."""
    resources: ResourcesArgs = {}
    requests, limits = fields.text_map("requests"), fields.text_map("limits")
    fields.done()
    if requests:
        resources["requests"] = requests
    if limits:
        resources["limits"] = limits
    return resources


def _container(fields: Fields) -> InitContainerArgs:
    env = fields.entries("env")
    sources = read_env_sources(fields, env)
    plain = {key: value for key, value in env.items() if key not in sources}
    return {
        "name": fields.text("name", like="exporter"),
        "image": fields.text("image", pattern=r"[^\s]+", like="busybox:1.37"),
        "command": fields.texts("command"),
        "args": fields.texts("args"),
        "env": Fields(fields.resource, {"env": plain}, fields.path).text_map("env"),
        "env_sources": sources,
        "env_from": read_env_from(fields),
        "secrets": fields.texts("secrets"),
        "mounts": fields.text_map("mounts"),
        "resources": read_resources(fields.group("resources")),
    }


def _probe(fields: Fields) -> ProbeArgs:
    probe: ProbeArgs = {
        "initial_delay_seconds": fields.integer(
            "initialDelaySeconds", 0, low=0, high=LONGEST_SECONDS
        ),
        "period_seconds": fields.integer("periodSeconds", 10, low=1, high=LONGEST_SECONDS),
        "timeout_seconds": fields.integer("timeoutSeconds", 1, low=1, high=LONGEST_SECONDS),
        "failure_threshold": fields.integer("failureThreshold", 3, low=1, high=LONGEST_SECONDS),
    }
    if command := fields.texts("command"):
        probe["command"] = command
    if path := fields.text("httpPath", optional=True):
        probe["http_path"] = path
    if port := fields.text("port", optional=True):
        probe["port"] = port
    fields.done()
    return probe
