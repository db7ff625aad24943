"""Who runs the process of a manifest, and what it may, beyond what every pod has here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .notes import Notes

__all__ = ["User", "beyond", "only_hands_over", "read_user"]

Object = Mapping[str, Any]
Keys = dict[str, Any]

# The user of most images of databases; a volume says who its files belong to.
_USER = 1000


@dataclass(slots=True)
class User:
    """Who runs a process.

    Attributes:
        user: Of the workload file; None for root.
        pod: What the security context of the pod has besides.
        container: The same of the container.
    """

    user: int | None
    pod: Keys = field(default_factory=dict)
    container: Keys = field(default_factory=dict)


def read_user(where: str, pod: Object, container: Object, notes: Notes) -> User:
    """Who runs the process, and who its files belong to.

    Args:
        where: The workload, for notes.
        pod: Security context of the pod.
        container: That of the container, which wins over it.
        notes: What is told.
    """
    shared, own = dict(pod), dict(container)
    both = {**shared, **{key: value for key, value in own.items() if value is not None}}
    user, group, fs_group = (both.get(it) for it in ("runAsUser", "runAsGroup", "fsGroup"))
    for key in ("runAsUser", "runAsGroup", "runAsNonRoot"):
        shared.pop(key, None)
        own.pop(key, None)
    for key in ("fsGroup", "fsGroupChangePolicy"):
        shared.pop(key, None)
    more = beyond(shared)
    if user == 0:
        notes.todo(where, "runs as root; see whether its image has a user of its own")
        more |= {"runAsUser": 0, "runAsNonRoot": False}
        more |= {"runAsGroup": group or 0, "fsGroup": fs_group or 0}
        return User(user=None, pod=more, container=beyond(own) | _of_root(own))
    if user is None:
        user = fs_group if isinstance(fs_group, int) and fs_group > 0 else _USER
        notes.todo(
            where,
            f"says no user for its process: it runs as {user}. Write the image's user into"
            " runAsUser before the files of a volume that is there are read by it",
        )
    if group is not None and group != user:
        more["runAsGroup"] = group
    if fs_group is not None and fs_group != user:
        more["fsGroup"] = fs_group
    return User(user=int(user), pod=more, container=beyond(own))


def beyond(context: Object) -> Keys:
    """What of a security context every pod has not got here anyway."""
    ours: Object = {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
        "readOnlyRootFilesystem": False,
    }
    left = {
        key: value
        for key, value in context.items()
        if value not in (None, [], {}) and (key not in ours or ours[key] != value)
    }
    capabilities = dict(left.get("capabilities") or {})
    if capabilities:
        added = list(capabilities.get("add") or ())
        left.pop("capabilities")
        if added:
            left["capabilities"] = {"drop": ["ALL"], "add": added}
    if left.get("privileged"):
        # The API server takes the two together only.
        left["allowPrivilegeEscalation"] = True
    if left.get("runAsUser") == 0:
        left |= _of_root(context)
    return left


def _of_root(context: Object) -> Keys:
    """What root has in a container that says nothing else, and every pod here has not."""
    dropped = (context.get("capabilities") or {}).get("drop")
    return {"runAsNonRoot": False} | ({} if dropped else {"capabilities": None})


def only_hands_over(given: Object) -> bool:
    """Whether a container does nothing but hand files to a user, as root."""
    root = (given.get("securityContext") or {}).get("runAsUser") == 0
    said = " ".join(str(it) for key in ("command", "args") for it in given.get(key) or ())
    return root and "chown" in said
