"""Asks the real API server what it would say to an object: a server-side dry-run, fast.

One connection is kept alive, so that hundreds of objects take seconds.
"""

import base64
import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import yaml
from pulumi.runtime import rpc

from localcluster.layout import Workspace

_PLURALS = {"NetworkPolicy": "networkpolicies", "StorageClass": "storageclasses"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API server said."""

    status: int
    message: str
    warnings: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether it would take the object."""
        return self.status < 300


class DryRun:
    """A client of one API server that changes nothing."""

    def __init__(self, connection: http.client.HTTPSConnection, token: str) -> None:
        self._connection = connection
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/apply-patch+yaml",
        }

    def apply(self, item: Mapping[str, Any], namespace: str) -> Answer:
        """Server-side apply of an object, as a dry-run with strict field validation."""
        body = plain(item)
        group, kind, name = body["apiVersion"], body["kind"], body["metadata"]["name"]
        plural = _PLURALS.get(kind, f"{kind.lower()}s")
        root = "/api" if "/" not in group else "/apis"
        self._connection.request(
            "PATCH",
            f"{root}/{group}/namespaces/{namespace}/{plural}/{name}"
            "?dryRun=All&fieldManager=tests&force=true&fieldValidation=Strict",
            body=json.dumps(body),
            headers=self._headers,
        )
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        warnings = tuple(response.headers.get_all("Warning") or ())
        return Answer(response.status, str(answer.get("message", "")), warnings)


def plain(value: object) -> Any:
    """The value without the secret envelopes of the SDK, and without its own annotations."""
    if rpc.is_rpc_secret(value):
        return plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    # The wire of the SDK knows no whole numbers.
    return int(value) if isinstance(value, float) and value.is_integer() else value


@contextmanager
def dry_run(workspace: Workspace) -> Iterator[DryRun]:
    """A client of the workspace's cluster."""
    config = yaml.safe_load(workspace.cluster.kubeconfig.read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    server = urlsplit(cluster["server"])
    connection = http.client.HTTPSConnection(
        str(server.hostname), server.port, context=context, timeout=30
    )
    try:
        yield DryRun(connection, user["token"])
    finally:
        connection.close()
