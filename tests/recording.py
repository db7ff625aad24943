"""Runs a program against a monitor that records what the program registers.

It proves shape: which resources, with which inputs and options. It proves nothing about what
the engine, the provider or the API server do with them: that is what tests/engine is for.
"""

import asyncio
import contextvars
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc  # type: ignore[import-untyped]
import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import mocks, rpc, set_all_config
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.stack import run_in_stack

SECONDS = 30
# For a hundred workloads: calls within calls are too deep there.
THREADS = False
# More than the program keeps.
FRAMES = 16


@dataclass
class Registered:
    """One resource as the program asked for it."""

    type: str
    name: str
    urn: str
    parent: str
    inputs: dict[str, Any]
    provider: str
    protect: bool
    retain_on_delete: bool
    delete_before_replace: bool
    dependencies: list[str]
    ignore_changes: list[str]
    replace_on_changes: list[str]
    secret_outputs: list[str]
    aliases: list[str]
    former_names: list[str]
    timeouts: dict[str, str]
    import_id: str
    places: list[str]

    @property
    def kind(self) -> str:
        """The last word of the type."""
        return self.type.rpartition(":")[2]

    @property
    def metadata(self) -> dict[str, Any]:
        """Metadata of a Kubernetes object."""
        return dict(self.inputs["metadata"])

    @property
    def spec(self) -> dict[str, Any]:
        """Spec of a Kubernetes object."""
        return dict(self.inputs["spec"])


@dataclass
class Recording:
    """All that one run registered, in order."""

    resources: list[Registered] = field(default_factory=list)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def kinds(self) -> list[str]:
        """Kind and name of each Kubernetes object, sorted."""
        return sorted(f"{item.kind} {item.name}" for item in self.objects())

    def objects(self) -> list[Registered]:
        """The Kubernetes objects."""
        return [item for item in self.resources if item.type.startswith("kubernetes:")]

    def one(self, kind: str, name: str) -> Registered:
        """The resource of that kind and name."""
        found = [item for item in self.resources if (item.kind, item.name) == (kind, name)]
        assert len(found) == 1, f"{kind} {name}: {len(found)} of {self.kinds()}"
        return found[0]

    @property
    def exports(self) -> dict[str, Any]:
        """The outputs of the stack."""
        return next(v for urn, v in self.outputs.items() if "pulumi:pulumi:Stack" in urn)


class _Answers(mocks.Mocks):
    """Gives every object its inputs back, and the data of the Secrets a test names."""

    def __init__(
        self,
        live: Mapping[str, Mapping[str, str]],
        answers: Mapping[str, Mapping[str, Any] | None],
        state: Sequence[tuple[str, Mapping[str, Any] | str]] | None,
    ) -> None:
        self._live = live
        self._answers = answers
        self._state = state

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        state = dict(args.inputs)
        if args.typ.endswith(":Secret") and args.resource_id:
            state["data"] = self._live.get(args.name.removesuffix("-live"), {})
        if "metadata" in state:
            # The provider names what the program does not.
            made = {"name": f"{args.name}-1a2b3c4d", "uid": f"{args.name}-uid"}
            if name := state["metadata"].get("name"):
                # Of the object and not of the resource: several of them may patch one claim.
                made["uid"] = f"uid-{name}"
            state["metadata"] = {**made, **state["metadata"]}
        if args.typ == "statefast:index:Record" and self._state is not None:
            state["kept"] = True
        answer = self._answers.get(f"{args.typ.rpartition(':')[2]} {args.name}", {})
        if answer is None:
            return None, {}
        return (f"{args.name}-id" if args.custom else None), {**state, **answer}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[Any]]:
        if args.token != "pulumi:pulumi:readStackResourceOutputs":
            raise AssertionError(f"no function should be called: {args.token}")
        if self._state is None:
            raise grpc.RpcError("the state cannot be read")
        assert str(args.args["stackName"]).split("/")[-1] == pulumi.get_stack()
        resources = {
            f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{type_}::{n}": {
                "type": type_.rpartition("$")[2],
                "outputs": {"metadata": _named(it)} if isinstance(it, str) else dict(it),
            }
            for n, (type_, it) in enumerate(self._state)
        }
        return {"outputs": resources}, []


