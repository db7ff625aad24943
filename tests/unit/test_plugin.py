"""The plugin for programs in other languages, as far as no engine is needed."""

import asyncio
import inspect
import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from plugin.host import COMPONENTS, Host
from plugin.schema import schema
from statefast import PersistentStatefulSet
from statefast.program.names import Names

ROOT = Path(__file__).parents[2]


def test_the_schema_is_that_of_the_components() -> None:
    written = (ROOT / "plugin/schema.json").read_text(encoding="utf-8")
    assert written == schema(), "run: python -m plugin.schema > plugin/schema.json"


def test_a_source_that_cannot_be_read_at_times_leaves_out_no_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, read, calls = schema(), inspect.getsource, iter(range(1000))

    def at_times(item: Any) -> str:
        if item is PersistentStatefulSet and next(calls) == 0:
            raise OSError
        return read(item)

    monkeypatch.setattr(inspect, "getsource", at_times)
    assert schema() == whole


def test_each_component_is_there() -> None:
    made = json.loads(schema())
    assert set(made["resources"]) == {f"statefast:index:{it.__name__}" for it in COMPONENTS}
    for name, its in made["resources"]["statefast:index:Guard"]["inputProperties"].items():
        assert its["description"], name
    # Arguments that only a program in Python can give.
    assert "claimOwner" not in made["resources"]["statefast:index:VolumeClaim"]["inputProperties"]


def test_a_refusal_is_a_sentence_and_no_traceback() -> None:
    async def ask() -> None:
        host = Host()
        with pytest.raises(pulumi.InputPropertiesError) as raised:
            host.construct("guard", "statefast:index:Guard", {"retention": "keep"})
        assert "statefast refuses: guard: retention is 'keep'" in str(raised.value)

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("web", True),
        ("logical", True),
        ("data/web", True),
        ("data/*", True),
        ("StatefulSet web", True),
        ("tier=db", True),
        ("other", False),
        ("other/*", False),
        ("Deployment web", False),
        ("tier=web", False),
    ],
)
def test_objects_are_named_in_several_ways(given: str, found: bool) -> None:
    names = Names([given])
    metadata: dict[str, Any] = {"labels": {"tier": "db"}}
    assert names.has("StatefulSet", "data", "web", "logical", metadata) is found
    assert names.missed == ([] if found else [given])
