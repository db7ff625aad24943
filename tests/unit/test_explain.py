"""What `statefast guard --explain` makes of a state."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from statefast.schema.annotations import STAYS

CLAIM = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}
MOUNTS = {"template": {"spec": CLAIM}}


def item(type_: str, name: str, parent: str = "", **outputs: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "data", **outputs.pop("metadata", {})}
    types = f"{parent}${type_}" if parent else type_
    return {
        "urn": f"urn:pulumi:prod::shop::{types}::{name}",
        "type": type_,
        "custom": True,
        "outputs": {"metadata": metadata, **outputs},
    }


def run(*resources: dict[str, Any], flag: str = "--explain") -> tuple[int, str]:
    state = json.dumps({"version": 3, "deployment": {"resources": list(resources)}})
    done = CliRunner().invoke(app, ["guard", *([flag] if flag else [])], input=state)
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (item("kubernetes:apps/v1:StatefulSet", "web"), "its claims grow in place"),
        (item("kubernetes:apps/v1:Deployment", "web", spec=MOUNTS), "its claims stay mounted"),
        (item("kubernetes:core/v1:PersistentVolumeClaim", "web"), "grows in place"),
        (
            item(
                "kubernetes:apps/v1:StatefulSet",
                "web",
                spec={"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"}},
            ),
            "whenDeleted is 'Delete', which it refuses without consent",
        ),
        (
            item(
                "kubernetes:apps/v1:StatefulSet",
                "web",
                metadata={"annotations": {"pulumi.com/autonamed": "true"}},
            ),
            "Pulumi makes its name",
        ),
        (
            item("kubernetes:apps/v1:StatefulSet", "web", "statefast:index:PersistentStatefulSet"),
            "by the component that makes it",
        ),
        (
            item(
                "kubernetes:kafka.strimzi.io/v1beta2:Kafka",
                "events",
                metadata={"annotations": {STAYS: "shop/prod"}},
            ),
            "stays with what its operator made",
        ),
    ],
)
def test_what_it_would_keep(made: dict[str, Any], words: str) -> None:
    code, said = run(made)
    assert code == 0
    assert said.startswith("Guarded: 1\n")
    assert words in said
    assert "Not guarded: 0" in said


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (item("kubernetes:helm.sh/v3:Release", "db"), "make it a helm.v4.Chart"),
        (item("kubernetes:apps/v1:StatefulSetPatch", "web"), "somebody else makes"),
        (item("kubernetes:core/v1:Pod", "web", spec=CLAIM), "only the claims"),
        (
            item("kubernetes:batch/v1:CronJob", "web", spec={"jobTemplate": {"spec": MOUNTS}}),
            "only the claims",
        ),
        (
            item(
                "kubernetes:postgresql.cnpg.io/v1:Cluster", "pg", spec={"storage": {"size": "1Gi"}}
            ),
            "it stays once a run has found claims of its operator behind it",
        ),
    ],
)
def test_what_it_could_not(made: dict[str, Any], words: str) -> None:
    code, said = run(made)
    assert code == 0
    assert said.startswith("Guarded: 0\nNot guarded: 1\n")
    assert words in said


@pytest.mark.parametrize(
    "made",
    [
        item("kubernetes:apps/v1:Deployment", "web", spec={"template": {"spec": {}}}),
        item("kubernetes:core/v1:Service", "web"),
        item("aws:s3/bucket:Bucket", "web"),
        {**item("kubernetes:apps/v1:StatefulSet", "web"), "delete": True},
    ],
)
def test_what_holds_no_data_is_left_out(made: dict[str, Any]) -> None:
    assert run(made)[1] == "Guarded: 0\nNot guarded: 0\n"


def test_it_takes_a_state_and_the_flag() -> None:
    assert run(flag="")[0] == 2
    done = CliRunner().invoke(app, ["guard", "--explain"], input="{}")
    assert done.exit_code == 2
    assert "pulumi stack export" in done.output
