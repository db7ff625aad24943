"""The shape of a workload file: what an application is like, in the words of the components.

What an application and its process can be told is inherited from the args of the components: a key
that is added there can be written in a file at once, and is in schema.json once that is made again.
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from statefast.pod.container import CommandArgs
from statefast.pod.environment import EnvironmentSourcesArgs
from statefast.schema.shape import limit
from statefast.workload.args import SUB_PATH, ApplicationArgs

__all__ = ["MountArgs", "WorkloadFileArgs"]


class MountArgs(TypedDict):
    """A volume of the application."""

    name: str
    """End of the name of the volume, after that of the workload."""
    mount_path: str
    """Where the container sees it."""
    sub_path: NotRequired[str]
    """Folder of the volume that is mounted. Default: all of it."""
    optional: NotRequired[bool]
    """Whether it is there only where config gives it a size. Default false."""


limit(MountArgs, sub_path=SUB_PATH)


class WorkloadFileArgs(CommandArgs, EnvironmentSourcesArgs, ApplicationArgs):
    """A workload: what runs, for components that keep its data."""

    volumes: NotRequired[Sequence[MountArgs]]
    """The volumes that hold its data."""
    env: NotRequired[Mapping[str, object]]
    """Variables, each as a text, or as a mapping that says how it depends on the replicas, or where
    it comes from."""
    secrets: NotRequired[Sequence[str]]
    """Variables with passwords: what config does not give is made once. Default none."""
    quorum: NotRequired[bool]
    """Whether more than half of the replicas decide over each write. Default false."""
