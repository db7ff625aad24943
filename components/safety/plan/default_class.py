"""The default class of a cluster: one at most, and no other stops being default unless named.

With two of them the newest wins, for claims that name no class (KEP-3333). A class that becomes
default unnoticed is data on the wrong storage.
"""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import pulumi

from ...errors import StatefastError
from ...schema.kubernetes import DEFAULT_ANNOTATIONS
from ...schema.names import check_subdomain_name

__all__ = [
    "check_default",
    "check_only_default",
    "default_classes",
    "marks_on",
]

_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
# By cluster, the default class this program makes. A run of a program is a context of its own.
_made: ContextVar[Mapping[object, str]] = ContextVar("default_class")


def default_classes(classes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The names of the default classes among the StorageClasses of a cluster.

    Args:
        classes: Name to the object, as the API server returns it.
    """
    return sorted(name for name, found in classes.items() if "true" in marks_on(found).values())


def marks_on(storage_class: Mapping[str, Any]) -> dict[str, str]:
    """Those annotations of a StorageClass that say whether it is a default one."""
    annotations = storage_class.get("metadata", {}).get("annotations") or {}
    return {key: annotations[key] for key in DEFAULT_ANNOTATIONS if key in annotations}


def check_default(
    resource: str,
    name: str,
    *,
    default: bool,
    demote: object,
    classes: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[str]:
    """The classes that stop being default, checked.

    Args:
        resource: Who asks, for the error sentence.
        name: The class that asks to be default.
        default: Whether it does.
        demote: The names its owner gives away.
        classes: The StorageClasses of the cluster by name; None where nobody could ask.

    Raises:
        StatefastError: another class is default and not named, or a name is wrong.
    """
    if demote is None:
        demote = []
    if isinstance(demote, str) or not isinstance(demote, Sequence):
        raise StatefastError(resource, "demote", demote, "not a list", "write a list of names")
    names = [check_subdomain_name(resource, "demote", item) for item in demote]
    if names and not default:
        raise StatefastError(
            resource, "demote", names, "but this class is not default", "set default to true"
        )
    if name in names:
        raise StatefastError(
            resource, "demote", name, "but that is this class itself", "name the other one"
        )
    if not default or classes is None:
        return list(dict.fromkeys(names))
    for other in names:
        if other not in classes:
            raise StatefastError(
                resource, "demote", other, "but the cluster has no such class", "remove it"
            )
    for other in default_classes(classes):
        if other not in (name, *names):
            raise StatefastError(
                resource,
                "default",
                default,
                f"but {other} is the default class of the cluster",
                f"leave it out, or put {other} down with demote: [{other}]",
            )
    return list(dict.fromkeys(names))


def check_only_default(resource: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Refuses a second default class of one cluster in one program, and remembers the first.

    Raises:
        StatefastError: the program makes another one.
    """
    cluster = cluster_of_opts(opts)
    made = _made.get({})
    other = made.get(cluster, name)
    if other != name:
        raise StatefastError(
            resource,
            "default",
            True,
            f"but this program makes {other} the default class already",
            "leave it out of one of the two",
        )
    _made.set({**made, cluster: name})


def cluster_of_opts(opts: pulumi.ResourceOptions | None) -> object:
    """What tells one cluster from another before anything is registered: the provider."""
    if opts is None:
        return None
    several = opts.providers or ()
    given = list(several.values()) if isinstance(several, Mapping) else several
    providers = [given] if isinstance(given, pulumi.ProviderResource) else list(given)
    for provider in (opts.provider, *providers):
        if provider is not None and provider.package == "kubernetes":
            return provider
    return opts.parent.get_provider(_CLASS) if opts.parent is not None else None
