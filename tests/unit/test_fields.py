"""Fields: what people write, key by key, and the sentences about what is wrong."""

import math

import pytest

from statefast import StatefastError
from statefast.schema.fields import Fields, whole_number
from statefast.schema.nearest import nearest


def fields(**given: object) -> Fields:
    return Fields("workload zk", given, "storage")


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


@pytest.mark.parametrize("value", ["text", 3, True, ["a"]])
def test_what_is_no_mapping_is_refused_under_its_path(value: object) -> None:
    with pytest.raises(
        StatefastError,
        match=r"refuses: workload zk: storage is .*, not a mapping; write keys and values",
    ):
        Fields("workload zk", value, "storage")
    with pytest.raises(StatefastError, match=r"refuses: workload zk: the whole entry is "):
        Fields("workload zk", value)


def test_null_is_an_empty_mapping() -> None:
    assert Fields("workload zk", None).text("image", "default") == "default"
    Fields("workload zk", None).done()


def test_a_null_value_is_an_absent_one() -> None:
    given = fields(size=None, count=None, flag=None, mode=None, list=None, map=None)
    assert given.text("size", "8Gi") == "8Gi"
    assert given.integer("count", 3, low=0, high=9) == 3
    assert given.boolean("flag", True) is True
    assert given.choice("mode", ["a", "b"], "b") == "b"
    assert given.texts("list") == ()
    assert given.text_map("map") == {}
    given.done()


def test_text_is_read_as_it_stands() -> None:
    assert fields(size=" 8Gi ").text("size") == " 8Gi "
    assert fields().text("size", optional=True) == ""
    assert fields(size="").text("size", pattern="[a-z]+", optional=True) == ""


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "storage.size is missing; write it like '8Gi'."),
        ({"size": 8}, "storage.size is 8, not a text; write it like '8Gi', in quotes if need be."),
        ({"size": ["8Gi"]}, "storage.size is ['8Gi'], not a text; write it like '8Gi', in quotes"),
        ({"size": "8gi"}, "storage.size is '8gi', not in the form expected; write it like '8Gi'."),
        ({"size": ""}, "storage.size is '', not in the form expected; write it like '8Gi'."),
        ({"size": "8Gi\n"}, r"storage.size is '8Gi\n', not in the form expected; write it"),
    ],
)
def test_text_that_is_missing_or_wrong_is_refused(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(StatefastError) as refusal:
        fields(**given).text("size", pattern="[0-9]+Gi", like="8Gi")
    assert refusal.value.sentence.startswith(f"workload zk: {sentence}")


def test_an_integer_is_named_with_its_path() -> None:
    with pytest.raises(
        StatefastError, match=r"refuses: workload zk: storage\.count is 10, out of bounds"
    ):
        fields(count=10).integer("count", 3, low=0, high=9)


@pytest.mark.parametrize("value", ["true", "yes", 0, 1, "", []])
def test_only_true_and_false_are_booleans(value: object) -> None:
    with pytest.raises(
        StatefastError, match=r"storage\.flag is .*, neither true nor false; write true or false, "
    ):
        fields(flag=value).boolean("flag", False)


def test_a_boolean_is_read_over_its_default() -> None:
    assert fields(flag=False).boolean("flag", True) is False
    assert fields(flag=True).boolean("flag", False) is True


def test_a_choice_is_one_of_a_closed_set() -> None:
    assert fields(mode="a").choice("mode", ["a", "b"]) == "a"
    with pytest.raises(StatefastError, match=r"storage\.mode is missing; write one of a, b\. \["):
        fields().choice("mode", ["a", "b"])
    with pytest.raises(
        StatefastError, match=r"mode is 'Retian', not one of the choices; did you mean 'Retain'\?"
    ):
        fields(mode="Retian").choice("mode", ["Retain", "Delete"])
    with pytest.raises(StatefastError, match=r"mode is \['a'\], not one of the choices"):
        fields(mode=["a"]).choice("mode", ["a", "b"])


def test_texts_are_a_list_of_texts() -> None:
    assert fields(modes=["a", "b"]).texts("modes") == ("a", "b")
    assert fields(modes=[]).texts("modes", ["a"]) == ()


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("a", "storage.modes is 'a', not a list; write a list of texts."),
        ({"a": 1}, "storage.modes is {'a': 1}, not a list; write a list of texts."),
        (3, "storage.modes is 3, not a list; write a list of texts."),
        (["a", 3], "storage.modes is 3, not a text; write a list of texts."),
        (["a", None], "storage.modes is None, not a text; write a list of texts."),
        (["a", "c"], "storage.modes is 'c', not one of the choices; known are a, b."),
    ],
)
def test_texts_that_are_none_are_refused(value: object, sentence: str) -> None:
    with pytest.raises(StatefastError) as refusal:
        fields(modes=value).texts("modes", ["a", "b"])
    assert refusal.value.sentence == f"workload zk: {sentence}"


