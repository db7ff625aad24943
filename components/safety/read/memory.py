"""What a stack knows of its last run, out of its own state: no right in any cluster is needed.

What lies in the cluster can be hidden from a run, by missing rights or by `preflight: off`. What
the stack made before cannot: the engine hands a program the state it runs on.
"""

import contextvars
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

import grpc  # type: ignore[import-untyped]
import pulumi
from pulumi.runtime.proto import resource_pb2

from ..run import once
from .answers import fields
from .cluster import Object
from .last_run import LastRun, key_of
from .record import Record

__all__ = [
    "RECORD",
    "RECORDS",
    "Memory",
    "Remembered",
    "applied",
    "begin_reading",
    "beneath",
    "held",
    "memory_of_run",
]

# The output of a component that holds what the next run has to know.
RECORD = "record"
# That of one which speaks for several.
RECORDS = "records"

_STATE = "pulumi:pulumi:readStackResourceOutputs"
_RELEASE = "kubernetes:helm.sh/v3:Release"
# Where the Kubernetes provider keeps what it was last given.
_INPUTS = "__inputs"
_KINDS = {
    "apps/v1:Deployment": "deployments",
    "apps/v1:StatefulSet": "stateful sets",
    "core/v1:Namespace": "namespaces",
    "core/v1:PersistentVolumeClaim": "claims",
}
# What the engine says while it writes what lies beside the state in a file backend.
_HALF_WRITTEN = "failed to load checkpoint"
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
# A file backend has no organizations, and one word for all of them.
_NO_ORGANIZATION = "organization"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What one component recorded when it was last deployed.

    Attributes:
        cluster: Uid of namespace kube-system; empty where it could not be read.
        namespace: Of its objects; empty where it has none of its own.
        claims: By name, the uid of each claim it has or had; empty where it was not known.
    """

    cluster: str = ""
    namespace: str = ""
    claims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the state holds that the guard compares.

    Attributes:
        objects: By kind (see `Cluster.list`), the objects as they were applied last.
        records: By kind and name of a component, e.g. `StatefulSet zookeeper`.
        guarded: Those of them that are of objects which the guard looks after, and no component.
        last: Volumes and passwords.
        names: Type and `<namespace>/<name>` of every Kubernetes object, of all clusters that the
            program has, as the state was before a `--refresh`; None where that is not known.
        resources: Type and outputs of all that the state has, recorded or not; None where that is
            not known.
        urns: By type and `<namespace>/<name>` of a Kubernetes object, its URNs in the state; empty
            where it is not known.
        releases: By URN, the outputs of each `helm.v3.Release`.
        left_out: Whether this run makes no record, as `--target` leaves it out.
        trouble: Why the state could not be read; empty where it could, or there is none yet.
    """

    objects: Mapping[str, tuple[Object, ...]] = field(default_factory=dict)
    records: Mapping[str, Remembered] = field(default_factory=dict)
    guarded: frozenset[str] = frozenset()
    last: LastRun = field(default_factory=LastRun)
    names: frozenset[tuple[str, str]] | None = None
    resources: Sequence[tuple[str, Mapping[str, Any]]] | None = field(default=None, repr=False)
    urns: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    releases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    left_out: bool = False
    trouble: str = ""

    def named(self, kind: str, name: str) -> list[Object]:
        """The objects of a kind and name, in whatever namespace."""
        names = once(self.objects, f"names of {kind}", lambda them: _by_name(them, kind))
        return names.get(name, [])

    def within(self, kind: str, namespace: str) -> Mapping[str, Object]:
        """The objects of a kind in a namespace, by name."""
        places = once(self.objects, f"places of {kind}", lambda them: _by_place(them, kind))
        return places.get(namespace, {})


