"""The arithmetic of majorities, held to every subset there is."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from statefast.safety.quorum import Members, majorities_meet, majority, one_at_a_time

some = st.builds(Members, st.integers(0, 4), st.integers(1, 6))


def majorities(members: Members) -> list[set[int]]:
    """Every set of members that can decide by itself."""
    return [
        set(chosen)
        for chosen in combinations(range(members.first, members.stop), majority(members.count))
    ]


@given(old=some, new=some)
@settings(deadline=None, max_examples=300)
def test_majorities_meet_when_no_majority_can_do_without_any_of_the_other(
    old: Members, new: Members
) -> None:
    meet = all(one & other for one in majorities(old) for other in majorities(new))
    assert majorities_meet(old, new) is meet
    assert majorities_meet(new, old) is meet


@given(old=some, new=some)
@settings(deadline=None, max_examples=300)
def test_the_way_of_one_member_a_step_arrives_and_keeps_every_write(
    old: Members, new: Members
) -> None:
    now = old
    for step in one_at_a_time(old, new):
        assert majorities_meet(now, step)
        assert abs(step.count - now.count) == 1
        assert step.count >= min(old.count, new.count)
        now = step
    assert now == new


@given(members=some)
def test_members_are_read_as_they_are_written(members: Members) -> None:
    assert Members.read(members.text) == members


def test_whoever_has_no_members_is_outvoted_by_nobody() -> None:
    nobody = Members(0, 0)
    assert majorities_meet(nobody, Members(0, 5))
    assert majorities_meet(Members(0, 5), nobody)
    assert nobody.text == ""
    for text in ("", "3", "2-1", "a-b", "-"):
        assert Members.read(text) is None
