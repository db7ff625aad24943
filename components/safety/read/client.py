"""The one client of API servers: plain requests, and what goes wrong with them in a sentence."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .kubeconfig import NoKubeconfig, api_client

__all__ = ["METADATA", "WHOLE", "Client", "NoAnswer", "NotThere", "Object", "Unreadable"]

# A Kubernetes object as JSON.
Object = Mapping[str, Any]

WHOLE = "application/json"
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

_SECONDS = 10
_NOT_FOUND = 404


class Unreadable(Exception):
    """The cluster, or one kind in it, could not be read; the text says why."""


class NoAnswer(Unreadable):
    """Nothing can be read, whatever the rights: there is no cluster, or it does not answer."""


class NotThere(Unreadable):
    """What was asked for by name is not there."""


class Client:
    """A client of one cluster.

    Args:
        context: Context of the kubeconfig; empty for the current one.
        kubeconfig: The kubeconfig, its content or a path; empty for that of the environment.

    Raises:
        NoAnswer: there is no such context, or no kubeconfig.
    """

    def __init__(self, context: str = "", kubeconfig: str = "") -> None:
        try:
            self._api = api_client(context, kubeconfig)
        except NoKubeconfig as error:
            raise NoAnswer(str(error)) from None

    def get(
        self,
        what: str,
        path: str,
        query: Sequence[tuple[str, str]] = (),
        accept: str = WHOLE,
    ) -> dict[str, Any]:
        """An object, or a page of a list.

        Args:
            what: What is asked, for sentences, e.g. `listing claims`.
            path: Of the request.
            query: Of the request.
            accept: WHOLE or METADATA.

        Raises:
            Unreadable: it was not answered, or with a refusal.
        """
        return self._call(what, "GET", path, query, accept, None)

    def create(self, what: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Makes an object; see `get`."""
        return self._call(what, "POST", path, (), WHOLE, body)

    def _call(
        self,
        what: str,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        accept: str,
        body: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        from urllib3.exceptions import HTTPError

        # The typed API of the client takes two seconds to import; this is its plain one.
        request = self._api.param_serialize(
            method,
            path,
            query_params=list(query),
            body=body,
            header_params={"Accept": accept, "Content-Type": WHOLE},
            auth_settings=["BearerToken"],
        )
        try:
            response = self._api.call_api(*request, _request_timeout=_SECONDS)
            content = response.read()  # type: ignore[no-untyped-call]
            if not 200 <= response.status < 300:
                kind = NotThere if response.status == _NOT_FOUND else Unreadable
                said = f" ({_message(content)})" if method == "POST" else ""
                raise kind(f"{what} was answered with {response.status} {response.reason}{said}")
            answer: dict[str, Any] = json.loads(content)
        except (HTTPError, OSError, ValueError) as error:
            raise NoAnswer(f"the cluster did not answer: {type(error).__name__}") from None
        return answer


def _message(content: bytes) -> str:
    """Why a request was refused, in the words of who refused it."""
    try:
        answer = json.loads(content)
    except ValueError:
        return "no reason given"
    return str(answer.get("message") if isinstance(answer, dict) else answer)
