"""The one error: one sentence, whatever it is about."""

import pulumi
import pytest

from statefast.errors import MISSING, StatefastError


def test_it_says_resource_field_value_problem_and_remedy() -> None:
    error = StatefastError("StatefulSet zk", "replicas", -1, "out of bounds", "write 1")
    assert error.sentence == "StatefulSet zk: replicas is -1, out of bounds; write 1."
    assert (error.resource, error.field, error.value, error.remedy) == (
        "StatefulSet zk",
        "replicas",
        -1,
        "write 1",
    )


def test_a_missing_value_is_said_to_be_missing() -> None:
    error = StatefastError("StatefulSet zk", "image", MISSING, "", "write one")
    assert error.sentence == "StatefulSet zk: image is missing; write one."


def test_a_null_is_not_a_missing_value() -> None:
    error = StatefastError("r", "image", None, "", "write one")
    assert error.sentence == "r: image is None; write one."


def test_the_engine_prints_it_without_a_traceback_and_a_program_can_catch_it() -> None:
    assert issubclass(StatefastError, pulumi.RunError)
    assert issubclass(StatefastError, ValueError)


def test_a_long_value_is_cut() -> None:
    short, long = "x" * 118, "x" * 119
    assert f"is {short!r}, " in StatefastError("r", "f", short, "no", "stop").sentence
    assert f"is '{'x' * 116}..., no" in StatefastError("r", "f", long, "no", "stop").sentence


@pytest.mark.parametrize("end", ["\n", "\r\n", "\v", "\x1c", "\x85", "\u2028"])
def test_it_is_one_line_whatever_is_in_a_name(end: str) -> None:
    error = StatefastError(f"workload a{end}b", f"env.c{end}d", f"e{end}f", "no", "stop")
    assert len(str(error).splitlines()) == 1
    assert "workload a b: env.c d is 'e" in str(error)
