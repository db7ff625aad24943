"""SDKs of the plugin, made of its schema by Pulumi's own generators."""

import json
from pathlib import Path

import pytest

from localcluster.layout import PROJECT

COMPONENTS = [
    token.rpartition(":")[2]
    for token in json.loads((PROJECT / "plugin/schema.json").read_text())["resources"]
]


@pytest.mark.parametrize(
    ("language", "ending", "written"),
    [
        ("nodejs", ".ts", "export class {} extends pulumi.ComponentResource"),
        ("go", ".go", "func New{}(ctx *pulumi.Context"),
        ("python", ".py", "class {}(pulumi.ComponentResource)"),
    ],
)
def test_each_component_is_in_the_sdk(sdks: Path, language: str, ending: str, written: str) -> None:
    text = "\n".join(it.read_text() for it in (sdks / language).rglob(f"*{ending}"))
    for component in COMPONENTS:
        assert written.format(component) in text, component
