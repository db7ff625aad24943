"""Waiting for the cluster to make true what it took: one object is looked at until it is."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from weakref import WeakKeyDictionary

import pulumi

from ..read.cluster import Cluster, Object, Unreadable

__all__ = ["look", "until"]

_PAUSE_SECONDS = 1.0
_PROGRESS_SECONDS = 10.0
_MOMENT_SECONDS = 0.2


async def until(
    component: pulumi.Resource,
    *,
    seconds: float,
    what: str,
    missing: Callable[[], Awaitable[str]],
) -> str:
    """Asks what is missing, again and again.

    Args:
        component: What the progress is shown at.
        seconds: How long to ask.
        what: What is waited for, to stand before what is missing.
        missing: What is missing still; empty when nothing is. It takes a moment (see `look`).

    Returns:
        What was missing in the end; empty where nothing was.
    """
    began = shown = time.monotonic()
    said = ""
    while time.monotonic() - began < seconds:
        try:
            said = await missing()
        except Unreadable as error:
            said = str(error)
        if not said:
            return ""
        if time.monotonic() - shown > _PROGRESS_SECONDS:
            shown = time.monotonic()
            pulumi.log.info(f"{what}: {said}", component, ephemeral=True)
    return said


# The looks of each kind that are still to come: all who wait for one share the answer.
_looks: WeakKeyDictionary[Cluster, dict[tuple[str, str], asyncio.Task[Mapping[str, Object]]]] = (
    WeakKeyDictionary()
)


async def look(
    cluster: Cluster, kind: str, namespace: str, *, soon: bool = False
) -> Mapping[str, Object]:
    """The objects of a kind by name, as they are in a second from now.

    Args:
        cluster: Where to look.
        kind: See `Cluster.list`.
        namespace: Of the objects.
        soon: Whether to look in a moment, after all who ask within it, instead of a second.

    Raises:
        Unreadable: see `Cluster.list`.
    """
    to_come = _looks.setdefault(cluster, {})
    key = kind, namespace
    if key not in to_come:
        pause = min(_PAUSE_SECONDS, _MOMENT_SECONDS) if soon else _PAUSE_SECONDS
        to_come[key] = asyncio.ensure_future(_list(cluster, kind, namespace, pause))
    return await asyncio.shield(to_come[key])


async def _list(cluster: Cluster, kind: str, namespace: str, pause: float) -> Mapping[str, Object]:
    await asyncio.sleep(pause)
    # Who asks from here on may have changed what this is about to read.
    del _looks[cluster][kind, namespace]
    return await asyncio.to_thread(cluster.list_again, kind, namespace)
