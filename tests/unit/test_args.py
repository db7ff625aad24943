"""The checks every component makes of its args."""

from typing import NotRequired, TypedDict

import pytest

from statefast import StatefastError
from statefast.schema.args import ACCESS_MODES, access_modes, one_of
from statefast.schema.read import check_args


class Shape(TypedDict):
    namespace: str
    size: str
    retention: NotRequired[str]


def test_args_that_fit_are_accepted() -> None:
    check_args("Claim vol", {"namespace": "data", "size": "8Gi"}, Shape)
    check_args("Claim vol", {"namespace": "data", "size": "8Gi", "retention": "retain"}, Shape)


def test_a_misspelt_arg_is_refused_and_never_dropped() -> None:
    with pytest.raises(StatefastError) as refusal:
        check_args(
            "Claim vol", {"namespace": "data", "size": "8Gi", "retenton": "delete"}, Shape, "a."
        )
    assert refusal.value.field == "a.retenton"
    assert "but there is no such argument; did you mean 'retention'?" in refusal.value.sentence


@pytest.mark.parametrize("given", [{"namespace": "data"}, {"namespace": "data", "size": None}])
def test_a_required_arg_that_is_absent_is_named(given: dict[str, object]) -> None:
    with pytest.raises(StatefastError) as refusal:
        check_args("Claim vol", given, Shape)
    assert refusal.value.sentence == "Claim vol: size is missing; it has no default, give it."


@pytest.mark.parametrize("value", ["Retain", "", None, 3, ["retain"]])
def test_what_is_not_in_a_closed_set_is_refused(value: object) -> None:
    with pytest.raises(
        StatefastError, match=r"refuses: Claim vol: retention is .*, not one of the choices"
    ):
        one_of("Claim vol", "retention", value, ("retain", "delete"))


def test_what_is_in_a_closed_set_is_given_back() -> None:
    assert one_of("Claim vol", "retention", "delete", ("retain", "delete")) == "delete"


def test_the_access_mode_is_read_write_once_by_default() -> None:
    assert access_modes("Claim vol", "modes", None) == ("ReadWriteOnce",)


@pytest.mark.parametrize("mode", ACCESS_MODES)
def test_each_access_mode_can_stand_alone(mode: str) -> None:
    assert access_modes("Claim vol", "modes", [mode]) == (mode,)


def test_access_modes_keep_their_order() -> None:
    modes = ("ReadWriteMany", "ReadOnlyMany", "ReadWriteOnce")
    assert access_modes("Claim vol", "modes", modes) == modes


@pytest.mark.parametrize("value", ["ReadWriteOnce", [], (), {}, 3, True])
def test_access_modes_are_a_list_that_is_not_empty(value: object) -> None:
    with pytest.raises(
        StatefastError, match=r"not a list of modes; write it like \['ReadWriteOnce'\]\. \["
    ):
        access_modes("Claim vol", "modes", value)


def test_an_unknown_access_mode_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        StatefastError, match=r"modes is 'ReadWriteonce', .* did you mean 'ReadWriteOnce'\?"
    ):
        access_modes("Claim vol", "modes", ["ReadWriteonce"])


@pytest.mark.parametrize("other", [mode for mode in ACCESS_MODES if mode != "ReadWriteOncePod"])
def test_read_write_once_pod_stands_beside_no_other_mode(other: str) -> None:
    for modes in (["ReadWriteOncePod", other], [other, "ReadWriteOncePod"]):
        with pytest.raises(
            StatefastError, match=r"ReadWriteOncePod cannot stand beside another mode; give it al"
        ):
            access_modes("Claim vol", "modes", modes)
