"""The guard of the plugin around programs in TypeScript and in Go."""

import re

import pytest

from tests.engine.conftest import Config
from tests.engine.guarded import CLASSES, EDITS, claim, namespace, objects, stateful_set
from tests.engine.guarded_stack import Guarded, happened

REFUSED = [name for name, edit in EDITS.items() if edit.guarded == "refused"]
DONE = [name for name, edit in EDITS.items() if edit.guarded != "refused"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("nodejs", "raw"),
        ("nodejs", "chart"),
        ("go", "raw"),
        ("go", "chart"),
        ("yaml", "raw"),
        ("yaml", "chart"),
    ],
    ids=" ".join,
    indirect=True,
)
def test_each_edit_of_a_program_elsewhere_keeps_the_data(elsewhere: Guarded) -> None:
    home = elsewhere.name
    elsewhere.program(objects(home), {}).up()
    assert set(elsewhere.up().changes) == {"unchanged"}
    before = elsewhere.identities()

    said = elsewhere.program(objects(home, REFUSED), {}).refusals()
    for name in REFUSED:
        assert any(re.match(rf"\w+ {name}(-b)?: ", line) for line in said), (name, said)
    assert len(said) == len(REFUSED)

    elsewhere.program(objects(home, DONE), {}).up()
    after = elsewhere.identities()
    for name in DONE:
        assert happened(name, before, after) == EDITS[name].guarded, name
    assert after["PersistentVolumeClaim out-out-1"][1][1] == "2Gi"
    assert set(elsewhere.up().changes) == {"unchanged"}


@pytest.mark.parametrize("elsewhere", [("nodejs", "raw")], ids=" ".join, indirect=True)
def test_what_came_before_the_guard_is_found(elsewhere: Guarded) -> None:
    made = [namespace(elsewhere.name), stateful_set(elsewhere.name, "web")]
    elsewhere.program(made, {}).up()
    said = elsewhere.program(made, {}, late=True).refusals()
    assert any("registration is 'before the guard'" in line for line in said), said


@pytest.mark.parametrize("elsewhere", [("nodejs", "raw")], ids=" ".join, indirect=True)
def test_the_guard_is_taken_out_and_nothing_goes(elsewhere: Guarded) -> None:
    home = elsewhere.name
    made = [namespace(home), stateful_set(home, "web"), claim(home, "alone")]
    elsewhere.program(made, None).up()
    elsewhere.wait("pvc", "--all", "--for=jsonpath={.status.phase}=Bound")
    before = elsewhere.identities()
    elsewhere.program(made, {}).up()
    assert elsewhere.program(made, None).up().changes.keys() == {"deleted", "unchanged", "updated"}
    assert elsewhere.identities() == before

    grown = [namespace(home), stateful_set(home, "web", size="2Gi"), claim(home, "alone")]
    elsewhere.program(grown, {}).up()
    elsewhere.program(grown, {"leaving": True}).up()
    larger = elsewhere.identities()
    assert larger["PersistentVolumeClaim web-web-0"][1][1] == "2Gi"
    before |= {"PersistentVolumeClaim web-web-0": larger["PersistentVolumeClaim web-web-0"]}
    assert larger == before


@pytest.mark.parametrize("elsewhere", [("nodejs", "raw")], ids=" ".join, indirect=True)
def test_a_component_of_the_plugin_grows_in_place_and_refuses_to_shrink(elsewhere: Guarded) -> None:
    home = elsewhere.name
    elsewhere.kubectl("create", "namespace", home, namespace=False)

    def made(size: str) -> list[Config]:
        volume = {
            "name": "data",
            "mountPath": "/data",
            "size": size,
            "storageClassName": CLASSES[0],
        }
        args = {"namespace": home, "image": "app:1", "volumes": [volume], "preflight": {}}
        return [{"component": "PersistentStatefulSet", "name": "db", "args": args}]

    elsewhere.program(made("1Gi"), None).up()
    assert set(elsewhere.up().changes) == {"unchanged"}
    elsewhere.wait("pvc", "--all", "--for=jsonpath={.status.phase}=Bound")
    before = elsewhere.identities()
    elsewhere.program(made("2Gi"), None).up()
    after = elsewhere.identities()
    assert [uid for uid, _ in after.values()] == [uid for uid, _ in before.values()]
    assert after["PersistentVolumeClaim data-db-0"][1][1] == "2Gi"
    (said,) = elsewhere.program(made("1Gi"), None).refusals()
    assert "StatefulSet db: " in said
    assert "size is '1Gi'" in said
