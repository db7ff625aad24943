"""Stacks of single components, and what the API server says to them without making them."""

import base64
import http.client
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from localcluster.layout import Workspace
from localcluster.stacks import LocalStack
from tests.recording import Registered

from .conftest import Config, Deployment

_PROGRAM = Path(__file__).parent / "component_program"
_CLUSTER_WIDE = ("StorageClass", "VolumeAttributesClass", "VolumeSnapshotClass", "Namespace")
_PLURALS = {"StorageClass": "storageclasses", "VolumeAttributesClass": "volumeattributesclasses"}


def part(type_: str, name: str, /, more: Config | None = None, **args: Any) -> Config:
    """One component as config names it."""
    return {"type": type_, "name": name, "args": args, "more": more or {}}


class Parts(Deployment):
    """One stack of single components in one namespace, which it makes itself."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        super().__init__(workspace, name)
        self.stack = LocalStack(workspace, name, project=_PROGRAM)
        self.components()

    def components(self, *parts: Config) -> "Parts":
        """Sets the components, made one after the other; returns this."""
        made = [part("WorkloadNamespace", self.name), *parts]
        self.config = {"statefast-components:components": made}
        return self

    def claim(self, name: str, /, **args: Any) -> Config:
        """A claim in the namespace, of the stack's own class unless that is given."""
        usual = {"namespace": self.name, "storage_class_name": self.class_name, "size": "1Gi"}
        return part("VolumeClaim", name, **{**usual, **args})

    def storage(self, **args: Any) -> Config:
        """The stack's own class, of the driver that runs here."""
        given = {"driver": "ceph-rbd", "parameters": {"clusterID": "test", "pool": "test"}}
        return part(
            "StorageClass", self.class_name, **{**given, "volume_binding_mode": "Immediate"} | args
        )

    @property
    def class_name(self) -> str:
        """Name of the stack's own class."""
        return f"rbd-{self.name}"

    def volumes(self) -> dict[str, tuple[str, str]]:
        """As of any stack, once each claim has its volume: nothing waits for one without a pod."""
        self.wait_bound(*self.list("pvc"))
        return super().volumes()

    def wait_bound(self, *claims: str) -> None:
        """Waits until each claim has its volume."""
        for claim in claims:
            self.wait(f"pvc/{claim}", "--for=jsonpath={.status.phase}=Bound")

    def apply(self, content: str) -> None:
        """Applies a manifest as somebody else would."""
        self.kubectl("apply", "-f", "-", stdin=content)


def connection(workspace: Workspace) -> tuple[http.client.HTTPSConnection, dict[str, str]]:
    """A connection to the API server, and the headers that let one in."""
    content = json.loads(workspace.cluster.kubeconfig.read_text())
    (cluster,), (user,) = content["clusters"], content["users"]
    address = urlsplit(cluster["cluster"]["server"])
    authority = base64.b64decode(cluster["cluster"]["certificate-authority-data"]).decode()
    trust = ssl.create_default_context(cadata=authority)
    return (
        http.client.HTTPSConnection(str(address.hostname), address.port, timeout=30, context=trust),
        {"Authorization": f"Bearer {user['user']['token']}"},
    )


@dataclass(frozen=True)
class Answer:
    """What the API server said to one object."""

    status: int
    message: str
    warnings: tuple[str, ...]


class DryRun:
    """One connection that asks the API server about objects, and makes none of them."""

    def __init__(self, workspace: Workspace) -> None:
        self._connection, headers = connection(workspace)
        self._headers = {**headers, "Content-Type": "application/apply-patch+yaml"}

    def __enter__(self) -> "DryRun":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def ask(self, inputs: dict[str, Any]) -> Answer:
        """Applies one object on the server's side, up to the point of keeping it."""
        # The provider names what the program does not.
        named = {**inputs, "metadata": {"name": "made", **inputs["metadata"]}}
        self._connection.request("PATCH", _path(named), json.dumps(named), self._headers)
        response = self._connection.getresponse()
        body = json.loads(response.read())
        warnings = tuple(response.headers.get_all("Warning") or ())
        return Answer(response.status, str(body.get("message", "")), warnings)

    def answers(self, objects: list[Registered]) -> Iterator[tuple[str, Answer]]:
        """Asks about everything a component registered."""
        for item in objects:
            yield f"{item.kind} {item.name}", self.ask(item.inputs)


def _path(inputs: dict[str, Any]) -> str:
    version, kind, metadata = inputs["apiVersion"], inputs["kind"], inputs["metadata"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    place = "" if kind in _CLUSTER_WIDE else f"/namespaces/{metadata['namespace']}"
    plural = _PLURALS.get(kind, f"{kind.lower()}es" if kind.endswith("s") else f"{kind.lower()}s")
    query = "dryRun=All&fieldManager=test&force=true&fieldValidation=Strict"
    return f"{root}{place}/{plural}/{metadata['name']}?{query}"
