"""What a guard is told, and what it makes of it."""

from typing import Any

import pulumi
import pytest

from statefast.errors import StatefastError
from statefast.program.args import GuardArgs, checked, said_to_policies
from statefast.program.made import Made
from statefast.program.others import guard_kept
from statefast.program.run import GuardRun
from statefast.safety.preflight import Reader


def run_of(args: GuardArgs) -> GuardRun:
    made: Any = None
    return GuardRun.of(made, args, checked(args))


def made(kind: str, **metadata: Any) -> Made:
    given = pulumi.ResourceTransformArgs(
        custom=True,
        type_=f"kubernetes:apps/v1:{kind}",
        name="logical",
        props={"metadata": {"name": "web", "namespace": "data", **metadata}},
        opts=pulumi.ResourceOptions(),
    )
    return Made.of(given, "", "data", "")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"retention": "keep"}, "retention is 'keep'"),
        ({"growth_seconds": -1}, "growth_seconds is -1"),
        ({"only": "web"}, "only is 'web'"),
        ({"except": ["web"]}, "except"),
        (
            {"growth_seconds": 5, "preflight": {"growth_seconds": 6}},
            "growth_seconds is 5, but preflight.growth_seconds is 6",
        ),
    ],
)
def test_wrong_arguments_are_refused(args: Any, words: str) -> None:
    with pytest.raises(StatefastError) as raised:
        checked(args)
    assert words in raised.value.sentence


def test_growth_seconds_are_those_of_the_preflight() -> None:
    assert checked({"growth_seconds": 5}) == {"growth_seconds": 5}
    assert checked({"growth_seconds": 5, "preflight": {"growth_seconds": 5}})["growth_seconds"] == 5
    assert "growth_seconds" not in checked({})


@pytest.mark.parametrize(
    ("args", "kind", "left_out"),
    [
        ({}, "StatefulSet", False),
        ({"except_": ["data/web"]}, "StatefulSet", True),
        ({"except_": ["web"]}, "Namespace", True),
        ({"only": ["data/*"]}, "StatefulSet", False),
        ({"only": ["other"]}, "StatefulSet", True),
        ({"only": ["other"]}, "PersistentVolumeClaim", True),
        # What holds the data is named, and what is around it is guarded for its sake.
        ({"only": ["other"]}, "Namespace", False),
        ({"only": ["tier=db"]}, "StatefulSet", False),
        ({"only": ["web"], "except_": ["web"]}, "StatefulSet", True),
    ],
)
def test_some_objects_are_left_out(
    args: Any, kind: str, left_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []
    monkeypatch.setattr(GuardRun, "say", lambda _, *said: notes.extend(said))
    run = run_of(args)
    assert run.is_left_out(made(kind, labels={"tier": "db"})) is left_out
    assert bool(notes) is left_out


@pytest.mark.parametrize("kind", ["CustomResourceDefinition", "Namespace", "PersistentVolume"])
@pytest.mark.parametrize(("retention", "kept"), [("retain", True), ("delete", None)])
def test_what_takes_data_along_stays_unless_its_owner_said_otherwise(
    kind: str, retention: str, kept: bool | None
) -> None:
    asks = Reader(f"{kind} web", None, {})
    result = guard_kept(run_of({"retention": retention}), made(kind), asks)
    assert result.opts.retain_on_delete is kept


def test_policies_are_told_whom_it_leaves_out() -> None:
    given: GuardArgs = {"only": ["web"], "except_": ("cache",), "consent": ["x"]}
    assert said_to_policies(given) == {"only": ["web"], "except": ["cache"]}
    assert said_to_policies({}) == {}


def test_where_a_provider_puts_things_is_not_guessed() -> None:
    run = run_of({"preflight": {"mode": "off"}})
    for name, said in (("none", None), ("data", "data"), ("unknown", pulumi.Output.from_input(1))):
        run.note_provider(name, {"namespace": said, "enableServerSideApply": name == "data"})
    assert [run.home(name) for name in ("none", "data", "unknown", "unseen")] == [
        "default",
        "data",
        "",
        "",
    ]
    assert [run.applies(name) for name in ("none", "data", "unseen")] == [False, True, True]
