"""The pack as a whole: names, levels, settings, and what its folder holds."""

import ast
import json
import re
import sys
from pathlib import Path

import yaml
from pulumi_policy import EnforcementLevel

from policy.catalogue import POLICIES
from tests.parsing import tree

PACK = Path(__file__).parents[2] / "policy"
ADVISORY = {
    "claims-are-kept",
    "no-revision-history-limit",
    "one-writer-elsewhere",
    "published-images",
    "sets-are-awaited",
}


def test_each_rule_has_a_level_and_none_changes_anything() -> None:
    levels = {policy.name: policy.enforcement_level for policy in POLICIES}

    assert len(levels) == len(POLICIES)
    assert {
        name for name, level in levels.items() if level is EnforcementLevel.ADVISORY
    } == ADVISORY
    assert EnforcementLevel.REMEDIATE not in levels.values()
    assert None not in levels.values()


def test_each_setting_has_a_type_a_default_and_a_description() -> None:
    settings = [
        setting
        for policy in POLICIES
        if policy.config_schema
        for setting in policy.config_schema.properties.values()
    ]

    assert settings
    for setting in settings:
        assert {"type", "default", "description"} <= set(setting)


def test_serving_and_rules_are_apart() -> None:
    """Whoever imports what makes a PolicyPack waits for ever."""
    makers = [path.name for path in PACK.glob("*.py") if "PolicyPack(" in path.read_text()]
    assert makers == ["__main__.py"]


def test_the_pack_has_an_environment_of_its_own_pinned_to_the_last_dependency() -> None:
    pack = yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text())
    wanted = (PACK / "requirements.txt").read_text().splitlines()
    pins = [line for line in wanted if line and not line.startswith("#")]

    assert pack["runtime"]["options"]["virtualenv"] == ".venv"
    assert "pulumi_policy==1.21.0" in pins
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", pin) for pin in pins)


def test_the_pack_and_the_program_use_the_same_provider_and_sdk() -> None:
    program = (PACK.parent / "requirements.txt").read_text().splitlines()
    pack = (PACK / "requirements.txt").read_text().splitlines()
    for name in ("pulumi==", "pulumi_kubernetes=="):
        assert [line for line in program if line.startswith(name)] == [
            line for line in pack if line.startswith(name)
        ]


def test_each_rule_is_documented_with_its_level_and_its_settings() -> None:
    text = (PACK.parent / "docs/policy.md").read_text()
    for policy in POLICIES:
        assert policy.enforcement_level is not None
        assert f"| `{policy.name}` | {policy.enforcement_level.value} |" in text
        for setting, schema in (
            policy.config_schema.properties if policy.config_schema else {}
        ).items():
            (row,) = [line for line in text.splitlines() if line.startswith(f"| `{setting}` |")]
            _, _, of, default, *_ = row.split("|")
            assert f"`{policy.name}`" in of
            assert default.strip() == f"`{json.dumps(schema['default'])}`"


def test_the_rules_know_the_components_and_no_other_room() -> None:
    imported = {
        name.partition(".")[0]
        for path in PACK.glob("*.py")
        # That is no part of the pack as the engine runs it, and has the environment of the gate.
        if path.name != "preview.py"
        for node in ast.walk(tree(path.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    }
    assert imported - sys.stdlib_module_names == {"policy", "pulumi_policy", "statefast"}
