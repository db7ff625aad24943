"""The guard's transform, after all others of a program: it judges what the engine gets.

The engine calls the transforms of a stack in the order in which they came, and the guard's came
first. So the ones that come later are called from within it.

What neither it nor they have to do with goes on as it came: to read and to write each resource
costs more than all that the guard does.
"""

from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Any

import pulumi
from pulumi.runtime import _callbacks, rpc
from pulumi.runtime.proto import resource_pb2

from ..errors import StatefastError

__all__ = ["be_the_last"]

_NAMES = ("name", "namespace")
# What a secret has for a field.
_SPECIAL = rpc._special_sig_key
_Concerns = Callable[[str, Mapping[str, Any]], bool]
# A transform as the engine calls it.
_Callback = Callable[[bytes], Awaitable[Any]]


def be_the_last(concerns: _Concerns) -> None:
    """Has the transform that is registered next called after all that come later.

    Args:
        concerns: Whether that one has to do with a type, and metadata, of an object.
    """
    monitor: Any = pulumi.runtime.settings.get_monitor()
    register = monitor.RegisterStackTransform
    later: list[_Callback] = []

    def keep(callback: Any) -> Any:  # noqa: ANN401  messages without a type
        callbacks = _callbacks_with(callback.token)
        monitor.RegisterStackTransform = lambda other: later.append(
            _callbacks_with(other.token)[other.token]
        )
        callbacks[callback.token] = _after(later, callbacks[callback.token], concerns)
        return register(callback)

    monitor.RegisterStackTransform = keep


def _callbacks_with(token: str) -> dict[str, _Callback]:
    """Where the SDK has the function of a token.

    Raises:
        StatefastError: it keeps them otherwise.
    """
    for server in getattr(_callbacks._CallbackServicer, "_servicers", ()):
        found: dict[str, _Callback] = getattr(server, "_callbacks", {})
        if token in found:
            return found
    raise StatefastError(
        "guard",
        "pulumi",
        version("pulumi"),
        "but with this version what other transforms of the program do would not be seen",
        "use one that keeps callbacks in _CallbackServicer",
    )


def _after(later: list[_Callback], judge: _Callback, concerns: _Concerns) -> _Callback:
    async def call(content: bytes) -> Any:  # noqa: ANN401  messages without a type
        request = resource_pb2.TransformRequest.FromString(content)
        for other in later:
            response = await other(request.SerializeToString())
            request.properties.CopyFrom(response.properties)
            if response.HasField("options"):
                request.options.CopyFrom(response.options)
        if _is_read(request, concerns):
            return await judge(request.SerializeToString() if later else content)
        return resource_pb2.TransformResponse(
            properties=request.properties, options=request.options
        )

    return call


def _is_read(request: Any, concerns: _Concerns) -> bool:  # noqa: ANN401  see above
    fields = request.properties.fields
    # To ask a message for a field that it does not have is to write it.
    metadata = fields["metadata"].struct_value.fields if "metadata" in fields else {}
    names = {key: metadata[key].string_value for key in _NAMES if key in metadata}
    return _SPECIAL in metadata or concerns(request.type, names)
