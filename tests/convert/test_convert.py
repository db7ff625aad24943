"""Manifests as people have them become a workload file and config, and nothing of them is lost."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.convert.manifests import ConvertError, objects_of, parse
from cli.convert.whole import convert
from cli.main import app
from settings import Settings
from workloads import WorkloadFiles

from .samples import EXPECTED, MANIFESTS, claims_of, converted, shown

# What a pod has that no key need say: what every pod has here, and what is said in other words.
SILENT = (
    "apiVersion",
    "automountServiceAccountToken",
    "claimName",
    "imagePullPolicy",
    "name",
    "topologyKey",
)
USUAL = {
    ("fsGroupChangePolicy", "Always"),
    ("operator", "In"),
    ("protocol", "TCP"),
    ("restartPolicy", "Always"),
    ("runAsNonRoot", "True"),
    ("scheme", "HTTP"),
    ("serviceAccountName", "default"),
    ("successThreshold", "1"),
    ("type", "RuntimeDefault"),
    ("drop", "ALL"),
    ("allowPrivilegeEscalation", "False"),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_becomes_what_was_found_good(name: str) -> None:
    assert shown(converted(name)) == (EXPECTED / f"{name}.txt").read_text(encoding="utf-8")


def test_every_expectation_has_its_manifest() -> None:
    assert {path.stem for path in EXPECTED.iterdir()} == set(MANIFESTS)


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_claim_keeps_its_name(name: str, tmp_path: Path) -> None:
    made = converted(name)
    for workload, said in made.files().items():
        (tmp_path / f"{workload}.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    config = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in made.config("dev").items()
    }
    read = Settings.parse(config, WorkloadFiles(tmp_path))
    found = set()
    for it in read.workloads:
        first = it.args.get("first_ordinal", 0)
        for volume in it.volumes:
            template = volume.args(it.name)["name"]
            of_set = [f"{template}-{it.name}-{first + n}" for n in range(it.replicas)]
            found |= set(of_set if it.pattern == "stateful-set" else [template])
    assert found == claims_of(parse([(name, MANIFESTS[name].read_text(encoding="utf-8"))]))


def leaves(given: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(given, dict):
        for name, value in given.items():
            yield from leaves(value, str(name))
    elif isinstance(given, list):
        for item in given:
            yield from leaves(item, key)
    else:
        yield key, str(given)


@pytest.mark.parametrize("name", MANIFESTS)
def test_nothing_of_a_pod_is_lost_without_a_word(name: str) -> None:
    made = converted(name)
    said = json.dumps([made.files(), made.config("dev"), list(made.stays)]) + " ".join(
        note.text for note in made.notes
    )
    told = said.replace("\\n", "\n").replace('\\"', '"')
    for it in parse([(name, MANIFESTS[name].read_text(encoding="utf-8"))]):
        pod = (it.spec.get("template") or {}).get("spec") or {}
        dropped = [c for c in pod.get("initContainers") or () if f"container {c['name']}" in told]
        pod = {
            **pod,
            "initContainers": [c for c in pod.get("initContainers") or () if c not in dropped],
        }
        for key, value in leaves(pod):
            # A variable of another one is filled in.
            if key not in SILENT and (key, value) not in USUAL and "$(" not in value:
                assert value.lower() in told.lower(), (key, value)


WRONG = {
    "a: [": "line 2 is not valid YAML",
    "a: 1": "document 1 is not an object of Kubernetes: it has no kind",
    "kind: StatefulSet": "has no metadata.name",
    "[1]": "is not an object of Kubernetes",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_manifest_is_said_in_one_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(text + "\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["convert", str(tmp_path / "x.yaml")])
    assert done.exit_code == 2
    assert WRONG[text] in done.output
    assert len(done.output.strip().splitlines()) == 1


def test_without_a_volume_there_is_nothing_to_convert(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(
        "kind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: []}}}\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(app, ["convert", str(tmp_path / "x.yaml")])
    assert done.exit_code == 2
    assert "Deployment web: owns no volume" in done.output


def test_all_files_are_written_or_none(tmp_path: Path) -> None:
    source = str(MANIFESTS["postgresql-replicas"])
    done = CliRunner().invoke(app, ["convert", source, "--into", str(tmp_path), "-s", "prod"])
    assert done.exit_code == 0, done.output
    names = ["Pulumi.prod.yaml", "workloads/main-postgresql-primary.yaml"]
    assert [it for it in names if not (tmp_path / it).is_file()] == []
    config = yaml.safe_load((tmp_path / names[0]).read_text(encoding="utf-8"))["config"]
    assert config["statefast:environment"] == "prod"
    (tmp_path / "workloads/main-postgresql-read.yaml").unlink()
    again = CliRunner().invoke(app, ["convert", source, "--into", str(tmp_path), "-s", "prod"])
    assert again.exit_code == 2
    assert "Nothing is written" in again.output
    assert not (tmp_path / "workloads/main-postgresql-read.yaml").exists()


def test_as_json_it_says_the_same() -> None:
    done = CliRunner().invoke(app, ["convert", str(MANIFESTS["class-rbd"]), "--json"])
    said = json.loads(done.stdout)
    assert set(said["files"]) == {"workloads/counter.yaml", "Pulumi.dev.yaml"}
    assert {note["kind"] for note in said["notes"]} == {"to do", "changed", "dropped", "modernised"}
    assert said["refused"] == []


BODIES = {
    name: list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    for name, path in MANIFESTS.items()
}
JUNK: list[Any] = [None, 7, "", "x", [], {}, [None], [{}], {"name": None}, True]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(MANIFESTS)), st.integers(0, 2**32), st.sampled_from(JUNK))
def test_whatever_is_in_a_manifest_there_is_no_traceback(name: str, seed: int, junk: Any) -> None:
    bodies = copy.deepcopy(BODIES[name])
    places = [place for body in bodies for place in _places(body)]
    container, key = random.Random(seed).choice(places)  # noqa: S311  any place will do
    container[key] = copy.deepcopy(junk)
    try:
        convert([it for body in bodies for it in objects_of(name, body)])
    except ConvertError as refused:
        assert str(refused).count("\n") == 0


def _places(given: Any) -> Iterator[tuple[Any, Any]]:
    items = given.items() if isinstance(given, dict) else enumerate(given)
    for key, value in items:
        yield given, key
        if isinstance(value, dict | list):
            yield from _places(value)
