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

_APPLY = "application/apply-patch+yaml"
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
        return self.send(what, "GET", path, query=query, accept=accept)

    def send(
        self,
        what: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Sequence[tuple[str, str]] = (),
        accept: str = WHOLE,
        seconds: float = _SECONDS,
    ) -> dict[str, Any]:
        """What the API server answers.

        Args:
            what: See `get`.
            method: Of the request; PATCH is a server-side apply.
            path: Of the request.
            body: Of the request.
            query: Of the request.
            accept: See `get`.
            seconds: How long to wait for the answer.

        Raises:
            Unreadable: see `get`; of what was to be written with the reason that the server gives.
        """
        from urllib3.exceptions import HTTPError

        # The typed API of the client takes two seconds to import; this is its plain one.
        kind = _APPLY if method == "PATCH" else WHOLE
        request = self._api.param_serialize(
            method,
            path,
            query_params=list(query),
            # The client takes an apply for a text.
            body=json.dumps(body) if method == "PATCH" else body,
            header_params={"Accept": accept, "Content-Type": kind},
            auth_settings=["BearerToken"],
        )
        try:
            response = self._api.call_api(*request, _request_timeout=seconds)
            content = response.read()  # type: ignore[no-untyped-call]
            if not 200 <= response.status < 300:
                trouble = NotThere if response.status == _NOT_FOUND else Unreadable
                said = f" ({_message(content)})" if method != "GET" else ""
                raise trouble(f"{what} was answered with {response.status} {response.reason}{said}")
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
