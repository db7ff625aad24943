"""Reads a workload file: YAML in, checked dataclass out."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

import yaml

from components.errors import StatefastError
from components.fields import Fields, nearest
from components.ports import PortArgs
from components.probes import ProbeArgs
from components.resources import ResourcesArgs

__all__ = ["EnvValue", "VolumeMount", "WorkloadFile", "load_workload", "workload_names"]

FOLDER = Path(__file__).parent
_PLACEHOLDERS = ("host", "number", "ordinal")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvValue:
    """A value of the environment; it may depend on the replicas.

    Attributes:
        single: The value for one replica, or, if `per_replica`, a template for each.
        several: The value for more than one.
        per_replica: Whether `single` is repeated for each replica with `{host}`, `{ordinal}`
            (from 0) and `{number}` (from 1) filled in.
        separator: What stands between the repetitions.
    """

    single: str
    several: str
    per_replica: bool = False
    separator: str = ","

    def render(self, hosts: tuple[str, ...]) -> str:
        """The text for the replicas at `hosts`."""
        if not self.per_replica:
            return self.single if len(hosts) <= 1 else self.several
        return self.separator.join(
            self.single.format(host=host, ordinal=ordinal, number=ordinal + 1)
            for ordinal, host in enumerate(hosts)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeMount:
    """A volume the application needs: the end of its name, and where it is mounted."""

    name: str
    mount_path: str


class Probes(TypedDict):
    """The probes there are, under their names in WorkloadArgs."""

    startup_probe: NotRequired[ProbeArgs]
    readiness_probe: NotRequired[ProbeArgs]
    liveness_probe: NotRequired[ProbeArgs]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadFile:
    """One application, as its file describes it."""

    name: str
    component: str
    image: str
    run_as_user: int
    headless_suffix: str
    termination_grace_seconds: int
    command: tuple[str, ...]
    arguments: tuple[str, ...]
    ordinal_env: str
    ports: tuple[PortArgs, ...]
    volumes: tuple[VolumeMount, ...]
    env: Mapping[str, EnvValue]
    secrets: tuple[str, ...]
    probes: Probes
    resources: ResourcesArgs


def workload_names(folder: Path = FOLDER) -> list[str]:
    """The names of the files there are, without ending."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_workload(name: str, *, asked_by: str, folder: Path = FOLDER) -> WorkloadFile:
    """Reads `<name>.yaml`.

    Args:
        name: Name of the file without its ending.
        asked_by: Whose setting named it, for errors.
        folder: Where the files are.

    Raises:
        StatefastError: no such file, broken YAML, or a field that is unknown or wrong.
    """
    if name not in workload_names(folder):
        raise StatefastError(
            asked_by,
            "workload",
            name,
            f"but there is no file workloads/{name}.yaml",
            nearest(name, workload_names(folder)),
        )
    resource = f"workloads/{name}.yaml"
    try:
        content = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else "the file"
        problem = getattr(error, "problem", None) or str(error)
        raise StatefastError(resource, line, problem, "not valid YAML", "correct it") from None
    return _read(name, Fields(resource, content))


def _read(name: str, fields: Fields) -> WorkloadFile:
    file = WorkloadFile(
        name=name,
        component=fields.text("component", "server"),
        image=fields.text("image", pattern=r"[^\s]+", like="zookeeper:3.9.4"),
        run_as_user=fields.integer("runAsUser", 1000, low=1, high=2**31 - 1),
        headless_suffix=fields.text("headlessSuffix", "headless"),
        termination_grace_seconds=fields.integer("terminationGraceSeconds", 30, low=0, high=86_400),
        command=fields.texts("command"),
        arguments=fields.texts("arguments"),
        ordinal_env=fields.text("ordinalEnv", optional=True),
        ports=tuple(_port(group) for group in fields.groups("ports")),
        volumes=tuple(_volume(group) for group in fields.groups("volumes")),
        env={
            key: _env(fields.resource, key, value) for key, value in fields.entries("env").items()
        },
        secrets=fields.texts("secrets"),
        probes=_probes(fields),
        resources=read_resources(fields.group("resources")),
    )
    fields.done()
    return file


def _port(fields: Fields) -> PortArgs:
    port: PortArgs = {
        "name": fields.text("name", like="client"),
        "port": fields.integer("port", 0, low=1, high=65_535),
        "service": fields.choice("service", ("client", "headless"), "client"),
    }
    fields.done()
    return port


def _volume(fields: Fields) -> VolumeMount:
    volume = VolumeMount(
        name=fields.text("name", like="vol"), mount_path=fields.text("mountPath", like="/data")
    )
    fields.done()
    return volume


def _env(resource: str, key: str, value: object) -> EnvValue:
    if isinstance(value, str):
        return EnvValue(single=value, several=value)
    if not isinstance(value, Mapping):
        raise StatefastError(resource, f"env.{key}", value, "not a text", "put it in quotes")
    fields = Fields(resource, value, f"env.{key}")
    if "perReplica" in fields:
        template = fields.text("perReplica")
        separator = fields.text("separator", ",")
        fields.done()
        for name in _placeholders(fields, template):
            if name not in _PLACEHOLDERS:
                raise fields.fail(
                    "perReplica",
                    template,
                    f"but {{{name}}} is not a placeholder",
                    nearest(name, _PLACEHOLDERS),
                )
        return EnvValue(single=template, several=template, per_replica=True, separator=separator)
    both = EnvValue(single=fields.text("single"), several=fields.text("several"))
    fields.done()
    return both


def _placeholders(fields: Fields, template: str) -> list[str]:
    try:
        return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError:
        raise fields.fail(
            "perReplica", template, "not a template", "close each brace, or double it"
        ) from None


def _probes(fields: Fields) -> Probes:
    probes: Probes = {}
    if "startupProbe" in fields:
        probes["startup_probe"] = _probe(fields.group("startupProbe"))
    if "readinessProbe" in fields:
        probes["readiness_probe"] = _probe(fields.group("readinessProbe"))
    if "livenessProbe" in fields:
        probes["liveness_probe"] = _probe(fields.group("livenessProbe"))
    return probes


def _probe(fields: Fields) -> ProbeArgs:
    probe: ProbeArgs = {
        "initial_delay_seconds": fields.integer("initialDelaySeconds", 0, low=0, high=3600),
        "period_seconds": fields.integer("periodSeconds", 10, low=1, high=3600),
        "timeout_seconds": fields.integer("timeoutSeconds", 1, low=1, high=3600),
        "failure_threshold": fields.integer("failureThreshold", 3, low=1, high=10_000),
    }
    if command := fields.texts("command"):
        probe["command"] = command
    if path := fields.text("httpPath", optional=True):
        probe["http_path"] = path
    if port := fields.text("port", optional=True):
        probe["port"] = port
    fields.done()
    return probe


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
