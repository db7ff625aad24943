"""A namespace that is not there, or is on its way out: nothing can be made in it.

The provider would try again for a minute, with half of the stack made by then.
"""

from ...errors import StatefastError
from ..preflight import Reader

__all__ = ["refuse_missing_namespace"]


def refuse_missing_namespace(reader: Reader, namespace: str) -> None:
    """Refuses a namespace that neither the cluster has nor this program makes.

    Args:
        reader: Of the component.
        namespace: Its namespace.

    Raises:
        StatefastError: the namespace is not there, or is being deleted.
    """
    unchecked = f"whether namespace {namespace} is there"
    if reader.read("claims", namespace, unchecked):
        return
    known, metadata = reader.metadata("namespaces", namespace, "", unchecked)
    if known and metadata is None and namespace not in reader.own_namespaces:
        raise StatefastError(
            reader.resource,
            "namespace",
            namespace,
            "but the cluster has no such namespace, and nothing before this component makes it",
            f"put WorkloadNamespace({namespace!r}, {{}}) before it and into its depends_on, or"
            f" make it first: kubectl create namespace {namespace}",
        )
    if metadata is not None and "deletionTimestamp" in metadata:
        raise StatefastError(
            reader.resource,
            "namespace",
            namespace,
            "but that namespace is being deleted",
            f"wait until it is gone (kubectl wait namespace {namespace} --for=delete) and run"
            " again with --refresh",
        )
