"""Names: what Kubernetes accepts, and the immutable ones of a workload's objects."""

import re
from collections.abc import Awaitable

import pulumi

from ..errors import StatefastError

__all__ = [
    "LONGEST_WORKLOAD_NAME",
    "check_label_name",
    "check_subdomain_name",
    "claim_name",
    "headless_name",
    "pod_name",
    "subdomain_name_or_later",
]

# Of a pod's name only 63 characters fit its hostname, and `<set>-<hash>` is a label value.
LONGEST_WORKLOAD_NAME = 52


_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


def check_label_name(resource: str, field: str, value: object, *, longest: int = 63) -> str:
    """A DNS label (RFC 1123), as Services, StatefulSets, ports and namespaces need it.

    Raises:
        StatefastError: capitals, underscores, a dash at an end, or too long.
    """
    if isinstance(value, str) and _LABEL.fullmatch(value) and len(value) <= longest:
        return value
    raise StatefastError(
        resource,
        field,
        value,
        "not a DNS label",
        f"use at most {longest} small letters, digits and dashes, with no dash at either end",
    )


def check_subdomain_name(resource: str, field: str, value: object) -> str:
    """A DNS subdomain (RFC 1123), as claims and storage classes need it.

    Raises:
        StatefastError: not such a name.
    """
    if isinstance(value, str) and _SUBDOMAIN.fullmatch(value) and len(value) <= 253:
        return value
    raise StatefastError(
        resource,
        field,
        value,
        "not a DNS name",
        "use small letters, digits, dashes and dots, starting and ending with a letter or digit",
    )


def subdomain_name_or_later(
    resource: str, field: str, value: pulumi.Input[str]
) -> pulumi.Input[str]:
    """As `check_subdomain_name`; what is known later is left to the API server.

    Raises:
        StatefastError: see `check_subdomain_name`.
    """
    if isinstance(value, pulumi.Output | Awaitable):
        return value
    return check_subdomain_name(resource, field, value)


def claim_name(template: str, stateful_set: str, ordinal: int) -> str:
    """The claim a StatefulSet makes or adopts for one ordinal (the controller's own contract)."""
    return f"{template}-{stateful_set}-{ordinal}"


def pod_name(stateful_set: str, ordinal: int) -> str:
    """The pod of one ordinal."""
    return f"{stateful_set}-{ordinal}"


def headless_name(workload: str, suffix: str) -> str:
    """The headless Service of a workload."""
    return f"{workload}-{suffix}"
