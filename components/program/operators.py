"""Custom resources of operators: who makes sets and claims out of them, the engine does not see.

An operator deletes what it made of an object that is deleted, or has the garbage collector do so,
and the claims often go along. So such an object stays like a namespace does, where data is behind
it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pulumi

from ..safety.preflight import owner_of_run
from ..safety.read.cluster import Cluster, Object, Unreadable
from ..safety.read.last_run import key_of
from ..safety.read.live import claims_of_pod
from ..safety.read.memory import applied, held
from ..safety.refusals.left_out import refuse_left_out
from ..schema.annotations import STAYS
from ..schema.kubernetes import resource_path
from .made import Made
from .run import GuardRun, New

__all__ = ["data_behind", "guard_operated", "is_operated"]

_PREFIX = "kubernetes:"
# Groups that are of Kubernetes itself, or whose objects are projects of it without pods.
_NOT_OPERATORS = ("k8s.io", "helm.sh")
# By which an operator that says no group names the object (Zalando's PostgreSQL).
_CLUSTER = "cluster-name"


def is_operated(type_: str) -> bool:
    """Whether a resource may be an operator's: of a group that Kubernetes does not have.

    Args:
        type_: Of the resource, e.g. `kubernetes:kafka.strimzi.io/v1beta2:Kafka`.
    """
    group = _group(type_)
    ours = any(group == it or group.endswith(f".{it}") for it in _NOT_OPERATORS)
    known = ours or type_.endswith("Patch")
    return type_.startswith(_PREFIX) and "." in group and not known


def _group(type_: str) -> str:
    return type_.removeprefix(_PREFIX).partition("/")[0]


def guard_operated(run: GuardRun, made: Made) -> pulumi.ResourceTransformResult | None:
    """The object, which stays where data is behind it.

    Args:
        run: The guard.
        made: The object.
    """
    cluster, type_ = run.readable(made), made.args.type_
    # Nothing says whether it is in a namespace or of the whole cluster, but what the state has.
    of_cluster = held(type_, key_of("", made.name))
    space = "" if of_cluster else made.namespace
    run.seen.add((type_, key_of(space, made.name), cluster))
    if not made.name or run.is_left_out(made):
        return None
    key = key_of(space, made.name)
    found: Sequence[str] | None = None
    with suppress(Unreadable):
        found = data_behind(cluster, type_, space, made.name) if cluster is not None else None
    if found is None and _stayed(type_, key):
        # What it was promised once it is promised on.
        found = ["objects that cannot be read"]
    if found:
        return _staying(run, made, cluster, space, found)
    if found is not None and not held(type_, key):
        run.new.append(
            New(
                asks=run.asks(made),
                namespace=made.namespace,
                name=made.name,
                templates=frozenset({type_}),
            )
        )
    return None


def _stayed(type_: str, key: str) -> bool:
    """Whether the last run had an object stay."""
    inputs = applied(type_, key)
    metadata = inputs.get("metadata") if isinstance(inputs, Mapping) else None
    said = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return isinstance(said, Mapping) and said.get(STAYS) == owner_of_run()


def _staying(
    run: GuardRun, made: Made, cluster: Cluster | None, space: str, found: Sequence[str]
) -> pulumi.ResourceTransformResult:
    stays = "; it stays when it leaves the program" if run.keeps else ""
    run.say(
        f"{made.resource} is an operator's, which makes {', '.join(found)} of it: what an edit of"
        f" it does to their data is not checked{stays}"
    )
    if not run.keeps:
        return made.result(pulumi.ResourceOptions())
    key = key_of(space, made.name)
    taken_back = (
        cluster is not None
        and not held(made.args.type_, key)
        and _said_to_stay(made, cluster, space)
    )
    if taken_back:
        refuse_left_out(made.resource, made.name)
    made.annotate({STAYS: owner_of_run()})
    return made.result(
        pulumi.ResourceOptions(retain_on_delete=True, import_=key if taken_back else None)
    )


def _said_to_stay(made: Made, cluster: Cluster, space: str) -> bool:
    """Whether the object is there, and stayed when it left this stack."""
    path = resource_path(made.args.type_.split(":")[1], made.kind)
    # The guard's rights are those to what Kubernetes itself has.
    with suppress(Unreadable):
        found = cluster.metadata(path, made.name, space) or {}
        return (found.get("annotations") or {}).get(STAYS) == owner_of_run()
    return False


def data_behind(cluster: Cluster, type_: str, namespace: str, name: str) -> list[str]:
    """The StatefulSets and claims that were made of a custom resource, in words.

    Args:
        cluster: Where it is.
        type_: Its type.
        namespace: Its namespace; empty where it is of the whole cluster.
        name: Its name.

    Raises:
        Unreadable: see `Cluster.list`.
    """
    sets, claims, pods = (
        list(cluster.list(kind, namespace).values()) for kind in ("stateful sets", "claims", "pods")
    )
    of_it = {_uid(it) for it in (*sets, *claims, *pods) if _is_of(it["metadata"], type_, name)}
    # Whose owner is of it is of it: a pod of a set, and a claim of either.
    while more := {_uid(it) for it in (*sets, *claims, *pods) if _owners(it) & of_it} - of_it:
        of_it |= more
    mounted = {
        (pod["metadata"]["namespace"], claim)
        for pod in pods
        if _uid(pod) in of_it
        for claim in claims_of_pod(pod["spec"])
    }
    return [
        *(f"StatefulSet {it}" for it in sorted(_name(it) for it in sets if _uid(it) in of_it)),
        *sorted(
            f"PersistentVolumeClaim {_name(it)}"
            for it in claims
            if _uid(it) in of_it or (it["metadata"]["namespace"], _name(it)) in mounted
        ),
    ]


def _name(item: Object) -> str:
    return str(item["metadata"]["name"])


def _uid(item: Object) -> str:
    return str(item["metadata"]["uid"])


def _owners(item: Object) -> set[str]:
    return {str(it.get("uid")) for it in item["metadata"].get("ownerReferences") or ()}


def _is_of(metadata: Mapping[str, Any], type_: str, name: str) -> bool:
    """Whether an object names a custom resource as its owner, or in a label of its operator."""
    group, kind = _group(type_), type_.rpartition(":")[2]
    for it in metadata.get("ownerReferences") or ():
        theirs = str(it.get("apiVersion")).partition("/")[0]
        if (theirs, it.get("kind"), it.get("name")) == (group, kind, name):
            return True
    return name in _said(metadata.get("labels") or {}, group)


def _said(labels: Mapping[str, str], group: str) -> Iterator[str]:
    """What the labels with a prefix of an operator say, e.g. `strimzi.io/cluster`."""
    for key, value in labels.items():
        domain, _, last = key.rpartition("/")
        ends = f".{group}".endswith(f".{domain}") or domain.endswith(f".{group}")
        if ("." in domain and ends) or last == key == _CLUSTER:
            yield value
