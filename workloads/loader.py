"""Reads a workload file: YAML in, checked dataclass out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from statefast.errors import StatefastError
from statefast.pod.container import InitContainerArgs, SidecarArgs
from statefast.pod.environment import EnvFromArgs, EnvSourceArgs
from statefast.pod.metrics import MetricsArgs
from statefast.pod.ports import PortArgs
from statefast.pod.probes import Probes
from statefast.pod.resources import ResourcesArgs
from statefast.schema.fields import Fields, nearest
from statefast.workload.data_path import DataArgs

from .containers import (
    read_init_containers,
    read_port,
    read_probes,
    read_resources,
    read_sidecars,
)
from .data import read_data
from .environment import EnvValue, read_env, read_env_from, read_env_sources

__all__ = ["VolumeMount", "WorkloadFile", "load_workload", "workload_names"]

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeMount:
    """A volume of the application: the end of its name, and where it is mounted.

    An optional one is there where config gives it a size.
    """

    name: str
    mount_path: str
    optional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadFile:
    """One application, as its file describes it."""

    name: str
    component: str
    image: str
    run_as_user: int
    headless_suffix: str
    termination_grace_period_seconds: int
    command: tuple[str, ...]
    args: tuple[str, ...]
    ordinal_env: str
    ports: tuple[PortArgs, ...]
    volumes: tuple[VolumeMount, ...]
    env: Mapping[str, EnvValue]
    env_sources: Mapping[str, EnvSourceArgs]
    env_from: Sequence[EnvFromArgs]
    config_files: Mapping[str, str]
    empty_dirs: Mapping[str, str]
    quorum: bool
    data: DataArgs | None
    read_only_root_filesystem: bool
    init_containers: Sequence[InitContainerArgs]
    sidecars: Sequence[SidecarArgs]
    metrics: MetricsArgs | None
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
    env = fields.entries("env")
    file = WorkloadFile(
        name=name,
        component=fields.text("component", "server"),
        image=fields.text("image", pattern=r"[^\s]+", like="zookeeper:3.9.4"),
        run_as_user=fields.integer("runAsUser", 1000, low=1, high=2**31 - 1),
        headless_suffix=fields.text("headlessSuffix", "headless"),
        termination_grace_period_seconds=fields.integer(
            "terminationGracePeriodSeconds", 30, low=0, high=86_400
        ),
        command=fields.texts("command"),
        args=fields.texts("args"),
        ordinal_env=fields.text("ordinalEnv", optional=True),
        ports=tuple(read_port(group) for group in fields.groups("ports")),
        volumes=tuple(_volume(group) for group in fields.groups("volumes")),
        env=read_env(fields, env),
        env_sources=read_env_sources(fields, env),
        env_from=read_env_from(fields),
        config_files=fields.text_map("configFiles"),
        empty_dirs=fields.text_map("emptyDirs"),
        quorum=fields.boolean("quorum", False),
        data=read_data(fields),
        read_only_root_filesystem=fields.boolean("readOnlyRootFilesystem", False),
        init_containers=read_init_containers(fields),
        sidecars=read_sidecars(fields),
        metrics=_metrics(fields),
        secrets=fields.texts("secrets"),
        probes=read_probes(fields),
        resources=read_resources(fields.group("resources")),
    )
    fields.done()
    return file


def _volume(fields: Fields) -> VolumeMount:
    volume = VolumeMount(
        name=fields.text("name", like="vol"),
        mount_path=fields.text("mountPath", like="/data"),
        optional=fields.boolean("optional", False),
    )
    fields.done()
    return volume


def _metrics(fields: Fields) -> MetricsArgs | None:
    if "metrics" not in fields:
        return None
    group = fields.group("metrics")
    metrics: MetricsArgs = {
        "port": group.text("port", like="metrics"),
        "path": group.text("path", "/metrics"),
    }
    group.done()
    return metrics
