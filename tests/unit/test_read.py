"""What people write, held against its shape: what is read, and the sentences about the rest."""

import math
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import pytest

from statefast import StatefastError
from statefast.schema.collected import StatefastErrors
from statefast.schema.nearest import nearest
from statefast.schema.read import Args, check_args, read_args
from statefast.schema.shape import Between, Form, OneOf, alternatives, keys_of, limit
from statefast.schema.whole_number import whole_number


class Part(TypedDict):
    long_name: str
    port: NotRequired[int]
    command: NotRequired[Sequence[str]]


class Whole(TypedDict):
    size: str
    count: NotRequired[int]
    is_on: NotRequired[bool]
    modes: NotRequired[Sequence[str]]
    env: NotRequired[Mapping[str, str]]
    parts: NotRequired[Sequence[Part]]
    by_name: NotRequired[Mapping[str, Part]]
    later: NotRequired[pulumi.Input[str]]


class More(Whole):
    more: NotRequired[int]


limit(Part, port=Between(1, 9))
alternatives(Part, ("port",), ("command",))
limit(Whole, size=Form("[0-9]+Gi", "8Gi"), count=Between(0, 9), modes=OneOf(("Retain", "Delete")))


def read(**given: object) -> Args:
    return read_args("workload zk", {"size": "8Gi", **given}, Whole, "storage.")


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        ("replcas", "did you mean 'replicas'? Known are replicas, image, storageClass"),
        ("REPLICAS", "did you mean 'replicas'? Known are replicas, image, storageClass"),
        ("storageclass", "did you mean 'storageClass'? Known are replicas, image, storageClass"),
        ("zzz", "known are replicas, image, storageClass"),
        ("", "known are replicas, image, storageClass"),
    ],
)
def test_the_nearest_known_word_is_named_first(word: str, remedy: str) -> None:
    assert nearest(word, ["replicas", "image", "storageClass"]) == remedy


def test_where_no_key_is_known_the_remedy_is_to_remove_it() -> None:
    assert nearest("x", []) == "remove it: no keys are expected here"


@pytest.mark.parametrize(("value", "number"), [(0, 0), (7, 7), (10, 10), (3.0, 3), (10.0, 10)])
def test_a_whole_number_within_bounds_is_an_integer(value: float, number: int) -> None:
    read = whole_number("r", "n", value, low=0, high=10)
    assert (read, type(read)) == (number, int)


@pytest.mark.parametrize("value", [1.5, "3", "", True, False, None, [], {}, math.nan, math.inf])
def test_nothing_else_is_a_whole_number(value: object) -> None:
    with pytest.raises(StatefastError) as refusal:
        whole_number("workload zk", "replicas", value, low=0, high=10)
    assert refusal.value.sentence == (
        f"workload zk: replicas is {value!r}, not a whole number; "
        "write a whole number from 0 to 10."
    )


@pytest.mark.parametrize("value", [-1, 11, -1.0, 1e300, 10**30])
def test_a_number_out_of_bounds_is_refused_with_the_bounds(value: float) -> None:
    with pytest.raises(
        StatefastError, match=r", out of bounds; write a whole number from 0 to 10\. \["
    ):
        whole_number("workload zk", "replicas", value, low=0, high=10)


def test_keys_are_read_from_camel_case_at_every_depth() -> None:
    part = {"longName": "a", "port": 3}
    assert read(isOn=False, parts=[part], byName={"x-y_z": part}, env={"A_b": ""}) == {
        "size": "8Gi",
        "is_on": False,
        "parts": [{"long_name": "a", "port": 3}],
        "by_name": {"x-y_z": {"long_name": "a", "port": 3}},
        "env": {"A_b": ""},
    }


def test_a_null_value_is_an_absent_one() -> None:
    assert read(count=None, env=None, parts=None) == {"size": "8Gi"}


def test_nothing_at_all_is_an_empty_mapping() -> None:
    with pytest.raises(StatefastError, match=r"size is missing; it has no default, give it"):
        read_args("workload zk", None, Whole)


