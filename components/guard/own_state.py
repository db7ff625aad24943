"""What the state of this stack has, read through the engine before anything is registered.

A built-in function of the engine answers, so it works with every backend (engine.md 45).
"""

from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import grpc  # type: ignore[import-untyped]
import pulumi
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.resource_pb2 import ResourceInvokeRequest
from pulumi.runtime.settings import get_monitor

__all__ = ["held", "objects_in_state"]

_RESOURCES = "pulumi:pulumi:readStackResourceOutputs"

# Type of the engine, and `<namespace>/<name>`, or the name of what has no namespace.
Objects = frozenset[tuple[str, str]]

# By the root of a run: with an inline program many runs share one process.
_read: WeakKeyDictionary[pulumi.Resource, Objects | None] = WeakKeyDictionary()


def held(kind: str, key: str) -> bool | None:
    """Whether the state of this stack has an object; None where that is not known.

    Args:
        kind: Type of the resource, e.g. `kubernetes:core/v1:Service`.
        key: `<namespace>/<name>` of the object, or its name.
    """
    known = objects_in_state()
    return None if known is None else (kind, key) in known


def objects_in_state() -> Objects | None:
    """The Kubernetes objects in the state as it was when the run began, before a `--refresh`, of
    all clusters that the program has.

    Returns:
        Type and name of each; None where no program runs, or the state cannot be read.
    """
    root = pulumi.runtime.get_root_resource()
    if root is None:
        return None
    if root not in _read:
        _read[root] = _ask()
    return _read[root]


def _ask() -> Objects | None:
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    try:
        resources = _struct(_invoke(_RESOURCES, stackName=stack), "outputs")
    except grpc.RpcError as error:
        pulumi.log.debug(f"the state of {stack} cannot be read: {error}")
        return None
    return frozenset(_objects(resources))


def _invoke(token: str, **args: str) -> Struct:
    # Not `pulumi.runtime.invoke`: it would make resources of the references in other components'
    # outputs.
    request = ResourceInvokeRequest(tok=token, args=_filled(args), acceptResources=False)
    monitor: Any = get_monitor()
    answer: Struct = getattr(monitor.Invoke(request), "return")
    return answer


def _filled(args: dict[str, str]) -> Struct:
    filled = Struct()
    filled.update(args)
    return filled


def _objects(resources: Struct) -> Iterator[tuple[str, str]]:
    for value in resources.fields.values():
        resource = value.struct_value
        kind = resource.fields["type"].string_value
        if kind.startswith("kubernetes:"):
            metadata = _struct(_struct(resource, "outputs"), "metadata").fields
            name = metadata["name"].string_value
            if name:
                namespace = metadata["namespace"].string_value
                yield kind, f"{namespace}/{name}" if namespace else name


def _struct(parent: Struct, key: str) -> Struct:
    """A mapping in a mapping, out of its envelope where it is secret; empty where it is none."""
    found = parent.fields[key].struct_value if key in parent.fields else Struct()
    return found.fields["value"].struct_value if _SECRET in found.fields else found


# The key by which the engine marks a secret on the wire.
_SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105
