"""A consent is for one change of one object, and for no other."""

import dataclasses

import pytest

from statefast.safety.consent import Change

CHANGE = Change(
    resource="StatefulSet zk",
    field="pod_management_policy",
    old="Parallel",
    new="OrderedReady",
    uid="u1",
)


def test_a_consent_says_what_it_is_for() -> None:
    said, _, mark = CHANGE.consent.rpartition(" [")
    assert said == "StatefulSet zk: pod_management_policy Parallel -> OrderedReady"
    assert len(mark) == len("12345678]")


def test_it_allows_the_change_it_names() -> None:
    assert CHANGE.allowed([CHANGE.consent])
    assert CHANGE.allowed(["something else", f"  {CHANGE.consent.replace(' ', '  ')} "])


@pytest.mark.parametrize(
    "other",
    [
        {"resource": "StatefulSet zk2"},
        {"field": "app"},
        {"old": "OrderedReady", "new": "Parallel"},
        {"new": "Else"},
        {"uid": "u2"},
    ],
)
def test_it_allows_no_other(other: dict[str, str]) -> None:
    assert not dataclasses.replace(CHANGE, **other).allowed([CHANGE.consent])


def test_no_consent_allows_nothing() -> None:
    assert not CHANGE.allowed([])
    assert not CHANGE.allowed(["", "yes", "*", CHANGE.consent.rpartition(" [")[0]])
