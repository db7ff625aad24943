"""Language hosts that have imported the libraries before they are asked for.

More than half of what a run of `pulumi` on a small stack costs is the imports of its two Python
processes. In these tests they are forked from one that has them already. Those of a program in
this checkout have its packages as well, as they are on disk when the tests begin; a program that
lies elsewhere is read anew in each run.
"""

import importlib
import json
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any, get_args

import pulumi
import pulumi_kubernetes
from pulumi import _types

from localcluster.files import private_folder
from localcluster.layout import PROJECT, Workspace

# Each with hashes of its own, so that two runs may find a set in different orders, as anywhere.
_OWN, _ANY = ("own-0", "own-1"), ("any-0", "any-1")
# What programs of this checkout import.
_PACKAGES = ("settings", "statefast", "workloads")
_LIBRARIES = (
    "kubernetes.client",
    "parver",
    "pulumi_kubernetes.apps.v1",
    "pulumi_kubernetes.core.v1",
    "pulumi_kubernetes.networking.v1",
    "pulumi_kubernetes.policy.v1",
    "pulumi_kubernetes.storage.v1",
    "yaml",
)
# What most programs register.
_KINDS = (
    "apps.v1.Deployment",
    "apps.v1.StatefulSet",
    "core.v1.ConfigMap",
    "core.v1.PersistentVolumeClaim",
    "core.v1.PersistentVolumeClaimPatch",
    "core.v1.Secret",
    "core.v1.Service",
    "core.v1.ServiceAccount",
    "storage.v1.StorageClass",
)
# It looks at the environment when it is imported, and the environment is each run's own.
_OF_THE_RUN = "kubernetes.config"


@contextmanager
def warm_hosts(workspace: Workspace) -> Iterator[None]:
    """Makes the language hosts of a workspace warm; the one of a user's own CLI stays as it is."""
    path = workspace.bin / "pulumi-language-python"
    if not path.exists():
        yield
        return
    cold = path.read_text()
    folder = private_folder(workspace.folder / "warm")
    # As the cold one: what a program can import does not depend on where this lies.
    code = (
        f"import sys; sys.path[0] = {str(PROJECT)!r}; "
        "from tests.engine.warm import serve; del sys.path[0]; serve(*sys.argv[1:])"
    )
    command = [sys.executable, "-c", code]
    servers = [
        subprocess.Popen(
            [*command, *names],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for names in zip(_OWN, _ANY, strict=True)
    ]
    client = Path(__file__).with_name("warm_client.py")
    given = [str(folder), str(PROJECT), ",".join(_OWN), ",".join(_ANY)]
    words = [sys.executable, "-IS", str(client), *given]
    try:
        for server in servers:
            assert server.stdout is not None
            assert [server.stdout.readline() for _ in range(2)] == [b"ready\n"] * 2
        path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        yield
    finally:
        path.write_text(cold)
        for server in servers:
            # Which the one that it has forked sees as well.
            assert server.stdin is not None
            server.stdin.close()
            server.wait()
        shutil.rmtree(folder)


def serve(own: str, other: str) -> None:
    """Answers each connection with a host in a process of its own, until the tests have ended.

    Two serve: the one for programs of this checkout is forked once the libraries are there.
    """
    from localcluster import language_host

    for library in _LIBRARIES:
        importlib.import_module(library)
    for module in [module for module in sys.modules if module.startswith(_OF_THE_RUN)]:
        del sys.modules[module]
    _read_types()
    libraries = frozenset(sys.modules)
    # The SDK waits for an answer to each line for `--debug`, three or four for each resource.
    pulumi.log.debug = lambda *_, **__: None
    _require_one_thread()
    name = other if os.fork() else own
    if name == own:
        sys.path.insert(0, str(PROJECT))
        for package in _PACKAGES:
            importlib.import_module(package)
        del sys.path[0]
    _require_one_thread()
    listener = socket.socket(socket.AF_UNIX)
    Path(name).unlink(missing_ok=True)
    listener.bind(name)
    listener.listen(16)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        asker, _ = listener.accept()
        if os.fork():
            asker.close()
            continue
        listener.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        language_host.main(_become(asker), libraries)


def _require_one_thread() -> None:
    threads = [path.name for path in Path("/proc/self/task").iterdir()]
    assert threads == [str(os.getpid())], "only a process of one thread can be forked"


def _read_types() -> None:
    """Has the SDK read the types of what is registered, of which it remembers each.

    That is a fifth of the CPU of a program with two workloads.
    """
    left, read = [attrgetter(kind)(pulumi_kubernetes) for kind in _KINDS], set[type]()
    while left:
        kind = left.pop()
        if kind in read:
            continue
        read.add(kind)
        types = (
            _types.output_type_types(kind)
            if _types.is_output_type(kind)
            else _types.resource_types(kind)
        )
        for found in types.values():
            of = [found, *get_args(found)]
            left += [it for it in of if isinstance(it, type) and _types.is_output_type(it)]


def _become(asker: socket.socket) -> int:
    """Takes on what the client is; returns its process id.

    The connection stays open until this process ends, which is how the client knows.
    """
    _, files, _, _ = socket.recv_fds(asker, 1, 3)
    with asker.makefile("rb") as content:
        asked: dict[str, Any] = json.load(content)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["-c", *asked["arguments"]]
    client: int = asked["client"]
    os.set_inheritable(asker.detach(), False)
    return client
