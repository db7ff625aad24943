"""Parts of `statefast.guard` that decide by themselves; what they make of it is in tests/engine."""

import asyncio
from typing import Any

import pulumi
import pytest
from pulumi.output import UNKNOWN
from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.rpc import wrap_rpc_secret

import statefast
from statefast.errors import StatefastError
from statefast.program.end import _Left, _pairs
from statefast.program.frozen import frozen
from statefast.program.last import be_the_last
from statefast.program.made import Made, has_unknowns, plain
from statefast.program.run import New
from statefast.safety.fields import OBJECTS, OURS
from statefast.safety.preflight import Reader
from statefast.schema.kubernetes import resource_path

CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
STACK = "urn:pulumi:stack::project::pulumi:pulumi:Stack::project-stack"
CHART = "urn:pulumi:stack::project::kubernetes:helm.sh/v4:Chart::mine"


def made(props: object, parent: str = "", type_: str = CLAIM) -> Made:
    args = pulumi.ResourceTransformArgs(
        custom=True,
        type_=type_,
        name="vol",
        props=props,  # type: ignore[arg-type]
        opts=pulumi.ResourceOptions(),
    )
    return Made.of(args, "", "home", parent)


def left(name: str, namespace: str = "a", *templates: str) -> _Left:
    return _Left(
        namespace=namespace, name=name, uid=name, templates=frozenset(templates), cluster=None
    )


def new(name: str, namespace: str = "a", *templates: str) -> New:
    asks = Reader(name, None, {})
    return New(asks=asks, namespace=namespace, name=name, templates=frozenset(templates))


def test_secrets_are_opened_to_be_read_and_stay_closed() -> None:
    metadata = wrap_rpc_secret({"name": "vol"})
    found = made({"metadata": metadata, "spec": {"size": 2.0}})
    assert (found.name, found.namespace) == ("vol", "home")
    assert found.content == {"metadata": {"name": "vol"}, "spec": {"size": 2}}
    found.annotate({"a": "b"})
    assert plain(found.args.props["metadata"])["annotations"] == {"a": "b"}
    assert found.args.props["metadata"] is metadata


def test_what_the_program_says_comes_first() -> None:
    found = made({"metadata": {"name": "vol", "annotations": {"a": "mine"}}})
    found.annotate({"a": "b"})
    assert plain(found.args.props["metadata"])["annotations"] == {"a": "mine"}


@pytest.mark.parametrize(
    ("content", "known"),
    [
        ({"metadata": {"name": "vol"}, "spec": {}}, True),
        ({"metadata": {"name": UNKNOWN}, "spec": {}}, False),
        ({"metadata": {"name": "vol", "namespace": UNKNOWN}, "spec": {}}, False),
        ({"metadata": UNKNOWN, "spec": {}}, False),
        ({"metadata": {"name": "vol"}, "spec": UNKNOWN}, False),
        ({"metadata": {"name": "vol"}, "spec": {"storageClassName": UNKNOWN}}, False),
        ({"metadata": {}, "spec": {}}, False),
    ],
)
def test_what_is_not_known_yet_is_not_taken_for_known(content: object, known: bool) -> None:
    assert made(content).is_known is known
    assert has_unknowns(content) is (not known and content != {"metadata": {}, "spec": {}})


def test_a_resource_is_found_under_the_name_that_the_engine_gives_it() -> None:
    end = "::vol"
    assert made({}).urn.endswith(f"::{CLAIM}{end}")
    assert made({}, STACK).urn.endswith(f"::{CLAIM}{end}")
    assert made({}, CHART).urn.endswith(f"::kubernetes:helm.sh/v4:Chart${CLAIM}{end}")


def test_what_kept_its_name_is_the_same_and_nothing_else_is() -> None:
    moved, renamed = new("one", "b"), new("three")
    pairs = list(_pairs([moved, renamed], [left("one"), left("two")]))
    assert [(it.name, old.name) for it, old in pairs] == [("one", "one"), ("three", "two")]


def test_a_set_is_no_claim_and_not_one_with_other_templates() -> None:
    old = [left("claim"), left("set", "a", "data"), left("other", "a", "log")]
    pairs = list(_pairs([new("mine", "a", "data", "more")], old))
    assert [was.name for _, was in pairs] == ["set"]


def test_fields_are_called_as_their_owner_calls_them() -> None:
    assert OURS.volume("data", "size") == "volumes.data.size"
    assert OBJECTS.volume("data", "size") == (
        "spec.volumeClaimTemplates[data].spec.resources.requests.storage"
    )


def test_a_guard_without_a_program_says_so() -> None:
    with pytest.raises(StatefastError, match="no program runs"):
        statefast.guard()


