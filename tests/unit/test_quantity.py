"""Quantities: the grammar of Kubernetes, exactly."""

from fractions import Fraction

import pytest

from statefast import StatefastError
from statefast.schema.quantity import binary_text, parse_quantity, storage_bytes, storage_size


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("8", 8),
        ("+8", 8),
        ("-8Gi", -8 * 2**30),
        ("8.", 8),
        (".5Gi", 2**29),
        ("1.5Gi", 1_610_612_736),
        ("1Ki", 2**10),
        ("1Mi", 2**20),
        ("1Gi", 2**30),
        ("1Ti", 2**40),
        ("1Pi", 2**50),
        ("1Ei", 2**60),
        ("1k", 10**3),
        ("1M", 10**6),
        ("1G", 10**9),
        ("1T", 10**12),
        ("1P", 10**15),
        ("1E", 10**18),
        ("100m", Fraction(1, 10)),
        ("1u", Fraction(1, 10**6)),
        ("1n", Fraction(1, 10**9)),
        ("1e3", 1000),
        ("1E3", 1000),
        ("25e-1", Fraction(5, 2)),
        ("1e+2", 100),
    ],
)
def test_a_quantity_has_its_exact_value(text: str, value: Fraction) -> None:
    assert parse_quantity(text) == value


NOT_QUANTITIES = [
    "",
    " ",
    "Gi",
    ".",
    "8 GB",
    "8gb",
    "8GB",
    "8GiB",
    "8gi",
    "8KI",
    "8K",
    "8g",
    " 8Gi",
    "8Gi ",
    "8Gi\n",
    "8,5Gi",
    "1_000",
    "0x8",
    "--8",
    "8--",
    "1e",
    "1e+",
    "1e3Gi",
    "1e100",
    "1/2",
    "nan",
    "inf",
    "eight",
    "٨Gi",
    "\uff18Gi",
]


@pytest.mark.parametrize("text", NOT_QUANTITIES)
def test_no_other_text_is_a_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="is not a Kubernetes quantity"):
        parse_quantity(text)


@pytest.mark.parametrize("text", NOT_QUANTITIES)
def test_a_size_that_is_no_quantity_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(StatefastError) as refusal:
        storage_bytes("VolumeClaim vol", "size", text)
    assert refusal.value.sentence == (
        f"VolumeClaim vol: size is {text!r}, not a Kubernetes quantity; "
        "write a number and a unit without a space, like '8Gi'."
    )


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (8, "size is 8, not a quantity in quotes;"),
        (8.5, "size is 8.5, not a quantity in quotes;"),
        (True, "size is True, not a quantity in quotes;"),
        (["8Gi"], r"size is \['8Gi'\], not a quantity in quotes;"),
        ("0", "size is '0', not more than zero;"),
        ("0Gi", "size is '0Gi', not more than zero;"),
        ("-8Gi", "size is '-8Gi', not more than zero;"),
        ("1.5", "size is '1.5', not a whole number of bytes;"),
        ("100m", "size is '100m', not a whole number of bytes;"),
        ("0.3Ki", "size is '0.3Ki', not a whole number of bytes;"),
        ("8Ei", "size is '8Ei', "),
    ],
)
def test_a_size_is_whole_bytes_above_zero(value: object, problem: str) -> None:
    with pytest.raises(StatefastError, match=problem):
        storage_bytes("VolumeClaim vol", "size", value)


def test_the_largest_size_is_what_the_api_server_can_count() -> None:
    assert storage_bytes("r", "size", str(2**63 - 1)) == 2**63 - 1
    with pytest.raises(StatefastError, match="size is '9223372036854775808'"):
        storage_bytes("r", "size", str(2**63))


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (1, "1"),
        (1000, "1000"),
        (1023, "1023"),
        (1024, "1Ki"),
        (1025, "1025"),
        (1536, "1536"),
        (1536 * 2**10, "1536Ki"),
        (2**20, "1Mi"),
        (8 * 2**30, "8Gi"),
        (1_610_612_736, "1536Mi"),
        (1024 * 2**30, "1Ti"),
        (2**60, "1Ei"),
        (10**9, "1000000000"),
        (2**63 - 1, "9223372036854775807"),
    ],
)
def test_bytes_are_written_with_the_largest_unit_that_divides_them(size: int, text: str) -> None:
    assert binary_text(size) == text


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("8Gi", "8Gi"),
        ("8192Mi", "8Gi"),
        ("8388608Ki", "8Gi"),
        ("8589934592", "8Gi"),
        ("0.5Gi", "512Mi"),
        ("1.5Gi", "1536Mi"),
        ("1024Gi", "1Ti"),
        ("1G", "1000000000"),
        ("1e3", "1000"),
        ("+8Gi", "8Gi"),
    ],
)
def test_a_size_is_written_in_one_form_only(given: str, written: str) -> None:
    assert storage_size("r", "size", given) == written
