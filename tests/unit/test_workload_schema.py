"""The schema that editors complete workload files by: it says what the loader says."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from statefast.errors import StatefastError
from statefast.schema.fields import Fields
from workloads import load_workload, workload_names
from workloads.loader import FOLDER

SCHEMA: dict[str, Any] = json.loads((FOLDER / "schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
# Everything there is, each way of writing it once.
SIDE = """
    image: b
    command: [a]
    env: {A: x, B: {secret: s, key: k}, C: {podField: status.podIP}}
    envFrom: [{secret: s}]
    secrets: [S]
    mounts: {vol: /m}
    resources: {requests: {cpu: 1m}}
"""
EVERYTHING = f"""
component: c
image: a
runAsUser: 1
headlessSuffix: h
terminationGracePeriodSeconds: 1
command: [a]
args: [b]
ordinalEnv: N
ports: [{{name: a, port: 1, service: client, appProtocol: http}}]
volumes: [{{name: vol, mountPath: /v}}, {{name: more, mountPath: /w, optional: true}}]
env:
  A: x
  B: {{single: x, several: y}}
  C: {{perReplica: "{{host}}", separator: ";"}}
  D: {{volume: more, with: x, without: y}}
  E: {{secret: s, key: k}}
  F: {{configMap: s, key: k}}
  G: {{podField: status.podIP}}
envFrom: [{{configMap: c, prefix: P}}]
configFiles: {{/etc/a: x}}
emptyDirs: {{/tmp: 1Mi}}
readOnlyRootFilesystem: true
quorum: true
data:
  settings: [{{env: A}}, {{argument: --a}}, {{file: /etc/a, key: a}}]
  version: {{parts: 1, readsOlder: true}}
initContainers:
  - name: i
{SIDE}
sidecars:
  - name: s
{SIDE}
    ports: [{{name: b, port: 2}}]
    livenessProbe: {{port: b}}
    readinessProbe: {{port: b}}
    startupProbe: {{port: b}}
metrics: {{port: a, path: /m}}
secrets: [S]
startupProbe: {{command: [a]}}
readinessProbe: {{port: a, httpPath: /}}
livenessProbe: {{port: a, periodSeconds: 1}}
resources: {{requests: {{cpu: 1m}}, limits: {{cpu: 1m}}}}
"""


def keys_of_the_schema(node: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Every key the schema knows, with the path that leads to it."""
    if "$ref" in node:
        yield from keys_of_the_schema(SCHEMA["$defs"][node["$ref"].rpartition("/")[2]], path)
    for choice in node.get("anyOf", ()):
        yield from keys_of_the_schema(choice, path)
    for key, value in node.get("properties", {}).items():
        yield f"{path}.{key}"
        yield from keys_of_the_schema(value, f"{path}.{key}")
    if "items" in node:
        yield from keys_of_the_schema(node["items"], f"{path}[]")
    if isinstance(node.get("additionalProperties"), dict):
        yield from keys_of_the_schema(node["additionalProperties"], f"{path}.*")


def keys_of_the_loader(folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every key the loader asks for when it reads a file that has everything."""
    asked: set[str] = set()
    done = Fields.done

    def noting(fields: Fields) -> None:
        path = re.sub(r"\[\d+\]", "[]", fields.path)
        path = re.sub(r"((^|\[\]\.)env)\.[A-Z]$", r"\1.*", path)
        asked.update(f".{path}.{key}" if path else f".{key}" for key in fields._known)
        done(fields)

    monkeypatch.setattr(Fields, "done", noting)
    (folder / "everything.yaml").write_text(EVERYTHING)
    load_workload("everything", asked_by="test", folder=folder)
    return asked


def test_the_loader_and_the_schema_know_the_same_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys_of_the_loader(tmp_path, monkeypatch) == set(keys_of_the_schema(SCHEMA))


def test_a_file_with_everything_is_valid() -> None:
    VALIDATOR.validate(yaml.safe_load(EVERYTHING))


@pytest.mark.parametrize("name", workload_names())
def test_every_file_is_valid_and_names_the_schema(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    VALIDATOR.validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    "change",
    [
        {"imag": "a"},
        {"image": "with space"},
        {"runAsUser": 0},
        {"runAsUser": "root"},
        {"ports": [{"name": "a"}]},
        {"ports": [{"name": "a", "port": 70000}]},
        {"ports": [{"name": "a", "port": 1, "service": "both"}]},
        {"env": {"A": 1}},
        {"env": {"A": {"single": "x"}}},
        {"livenessProbe": {"periodSeconds": 0, "port": "a"}},
        {"readOnlyRootFilesystem": "yes"},
        {"sidecars": [{"name": "a"}]},
        {"volumes": [{"name": "a"}]},
        {"data": {"settings": [{"env": "A", "argument": "a"}]}},
        {"data": {"settings": [{"file": "/etc/a"}]}},
        {"data": {"settings": [{}]}},
        {"data": {"version": {"readsOlder": True}}},
        {"data": {"version": {"parts": 5}}},
        {"data": {"path": "/data"}},
        {"resources": {"requests": {"cpu": 1}}},
    ],
)
def test_what_the_loader_refuses_the_schema_refuses(
    tmp_path: Path, change: dict[str, object]
) -> None:
    right = {"image": "a", "volumes": [{"name": "vol", "mountPath": "/v"}]}
    VALIDATOR.validate(right)
    (tmp_path / "x.yaml").write_text(yaml.safe_dump({**right, **change}))
    with pytest.raises(StatefastError):
        load_workload("x", asked_by="test", folder=tmp_path)
    assert not VALIDATOR.is_valid({**right, **change})