def _by_name(objects: Mapping[str, tuple[Object, ...]], kind: str) -> Mapping[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for item in objects.get(kind, ()):
        found.setdefault(item["metadata"]["name"], []).append(item)
    return found


def _by_place(
    objects: Mapping[str, tuple[Object, ...]], kind: str
) -> Mapping[str, dict[str, Object]]:
    found: dict[str, dict[str, Object]] = {}
    for item in objects.get(kind, ()):
        metadata = item["metadata"]
        found.setdefault(metadata.get("namespace") or "", {})[metadata["name"]] = item
    return found


# By the root of a run: with an inline program many runs share one process.
_memories: MutableMapping[pulumi.Resource, Future[Memory]] = WeakKeyDictionary()


def begin_reading() -> None:
    """Asks the engine for the state of this stack; nothing is waited for, and nothing raised.

    The engine takes seconds to hand a large state over, in which the program can load what it
    needs. Whoever asks for the memory of the run begins by himself where nobody has.
    """
    root = pulumi.runtime.get_root_resource()
    if root is not None and root not in _memories:
        _memories[root] = Future()
        _read(_memories[root])


def memory_of_run() -> Memory:
    """The memory of this stack, read once in a run; empty where no program runs."""
    root = pulumi.runtime.get_root_resource()
    if root is None:
        return Memory()
    begin_reading()
    return _memories[root].result()


def held(kind: str, key: str) -> bool | None:
    """Whether the state of this stack has an object; None where that is not known.

    Args:
        kind: Type of the resource, e.g. `kubernetes:core/v1:Service`.
        key: `<namespace>/<name>` of the object, or its name.
    """
    names = memory_of_run().names
    return None if names is None else (kind, key) in names


def beneath(component: str) -> frozenset[str] | None:
    """Names of the Kubernetes objects that the state has beneath components of a type; None where
    that is not known.

    Args:
        component: The type, e.g. `statefast:index:PersistentDeployment`.
    """
    memory = memory_of_run()
    if memory.names is None:
        return None
    names = once(memory.urns, "names by parent", _names_by_parent)
    return frozenset(names.get(component, ()))


def _names_by_parent(urns: Mapping[tuple[str, str], tuple[str, ...]]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for (_, key), places in urns.items():
        for urn in places:
            for parent in urn.split("::")[2:3]:
                for component in parent.split("$")[:-1]:
                    found.setdefault(component, set()).add(key.rpartition("/")[2])
    return found


def applied(kind: str, key: str) -> Mapping[str, Any] | None:
    """An object as the last run wrote it; None where that is not known.

    Args:
        kind: Type of the resource, e.g. `kubernetes:apps/v1:StatefulSet`.
        key: `<namespace>/<name>` of the object, or its name.
    """
    memory = memory_of_run()
    if memory.resources is None:
        return None
    found = once(memory.urns, "written", lambda _: _written(memory.resources or ()))
    return found.get((kind, key))


def _written(
    resources: Iterable[tuple[str, Mapping[str, Any]]],
) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for resource in resources:
        inputs = resource[1].get(_INPUTS)
        if isinstance(inputs, Mapping):
            for key in _names([resource]):
                found.setdefault(key, []).append(inputs)
    # Two of one name are in two clusters.
    return {key: them[0] for key, them in found.items() if len(them) == 1}


def _read(memory: Future[Memory]) -> None:
    """Gives the memory, now or once the engine has answered."""
    try:
        record = Record()
        if not record.was_there():
            memory.set_result(replace(_of_before(), left_out=record.is_left_out()))
            return
    except Exception as error:  # the engine has no type for what it says
        memory.set_result(_unread(error))
        return

    def wait() -> None:
        try:
            memory.set_result(_of(_state()))
        except Exception as error:  # as above
            memory.set_result(_unread(error))

    # A run that ends before waits for no answer.
    run = contextvars.copy_context().run
    threading.Thread(target=run, args=(wait,), daemon=True, name="state").start()


def _unread(error: Exception) -> Memory:
    return Memory(trouble=f"the state of this stack was not read: {type(error).__name__}")


def _of(found: Mapping[str, tuple[str, Mapping[str, Any]]]) -> Memory:
    resources = list(found.values())
    objects: dict[str, tuple[Object, ...]] = {}
    records: dict[str, Remembered] = {}
    guarded: dict[str, Remembered] = {}
    for type_, outputs in resources:
        kind = _KINDS.get(type_.removeprefix("kubernetes:").removesuffix("Patch"))
        if kind is not None and _is_object(outputs):
            objects[kind] = (*objects.get(kind, ()), outputs)
        if type_.startswith("statefast:"):
            for given in outputs.get(RECORDS) or ():
                guarded |= _recorded(given)
            records |= _recorded(outputs.get(RECORD))
    return Memory(
        objects=objects,
        records=guarded | records,
        guarded=frozenset(guarded.keys() - records.keys()),
        last=LastRun.of(resources),
        names=frozenset(_names(resources)),
        resources=resources,
        urns=_urns(found),
        releases=_releases(found),
    )


def _of_before() -> Memory:
    """The names in a state that holds no record: of a version of before, or an empty one."""
    # A stack in a backend of files has a state from its `stack init` on. Elsewhere a new one has
    # none, and the engine ends when it is asked for it.
    if pulumi.get_organization() != _NO_ORGANIZATION:
        return Memory()
    with suppress(Exception):
        found = _state()
        resources = list(found.values())
        return Memory(
            names=frozenset(_names(resources)),
            resources=resources,
            urns=_urns(found),
            releases=_releases(found),
        )
    return Memory()


def _names(resources: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[tuple[str, str]]:
    for type_, outputs in resources:
        metadata = outputs.get("metadata")
        if type_.startswith("kubernetes:") and isinstance(metadata, Mapping):
            name, namespace = _text(metadata.get("name")), _text(metadata.get("namespace"))
            if name:
                yield type_, key_of(namespace, name)


def _is_object(outputs: Mapping[str, Any]) -> bool:
    """Whether it was made; what was only asked for has no uid."""
    metadata = outputs.get("metadata")
    return isinstance(metadata, Mapping) and bool(metadata.get("uid") and metadata.get("name"))


def _recorded(given: object) -> dict[str, Remembered]:
    """One record; none where it is of no form that is known."""
    if not isinstance(given, Mapping) or not isinstance(given.get("of"), str):
        return {}
    claims = given.get("claims")
    return {
        given["of"]: Remembered(
            cluster=_text(given.get("cluster")),
            namespace=_text(given.get("namespace")),
            claims={
                str(name): _text(uid)
                for name, uid in (claims.items() if isinstance(claims, Mapping) else ())
            },
        )
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _urns(
    found: Mapping[str, tuple[str, Mapping[str, Any]]],
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    urns: dict[tuple[str, str], tuple[str, ...]] = {}
    for urn, resource in found.items():
        for key in _names([resource]):
            urns[key] = (*urns.get(key, ()), urn)
    return urns


def _releases(
    found: Mapping[str, tuple[str, Mapping[str, Any]]],
) -> Mapping[str, Mapping[str, Any]]:
    return {urn: outputs for urn, (type_, outputs) in found.items() if type_ == _RELEASE}


def _state() -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    """Type and outputs of every resource in the state, by its URN."""
    # Not by `pulumi.runtime.invoke`: that makes objects of what outputs refer to, and asks the
    # engine for resources that this run has not registered yet.
    request = resource_pb2.ResourceInvokeRequest(tok=_STATE, acceptResources=False)
    request.args.update({"stackName": _stack_name()})
    answer = _answer(request)
    if answer.failures:
        raise ValueError(answer.failures[0].reason)
    found = fields(getattr(answer, "return")).get("outputs") or {}
    return {
        str(urn): (str(resource.get("type") or ""), resource.get("outputs") or {})
        for urn, resource in found.items()
    }


def _answer(request: resource_pb2.ResourceInvokeRequest) -> Any:  # noqa: ANN401  has no type
    """What the engine says; asked again while the engine itself is writing the state's file."""
    monitor: Any = pulumi.runtime.settings.get_monitor()
    for pause in _PAUSES:
        try:
            return monitor.Invoke(request)
        except grpc.RpcError as error:
            if _HALF_WRITTEN not in str(error):
                raise
        time.sleep(pause)
    return monitor.Invoke(request)


def _stack_name() -> str:
    organization = pulumi.get_organization()
    if organization == _NO_ORGANIZATION:
        return pulumi.get_stack()
    return f"{organization}/{pulumi.get_project()}/{pulumi.get_stack()}"
