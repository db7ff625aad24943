"""The steps of the workflows, word for word, on the real engine."""

import json
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcluster.layout import PROJECT, Workspace
from localcluster.toolchain import environment

from .conftest import Result
from .keeper import KEEPER

COPIED = ("__main__.py", "statefast", "settings", "workloads", "policy", ".github")


def step(workflow: str, job: str, name: str) -> str:
    """What a step of a workflow runs."""
    content = yaml.safe_load((PROJECT / f".github/workflows/{workflow}.yml").read_text())
    (found,) = [item for item in content["jobs"][job]["steps"] if item.get("name") == name]
    return str(found["run"])


def snippet(name: str) -> str:
    """A script that docs/ci.md gives to copy."""
    text = (PROJECT / "docs/ci.md").read_text()
    blocks = re.findall(r"^```bash\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    (found,) = [block for block in blocks if f"\n# {name} " in block]
    return str(found)


class Checkout:
    """What a job has: a checkout, an environment, a stack that is its own."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.workspace, self.folder = workspace, folder
        self.stack = f"pr-{uuid.uuid4().hex[:8]}"
        self.namespace = f"data-{self.stack}"
        # Of each claim, in Gi: as deployed. It only grows.
        self.size = 1
        folder.mkdir()
        self.temp = folder / "temp"
        self.temp.mkdir()
        for file in PROJECT.glob("Pulumi*.yaml"):
            shutil.copy(file, folder)
        for name in COPIED:
            source = PROJECT / name
            ignored = shutil.ignore_patterns("__pycache__", ".venv")
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy(source, folder)
        for environment_of in (".venv", ".judge"):
            (folder / environment_of).symlink_to(PROJECT / ".venv")
        (folder / "base").symlink_to(".")

    def run(self, script: str, **variables: str) -> Result:
        """Runs a script as GitHub does."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env={
                **environment(self.workspace),
                "STACK": self.stack,
                "RUNNER_TEMP": str(self.temp),
                **variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return Result(done.returncode, done.stdout)

    def ok(self, workflow: str, job: str, name: str) -> Result:
        """Runs a step that must succeed."""
        result = self.run(step(workflow, job, name))
        assert result.code == 0, result.text
        return result

    def kubectl(self, arguments: str) -> str:
        result = self.run(f"kubectl -n {self.namespace} {arguments}")
        assert result.code == 0, result.text
        return result.text

    def sizes(self) -> dict[str, str]:
        """What is asked of each claim."""
        items = json.loads(self.kubectl("get pvc -o json"))["items"]
        return {
            item["metadata"]["name"]: item["spec"]["resources"]["requests"]["storage"]
            for item in items
        }

    def ask(self, size: str) -> None:
        """Edits the config of the stack: what all of its claims are to have."""
        file = self.folder / f"Pulumi.{self.stack}.yaml"
        text, count = re.subn(
            r"storage: \{size: [^}]*\}", f"storage: {{size: {size}}}", file.read_text()
        )
        assert count == 2
        file.write_text(text)

    def clear(self) -> None:
        """Leaves a checkout of what is deployed, with nothing that a job has written."""
        for path in (*self.folder.glob("*.json"), *self.folder.glob("*.md"), *self.temp.iterdir()):
            path.unlink()
        shutil.rmtree(self.folder / "reviewed", ignore_errors=True)
        self.ask(f"{self.size}Gi")


@pytest.fixture(scope="module")
def shared(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout with its review stack up."""
    made = Checkout(workspace, tmp_path_factory.mktemp("shared") / "checkout")
    try:
        made.ok("review", "up", "Up")
        # A third of the CPU of a preview goes into a key that is derived from a passphrase.
        kept = made.run(f"pulumi stack change-secrets-provider --stack $STACK {KEEPER}")
        assert kept.code == 0, kept.text
        yield made
    finally:
        made.ok("review", "down", "Down")


@pytest.fixture
def checkout(shared: Checkout) -> Checkout:
    """As deployed, whatever the tests before have made of it."""
    shared.clear()
    return shared


def left_of(checkout: Checkout) -> list[str]:
    everything = checkout.run("kubectl get ns,storageclass,pv,pvc -A -o json").text
    items: list[dict[str, Any]] = json.loads(everything)["items"]
    ours = [item for item in items if checkout.stack in json.dumps(item)]
    return sorted(f"{item['kind']} {item['metadata']['name']}" for item in ours)


def test_a_review_stack_comes_and_goes_and_another_stays(
    workspace: Workspace, checkout: Checkout, tmp_path: Path
) -> None:
    other = Checkout(workspace, tmp_path / "other")
    other.ok("review", "up", "Up")
    assert {line.split()[0] for line in left_of(other)} == {
        "Namespace",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "StorageClass",
    }
    # A later push comes as a fresh checkout, without what the last one wrote into the config.
    (other.folder / f"Pulumi.{other.stack}.yaml").unlink()
    assert other.ok("review", "up", "Up").changes.keys() == {"unchanged"}
    before = left_of(checkout)
    (other.folder / f"Pulumi.{other.stack}.yaml").unlink()

    other.ok("review", "down", "Down")

    assert "Nothing is left" in other.ok("review", "down", "Nothing is left").text
    assert left_of(other) == []
    assert other.stack not in other.run("pulumi stack ls").text
    assert left_of(checkout) == before


def test_a_review_stack_that_was_never_made_ends_well(workspace: Workspace, tmp_path: Path) -> None:
    never = Checkout(workspace, tmp_path / "never")

    never.ok("review", "down", "Down")
    never.ok("review", "down", "Nothing is left")

    assert never.stack not in never.run("pulumi stack ls").text


def test_drift_is_found_and_left_as_it_is(checkout: Checkout) -> None:
    checkout.ok("drift", "drift", "Drift")
    size, by_hand = checkout.size, checkout.size + 2
    patch = json.dumps({"spec": {"resources": {"requests": {"storage": f"{by_hand}Gi"}}}})
    checkout.kubectl(f"patch pvc mysql-vol --type merge -p '{patch}'")

    drift = checkout.run(step("drift", "drift", "Drift"))

    assert drift.code != 0
    assert f'"{size}Gi" => "{by_hand}Gi"' in drift.text
    assert checkout.sizes()["mysql-vol"] == f"{by_hand}Gi"

    # It stays so, for the tests to come.
    checkout.ask(f"{by_hand}Gi")
    taken = checkout.run("pulumi up --stack $STACK --non-interactive --yes --skip-preview")
    assert taken.code == 0, taken.text
    checkout.size = by_hand


def test_a_preview_is_json_for_the_gate_and_for_the_policies(checkout: Checkout) -> None:
    checkout.ok("preview", "preview", "Preview")
    preview = json.loads((checkout.folder / f"{checkout.stack}.json").read_text())
    # A generated Secret is read in each run.
    reads = [item["urn"] for item in preview["steps"] if item["op"] == "read"]
    assert reads
    assert all(urn.endswith("-live") for urn in reads)
    assert {item["op"] for item in preview["steps"]} == {"same", "read"}


def test_a_deploy_does_what_its_preview_said_or_nothing(checkout: Checkout) -> None:
    size, grown, other_size = (f"{checkout.size + more}Gi" for more in (0, 1, 2))
    checkout.ask(grown)
    checkout.ok("deploy", "deploy", "Preview of the merge")
    checkout.ask(other_size)

    other = checkout.run(step("deploy", "deploy", "Up"))
    assert other.code != 0
    assert "violates plan" in other.text
    assert set(checkout.sizes().values()) == {size}

    checkout.ask(grown)
    checkout.ok("deploy", "deploy", "Up")
    assert set(checkout.sizes().values()) == {grown}
    checkout.size += 1


def test_a_deploy_that_says_something_new_of_the_data_is_stopped(checkout: Checkout) -> None:
    checkout.ask(f"{checkout.size + 1}Gi")
    checkout.ok("deploy", "deploy", "Preview of the merge")
    (checkout.folder / "reviewed" / checkout.stack).mkdir(parents=True)
    judge = f".judge/bin/statefast gate --stack $STACK=temp/{checkout.stack}.json --json"
    checkout.run(f"{judge} reviewed/$STACK/verdict.json")

    compared = checkout.ok("deploy", "deploy", "Is it what was reviewed?")
    assert "does nothing to its data but what was reviewed" in compared.text

    checkout.ask(f"{checkout.size + 2}Gi")
    checkout.ok("deploy", "deploy", "Preview of the merge")
    stopped = checkout.run(step("deploy", "deploy", "Is it what was reviewed?"))
    assert stopped.code != 0
    assert "would do what was not reviewed" in stopped.text


def test_the_scripts_for_any_ci_preview_judge_and_deploy(checkout: Checkout) -> None:
    for name in ("preview.sh", "verdict.sh", "deploy.sh"):
        # The environment of the judge is there.
        lines = snippet(name).splitlines(keepends=True)
        kept = [line for line in lines if "-m venv" not in line and "pip install" not in line]
        (checkout.folder / name).write_text("".join(kept))
    size, grown, other_size = (f"{checkout.size + more}Gi" for more in (0, 1, 2))
    checkout.ask(grown)

    preview = checkout.run("bash preview.sh $STACK && bash verdict.sh . $STACK")
    assert preview.code == 0, preview.text
    assert grown in (checkout.folder / "comment.md").read_text()
    assert set(checkout.sizes().values()) == {size}

    shutil.copy(checkout.folder / "verdict.json", checkout.folder / "kept.json")
    deploy = checkout.run("bash deploy.sh $STACK kept.json")
    assert deploy.code == 0, deploy.text
    checkout.size += 1
    assert set(checkout.sizes().values()) == {grown}

    # Less than was reviewed is no difference, and more is one.
    again = checkout.run("bash deploy.sh $STACK kept.json")
    assert again.code == 0, again.text
    checkout.ask(other_size)
    more = checkout.run("bash deploy.sh $STACK kept.json")
    assert more.code != 0
    assert "would do what was not reviewed" in more.text
    assert set(checkout.sizes().values()) == {grown}

    checkout.ask("2 GB")
    assert checkout.run("bash preview.sh $STACK").code != 0
    assert checkout.run("bash verdict.sh . $STACK").code == 2
