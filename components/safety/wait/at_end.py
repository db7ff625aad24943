"""The end of a program, when all is known that it registers and the engine has deleted nothing yet.

The SDK tells the engine so with one call, out of a thread in which no event loop runs.
"""

import contextvars
from collections.abc import Callable, Iterable
from typing import Any

import pulumi
from pulumi.runtime.proto import engine_pb2

from ...marks import Word, framed
from ..preflight import Warns

__all__ = ["at_end", "say"]


def at_end(look: Callable[[], Iterable[str]]) -> None:
    """Shows notes when a program has ended well; nothing where the SDK does not say when.

    Args:
        look: Gives the notes.
    """
    monitor: Any = pulumi.runtime.settings.get_monitor()
    engine: Any = pulumi.runtime.settings.get_engine()
    go_on = getattr(monitor, "SignalAndWaitForShutdown", None)
    if go_on is None:
        return
    context = contextvars.copy_context()

    def look_and_go_on(*args: object, **more: object) -> object:
        for note in context.run(lambda: list(look())):
            say(engine, note)
        return go_on(*args, **more)

    monitor.SignalAndWaitForShutdown = look_and_go_on


def say(engine: Any, note: str) -> None:  # noqa: ANN401  a stub without a type
    """As `report`, where no event loop runs.

    Args:
        engine: Of the run.
        note: A plain one, or one that `Warns`.
    """
    word = Word.WARNS if isinstance(note, Warns) else Word.NOTES
    severity = engine_pb2.LogSeverity.Value("WARNING")
    engine.Log(engine_pb2.LogRequest(severity=severity, message=framed(word, note)))
