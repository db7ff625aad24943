"""`statefast` in processes that are forked from one which has imported it.

Half and more of what a run on a small cluster takes are imports. What a run is given (words, folder
and environment, where it says what) is its own, and it leads a group of its own: whoever kills that
kills all that it started. Each command is started `cold` as well, as a shell starts it.
"""

import importlib
import itertools
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Never

import cli
import statefast
from localcluster.layout import PROJECT

__all__ = ["Run", "cold", "serve", "start"]

_LIBRARIES = (
    "kubernetes.client.api_client",
    "kubernetes.client.configuration",
    "pulumi_kubernetes.apps.v1",
    "pulumi_kubernetes.core.v1",
    "pulumi_kubernetes.meta.v1",
    "pulumi_kubernetes.networking.v1",
    "pulumi_kubernetes.policy.v1",
    "pulumi_kubernetes.storage.v1",
)
# It looks at the environment when it is imported, and the environment is each run's own.
_OF_THE_RUN = "kubernetes.config"
_MOST_BYTES = 1 << 18


@dataclass(frozen=True)
class Run:
    """A command that was started."""

    process: int
    answer: socket.socket
    said: Path

    def kill(self) -> None:
        """Kills it with all that it started; nothing is left to kill where it has ended."""
        with suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)
        self.end()

    def end(self, seconds: float = 300) -> tuple[int, str]:
        """Waits for it: what it ends with, of a signal the negative number, and what it said."""
        assert select.select([self.answer], [], [], seconds)[0], self.said.read_text()
        code = int(self.answer.recv(_MOST_BYTES))
        self.answer.close()
        said = self.said.read_text()
        self.said.unlink()
        return code, said


def start(words: Sequence[str], environment: Mapping[str, str], folder: Path = PROJECT) -> Run:
    """Starts `statefast`.

    Args:
        words: What follows `statefast`.
        environment: The whole of it.
        folder: Where it runs.
    """
    asked = {"words": list(words), "environment": dict(environment), "folder": str(folder)}
    file, path = tempfile.mkstemp(dir=environment["TMPDIR"])
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        message = json.dumps(asked).encode()
        socket.send_fds(next(_servers()), [message], [file, theirs.fileno()])
    os.close(file)
    return Run(int(ours.recv(_MOST_BYTES)), ours, Path(path))


def cold(
    words: Sequence[str], environment: Mapping[str, str], folder: Path = PROJECT
) -> tuple[int, str]:
    """Runs `statefast` with nothing imported before: the words of `start`, and what `end` gives."""
    code = f"import sys; sys.path.insert(0, {str(PROJECT)!r}); from cli.main import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@cache
def _servers() -> Iterator[socket.socket]:
    """One after the other. Each has hashes of its own, so that two runs may find a set in different
    orders, as anywhere. They end with this process.
    """
    found = []
    code = (
        f"import sys; sys.path[0] = {str(PROJECT)!r}; "
        "from tests.engine.warm_cli import serve; serve(int(sys.argv[1]))"
    )
    for _ in range(2):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            number = theirs.fileno()
            subprocess.Popen([sys.executable, "-c", code, str(number)], pass_fds=[number])
        found.append(ours)
    return itertools.cycle(found)


def serve(number: int) -> None:
    """Answers with a process each, until whoever asks has ended."""
    control = socket.socket(fileno=number)
    # And not those of a program, which are of the folder that it is run in.
    for package in (cli, statefast):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    for library in _LIBRARIES:
        importlib.import_module(library)
    for name in [name for name in sys.modules if name.startswith(_OF_THE_RUN)]:
        del sys.modules[name]
    threads = [path.name for path in Path("/proc/self/task").iterdir()]
    assert threads == [str(os.getpid())], "only a process of one thread can be forked"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, (*files,), _, _ = socket.recv_fds(control, _MOST_BYTES, 2)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            _run(json.loads(message), *files)
        for file in files:
            os.close(file)


def _run(asked: Mapping[str, Any], said: int, answer: int) -> Never:
    """Runs it in a process that anybody may kill, and tells how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(answer)
        _become(asked, said)
    os.write(answer, str(child).encode())
    _, status = os.waitpid(child, 0)
    os.write(answer, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(asked: Mapping[str, Any], said: int) -> Never:
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in enumerate((nothing, said, said)):
        os.dup2(file, number)
    os.close(nothing)
    os.close(said)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["statefast", *asked["words"]]
    from cli.main import app

    try:
        app()
    except SystemExit as ended:
        # To take the interpreter apart takes longer than most runs.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(ended.code or 0))
    sys.exit()
