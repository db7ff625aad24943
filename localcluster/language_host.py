"""A Python language host for the Pulumi CLI, for machines without the official one.

The CLI starts one host for each of its runs, reads the port it serves on from the first line it
prints, and asks it to run the program. The program runs inside the host's own process: one
interpreter start and one import of the SDK less than the official host needs.

It runs every program with the Python it was itself started with. It installs no dependencies and
makes no virtual environments: `pulumi install` finds nothing to do.

It ends when the CLI that started it is gone, however that came about: a killed one cannot say so.
"""

import asyncio
import contextvars
import logging
import os
import queue
import runpy
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

import grpc  # type: ignore[import-untyped]
import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import reset_options, run_in_stack, set_all_config
from pulumi.runtime.proto import LanguageRuntimeServicer, language_pb2_grpc, plugin_pb2
from pulumi.runtime.proto import language_pb2 as pb

_VERSION = "0.1.0"
_POLL_MILLISECONDS = 500


class Host(LanguageRuntimeServicer):
    """Answers what the CLI asks a language host."""

    def __init__(self, engine: str, libraries: frozenset[str] = frozenset()) -> None:
        """Remembers the engine's address, where messages for the user go.

        Args:
            engine: The address.
            libraries: Modules that outlive a run; those that there are when it begins if none.
        """
        self._engine = engine
        self._libraries = libraries
        self._plugins: set[subprocess.Popen[bytes]] = set()
        # One program at a time: the SDK's settings, the working folder and sys.path are global.
        self._one = threading.Lock()

    def Handshake(
        self, request: pb.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> pb.LanguageHandshakeResponse:
        """Is told of the engine's address by newer engines; older ones pass an argument."""
        self._engine = request.engine_address or self._engine
        return pb.LanguageHandshakeResponse()

    def GetPluginInfo(
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Says which version this host is."""
        return plugin_pb2.PluginInfo(version=_VERSION)

    def About(self, request: pb.AboutRequest, context: grpc.ServicerContext) -> pb.AboutResponse:
        """Says which Python programs run with."""
        version = ".".join(str(number) for number in sys.version_info[:3])
        return pb.AboutResponse(executable=sys.executable, version=version)

    def GetRequiredPackages(
        self, request: pb.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> pb.GetRequiredPackagesResponse:
        """Names no provider: each is found when its first resource is registered."""
        return pb.GetRequiredPackagesResponse()

    def GetRequiredPlugins(
        self, request: pb.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> pb.GetRequiredPluginsResponse:
        """Names no plugin, as above."""
        return pb.GetRequiredPluginsResponse()

    def GetProgramDependencies(
        self, request: pb.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> pb.GetProgramDependenciesResponse:
        """Names no dependencies."""
        return pb.GetProgramDependenciesResponse()

    def RuntimeOptionsPrompts(
        self, request: pb.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> pb.RuntimeOptionsResponse:
        """Has no options to ask a new project about."""
        return pb.RuntimeOptionsResponse()

    def InstallDependencies(
        self, request: pb.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.InstallDependenciesResponse]:
        """Installs nothing."""
        return iter(())

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Ends: the CLI was interrupted and waits for nothing any more."""
        threading.Timer(0.1, self.end).start()
        return empty_pb2.Empty()

    def end(self) -> None:
        """Ends this process, whatever it is at, and the plugins it runs."""
        for child in list(self._plugins):
            child.terminate()
        # Without waiting for threads of the program, which may well wait for an engine that is
        # gone.
        os._exit(0)

    def Run(self, request: pb.RunRequest, context: grpc.ServicerContext) -> pb.RunResponse:
        """Runs a program and says whether it failed; why, the user was told by then."""
        with self._one:
            modules = self._libraries or frozenset(sys.modules)
            try:
                # A context of its own: that is where the SDK keeps its settings.
                failed = contextvars.copy_context().run(self._run, request)
            finally:
                _forget_modules(modules, _folder(request))
        # "Bail" stands for a failure that was reported. With an error in the answer the engine
        # would print the message a second time.
        return pb.RunResponse(bail=failed)

    def _run(self, request: pb.RunRequest) -> bool:
        folder = _folder(request)
        reset_options(
            project=request.project,
            stack=request.stack,
            root_directory=request.info.root_directory,
            parallel=request.parallel,
            engine_address=self._engine,
            monitor_address=request.monitor_address,
            preview=request.dryRun,
            organization=request.organization or "organization",
        )
        set_all_config(dict(request.config), list(request.configSecretKeys))
        entry = request.info.entry_point or "."
        program = folder / ("__main__.py" if entry == "." else entry)
        sys.argv = [str(program), *request.args]
        sys.path.insert(0, str(folder))
        os.chdir(request.pwd or folder)
        message = _execute(program, request.parallel)
        sys.path.remove(str(folder))
        if message is not None:
            pulumi.log.error(message)
        return message is not None

    def RunPlugin(
        self, request: pb.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.RunPluginResponse]:
        """Runs a folder as a plugin (a policy pack, a component provider) and passes on its output.

        Yields:
            What it prints, and at last its exit code.
        """
        folder = request.info.program_directory or request.pwd
        given = dict(entry.split("=", 1) for entry in request.env) or dict(os.environ)
        child = subprocess.Popen(  # noqa: S603  the plugin the CLI was told to use
            [sys.executable, "-u", folder, *request.args],
            cwd=request.pwd or folder,
            env={**given, "PYTHONPATH": folder},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._plugins.add(child)
        context.add_callback(child.terminate)
        yield from _output(child)
        code = child.wait()
        self._plugins.discard(child)
        yield pb.RunPluginResponse(exitcode=code)


def _folder(request: pb.RunRequest) -> Path:
    return Path(request.info.program_directory or request.pwd or Path.cwd())


def _forget_modules(before: frozenset[str], folder: Path) -> None:
    # The program's own modules carry state of the run that ended; the next run has to import
    # them anew. Libraries stay.
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file and Path(file).is_relative_to(folder) and "site-packages" not in file:
            del sys.modules[name]


def _execute(program: Path, parallel: int) -> str | None:
    """Runs a program to its end.

    Returns:
        What to tell the user when it failed, otherwise None.
    """
    if not program.exists():
        return f"there is no program: {program} does not exist"
    # The SDK abandons tasks when a run fails, on purpose; asyncio would complain about each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # As many threads as the official host has.
    loop.set_default_executor(ThreadPoolExecutor(max(parallel, 1) * 4))
    try:
        loop.run_until_complete(run_in_stack(lambda: _start(program)))
        return None
    except pulumi.RunError as error:
        return str(error)
    except grpc.RpcError as error:
        # An engine that is gone has told the user why.
        gone = error.code() is grpc.StatusCode.UNAVAILABLE
        return None if gone else f"the engine refused a request: {error.details()}"
    except SystemExit as error:
        # The SDK ends a program in this way too, with 0, when a resource failed.
        return None if error.code in (None, 0) else f"the program exited with {error.code}"
    except BaseException as error:
        trace = "".join(traceback.format_exception(_from_program(error, program)))
        return f"Program failed with an unhandled exception:\n{trace}"
    finally:
        _close(loop)


def _start(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")


def _from_program(error: BaseException, program: Path) -> BaseException:
    """Drops the frames above the program: they are this host's and the SDK's."""
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename != str(program):
        frame = frame.tb_next
    # A syntax error in the program has no frame of the program.
    return error.with_traceback(frame)


def _close(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            loop.run_until_complete(task)
    loop.close()
    sys.stdout.flush()
    sys.stderr.flush()


def _output(child: subprocess.Popen[bytes]) -> Iterator[pb.RunPluginResponse]:
    chunks: queue.SimpleQueue[pb.RunPluginResponse | None] = queue.SimpleQueue()

    def pump(stream: IO[bytes], answer: Callable[[bytes], pb.RunPluginResponse]) -> None:
        for line in iter(stream.readline, b""):
            chunks.put(answer(line))
        chunks.put(None)

    answers = {
        child.stdout: lambda line: pb.RunPluginResponse(stdout=line),
        child.stderr: lambda line: pb.RunPluginResponse(stderr=line),
    }
    for stream, answer in answers.items():
        threading.Thread(target=pump, args=(stream, answer), daemon=True).start()
    open_streams = 2
    while open_streams:
        chunk = chunks.get()
        if chunk is None:
            open_streams -= 1
        else:
            yield chunk


def _wait_for_the_end_of(parent: int) -> None:
    """Returns when a process that is the parent of this one has ended."""
    try:
        ended = select.poll()
        ended.register(os.pidfd_open(parent), select.POLLIN)
        # Python sees a signal that came before the poll, or to another thread, between two polls.
        while not ended.poll(_POLL_MILLISECONDS):
            pass
    except OSError:
        # It has ended already; or the kernel, or what stands before it, knows no such file.
        while os.getppid() == parent:
            time.sleep(1)


def main(parent: int | None = None, libraries: frozenset[str] = frozenset()) -> None:
    """Serves until the CLI ends this process, or is gone itself.

    Args:
        parent: Process to live as long as; the one that started this if none is given.
        libraries: Of the host; see there.
    """
    parent = parent or os.getppid()
    engine = sys.argv[-1] if len(sys.argv) > 1 else ""
    host = Host(engine, libraries)
    # An interrupt is the end wherever it comes: a CLI that has its answer interrupts the host as
    # soon as it has read the port. Until here whoever starts this sees to that (toolchain.py).
    signal.signal(signal.SIGINT, lambda *_: host.end())
    server = grpc.server(ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    _wait_for_the_end_of(parent)
    host.end()


if __name__ == "__main__":
    main()
