"""What the random walk may choose: every key of the config, and for the same seed the same."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcluster.layout import Workspace
from settings import KEYS, Settings
from settings.shape import ClassConfig, VolumeConfig
from statefast.errors import StatefastError
from statefast.schema.shape import camel, keys_of
from tests.engine.walk.choose import NOT_WALKED, choose, first_config, other_config
from tests.engine.walk.invariant import Ledger
from tests.engine.walk.seen import Seen
from tests.engine.walk.stacks import Stack
from tests.engine.walk.steps import Step
from tests.engine.walk.world import World


class Paper(World):
    """A world in which only config is edited, and nothing runs."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.workspace, self.name = Workspace.at(folder), "n"
        self.namespaces = ("n", "n-b")
        self.stacks = {name: Stack(self.workspace, name, "n", folder) for name in ("a", "b")}
        self.stacks["a"].config = first_config(rng, "n")
        self.stacks["b"].config = other_config("n")
        self.names = {it: it for it in self.stacks["a"].get("workloads")}
        self.ledger, self.seen = Ledger(self.names), Seen()

    def edit(self, step: Step) -> None:
        if step.op == "edit":
            self._edit(step.args)
        elif step.op == "rename":
            self._rename(step.args)


def steps(folder: Path, seed: int, count: int) -> Iterator[tuple[Step, Paper]]:
    rng = random.Random(seed)  # noqa: S311  a walk, not a key
    world, done = Paper(folder, rng), list[Step]()
    for _ in range(count):
        done.append(choose(rng, world, done))
        world.edit(done[-1])
        yield done[-1], world


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    folder = tmp_path_factory.mktemp("walk")
    return [step for seed in range(40) for step, _ in steps(folder, seed, 60)]


def test_the_same_seed_walks_the_same_way(tmp_path: Path) -> None:
    first, second = ([step.text for step, _ in steps(tmp_path, 7, 40)] for _ in range(2))
    assert first == second
    assert first != [step.text for step, _ in steps(tmp_path, 8, 40)]


def test_every_key_of_the_config_is_edited(walked: list[Step]) -> None:
    edited = {step.args["path"][0] for step in walked if step.op == "edit"}
    assert edited == set(KEYS) - NOT_WALKED.keys()
    assert NOT_WALKED.keys() <= set(KEYS)
    assert all(NOT_WALKED.values())
    schema = {
        line.split("`")[1].partition(".")[0]
        for line in _rows("## workloads", Path("docs/config.md").read_text(encoding="utf-8"))
    }
    of_workloads = {
        step.args["path"][2]
        for step in walked
        if step.op == "edit" and step.args["path"][0] == "workloads" and len(step.args["path"]) > 2
    }
    # What is pulled with touches no data.
    assert schema - of_workloads - {"key"} == {"imagePullSecrets"}


def test_every_key_of_the_storage_is_edited(walked: list[Step]) -> None:
    paths = [step.args["path"] for step in walked if step.op == "edit"]
    of_classes = {path[1] for path in paths if path[0] == "storageClass"}
    unwalked = {
        # The cluster has one driver, so with another one nothing is made and `up` waits for it.
        "driver",
        "provisioner",
        # As with a zone that no node is in.
        "allowedTopologies",
    }
    # What is said of the whole stack, and of a component by itself only in code.
    of_stack = {"preflight", "consent", "partOf"}
    assert set(map(camel, keys_of(ClassConfig))) - of_classes - of_stack == unwalked
    values = [
        value
        for step in walked
        if step.op == "edit" and "storage" in step.args["path"]
        for value in [{step.args["path"][-1]: step.args["value"]}, step.args["value"]]
        if isinstance(value, dict)
    ]
    of_volumes = {key for value in values for key in value}
    assert set(map(camel, keys_of(VolumeConfig))) - of_volumes == set()


def _rows(title: str, text: str) -> list[str]:
    section = text.partition(title)[2].partition("\n## ")[0]
    return [line.partition("|")[2] for line in section.splitlines() if line.startswith("| `")]


def test_most_of_what_is_edited_is_config_that_may_be_written(tmp_path: Path) -> None:
    good = bad = 0
    for seed in range(20):
        for step, world in steps(tmp_path, seed, 12):
            if step.op not in ("edit", "rename") or step.args["stack"] != "a":
                continue
            config = {
                key: value if isinstance(value, str) else json.dumps(value)
                for key, value in world.stacks["a"].config.items()
            }
            try:
                Settings.parse(config)
                good += 1
            except StatefastError:
                bad += 1
    assert good > bad