class _Inline(ThreadPoolExecutor):
    """Does at once what is handed over: mocks answer at once, and threads only cost time."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        try:
            done.set_result(call(*args, **kwargs))
        except BaseException as error:
            done.set_exception(error)
        return done


class _Monitor(mocks.MockMonitor):
    def __init__(self, answers: _Answers, recording: Recording) -> None:
        super().__init__(answers)
        self._recording = recording

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Like the engine's: the whole chain of parent types, and none for the stack."""
        chain = parent.split("::")[2] if parent else ""
        if chain and chain != "pulumi:pulumi:Stack":
            type_ = f"{chain}${type_}"
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{type_}::{name}"

    def RegisterResource(
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        if request.type != "pulumi:pulumi:Stack":
            self._recording.resources.append(
                Registered(
                    type=request.type,
                    name=request.name,
                    urn=self.make_urn(request.parent, request.type, request.name),
                    parent=request.parent,
                    inputs=rpc.deserialize_properties(request.object, keep_unknowns=True),
                    provider=request.provider or dict(request.providers).get("kubernetes", ""),
                    protect=request.protect,
                    retain_on_delete=request.retainOnDelete,
                    delete_before_replace=request.deleteBeforeReplace,
                    dependencies=list(request.dependencies),
                    ignore_changes=list(request.ignoreChanges),
                    replace_on_changes=list(request.replaceOnChanges),
                    secret_outputs=list(request.additionalSecretOutputs),
                    aliases=[alias.spec.parentUrn for alias in request.aliases],
                    former_names=[alias.spec.name for alias in request.aliases if alias.spec.name],
                    timeouts={
                        "create": request.customTimeouts.create,
                        "update": request.customTimeouts.update,
                    },
                    import_id=request.importId,
                    places=[frame.pc.uri for frame in request.stackTrace.frames],
                )
            )
        response: resource_pb2.RegisterResourceResponse = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        return response

    def RegisterResourceOutputs(
        self, request: resource_pb2.RegisterResourceOutputsRequest
    ) -> empty_pb2.Empty:
        self._recording.outputs[request.urn] = rpc.deserialize_properties(request.outputs)
        return empty_pb2.Empty()


def run(
    program: Callable[[], object],
    *,
    config: dict[str, str] | None = None,
    stack: str = "dev",
    preview: bool = False,
    live: dict[str, dict[str, str]] | None = None,
    answers: Mapping[str, Mapping[str, Any] | None] | None = None,
    into: Recording | None = None,
    state: Sequence[tuple[str, Mapping[str, Any] | str]] | None = None,
) -> Recording:
    """Runs a program once, with nothing left of any other run.

    Args:
        program: Registers resources.
        config: Stack config with its prefix, as the engine hands it over.
        stack: Name of the stack.
        preview: Whether the engine only asks what would be done.
        live: By name of the Secret, the data the cluster has of it.
        answers: By kind and name of an object, what the engine says of it that differs from what
            was asked for; None for one that `--target` leaves out and that was never made.
        into: Where to record; for a program that fails, and what it registered before.
        state: Type (with those of its parents, as in a URN, where they matter) and outputs, or
            `<namespace>/<name>`, of each resource that the stack has from its last run; None where
            that cannot be read.
    """
    recording = into if into is not None else Recording()

    def isolated() -> None:
        # What a run that failed did not get to would be waited for by this one: the SDK has one
        # list for all.
        pulumi.runtime.settings.SETTINGS.outputs.clear()
        monitor = _Monitor(_Answers(live or {}, answers or {}, state), recording)
        information: Any = monitor.GetDeploymentInfo(empty_pb2.Empty())  # type: ignore[no-untyped-call]
        features = set(information.supportedFeatures)
        pulumi.runtime.settings.configure(
            mocks.MockSettings(  # type: ignore[no-untyped-call]
                monitor=monitor,
                monitor_features=features,
                engine=mocks.MockEngine(None),
                project="statefast",
                stack=stack,
                dry_run=preview,
                organization="organization",
                callbacks=None,
            )
        )
        set_all_config(config or {})

        def start() -> None:
            program()

        # The SDK reads the whole stack for each resource, and pytest stands on 40 frames.
        sys.tracebacklimit = FRAMES
        loop = asyncio.new_event_loop()
        loop.set_default_executor(ThreadPoolExecutor(2) if THREADS else _Inline())
        try:
            loop.run_until_complete(asyncio.wait_for(run_in_stack(start), SECONDS))
        finally:
            while left := asyncio.all_tasks(loop):
                for task in left:
                    task.cancel()
                loop.run_until_complete(asyncio.wait(left))
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()
            vars(sys).pop("tracebacklimit", None)

    contextvars.copy_context().run(isolated)
    return recording


def _named(key: str) -> dict[str, str]:
    namespace, _, name = key.rpartition("/")
    return {"namespace": namespace, "name": name} if namespace else {"name": name}
