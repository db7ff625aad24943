"""A very small client of the cluster's API server.

The official client takes most of a second to import, which would be most of an `up`; a dozen
requests do not need it.
"""

import http.client
import json
import ssl
from collections.abc import Sequence
from typing import Any

from .layout import Cluster
from .ports import HOST


class ApiError(Exception):
    """An answer that is not the one hoped for."""

    def __init__(self, status: int, message: str) -> None:
        """Keeps the HTTP status beside the server's message."""
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    """One connection to one cluster. Not for use from several threads at a time."""

    def __init__(self, cluster: Cluster, port: int) -> None:
        """Reads the cluster's credentials; connects at the first request."""
        self._token = (cluster.pki / "token").read_text()
        context = ssl.create_default_context(cafile=str(cluster.pki / "ca.crt"))
        self._connection = http.client.HTTPSConnection(HOST, port, timeout=10, context=context)

    def _send(
        self, method: str, path: str, body: dict[str, Any] | None, kind: str
    ) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": kind}
        payload = None if body is None else json.dumps(body)
        try:
            self._connection.request(method, path, payload, headers)
            response = self._connection.getresponse()
            return response.status, response.read()
        except BaseException:
            # Half a request leaves the connection unusable; the next one opens it anew.
            self._connection.close()
            raise

    def ready(self, without: Sequence[str] = ()) -> bool:
        """Asks the server whether it is ready.

        Args:
            without: Checks of its own that need not have passed.

        Returns:
            False as well when nothing answers.
        """
        query = "&".join(f"exclude={check}" for check in without)
        try:
            return self._send("GET", f"/readyz?{query}", None, "application/json")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str) -> dict[str, Any] | None:
        """Reads an object or a list.

        Args:
            path: The path of its URL.

        Returns:
            The object; None when there is none.

        Raises:
            ApiError: When the server refuses.
        """
        return self._json(*self._send("GET", path, None, "application/json"), missing=404)

    def apply(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Creates an object or brings the existing one in line, in one request.

        Args:
            path: The path of its URL, with its name.
            body: The wanted fields.

        Returns:
            The object as the server has it now.

        Raises:
            ApiError: When the server refuses.
        """
        query = "?fieldManager=localcluster&force=true"
        kind = "application/apply-patch+yaml"
        return self._json(*self._send("PATCH", path + query, body, kind))

    def create(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Creates an object unless there is one of that name.

        Args:
            path: The path of the collection.
            body: The object.

        Returns:
            The new object; None when there was one already, which is left as it is.

        Raises:
            ApiError: When the server refuses.
        """
        return self._json(*self._send("POST", path, body, "application/json"), missing=409)

    def delete(self, path: str) -> None:
        """Deletes an object; that there is none is as good.

        Args:
            path: The path of its URL.

        Raises:
            ApiError: When the server refuses.
        """
        self._json(*self._send("DELETE", path, None, "application/json"), missing=404)

    @staticmethod
    def _json(status: int, answer: bytes, missing: int = 0) -> dict[str, Any] | None:
        if status == missing:
            return None
        value = json.loads(answer) if answer else {}
        if status >= 300 or not isinstance(value, dict):
            raise ApiError(status, str(value.get("message", value)))
        return value