def test_a_text_map_is_from_text_to_text() -> None:
    assert fields(env={"A": "1", "B": ""}).text_map("env") == {"A": "1", "B": ""}


@pytest.mark.parametrize("value", [1, 1.5, True, None, ["x"], {}])
def test_a_value_of_a_text_map_must_be_quoted(value: object) -> None:
    with pytest.raises(
        StatefastError, match=r"storage\.env\.A is .*, not a text; put it in quotes"
    ):
        fields(env={"A": value}).text_map("env")


@pytest.mark.parametrize("value", ["A=1", ["A"], 1])
def test_a_text_map_is_a_mapping(value: object) -> None:
    with pytest.raises(StatefastError, match=r"storage\.env is .*, not a mapping"):
        fields(env=value).text_map("env")


def test_groups_carry_their_path_into_errors() -> None:
    given = fields(ports=[{"name": "a"}, {"nmae": "b"}], limits={"cpu": {"x": 1}})
    first, second = given.groups("ports")
    assert first.text("name") == "a"
    first.done()
    second.text("name", "")
    with pytest.raises(
        StatefastError, match=r"refuses: workload zk: storage\.ports\[1\]\.nmae is 'b', "
    ):
        second.done()
    with pytest.raises(
        StatefastError, match=r"refuses: workload zk: storage\.limits\.cpu is .* not a text"
    ):
        given.group("limits").text("cpu")


@pytest.mark.parametrize("value", ["name", {"name": "a"}, 3])
def test_groups_are_a_list(value: object) -> None:
    with pytest.raises(
        StatefastError, match=r"storage\.ports is .*, not a list; write a list of m"
    ):
        fields(ports=value).groups("ports")


def test_a_group_in_a_list_is_a_mapping() -> None:
    with pytest.raises(StatefastError, match=r"storage\.ports\[1\] is 'b', not a mapping"):
        fields(ports=[{}, "b"]).groups("ports")


def test_entries_have_keys_of_the_users_own() -> None:
    assert fields(workloads={"zk": {"a": 1}, 5: None}).entries("workloads") == {
        "zk": {"a": 1},
        "5": None,
    }
    with pytest.raises(StatefastError, match=r"storage\.workloads is \['zk'\], not a mapping"):
        fields(workloads=["zk"]).entries("workloads")


def test_every_key_nobody_asked_for_is_refused_with_the_nearest_known_one() -> None:
    given = fields(size="8Gi", clasName="rbd")
    given.text("size")
    given.text("className", optional=True)
    with pytest.raises(StatefastError) as refusal:
        given.done()
    assert (refusal.value.field, refusal.value.remedy) == (
        "storage.clasName",
        "did you mean 'className'? Known are size, className",
    )
    assert "but there is no such key" in refusal.value.sentence


def test_a_key_asked_for_is_a_known_one() -> None:
    given = fields(provisoner="x")
    assert "provisioner" not in given
    with pytest.raises(StatefastError, match=r"did you mean 'provisioner'\? Known are provisioner"):
        given.done()
