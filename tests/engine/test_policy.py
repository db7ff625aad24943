"""The policy pack, run by the real CLI on programs that do not use the components."""

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcluster.layout import PROJECT, Workspace
from localcluster.stacks import LocalStack
from localcluster.toolchain import environment

from .begun import prepare
from .conftest import Result
from .keeper import KEEPER

PACK = PROJECT / "policy"
GOOD = """
labels = {"app": name}
where = {"namespace": name}
k8s.core.v1.NamespacePatch("ns", metadata={"name": name})
k8s.storage.v1.StorageClass(
    "class", metadata={"name": name}, provisioner="rbd.csi.ceph.com", allow_volume_expansion=True,
    volume_binding_mode="WaitForFirstConsumer", reclaim_policy="Retain",
)
vol = k8s.core.v1.PersistentVolumeClaim(
    "vol", metadata={"name": "vol", **where},
    spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    opts=pulumi.ResourceOptions(protect=True),
)
k8s.core.v1.Service(
    "zk", metadata={"name": "zk", **where},
    spec={"clusterIP": "None", "publishNotReadyAddresses": True, "selector": labels},
)
pods = {
    "metadata": {"labels": labels},
    "spec": {"containers": [{"name": "x", "image": "zookeeper:3.9.4"}]},
}
k8s.apps.v1.StatefulSet(
    "zk", metadata={"name": "zk", **where},
    spec={"serviceName": "zk", "selector": {"matchLabels": labels}, "template": pods},
)
volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": vol.metadata.name}}]
mounting = {**pods, "spec": {**pods["spec"], "volumes": volumes}}
k8s.apps.v1.Deployment(
    "web", metadata={"name": "web", **where},
    spec={
        "selector": {"matchLabels": labels}, "template": mounting,
        "strategy": {"type": "Recreate"},
    },
)
"""
# What to write instead of a piece of it, and the rules that refuse that.
EDITS = (
    ('{"name": "vol", **where}', "where", ["explicit-names"]),
    ("protect=True", "protect=False", ["production-claims-are-kept", "claims-are-kept"]),
    (
        '{"serviceName": "zk",',
        '{"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"},'
        ' "revisionHistoryLimit": 3, "serviceName": "zk",',
        ["claims-outlive-their-set", "no-revision-history-limit"],
    ),
    ('"strategy": {"type": "Recreate"},', "", ["one-writer"]),
    ('"publishNotReadyAddresses": True, ', "", ["headless-service"]),
    (', reclaim_policy="Retain"', "", ["explicit-classes"]),
    ("rbd.csi.ceph.com", "kubernetes.io/rbd", ["provisioners-of-today"]),
    (
        '"zk", metadata={"name": "zk", **where},\n    spec={"serviceName"',
        '"zk", metadata={"name": "zk", "annotations": {"pulumi.com/skipAwait": "true"}, **where},'
        '\n    spec={"serviceName"',
        ["sets-are-awaited"],
    ),
    ("zookeeper:3.9.4", "bitnami/zookeeper:3.9", ["published-images"]),
)
ADVISORY = {
    "claims-are-kept",
    "no-revision-history-limit",
    "sets-are-awaited",
    "published-images",
}
DEFAULT = '{"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}, '


class Program:
    """A project without the components, in a folder and a namespace of its own."""

    def __init__(self, workspace: Workspace, folder: Path, stack: str) -> None:
        self.workspace, self.folder, self.stack = workspace, folder, stack
        self.name = f"policy-{uuid.uuid4().hex[:8]}"
        project: dict[str, Any] = {"name": self.name, "runtime": "python"}
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
        made = self.pulumi("stack", "init", stack, f"--secrets-provider={KEEPER}")
        assert made.code == 0, made.text

    def pulumi(self, *arguments: str) -> Result:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=self.folder,
            env=environment(self.workspace),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return Result(done.returncode, done.stdout)

    def run(self, command: str, text: str, *arguments: str) -> Result:
        """Runs a program with the pack."""
        head = f"import pulumi\nimport pulumi_kubernetes as k8s\nname = {self.name!r}\n"
        (self.folder / "__main__.py").write_text(head + text)
        pack = ("--policy-pack", str(PACK), "--suppress-progress")
        return self.pulumi(command, "--stack", self.stack, *pack, *arguments)


@pytest.fixture(autouse=True)
def _pack_can_run(workspace: Workspace) -> None:
    ours = (workspace.bin / "pulumi-language-python").exists()
    if not ours and not (PACK / ".venv").exists():
        pytest.skip(
            "the official language host needs policy/.venv: run `pulumi install` in policy/"
        )


