"""The ClusterRole in the docs gives what the guard reads, and nothing else."""

from pathlib import Path

import yaml

from statefast.safety.read.cluster import _PATHS

ROLE = Path(__file__).parents[2] / ".github/cluster/guard-reads.yaml"


def test_the_role_is_for_what_is_read() -> None:
    (role,) = yaml.safe_load_all(ROLE.read_text(encoding="utf-8"))
    assert role["kind"] == "ClusterRole"
    given = {
        (group, kind)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for kind in rule["resources"]
    }
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list"}

    read = set()
    for path in _PATHS.values():
        _, *group, version, kind = path.format(within="").split("/")[1:]
        assert version == "v1"
        read.add((group[0] if group else "", kind))
    assert given == read
