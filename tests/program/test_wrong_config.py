"""Wrong config is refused in one sentence, before the program registers anything."""

import json

import pytest

from components.errors import StatefastError
from settings import Settings
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
        Settings.parse(config)

    sentence = caught.value.sentence
    for fragment in fragments:
        assert fragment in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "hunter2" not in sentence
