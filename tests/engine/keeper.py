"""A keeper of keys for stacks of tests: as much of Vault's transit engine as the CLI asks for."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

__all__ = ["KEEPER", "keeper"]

KEEPER = "hashivault://tests"
_SEAL = "vault:v1:"


class _Transit(BaseHTTPRequestHandler):
    """Seals what it is given, and opens it again. It keeps no secret of anybody's."""

    def do_PUT(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        data = (
            {"plaintext": given["ciphertext"].removeprefix(_SEAL)}
            if "/decrypt/" in self.path
            else {"ciphertext": _SEAL + given["plaintext"]}
        )
        answer = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody asks."""


@contextmanager
def keeper() -> Iterator[None]:
    """Serves whatever is started from here."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Transit) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        where = {
            "VAULT_SERVER_URL": f"http://127.0.0.1:{server.server_port}",
            "VAULT_SERVER_TOKEN": "tests",
        }
        with mock.patch.dict(os.environ, where):
            yield
        server.shutdown()
