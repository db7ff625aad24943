"""Guard: the guard of a program in any language, out of the process of the plugin.

A transform that a component of the plugin registers is called for what the program registers. The
plugin never learns when the program is over, so what is refused there at the end is refused here
while the resource that it is about waits to be registered: until then no program ends.
"""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pulumi
from pulumi.runtime.rpc_manager import RPCManager
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import wait_for_rpcs
from pulumi.runtime.sync_await import _sync_await

from ..errors import StatefastError
from ..safety.read.last_run import VOLUMES
from ..safety.read.memory import RECORD, memory_of_run
from ..safety.read.record import registered
from .args import GuardArgs, checked, said_to_policies
from .end import GUARD, starts_instead
from .made import Made
from .run import GuardRun
from .transform import GUARDED, guarded, made_of

__all__ = ["Guard"]

# How long nothing may be registered before the guard takes it that all is which does not depend on
# what it holds. In `up` others wait for objects that are being made.
_QUIET_SECONDS = {True: 3.0, False: 30.0}
# How long a preview gathers what else is refused.
_GATHER_SECONDS = 1.0
_LOOK_SECONDS = 0.2
_SETTLE_SECONDS = 0.5
# When it looks once more.
_LATE_SECONDS = (1.0, 3.0)
_KNOWN = "statefast:index:Known"

_Transform = Callable[
    [pulumi.ResourceTransformArgs], Awaitable[pulumi.ResourceTransformResult | None]
]


class Guard(pulumi.ComponentResource):
    """Keeps the data of every StatefulSet, Deployment and PersistentVolumeClaim of a program.

    It has to be registered before them: let the Kubernetes provider depend on it, or each of them.
    One that came before it is refused, once it is in the state. A larger size in
    `volumeClaimTemplates` grows the claims in place; an edit that would replace a set, shrink a
    volume, or start an application empty is refused at preview, with the consent to copy; claims
    and namespaces are kept when they leave the program.
    """

    def __init__(
        self, name: str, args: GuardArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Guards what is registered from here on.

        Raises:
            StatefastError: an arg is wrong, or something was registered before.
        """
        read = checked(args)
        super().__init__(GUARD, name, said_to_policies(args), opts)
        memory_of_run()
        self._run = GuardRun.of(self, args, read)
        self._last = time.monotonic()
        self._held = 0
        self._said: set[str] = set()
        self._late: StatefastError | None = None
        pulumi.runtime.register_resource_transform(_in_context(self._transform))
        if any(type_ in GUARDED for type_, _ in memory_of_run().urns):
            # What was on its way when the transform came is registered by then.
            _sync_await(asyncio.sleep(_SETTLE_SECONDS))
        for refusal in self._registered_before():
            raise refusal
        self._looking = asyncio.ensure_future(self._look_for_late())

    async def _transform(
        self, args: pulumi.ResourceTransformArgs
    ) -> pulumi.ResourceTransformResult | None:
        run = self._run
        self._last = time.monotonic()
        made = await made_of(run, args)
        if made is None:
            return None
        try:
            if self._late is not None:
                raise self._late
            told = len(run.new), len(run.records)
            result = guarded(run, made)
            # Others come in between as soon as something is waited for.
            starting = run.new[told[0] :]
            self._keep_on_record(made, told[1])
            # Sizes are applied, and grown to, before the set goes on.
            await wait_for_rpcs()
            for new in starting:
                await self._wait_for_others(lambda new=new: starts_instead(run, new))  # type: ignore[misc]
            return result
        except pulumi.RunError as refusal:
            await self._gather(str(refusal))
            raise

    def _keep_on_record(self, made: Made, before: int) -> None:
        """Tells the next run what this one knew of an object."""
        records = self._run.records[before:]
        if records:
            volumes = dict(self._run.volumes)
            self._run.volumes.clear()
            _Known(made, self, {RECORD: records[0], VOLUMES: volumes})

    async def _wait_for_others(self, refused: Callable[[], StatefastError | None]) -> None:
        """Lets go what starts empty once all of the same kind is there that has data.

        Raises:
            StatefastError: nothing comes any more, and something with data has not come.
        """
        quiet = _QUIET_SECONDS[pulumi.runtime.is_dry_run()]
        self._held += 1
        try:
            while (refusal := refused()) is not None:
                if time.monotonic() - self._last > quiet:
                    raise refusal
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self._held -= 1

    async def _gather(self, refusal: str) -> None:
        """Says a refusal, and lets a preview find all others before it ends."""
        if refusal not in self._said:
            self._said.add(refusal)
            pulumi.log.error(refusal, self)
        if not pulumi.runtime.is_dry_run():
            return
        while self._held or time.monotonic() - self._last < _GATHER_SECONDS:
            await asyncio.sleep(_LOOK_SECONDS)

    def _registered_before(self) -> Iterator[StatefastError]:
        """What the engine has registered in this run, and no transform has seen."""
        seen = {(kind, key) for kind, key, _ in self._run.seen}
        for (type_, key), urns in memory_of_run().urns.items():
            if type_ not in GUARDED or (type_, key) in seen:
                continue
            kind, (namespace, _, name) = type_.rpartition(":")[2], key.rpartition("/")
            if any(registered(urn) is not None for urn in urns) and not self._run.excepted.has(
                kind, namespace, name, "", {}
            ):
                yield StatefastError(
                    f"{kind} {name}",
                    "registration",
                    "before the guard",
                    "so it does not see what becomes of its data",
                    "let it depend on the guard, or let its provider do so: dependsOn",
                )

    async def _look_for_late(self) -> None:
        for seconds in _LATE_SECONDS:
            await asyncio.sleep(seconds)
            for refusal in self._registered_before():
                self._late = refusal
                pulumi.log.error(str(refusal), self)
                return


class _Known(pulumi.ComponentResource):
    """What the next run has to know of an object, as an output in the state."""

    def __init__(self, made: Made, guard: Guard, outputs: dict[str, Any]) -> None:
        where = f"@{made.provider}" if made.provider else ""
        super().__init__(
            _KNOWN, f"{made.kind}/{made.key}{where}", {}, pulumi.ResourceOptions(parent=guard)
        )
        self.register_outputs(outputs)


def _in_context(transform: _Transform) -> _Transform:
    """The transform with the settings of the run that registers it, and what it waits for apart.

    The server of the plugin calls it with those of nobody: resources that it registers there go
    nowhere, and every run is taken for an `up`.
    """
    context = contextvars.copy_context()

    async def alone(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        SETTINGS.rpc_manager = RPCManager()  # type: ignore[no-untyped-call]
        SETTINGS.outputs = set()
        return await transform(args)

    async def call(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        loop = asyncio.get_running_loop()
        try:
            return await loop.create_task(alone(args), context=context.copy())
        except pulumi.RunError as refusal:
            said = str(refusal)
        # The SDK shows where an exception came from, line by line.
        raise pulumi.RunError(said)

    return call
