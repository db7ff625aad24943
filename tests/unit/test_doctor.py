"""What `statefast doctor` makes of a state."""

import json

import pytest
from typer.testing import CliRunner

from cli.main import app

CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
URN = f"urn:pulumi:prod::shop::{CLAIM}::vol"


def state(*resources: dict[str, object]) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": list(resources)}})


def run(text: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["doctor", "-"], input=text)
    return done.exit_code, done.output


def test_a_wedged_claim_is_named_with_what_heals_it() -> None:
    wedged = {"urn": URN, "type": CLAIM, "id": "data/vol", "pendingReplacement": True}
    code, said = run(state({"urn": "urn:x", "type": "pulumi:pulumi:Stack"}, wedged))
    assert code == 1
    assert "Claim data/vol" in said
    assert f"pulumi state delete {URN}" in said
    assert 'import_="data/vol"' in said
    assert '"spec.volumeName"' in said


@pytest.mark.parametrize(
    "resources",
    [
        [],
        [{"urn": URN, "type": CLAIM, "id": "data/vol"}],
        [{"urn": "urn:x", "type": "kubernetes:core/v1:Secret", "pendingReplacement": True}],
    ],
)
def test_a_sound_stack_is_said_to_be_sound(resources: list[dict[str, object]]) -> None:
    code, said = run(state(*resources))
    assert code == 0
    assert "No claim" in said


def test_an_empty_stack_is_sound() -> None:
    assert run('{"deployment": {}}')[0] == 0


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"deployment": 1}', '{"resources": []}'])
def test_what_is_no_state_is_answered_in_one_sentence(text: str) -> None:
    code, said = run(text)
    assert code == 2
    assert said.count("\n") == 1
    assert "pulumi stack export" in said