@pytest.mark.parametrize("value", ["text", 3, True, ["a"]])
def test_what_is_no_mapping_is_refused_under_its_path(value: object) -> None:
    with pytest.raises(StatefastError, match=r"workload zk: storage is .*, not a mapping"):
        read_args("workload zk", value, Whole, "storage.")
    with pytest.raises(StatefastError, match=r"workload zk: the whole entry is "):
        read_args("workload zk", value, Whole)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"size": 8}, "storage.size is 8, not a text; put it in quotes."),
        ({"size": ["8Gi"]}, "storage.size is ['8Gi'], not a text; write a text."),
        ({"size": "8gi"}, "storage.size is '8gi', not in the form expected; write it like '8Gi'."),
        ({"size": "8Gi\n"}, r"storage.size is '8Gi\n', not in the form expected; write it like"),
        ({"size": None}, "storage.size is missing; it has no default, give it."),
        ({"count": 10}, "storage.count is 10, out of bounds; write a whole number from 0 to 9."),
        ({"count": "3"}, "storage.count is '3', not a whole number; write a whole number, without"),
        ({"count": 1.5}, "storage.count is 1.5, not a whole number; write a whole number."),
        ({"count": True}, "storage.count is True, not a whole number; write a whole number."),
        ({"isOn": "yes"}, "storage.isOn is 'yes', not true or false; write true or false, without"),
        ({"isOn": 1}, "storage.isOn is 1, not true or false; write true or false."),
        ({"modes": "Retain"}, "storage.modes is 'Retain', not a list; write ['Retain']."),
        ({"modes": [3]}, "storage.modes[0] is 3, not a text; put it in quotes."),
        ({"modes": ["Retian"]}, "storage.modes is 'Retian', not one of the choices; did you mean"),
        ({"env": {"A": 1}}, "storage.env.A is 1, not a text; put it in quotes."),
        ({"env": ["A"]}, "storage.env is ['A'], not a mapping; write a mapping."),
        ({"env": {1: "a"}}, "storage.env.1 is 1, not a text as a key; put it in quotes."),
        ({"parts": {"longName": "a"}}, "storage.parts is {'longName': 'a'}, not a list; write a"),
        ({"parts": ["a"]}, "storage.parts[0] is 'a', not a mapping; write a mapping."),
        ({"parts": [{"port": 1}]}, "storage.parts[0].longName is missing; it has no default"),
        (
            {"byName": {"x": {"longName": "a", "port": 0}}},
            "storage.byName.x.port is 0, out of bounds; write a whole number from 1 to 9.",
        ),
        (
            {"parts": [{"longName": "a", "port": 1, "command": ["a"]}]},
            "storage.parts[0] is {'port': 1, 'command': ['a']}, not one of its forms; give port, or"
            " command.",
        ),
        (
            {"parts": [{"longName": "a"}]},
            "storage.parts[0] is missing; give port, or command.",
        ),
        ({"long_name": "a"}, "storage.long_name is 'a', but there is no such key; did you mean"),
        ({"is_on": True}, "storage.is_on is True, but there is no such key; did you mean 'isOn'?"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    given: dict[str, object], sentence: str
) -> None:
    with pytest.raises(StatefastError) as refusal:
        read(**given)
    assert refusal.value.sentence.startswith(f"workload zk: {sentence}")


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(StatefastErrors) as refusal:
        read(count="x", isOn=3, parts=[{"longName": 1, "port": 1}], zise="1Gi")
    fields = [error.field for error in refusal.value.errors]
    assert fields == ["storage.count", "storage.isOn", "storage.parts[0].longName", "storage.zise"]


def test_keys_that_cannot_be_given_here_are_unknown() -> None:
    with pytest.raises(StatefastError, match=r"count is 3, but there is no such key") as refusal:
        read_args("it", {"size": "8Gi", "count": 3}, Whole, without=["count"])
    assert "count" not in refusal.value.remedy
    assert read_args("it", {}, Whole, without=["size"]) == {}


def test_a_shape_that_extends_another_has_its_limits() -> None:
    assert {name for name, key in keys_of(More).items() if key.limit} == {"size", "count", "modes"}
    with pytest.raises(StatefastError, match="out of bounds"):
        check_args("it", {"size": "8Gi", "count": 10, "more": 3}, More)


def test_code_has_the_same_shape_in_its_own_spelling() -> None:
    check_args("it", {"size": "8Gi", "is_on": True, "later": pulumi.Output.from_input("x")}, Whole)
    with pytest.raises(StatefastError, match=r"isOn is True, but there is no such argument"):
        check_args("it", {"size": "8Gi", "isOn": True}, Whole)
    with pytest.raises(StatefastError, match="it has to be known at preview"):
        check_args("it", {"size": pulumi.Output.from_input("8Gi")}, Whole)


def test_a_limit_is_of_a_key_that_is_there() -> None:
    with pytest.raises(KeyError):
        limit(Whole, sise=Between(1, 2))
    with pytest.raises(KeyError):
        alternatives(Whole, ("size",), ("sise",))
