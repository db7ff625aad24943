"""The power goes in the middle of an edit: every row that was confirmed is there afterwards."""

import time
from collections.abc import Iterator

import pytest

from localcluster.layout import Workspace

from . import edits
from .databases import Database, PostgreSQL, deployed

POD = "postgresql-0"


@pytest.fixture(scope="module")
def database(workspace: Workspace) -> Iterator[Database]:
    """One PostgreSQL for all moments."""
    yield from deployed(PostgreSQL, workspace)


@pytest.mark.parametrize("moment", ["writes", "growth", "rollout", "deletion", "destroy"])
def test_a_node_that_is_killed_in_the_middle_of(kept: PostgreSQL, moment: str) -> None:
    """Every row that was confirmed is there, whatever went on when the power was cut."""
    kept.sql(POD, "create table if not exists numbers (moment text, number int)")
    arguments = ["up", "--yes", "--skip-preview", "--suppress-progress"]
    if moment == "growth":
        size = int(kept.config["storage"]["size"].removesuffix("Mi"))
        kept.config["storage"] = {"size": f"{size + 100}Mi"}
    elif moment == "rollout":
        kept.config["labels"] = {"moment": moment}
    elif moment == "destroy":
        arguments[0] = "destroy"
    kept.deployment.workloads(postgresql=kept.config)
    kept.deployment.stack.prepare(kept.deployment.config)

    with kept.counting(POD, moment) as confirmed:
        edit = kept.deployment.stack.start(*arguments, quiet=True) if moment != "writes" else None
        if moment == "deletion":
            kept.deployment.kubectl("delete", "pod", POD, "--wait=false")
        time.sleep(4)
        edits.cut_power(kept)
    edits.start_again(kept)
    if edit is not None:
        edit.communicate(timeout=300)
    kept.up()
    numbers = kept.sql(POD, f"select number from numbers where moment = '{moment}'").split()  # noqa: S608
    assert confirmed
    assert set(confirmed) <= set(numbers)
