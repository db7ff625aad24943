"""Where volumes of a class may be made: labels of nodes, and the values they may have."""

from collections.abc import Mapping, Sequence

import pulumi_kubernetes as k8s

from ..errors import StatefastError
from ..schema.label_syntax import check_label_key, check_label_value
from ..schema.nearest import nearest

__all__ = ["allowed_topologies"]

_REMEDY = "write it like [{'topology.kubernetes.io/zone': ['eu-central-1a', 'eu-central-1b']}]"


def allowed_topologies(
    resource: str, field: str, value: object, known: Sequence[str]
) -> list[k8s.core.v1.TopologySelectorTermArgs] | None:
    """The terms of a class; None where there are none.

    Args:
        resource: Who asks, for the error sentence.
        field: The field the value stands in.
        value: A list of terms, of which one has to fit; a term maps a label to its values.
        known: Labels the driver knows; empty where any will do.

    Raises:
        StatefastError: not of that form, or a label that the driver does not know. The driver
            would make no volume at all.
    """
    if value is None or value == []:
        return None
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise StatefastError(resource, field, value, "not a list of terms", _REMEDY)
    terms: list[dict[str, list[str]]] = []
    for index, term in enumerate(value):
        where = f"{field}[{index}]"
        read = _term(resource, where, term, known)
        if read in terms:
            raise StatefastError(resource, where, term, "but it is there already", "remove one")
        terms.append(read)
    return [
        k8s.core.v1.TopologySelectorTermArgs(
            match_label_expressions=[
                k8s.core.v1.TopologySelectorLabelRequirementArgs(key=key, values=values)
                for key, values in term.items()
            ]
        )
        for term in terms
    ]


def _term(resource: str, where: str, term: object, known: Sequence[str]) -> dict[str, list[str]]:
    if not isinstance(term, Mapping) or not term:
        raise StatefastError(resource, where, term, "not a mapping from labels", _REMEDY)
    read: dict[str, list[str]] = {}
    for key, values in term.items():
        check_label_key(resource, where, key)
        if known and key not in known:
            raise StatefastError(
                resource, where, key, "but the driver knows no such label", nearest(key, known)
            )
        if isinstance(values, str) or not isinstance(values, Sequence) or not values:
            raise StatefastError(resource, f"{where}.{key}", values, "not a list", _REMEDY)
        for one in values:
            check_label_value(resource, f"{where}.{key}", one)
        if len(set(values)) < len(values):
            raise StatefastError(
                resource, f"{where}.{key}", list(values), "but one is there twice", "remove it"
            )
        read[key] = list(values)
    return read
