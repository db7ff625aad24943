"""One start of a cluster: what runs is kept, what is dead is started, in the right order."""

import base64
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from . import bootstrap, build, ports, processes
from .api import Api
from .control_plane import ETCD_SOCKET, Phase, Service, services, stop_in_order
from .errors import LocalClusterError
from .files import private_folder, read_json, write_json, write_private
from .layout import Cluster
from .processes import Process
from .real import node as real_node
from .real.node import RealNode

_PATIENCE = 60.0
# A node that runs pods imports their images first.
_NODE_PATIENCE = 180.0
_PROBATION = 0.5
_PORT_TAKEN = "address already in use"
# What the API server makes a whole second after the rest: roles, and classes of priority. No part
# needs either, as all are known by a token that may do anything; a node that runs pods might.
_MADE_LATE = (
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
)


class Start:
    """One `up`, with what it needs to undo itself."""

    def __init__(
        self, cluster: Cluster, programs: Mapping[str, Path], node: RealNode | None = None
    ) -> None:
        """Looks at the cluster as it is.

        Args:
            cluster: The cluster.
            programs: The built parts by name.
            node: The node that runs pods; None for simulated ones.
        """
        self._cluster = cluster
        self._programs = programs
        self._node = node
        self._facts = read_json(cluster.facts)
        self._started: dict[str, Process] = {}
        self._mark = self._latest = time.monotonic()
        self._phases: dict[str, float] = {}

    def run(self) -> dict[str, float]:
        """Starts what does not run as it should.

        Returns:
            Seconds by phase; empty when there was nothing to do.

        Raises:
            LocalClusterError: When a part does not come up.
        """
        if self._settled():
            return {}
        private_folder(self._cluster.folder)
        try:
            self._clear()
            self._prepare()
            self._phase(Phase.STORE)
            self._wait(self._store_answers, "etcd")
            self._lap("store")
            self._start_api()
            self._lap("API")
            self._start_controllers()
            self._lap("controllers")
        except BaseException:
            self._undo()
            raise
        return self._phases

    @property
    def _port(self) -> int:
        return int(self._facts.get("port", 0))

    @property
    def _plan(self) -> list[Service]:
        return services(self._cluster, self._programs, self._port, self._node)

    def _lap(self, name: str) -> None:
        now = time.monotonic()
        self._phases[name] = now - self._mark
        self._mark = now

    def _settled(self) -> bool:
        return (
            self._bootstrapped()
            and all(self._current(service) for service in self._plan)
            and Api(self._cluster, self._port).ready()
        )

    def _running(self, name: str) -> Process | None:
        return processes.running(self._cluster, name)

    def _bootstrapped(self) -> bool:
        wanted = bootstrap.fingerprint(self._programs["assets"])
        return self._facts.get("bootstrap") == wanted and self._cluster.kubeconfig.exists()

    def _current(self, service: Service) -> bool:
        # A part with another program or other arguments than it would get now is no longer it.
        process = self._running(service.name)
        return process is not None and process.argv == service.argv

    def _clear(self) -> None:
        """Ends what cannot stay, so that all that still runs afterwards is right."""
        stop_in_order(processes.strays(self._cluster, build.programs_folder()))
        plan = self._plan
        stale = {service.name for service in plan if not self._current(service)}
        api = next(service for service in plan if service.phase is Phase.API)
        if api.name in stale and not self._port_usable():
            # Ended first: the port may be taken by nobody but the server to be replaced.
            old = self._running(api.name)
            processes.stop([old] if old else [])
            if not self._port_usable():
                # The clients of the API read its address when they start.
                self._facts["port"] = ports.choose()
                stale |= {service.name for service in plan if service.phase > Phase.API}
        stale |= {service.name for service in plan if service.tied_to in stale}
        running = {name: process for name in stale if (process := self._running(name))}
        stop_in_order(running.items())

    def _port_usable(self) -> bool:
        return self._port != 0 and ports.is_free(self._port)

    def _prepare(self) -> None:
        # Imported here: a fifth of a second that an `up` of a running cluster does not need.
        from . import pki

        pki.create(self._cluster.pki)
        self._facts["real"] = self._node is not None
        write_json(self._cluster.facts, self._facts)
        write_private(self._cluster.kubeconfig, self._kubeconfig())
        bootstrap.write_stages(self._cluster, self._programs["assets"])
        write_private(self._cluster.egress, real_node.EGRESS)
        self._lap("credentials")

    def _kubeconfig(self) -> str:
        authority = (self._cluster.pki / "ca.crt").read_bytes()
        server = {
            "server": f"https://{ports.HOST}:{self._port}",
            "certificate-authority-data": base64.b64encode(authority).decode(),
        }
        user = {"token": (self._cluster.pki / "token").read_text()}
        name = "statefast-local"
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": server}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
        # JSON is YAML, and writing it needs no library.
        return json.dumps(config, indent=2) + "\n"

    def _phase(self, phase: Phase) -> None:
        for service in self._plan:
            if service.phase is phase and not self._running(service.name):
                process = processes.start(self._cluster, service.name, service.argv)
                self._started[service.name] = process
                self._latest = time.monotonic()

    def _store_answers(self) -> bool:
        # The file alone is no sign: it stays behind when etcd is killed. Connected to under the
        # short relative name, through the folder's descriptor, as the full path may be too long.
        return _connects(self._cluster.folder, ETCD_SOCKET)

    def _start_api(self) -> None:
        late = () if self._node else _MADE_LATE
        for attempt in range(3):
            self._phase(Phase.API)
            api = Api(self._cluster, self._port)
            try:
                self._wait(partial(api.ready, late), "kube-apiserver")
                return
            except LocalClusterError as error:
                # Somebody was faster between the choice of the port and its use.
                if _PORT_TAKEN not in str(error) or attempt == 2:
                    raise
            self._facts["port"] = ports.choose()
            self._prepare()

    def _start_controllers(self) -> None:
        assets = self._programs["assets"]
        simulated, others = ((), (real_node.NAME,)) if self._node else (bootstrap.SIMULATED, ())
        with ThreadPoolExecutor(2) as pool:
            jobs = []
            if not self._bootstrapped():
                kinds, objects = self._api(), self._api()
                jobs = [
                    pool.submit(bootstrap.install_snapshot_kinds, kinds, assets),
                    pool.submit(bootstrap.install_objects, objects, simulated),
                ]
            if self._node and not self._running("nodelink"):
                real_node.mark_stopped(self._api())
            if not self._node and not self._running("kwok"):
                bootstrap.release_nodes(self._api())
            self._phase(Phase.CONTROLLERS)
            for job in jobs:
                job.result()
        api = self._api()
        self._wait(lambda: bootstrap.snapshot_kinds_served(api), "the kinds of snapshots")
        self._phase(Phase.SNAPSHOTS)
        patience = _NODE_PATIENCE if self._node else _PATIENCE
        self._wait(lambda: bootstrap.usable(api, simulated, others), "the nodes", patience)
        self._wait(api.ready, "kube-apiserver")
        self._probation()
        self._facts["bootstrap"] = bootstrap.fingerprint(assets)
        write_json(self._cluster.facts, self._facts)

    def _api(self) -> Api:
        return Api(self._cluster, self._port)

    def _wait(self, condition: Callable[[], bool], what: str, patience: float = _PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while not condition():
            self._check()
            if time.monotonic() > deadline:
                raise LocalClusterError(
                    f"{what} is not ready after {patience:.0f} s: the logs in "
                    f"{self._cluster.log} say why"
                )
            time.sleep(0.05)
        self._check()

    def _probation(self) -> None:
        # What cannot work ends as soon as it has read its flags and files.
        time.sleep(max(0.0, self._latest + _PROBATION - time.monotonic()))
        self._check()

    def _check(self) -> None:
        for name, process in self._started.items():
            if not process.alive():
                tail = "\n".join(f"  {line}" for line in processes.log_tail(self._cluster, name))
                log = self._cluster.log / f"{name}.log"
                raise LocalClusterError(
                    f"{name} ended as soon as it was started: see {log}\n{tail}"
                )

    def _undo(self) -> None:
        with _uninterrupted():
            for name in self._started:
                processes.forget(self._cluster, name)
            stop_in_order(self._started.items())


@contextmanager
def _uninterrupted() -> Iterator[None]:
    # A second Ctrl-C must not leave half of a cluster running.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _connects(folder: Path, name: str) -> bool:
    descriptor = os.open(folder, os.O_PATH)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.connect(f"/proc/self/fd/{descriptor}/{name}")
            return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
