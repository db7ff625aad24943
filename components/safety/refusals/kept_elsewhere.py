"""Claims that a destroyed stack keeps in another namespace than the one it is made again in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..preflight import Reader
from ..read.elsewhere import retained_claims

__all__ = ["Kept", "kept_elsewhere"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Claims that are kept in one other namespace.

    Attributes:
        namespace: Theirs.
        uids: Of each its uid, by its name.
    """

    namespace: str
    uids: Mapping[str, str]


def kept_elsewhere(
    reader: Reader, *, namespace: str, instance: str = "", claim: str = ""
) -> Sequence[Kept]:
    """The claims of this stack that are kept elsewhere, where it has none of them here.

    Args:
        reader: Of the component.
        namespace: Where they would be made.
        instance: Of what workload; empty for any.
        claim: Of what name; empty for any.

    Raises:
        StatefastError: see `Reader.read`.
    """
    found: dict[str, dict[str, str]] = {}
    for its in retained_claims(reader):
        if instance in ("", its.instance) and claim in ("", its.name):
            found.setdefault(its.namespace, {})[its.name] = its.uid
    if namespace in found:
        return ()
    return [Kept(namespace=place, uids=uids) for place, uids in found.items()]
