"""Objects that a run makes under names of its own choice, and that are there already.

The engine creates what its state does not have, and the API server answers "already exists", in
this run and in every one after it: so it is after a state was lost, or where somebody else has
the name. Another's is refused before anything is registered. What is ours and in no state is
imported, and from then on it is in the state (decision 0014).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pulumi

from ...schema.annotations import FIELD_MANAGER, FORCE, field_manager
from ...schema.labels import MANAGED_BY, PREFIX
from ..owner import check_owner, owned
from ..preflight import Reader, owner_of_run
from ..read.live import OWNER
from ..read.memory import held
from ..refusals.left_out import refuse_left_out

__all__ = ["NO_NAMES", "Names", "WantedName", "listed", "plan_names"]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How it is listed, and its type in the engine."""

    listed: str
    type: str


_KINDS = {
    "ConfigMap": _Kind("config maps", "kubernetes:core/v1:ConfigMap"),
    "CronJob": _Kind("cron jobs", "kubernetes:batch/v1:CronJob"),
    "NetworkPolicy": _Kind("network policies", "kubernetes:networking.k8s.io/v1:NetworkPolicy"),
    "PodDisruptionBudget": _Kind("disruption budgets", "kubernetes:policy/v1:PodDisruptionBudget"),
    "Role": _Kind("roles", "kubernetes:rbac.authorization.k8s.io/v1:Role"),
    "RoleBinding": _Kind("role bindings", "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"),
    "Secret": _Kind("secrets", "kubernetes:core/v1:Secret"),
    "Service": _Kind("services", "kubernetes:core/v1:Service"),
    "ServiceAccount": _Kind("service accounts", "kubernetes:core/v1:ServiceAccount"),
    "StorageClass": _Kind("classes", "kubernetes:storage.k8s.io/v1:StorageClass"),
    "VolumeSnapshot": _Kind("snapshots", "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot"),
    "VolumeSnapshotContent": _Kind(
        "snapshot contents", "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotContent"
    ),
    "VolumeSnapshotClass": _Kind(
        "snapshot classes", "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedName:
    """One object as the args want it.

    Attributes:
        kind: Its kind, e.g. `Service`.
        name: In the cluster.
        namespace: Empty for one of the whole cluster.
        remade: By field, in the words of the API, the values that the engine would replace the
            object for: it cannot do that to what it imports in the same run.
        applied: Whether it is a server-side apply, which takes over what is there.
    """

    kind: str
    name: str
    namespace: str = ""
    remade: Mapping[str, Any] = field(default_factory=dict)
    applied: bool = False

    @property
    def key(self) -> str:
        """`<namespace>/<name>`: the id of the provider."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(frozen=True, slots=True)
class Names:
    """What this run takes back: by kind and name, the fields that it leaves as they are.

    Attributes:
        forced: What was another's, and may be taken from whoever edited it last: its fields have
            managers of then, and the API server answers with a conflict.
        gone: What the state has, or had before a refresh, and the cluster has not.
    """

    taken_back: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    keys: Mapping[tuple[str, str], str] = field(default_factory=dict)
    forced: frozenset[tuple[str, str]] = frozenset()
    gone: frozenset[tuple[str, str]] = frozenset()

    def annotations(self, kind: str, name: str) -> dict[str, str]:
        """What one object has to say of that, in this run and in every later one."""
        if (kind, name) not in self.forced:
            return {}
        return {**FORCE, FIELD_MANAGER: field_manager(owner_of_run())}

    def owned(self, kind: str, name: str) -> dict[str, str]:
        """The annotations of one object that goes with its stack."""
        return {**self.annotations(kind, name), **owned()}

    def opts(self, kind: str, name: str, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """The options of one object."""
        if (kind, name) not in self.taken_back:
            return opts
        more = pulumi.ResourceOptions(
            import_=self.keys[kind, name], ignore_changes=list(self.taken_back[kind, name])
        )
        return pulumi.ResourceOptions.merge(opts, more)


NO_NAMES = Names()
"""Nothing is there yet."""


def plan_names(reader: Reader, wanted: Iterable[WantedName], consents: Sequence[str]) -> Names:
    """What becomes of the names that are there already.

    Args:
        reader: Of the component; it gets a note of what is taken back as it is.
        wanted: What the component makes.
        consents: What the owner agreed to.

    Raises:
        StatefastError: one of them is another stack's, or nobody's.
    """
    taken_back: dict[tuple[str, str], Sequence[str]] = {}
    keys: dict[tuple[str, str], str] = {}
    forced: set[tuple[str, str]] = set()
    gone: set[tuple[str, str]] = set()
    for (kind, namespace), group in groupby(sorted(wanted, key=_place), key=_place):
        each = {item.name: item for item in group}
        found = reader.metadata_of(
            _KINDS[kind].listed,
            each,
            namespace,
            f"whether {' and '.join(f'{kind} {item.key}' for item in each.values())}"
            f" {'is' if len(each) == 1 else 'are'} another's",
        )
        if found is not None:
            gone |= {(kind, name) for name in each.keys() - found.keys() if _is_held(each[name])}
        for name, metadata in (found or {}).items():
            left = _left(reader, each[name], metadata, consents)
            said = metadata.get("annotations") or {}
            if said.items() >= FORCE.items() or (
                left is not None and said.get(OWNER) != owner_of_run()
            ):
                forced.add((kind, name))
            if left is not None:
                refuse_left_out(f"{kind} {each[name].key}", name)
                taken_back[kind, name] = left
                keys[kind, name] = each[name].key
    return Names(taken_back, keys, frozenset(forced), frozenset(gone))


def listed(kind: str) -> str:
    """What a kind is called where the cluster is read; see `Cluster.list`."""
    return _KINDS[kind].listed


def _is_held(item: WantedName) -> bool | None:
    return held(f"{_KINDS[item.kind].type}{'Patch' if item.applied else ''}", item.key)


def _place(item: WantedName) -> tuple[str, str]:
    return item.kind, item.namespace


def _left(
    reader: Reader, item: WantedName, metadata: Mapping[str, Any], consents: Sequence[str]
) -> Sequence[str] | None:
    """The fields that stay as they are where it is taken back; None where it is not."""
    owner = (metadata.get("annotations") or {}).get(OWNER, "")
    known = _is_held(item)
    # What is applied outlives its stack, and the state of it.
    maybe = known is None or item.applied
    if not owner and (known or (maybe and _of_an_earlier_version(metadata))):
        return None
    check_owner(
        reader,
        resource=f"{item.kind} {item.key}",
        field="name",
        name=item.name,
        where=f"{item.kind} {item.key}",
        owner=owner,
        uid=metadata["uid"],
        consents=consents,
    )
    if known or item.applied:
        return None
    differ = _differing(reader, item)
    if not differ:
        return ()
    if known is None and owner == owner_of_run():
        reader.note(
            f"{item.kind} {item.key} has another {', '.join(differ)} than written here, and it is"
            " not known whether the state of this stack has it: should this end in 'already"
            f" exists', delete it and run again: {_deletion(item)}"
        )
        return None
    reader.note(
        f"{item.kind} {item.key} was not in the state of this stack and is taken back as it is;"
        f" another {', '.join(differ)} is written here, which the next up makes true"
    )
    return differ


def _of_an_earlier_version(metadata: Mapping[str, Any]) -> bool:
    """Whether it may have been made by a version that did not write whose it is."""
    return (metadata.get("labels") or {}).get(f"{PREFIX}/managed-by") == MANAGED_BY


def _differing(reader: Reader, item: WantedName) -> Sequence[str]:
    """The fields for which the engine would replace it."""
    if not item.remade:
        return ()
    kind, unchecked = _KINDS[item.kind].listed, f"what is in {item.kind} {item.key}"
    live = reader.object(kind, item.name, item.namespace, unchecked)
    if live is None:
        return tuple(item.remade)
    return tuple(
        key for key, value in item.remade.items() if (live.get(key) or None) != (value or None)
    )


def _deletion(item: WantedName) -> str:
    scope = f" -n {item.namespace}" if item.namespace else ""
    return f"kubectl delete {item.kind.lower()} {item.name}{scope}"
