"""What is production is known by the words of a name, and what says nothing is taken for it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.environments import Class, class_of

from .asking import Made, ask, made

PRODUCTION = ["prod", "production", "prd", "live"]
OTHER = ["dev", "staging", "stg", "test", "qa", "sandbox", "review", "pr"]
OWNED = {"ownerReferences": [{"kind": "ConfigMap", "name": "claims-1a", "uid": "u"}]}


def claim() -> Made:
    return made("PersistentVolumeClaim", "vol", metadata=OWNED)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("prod", Class.PRODUCTION),
        ("production-eu", Class.PRODUCTION),
        ("PRD", Class.PRODUCTION),
        ("euProd1", Class.PRODUCTION),
        ("mysql_live", Class.PRODUCTION),
        ("prod-test", Class.PRODUCTION),
        ("dev-eu-west-1", Class.OTHER),
        ("pr-12", Class.OTHER),
        ("Staging2", Class.OTHER),
        ("non-prod", Class.OTHER),
        ("preProd.eu", Class.OTHER),
        ("nonprod-live", Class.PRODUCTION),
        ("blue", Class.UNKNOWN),
        ("productive", Class.UNKNOWN),
        ("prodeu", Class.UNKNOWN),
        ("delivery", Class.UNKNOWN),
        ("", Class.UNKNOWN),
    ],
)
def test_a_name_is_read_by_its_words(name: str, found: Class) -> None:
    assert class_of([name]) is found


cased = st.sampled_from([str.lower, str.upper, str.capitalize])
between = st.sampled_from("-_. ")


@given(
    word=st.sampled_from(PRODUCTION),
    case=cased,
    separator=between,
    others=st.lists(st.sampled_from([*OTHER, "eu", "west1", "blue", "data"]), max_size=3),
    place=st.integers(0, 3),
)
def test_production_among_any_other_words_is_production(
    word: str, case: Any, separator: str, others: list[str], place: int
) -> None:
    words = [*others[:place], case(word), *others[place:]]
    assert class_of([separator.join(words)]) is Class.PRODUCTION


@given(st.text(alphabet=st.sampled_from("abcXYZ019-_. \u00e9")), st.sampled_from(OTHER))
def test_only_a_word_that_is_known_makes_a_name_something_else(name: str, other: str) -> None:
    """None of these letters spells one."""
    assert class_of([name]) is Class.UNKNOWN
    assert class_of([f"{name}-{other}"]) is Class.OTHER
    assert class_of([name, other]) is Class.UNKNOWN


RULE = "production-claims-are-kept"


@pytest.mark.parametrize(
    ("stack", "tags", "refused"),
    [
        ("blue", {}, True),
        ("blue", {"env": "dev"}, False),
        ("blue", {"Environment": "DEV"}, False),
        ("blue", {"environment": "produktion"}, True),
        ("dev", {"ENV": "PROD"}, True),
        ("dev", {"tier": "Production"}, True),
        ("dev", {"stage": "live"}, True),
        ("prod-eu", {"env": "dev"}, True),
        ("dev", {"env": "blue"}, True),
        ("dev", {"vcs:repo": "live"}, False),
    ],
)
def test_a_tag_says_more_than_a_name_but_takes_nothing_out_of_production(
    stack: str, tags: dict[str, str], refused: bool
) -> None:
    assert bool(ask(RULE, claim(), stack=stack, tags=tags).said) is refused


def test_a_name_that_says_nothing_is_told_how_to_say_it() -> None:
    (said,) = ask(RULE, claim(), stack="blue").said
    assert "blue may be production (a name or this rule's setting notProduction can say" in said


@pytest.mark.parametrize(
    ("rule", "thing"),
    [
        (
            "claims-outlive-their-set",
            made(
                "StatefulSet",
                spec={"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"}},
            ),
        ),
        ("claims-without-owner", claim()),
        ("claims-are-kept", claim()),
    ],
)
@pytest.mark.parametrize(
    ("stack", "config", "tags", "exempt"),
    [
        ("prod", {}, {"ephemeral": "true"}, False),
        ("production-eu", {}, {"ephemeral": "true"}, False),
        ("blue", {}, {"ephemeral": "true", "env": "LIVE"}, False),
        ("pr-prod", {}, {}, False),
        ("prod", {"ephemeral": ["*"]}, {}, False),
        ("prod", {"ephemeral": ["prod"]}, {}, True),
        ("eu", {"production": ["eu"]}, {"ephemeral": "true"}, False),
        ("blue", {}, {"ephemeral": "true"}, True),
        ("blue", {}, {"Ephemeral": "True"}, True),
        ("pr-12", {}, {}, True),
    ],
)
def test_production_is_ephemeral_only_where_it_is_named(
    rule: str, thing: Made, stack: str, config: dict[str, Any], tags: dict[str, str], exempt: bool
) -> None:
    assert bool(ask(rule, thing, stack=stack, config=config, tags=tags).said) is not exempt


@pytest.mark.parametrize(
    "kind", ["PersistentVolumeClaim", "PersistentVolumeClaimPatch", "PersistentVolume", "Namespace"]
)
def test_what_holds_data_has_no_owner_in_a_lasting_stack(kind: str) -> None:
    answer = ask("claims-without-owner", made(kind, "vol", metadata=OWNED), stack="prod")

    assert answer.said == [
        f"{kind} vol: metadata.ownerReferences[0] is 'ConfigMap claims-1a', but prod is not"
        " ephemeral, and the data would be deleted with it; leave ownerReferences out, or list the"
        " stack in this rule's setting ephemeral."
    ]
    assert ask("claims-without-owner", made(kind, "vol"), stack="prod").said == []
    assert ask("claims-without-owner", made("Secret", metadata=OWNED), stack="prod").said == []


@pytest.mark.parametrize("kind", ["StatefulSet", "StatefulSetPatch", "CloneSet"])
def test_neither_have_the_claims_that_a_set_makes(kind: str) -> None:
    owned = made(
        kind, "zk", spec={"volumeClaimTemplates": [{"metadata": {"name": "data", **OWNED}}]}
    )
    (said,) = ask("claims-without-owner", owned, stack="prod").said
    assert f"{kind} zk: spec.volumeClaimTemplates.0.metadata.ownerReferences[0]" in said
