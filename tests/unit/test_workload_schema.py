"""The schema that editors complete workload files by: it says what the loader says."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from statefast.errors import StatefastError
from workloads import load_workload, workload_names
from workloads.loader import FOLDER
from workloads.schema import text

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


def test_the_schema_is_made_out_of_the_shape() -> None:
    assert (FOLDER / "schema.json").read_text() == text(), (
        "python -m workloads.schema > workloads/schema.json"
    )


def test_the_loader_takes_every_key_of_the_schema(tmp_path: Path) -> None:
    assert yaml.safe_load(EVERYTHING).keys() == SCHEMA["properties"].keys()
    (tmp_path / "everything.yaml").write_text(EVERYTHING)
    load_workload("everything", asked_by="test", folder=tmp_path)


def test_every_key_is_described() -> None:
    for name, one in SCHEMA["properties"].items():
        assert one["description"], name
    for name, definition in SCHEMA["$defs"].items():
        for key, one in definition["properties"].items():
            assert one["description"], f"{name}.{key}"


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