def test_the_transforms_that_come_later_are_judged_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Monitor:
        def __init__(self) -> None:
            self.given: list[Any] = []

        def RegisterStackTransform(self, callback: Any) -> None:
            self.given.append(callback)

    monitor: Any = Monitor()
    seen: list[object] = []

    async def judge(args: pulumi.ResourceTransformArgs) -> None:
        seen.append(args.props["size"])

    def grow(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        return pulumi.ResourceTransformResult({"size": f"{args.props['size']}+"}, args.opts)

    def grow_more(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        return grow(args)

    async def look(args: pulumi.ResourceTransformArgs) -> None:
        seen.append(f"look {args.props['size']}")

    async def run(type_: str) -> Any:
        be_the_last(lambda given, _: given == CLAIM)
        # The SDK makes a server for each of them.
        for transform in (judge, grow, look, grow_more):
            _CallbackServicer(monitor).register_stack_transform(transform)
        (only,) = monitor.given
        request = resource_pb2.TransformRequest(type=type_, name="vol", custom=True)
        request.properties.update({"size": "1"})
        (call,) = [
            server._callbacks[only.token]
            for server in _CallbackServicer._servicers
            if only.token in server._callbacks
        ]
        answer: Any = await call(request.SerializeToString())
        await _CallbackServicer.shutdown()  # type: ignore[no-untyped-call]
        return dict(answer.properties)

    monkeypatch.setattr(pulumi.runtime.settings, "get_monitor", lambda: monitor)
    assert asyncio.run(run(CLAIM)) == {"size": "1++"}
    assert seen == ["look 1+", "1++"]
    monitor = Monitor()
    assert asyncio.run(run("other")) == {"size": "1++"}
    assert seen == ["look 1+", "1++", "look 1+"]


@pytest.mark.parametrize(
    ("version", "kind", "path"),
    [
        ("core/v1", "Service", "/api/v1/{within}services"),
        ("core/v1", "Endpoints", "/api/v1/{within}endpoints"),
        (
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "/apis/networking.k8s.io/v1/{within}networkpolicies",
        ),
        ("networking.k8s.io/v1", "Ingress", "/apis/networking.k8s.io/v1/{within}ingresses"),
        ("example.com/v1", "Relay", "/apis/example.com/v1/{within}relays"),
    ],
)
def test_where_the_objects_of_a_kind_are(version: str, kind: str, path: str) -> None:
    assert resource_path(version, kind) == path


TEMPLATE = {
    "metadata": {"name": "data"},
    "spec": {"resources": {"requests": {"storage": "1024Mi"}}},
}
LIVES = {
    "metadata": {"name": "data", "creationTimestamp": None},
    "spec": {"resources": {"requests": {"storage": "1Gi"}}, "volumeMode": "Filesystem"},
    "status": {"phase": "Pending"},
}
GROWN = {**TEMPLATE, "spec": {"resources": {"requests": {"storage": "2Gi"}}}}
LABELLED = {**TEMPLATE, "metadata": {"name": "data", "labels": {"chart": "db-2"}}}


@pytest.mark.parametrize(
    ("now", "before", "lives", "ignored"),
    [
        # What the API server filled in is no difference.
        (TEMPLATE, TEMPLATE, LIVES, False),
        (GROWN, TEMPLATE, LIVES, True),
        (LABELLED, TEMPLATE, LIVES, True),
        # The last run wrote it, and a hand made the set again.
        (GROWN, GROWN, LIVES, True),
        # The program says less than the last run wrote.
        (TEMPLATE, LABELLED, LIVES, True),
        (TEMPLATE, None, LIVES, True),
        (TEMPLATE, TEMPLATE, None, True),
    ],
)
def test_only_what_needs_it_is_ignored(
    now: object, before: object, lives: object, ignored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of(template: object) -> dict[str, Any]:
        return {
            "metadata": {"name": "vol", "namespace": "home"},
            "spec": {"volumeClaimTemplates": [template]},
        }

    class Known(Reader):
        def readable(self, kind: str, namespace: str) -> Any:
            del kind, namespace
            return None if lives is None else Lives()

    class Lives:
        def list(self, kind: str, namespace: str) -> dict[str, Any]:
            del kind, namespace
            return {"vol": of(lives)}

    written = None if before is None else of(before)
    monkeypatch.setattr("statefast.program.frozen.applied", lambda *_: written)
    path = "spec.volumeClaimTemplates"
    found = frozen(Known("vol", None, {}), made(of(now)), "stateful sets", [path, "spec.selector"])
    known = before is not None and lives is not None
    assert found == ([path] if ignored else []) + ([] if known else ["spec.selector"])
