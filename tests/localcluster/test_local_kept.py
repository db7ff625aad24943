"""What a stack leaves and what it made up, as the commands tell it."""

from pathlib import Path
from typing import Any

import pytest

from localcluster import kept
from localcluster.layout import Workspace


def item(name: str, owner: str = "statefast/dev", **more: Any) -> dict[str, Any]:
    annotations = {"statefast/stack": owner}
    metadata = {"namespace": "data", "name": name, "annotations": annotations}
    return {"metadata": {**metadata, **more.pop("metadata", {})}, **more}


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[dict[str, Any]]]:
    there: dict[str, list[dict[str, Any]]] = {}

    class Fake:
        def __init__(self, *_: object) -> None:
            pass

        def get(self, path: str) -> dict[str, Any]:
            return {"items": there[path.rpartition("/")[2]]}

    monkeypatch.setattr(kept, "Api", Fake)
    monkeypatch.setattr(kept, "read_json", lambda _: {"port": 1})
    return there


def test_claims_of_the_stack_that_stay(
    tmp_path: Path, objects: dict[str, list[dict[str, Any]]]
) -> None:
    objects["persistentvolumeclaims"] = [
        item("b"),
        item("a"),
        item("theirs", "statefast/prod"),
        item("going", metadata={"deletionTimestamp": "now"}),
        {"metadata": {"namespace": "data", "name": "of-nobody"}},
    ]
    assert kept.kept_claims(Workspace.at(tmp_path), "statefast/dev") == ["data/a", "data/b"]


def test_secrets_that_were_generated_and_their_keys(
    tmp_path: Path, objects: dict[str, list[dict[str, Any]]]
) -> None:
    objects["secrets"] = [
        item("mysql-generated", data={"ROOT": "eA==", "APP": "eA=="}),
        item("mysql-secrets", data={"GIVEN": "eA=="}),
        item("other-generated", "statefast/prod", data={"X": "eA=="}),
    ]
    found = kept.generated_secrets(Workspace.at(tmp_path), "statefast/dev")
    assert found == {("data", "mysql-generated"): ["APP", "ROOT"]}