@pytest.fixture(scope="module")
def program(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """One that is only previewed, so that nothing is in its stack for the next test."""
    return Program(workspace, tmp_path_factory.mktemp("program"), "prod")


def refusals(result: Result) -> dict[str, str]:
    """Rule to the level it was broken at."""
    lines = [line.split() for line in result.text.splitlines() if line.strip().startswith("- [")]
    return {words[2]: words[1].strip("[]") for words in lines}


def test_a_program_that_keeps_its_data_passes(program: Program) -> None:
    result = program.run("preview", GOOD)

    assert result.code == 0, result.text
    assert refusals(result) == {}
    assert "✅ statefast@v0.1.0" in result.text


def test_each_edit_is_refused_by_its_rules_and_no_other(program: Program) -> None:
    text, broken = GOOD, set[str]()
    # The longest first: it holds a piece that another one edits.
    for old, new, rules in sorted(EDITS, key=lambda edit: -len(edit[0])):
        assert text.count(old) == 1, old
        text, broken = text.replace(old, new), broken | set(rules)

    result = program.run("preview", text)

    assert result.code != 0
    assert refusals(result) == {
        rule: "advisory" if rule in ADVISORY else "mandatory" for rule in broken
    }
    assert "claim vol-" in result.text
    assert "Traceback" not in result.text


def test_advice_alone_stops_nothing(program: Program) -> None:
    result = program.run("preview", GOOD.replace("zookeeper:3.9.4", "bitnami/zookeeper:3.9"))

    assert result.code == 0, result.text
    assert refusals(result) == {"published-images": "advisory"}


def test_a_second_default_class_is_refused(program: Program) -> None:
    text = GOOD.replace('"class", metadata={', f'"class", metadata={DEFAULT}')
    second = (
        "k8s.storage.v1.StorageClass('second', metadata="
        + DEFAULT
        + "'name': name + '-2'}, provisioner='rbd.csi.ceph.com', allow_volume_expansion=True,"
        " volume_binding_mode='Immediate', reclaim_policy='Retain')\n"
    )

    assert refusals(program.run("preview", text)) == {}
    assert refusals(program.run("preview", text + second)) == {"one-default-class": "mandatory"}


def test_what_is_not_known_at_preview_is_said_then_and_refused_before_it_is_made(
    workspace: Workspace, tmp_path: Path
) -> None:
    program = Program(workspace, tmp_path, "prod")
    late = (
        "namespace = k8s.core.v1.Namespace('late', metadata={'name': name + '-late'})\n"
        "k8s.storage.v1.StorageClass('late', metadata={'name': name}, reclaim_policy='Retain',\n"
        "    allow_volume_expansion=True, volume_binding_mode='Immediate',\n"
        "    provisioner=namespace.id.apply(lambda _: 'kubernetes.io/rbd'))\n"
    )

    preview = program.run("preview", late)
    assert preview.code == 0, preview.text
    assert "can't run policy 'provisioners-of-today'" in preview.text
    assert ".provisioner can't be known during preview" in preview.text

    up = program.run("up", late, "--yes", "--skip-preview")
    try:
        assert up.code != 0, up.text
        assert refusals(up)["provisioners-of-today"] == "mandatory"
        classes = program.pulumi("stack", "export").text
        assert "storage.k8s.io/v1:StorageClass" not in classes
    finally:
        # Not by `destroy`, which waits until the API server has ended the namespace.
        subprocess.run(
            ["kubectl", "delete", "namespace", f"{program.name}-late", "--wait=false"],
            env=environment(workspace),
            capture_output=True,
            check=True,
        )


def test_levels_and_settings_are_the_packs_config(program: Program, tmp_path: Path) -> None:
    gone = '"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"}, "serviceName": "zk"'
    text = GOOD.replace('"serviceName": "zk"', gone)
    text = text.replace("rbd.csi.ceph.com", "kubernetes.io/rbd")
    file = tmp_path / "levels.json"

    def with_config(config: dict[str, Any]) -> Result:
        file.write_text(json.dumps(config))
        return program.run("preview", text, "--policy-pack-config", str(file))

    softened = with_config(
        {
            "claims-outlive-their-set": {"ephemeral": ["prod"]},
            "provisioners-of-today": "advisory",
        }
    )
    assert softened.code == 0, softened.text
    assert refusals(softened) == {"provisioners-of-today": "advisory"}
    assert refusals(with_config({"all": "disabled"})) == {}
    wrong = with_config({"claims-outlive-their-set": {"ephemeral": "prod"}})
    assert wrong.code != 0
    assert "ephemeral" in wrong.text


def test_this_program_passes_in_production(workspace: Workspace) -> None:
    stack = LocalStack(workspace, "prod")
    prepare(stack, stack.settings()["config"])

    done = stack.run(
        "preview", "--suppress-progress", "--policy-pack", str(PACK), quiet=True, check=False
    )

    result = Result(done.returncode, done.stdout)
    assert result.code == 0, result.text
    assert refusals(result) == {}
    assert "✅ statefast@v0.1.0" in result.text
