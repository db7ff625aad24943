"""What makes a CLI that runs a thousand times in these tests quick, and changes nothing it does."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from localcluster.layout import Workspace

from .keeper import keeper
from .warm import warm_hosts


@contextmanager
def quick(workspace: Workspace) -> Iterator[None]:
    """Makes the CLI of a running cluster quick; the one of a user's own CLI keeps its host."""
    without_logs(workspace)
    # A tenth of the CPU of the CLI and of its providers collects garbage, of which a run that takes
    # a second leaves no more than 40 MB.
    patient = mock.patch.dict(os.environ, GOGC="800")
    with patient, warm_hosts(workspace), keeper():
        yield


def without_logs(workspace: Workspace) -> None:
    """Lets the CLI write no log of each run.

    A third of its CPU goes into that (docs/engine.md 74). It does without where it cannot make the
    folder.
    """
    logs = workspace.pulumi_home / "logs"
    if logs.is_dir():
        shutil.rmtree(logs)
    logs.touch()
