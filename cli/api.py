"""Asks the API server, and never tells it anything."""

from collections.abc import Sequence

from statefast.safety.read.client import Client, NoAnswer, Object, Unreadable

__all__ = ["Api", "ClusterError", "Object"]


_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class ClusterError(Exception):
    """The cluster could not be read; one sentence says why."""


class Api:
    """One cluster, as the kubeconfig has it."""

    def __init__(self, context: str | None = None) -> None:
        """Takes the context of that name, or the current one.

        Raises:
            ClusterError: no kubeconfig, or no such context.
        """
        try:
            self._client = Client(context or "")
        except NoAnswer as error:
            raise _no_answer(error) from None

    def list(self, path: str, query: Sequence[tuple[str, str]] = ()) -> list[Object]:
        """The objects of one kind; with a query, such as a `labelSelector`, some of them.

        Raises:
            ClusterError: no answer, or no right to read.
        """
        kind = path.rpartition("/")[2]
        try:
            items: list[Object] = self._client.get(f"listing {kind}", path, query)["items"] or []
        except NoAnswer as error:
            raise _no_answer(error) from None
        except Unreadable as error:
            raise ClusterError(f"{_capital(error)}; ask for the right to list {kind}.") from None
        return items

    def found(self, path: str) -> Object | None:
        """What is there; None where it is not, may not be read, or does not answer."""
        try:
            return self._client.get("reading", path)
        except Unreadable:
            return None

    def may(self, verb: str, group: str, resource: str) -> bool:
        """Whether the identity may do that, in all namespaces; yes where nobody says it."""
        asks = {"verb": verb, "group": group, "resource": resource}
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": asks},
        }
        try:
            said = self._client.send("asking for rights", "POST", _REVIEWS, body)
        except Unreadable:
            return True
        return bool((said.get("status") or {}).get("allowed"))


def _no_answer(error: Exception) -> ClusterError:
    return ClusterError(
        f"{_capital(error)}; check that it runs and that the kubeconfig points at it"
        " (KUBECONFIG, --context)."
    )


def _capital(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]
