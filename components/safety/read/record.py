"""What the engine says of this run: which resources it has registered, and which it leaves out."""

from collections.abc import Mapping
from typing import Any

import grpc  # type: ignore[import-untyped]
import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2

from .answers import fields

__all__ = ["Record", "registered"]

_RESOURCE = "pulumi:pulumi:getResource"
_KEPT = "kept"


class Record(pulumi.ComponentResource):
    """Says that its stack has a state, which is the state of a run that kept a record.

    The engine fails where a program asks for the state of a stack that has none yet. What a
    component had for outputs last time is in the answer to its registration; so this one has one.
    There is one in each stack, made by whichever component asks first.
    """

    def __init__(self) -> None:
        super().__init__("statefast:index:Record", "record", {})
        self._urn = ""

    def was_there(self) -> bool:
        """Whether the last run left it; called once, before its outputs are registered."""
        found = pulumi.runtime.invoke(_RESOURCE, {"urn": self.urn}).value or {}
        self._urn = str(found.get("urn") or "")
        request = resource_pb2.RegisterResourceOutputsRequest(urn=self._urn)
        request.outputs.update({_KEPT: True})
        # Answered once the engine has them, and not some time later as that of the SDK.
        monitor: Any = pulumi.runtime.settings.get_monitor()
        monitor.RegisterResourceOutputs(request)
        return bool((found.get("state") or {}).get(_KEPT))

    def is_left_out(self) -> bool:
        """Whether `--target` or `--exclude` leaves it out of this run, and so out of the state.

        The engine then drops the outputs of what it has not made. Where a program runs without one
        nothing is left out.
        """
        if isinstance(pulumi.runtime.settings.get_monitor(), MockMonitor):
            return False
        found = registered(self._urn)
        return found is not None and not found.get(_KEPT)


def registered(urn: str) -> Mapping[str, Any] | None:
    """The outputs of a resource that this run has registered by now; None where it has not.

    Args:
        urn: Its URN.
    """
    request = resource_pb2.ResourceInvokeRequest(tok=_RESOURCE, acceptResources=False)
    request.args.update({"urn": urn})
    monitor: Any = pulumi.runtime.settings.get_monitor()
    try:
        answer = monitor.Invoke(request)
    except grpc.RpcError:
        return None
    found = fields(getattr(answer, "return"))
    return None if answer.failures else dict(found.get("state") or {})
