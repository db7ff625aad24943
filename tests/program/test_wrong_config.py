"""Wrong config is refused in one sentence, before the program registers anything."""

import json

import pytest

from settings import Settings
from statefast.errors import StatefastError
from statefast.marks import Word, sentences
from statefast.schema.collected import StatefastErrors
from tests.wrong_config import CLASS, NAME, WRONG


@pytest.mark.parametrize("case", WRONG)
def test_is_refused_in_one_sentence(case: str) -> None:
    change, fragments = WRONG[case]
    given = {
        "statefast:namespace": NAME,
        "statefast:environment": "test",
        "statefast:storageClass": CLASS,
        **change,
    }
    config = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()
    }

    with pytest.raises(StatefastError) as caught:
        Settings.parse(config).preflight()

    sentence = caught.value.sentence
    for fragment in fragments:
        assert fragment in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "hunter2" not in sentence


def test_everything_that_is_wrong_is_said_in_one_run() -> None:
    with pytest.raises(StatefastErrors) as caught:
        Settings.parse(
            {
                "statefast:namespace": NAME,
                "statefast:environment": "test",
                "statefast:workloads": json.dumps(
                    {
                        "zookeeper": {"storage": {"siz": "8Gi", "clas": "x"}},
                        "mysql": {"replicas": "two", "storage": {"size": "8Gi"}},
                        "redis": {"storage": {"size": "8Gi"}},
                        "postgres": {},
                    }
                ),
                "statefast:secrets": json.dumps({"nobody": {"A": "hunter2"}}),
            }
        )
    said = sentences(str(caught.value))
    assert [word for word, _ in said] == [Word.REFUSES] * len(caught.value.errors)
    assert [text for _, text in said] == [error.sentence for error in caught.value.errors]
    found = {error.field for error in caught.value.errors}
    assert found >= {"storage.siz", "storage.clas", "replicas", "statefast:secrets.nobody"}
    assert "hunter2" not in str(caught.value)
    # The attributes are those of the first one.
    first = caught.value.errors[0]
    assert (caught.value.field, caught.value.resource) == (first.field, first.resource)


def test_unknown_keys_of_the_stack_are_all_named() -> None:
    with pytest.raises(StatefastErrors) as caught:
        Settings.parse({"statefast:namespac": "a", "statefast:worklods": "{}"})
    assert len(caught.value.errors) == 2
