"""What a claim asks for, whoever grew it and whatever its owner writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statefast import StatefastError
from statefast.safety.plan.sizes import expected_capacity, request
from statefast.safety.read.live import LiveClaim
from statefast.schema.quantity import storage_bytes

from .fakes import claim


def gi(number: int) -> int:
    return number * 2**30


def live(asked: int | None, requested: int, capacity: int) -> LiveClaim:
    return LiveClaim.of(
        claim(
            size=f"{asked}Gi" if asked else "",
            requested=f"{requested}Gi",
            capacity=f"{capacity}Gi",
        )
    )


@pytest.mark.parametrize(
    ("wanted", "asked", "requested", "capacity", "expected"),
    [
        pytest.param(8, 8, 8, 8, 8, id="nothing changes"),
        pytest.param(12, 8, 8, 8, 12, id="the owner grows it"),
        pytest.param(12, 12, 12, 8, 12, id="a growth is under way"),
        pytest.param(8, 8, 20, 20, 20, id="an autoresizer grew it"),
        pytest.param(8, 8, 20, 8, 20, id="an autoresizer is growing it"),
        pytest.param(12, 8, 20, 20, 20, id="the owner grows it, less than somebody did"),
        pytest.param(30, 8, 20, 20, 30, id="the owner grows it, more than somebody did"),
        pytest.param(20, 100, 100, 8, 20, id="a growth that failed is taken back"),
        pytest.param(8, None, 20, 20, 20, id="nobody asked yet: what it has stays"),
        pytest.param(30, None, 20, 20, 30, id="nobody asked yet: grows"),
    ],
)
def test_asks_for(
    wanted: int, asked: int | None, requested: int, capacity: int, expected: int
) -> None:
    found = request("zk", "size", gi(wanted), live(asked, requested, capacity))
    assert found == gi(expected)


@pytest.mark.parametrize(
    ("wanted", "asked", "capacity"), [(4, 8, 8), (8, 12, 12), (8, 12, 8), (4, 100, 8)]
)
def test_no_volume_shrinks(wanted: int, asked: int, capacity: int) -> None:
    with pytest.raises(StatefastError) as caught:
        request("StatefulSet zk", "size", gi(wanted), live(asked, asked, capacity))
    sentence = caught.value.sentence
    assert f"'{wanted}Gi'" in sentence
    assert f"has {capacity}Gi" in sentence
    assert f"write '{asked}Gi' or more" in sentence


def test_a_claim_that_is_not_there_gets_what_is_wanted() -> None:
    assert request("zk", "size", gi(8), None) == expected_capacity(gi(8), None) == gi(8)


SIZES = st.integers(1, 2**40)


@given(wanted=SIZES, asked=st.just(0) | SIZES, capacity=st.just(0) | SIZES, more=SIZES)
def test_never_less_than_the_volume_has(wanted: int, asked: int, capacity: int, more: int) -> None:
    """Whatever the numbers: refused, or at least what the volume has."""
    found = LiveClaim.of(
        claim(
            size=str(asked) if asked else "",
            requested=str(max(capacity, more)),
            capacity=str(capacity),
        )
    )
    try:
        size = request("zk", "size", wanted, found)
    except StatefastError:
        assert wanted < asked
        return
    assert size >= capacity
    assert size >= wanted
    assert expected_capacity(size, found) >= size
    assert storage_bytes("zk", "size", str(size)) == size
