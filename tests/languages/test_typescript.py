"""The guard of the plugin around a TypeScript program."""

import re

import pytest

from tests.engine.guarded import EDITS, namespace, objects, stateful_set
from tests.engine.guarded_stack import Guarded, happened

REFUSED = [name for name, edit in EDITS.items() if edit.guarded == "refused"]
DONE = [name for name, edit in EDITS.items() if edit.guarded != "refused"]


@pytest.mark.parametrize("typescript", ["raw", "chart"], indirect=True)
def test_each_edit_of_a_typescript_program_keeps_the_data(typescript: Guarded) -> None:
    home = typescript.name
    typescript.program(objects(home), {}).up()
    assert set(typescript.up().changes) == {"unchanged"}
    before = typescript.identities()

    said = typescript.program(objects(home, REFUSED), {}).refusals()
    for name in REFUSED:
        assert any(re.match(rf"\w+ {name}(-b)?: ", line) for line in said), (name, said)
    assert len(said) == len(REFUSED)

    typescript.program(objects(home, DONE), {}).up()
    after = typescript.identities()
    for name in DONE:
        assert happened(name, before, after) == EDITS[name].guarded, name
    assert after["PersistentVolumeClaim out-out-1"][1][1] == "2Gi"
    assert set(typescript.up().changes) == {"unchanged"}


@pytest.mark.parametrize("typescript", ["raw"], indirect=True)
def test_what_came_before_the_guard_is_found(typescript: Guarded) -> None:
    made = [namespace(typescript.name), stateful_set(typescript.name, "web")]
    typescript.program(made, {}).up()
    said = typescript.program(made, {}, late=True).refusals()
    assert any("registration is 'before the guard'" in line for line in said), said
