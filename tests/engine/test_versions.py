"""A cluster that says it is older than it is: what it lacks is refused before anything is made."""

import contextlib
import http.client
import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from localcluster.layout import Workspace
from localcluster.toolchain import environment

from .conftest import Config, Deployment
from .parts import connection

ZOOKEEPER: Config = {"storage": {"size": "1Gi"}, "replicas": 3}


@contextlib.contextmanager
def aged(workspace: Workspace, minor: int, folder: Path) -> Iterator[Path]:
    """A kubeconfig of the API server as one of another version would say it is."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server, headers = connection(workspace)
            with contextlib.closing(server):
                server.request("GET", self.path, headers=headers)
                answer = server.getresponse()
                self._pass_on(answer, answer.read())

        def _pass_on(self, answer: http.client.HTTPResponse, body: bytes) -> None:
            if self.path == "/version":
                body = json.dumps(json.loads(body) | {"minor": str(minor)}).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kubeconfig = folder / "kubeconfig"
    address = f"http://127.0.0.1:{server.server_address[1]}"
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "aged", "cluster": {"server": address}}],
        "users": [{"name": "aged", "user": {}}],
        "contexts": [{"name": "aged", "context": {"cluster": "aged", "user": "aged"}}],
        "current-context": "aged",
    }
    kubeconfig.write_text(json.dumps(content))
    try:
        yield kubeconfig
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("minor", "changes", "said"),
    [
        (
            26,
            {"workloads": {"zookeeper": {**ZOOKEEPER, "firstOrdinal": 4}}},
            "firstOrdinal is 4, but that takes Kubernetes 1.27 and the cluster runs 1.26",
        ),
        (
            33,
            {
                "storageClass": {
                    "name": "pd",
                    "driver": "gce-pd",
                    "attributesClasses": [{"name": "fast", "parameters": {"iops": "4000"}}],
                }
            },
            "storageClass.attributesClasses is 'fast', but that takes Kubernetes 1.34",
        ),
    ],
    ids=["first ordinal", "attributes class"],
)
def test_what_the_cluster_is_too_old_for_is_refused(
    deployment: Deployment, tmp_path: Path, minor: int, changes: Config, said: str
) -> None:
    deployment.config |= {f"statefast:{key}": value for key, value in changes.items()}
    deployment.stack.prepare(deployment.config)
    with aged(deployment.workspace, minor, tmp_path) as kubeconfig:
        done = subprocess.run(
            ["pulumi", "preview", "--suppress-progress"],
            cwd=deployment.stack.folder,
            env=environment(deployment.workspace) | {"KUBECONFIG": str(kubeconfig)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode, done.stdout
    assert said in done.stdout
    assert "Traceback" not in done.stdout
    # The same stack on the cluster as it is.
    deployment.preview()
