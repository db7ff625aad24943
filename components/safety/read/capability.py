"""What the cluster would refuse in the middle of an `up`: classes and quotas.

The provider's preview swallows these refusals (403), so that a green preview fails at `up`
(pulumi-kubernetes#4495).
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from ...errors import StatefastError
from ...schema.nearest import nearest
from ...schema.quantity import binary_text, parse_quantity
from .cluster import Object
from .live import LiveClass

__all__ = [
    "Need",
    "check_class",
    "check_expandable",
    "check_quota",
    "needs_of",
]

_STORAGE = "requests.storage"
_COUNT = "persistentvolumeclaims"

# Key of a quota to what is asked on top of what is used: bytes, or claims.
Need = Mapping[str, int]


def check_class(
    resource: str,
    field: str,
    name: str,
    known: Iterable[str],
    *,
    what: str = "storage class",
    made_with: str = "statefast:storageClass",
) -> None:
    """A claim needs classes that are there.

    Raises:
        StatefastError: the cluster has no class of that name.
    """
    names = sorted(known)
    if name not in names:
        raise StatefastError(
            resource,
            field,
            name,
            f"but the cluster has no such {what}",
            nearest(name, names) if names else f"make one first, with {made_with}",
        )


def check_expandable(
    resource: str, field: str, wanted: int, claim: str, class_name: str, found: LiveClass | None
) -> None:
    """A claim that is to grow needs a class that lets it.

    Raises:
        StatefastError: the class is not there, or does not allow it.
    """
    if found is not None and found.expandable:
        return
    problem = "does not let claims grow" if found is not None else "is not there any more"
    raise StatefastError(
        resource,
        field,
        binary_text(wanted),
        f"but class {class_name!r} of claim {claim} {problem}",
        "set allowVolumeExpansion on the class if its driver can grow volumes, or leave the size",
    )


def check_quota(
    resource: str, field: str, needs: Need, others: Need, quotas: Mapping[str, Object]
) -> None:
    """What is asked for has to fit the quotas of the namespace.

    Args:
        resource: Who asks.
        field: The field that asks for it.
        needs: By key of a quota, what comes on top.
        others: The same of all else that this run asks for.
        quotas: ResourceQuotas of the namespace, by name.

    Raises:
        StatefastError: one of them is exceeded; the sentence has the numbers.
    """
    for name, quota in quotas.items():
        status = quota.get("status") or {}
        used = status.get("used") or {}
        for key, hard in (status.get("hard") or {}).items():
            more, beside = needs.get(key, 0), others.get(key, 0)
            has, limit = parse_quantity(used.get(key, "0")), parse_quantity(hard)
            if more > 0 and has + more + beside > limit:
                text = binary_text if key.endswith(_STORAGE) else str
                of_others = f", and other claims of this run ask for {text(beside)}"
                raise StatefastError(
                    resource,
                    field,
                    f"{text(more)} more",
                    f"but quota {name} has {hard} of {key} and {used.get(key, '0')} are used"
                    f"{of_others if beside else ''}",
                    "raise the quota, or ask for less",
                )


def needs_of(claims: Iterable[tuple[str, int, bool]]) -> Need:
    """Sums up what claims take from quotas.

    Args:
        claims: For each, its class (empty where it has none), the bytes that come on top, and
            whether it is new.
    """
    needs: Counter[str] = Counter()
    for class_name, size, is_new in claims:
        for prefix in ("", *([f"{class_name}.storageclass.storage.k8s.io/"] if class_name else [])):
            needs[f"{prefix}{_STORAGE}"] += size
            needs[f"{prefix}{_COUNT}"] += int(is_new)
    return needs
