"""What `statefast doctor` finds in a cluster: each finding with the fact that makes it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from io import StringIO
from typing import Any

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from cli.doctor.command import print_findings
from cli.doctor.finding import Facts, Finding
from cli.doctor.read import NEEDED
from cli.doctor.rules import RULES
from cli.main import app
from localcluster.layout import PROJECT

from .test_volumes import claim, volume


def changed(item: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    at, *rest = path.split("/")
    inner = value if not rest else changed(dict(item.get(at) or {}), "/".join(rest), value)
    return {**item, at: inner}


def named(name: str, **given: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, **given.pop("metadata", {})}, **given}


RBD = named("rbd", provisioner="rbd.csi.ceph.com")
DEFAULT = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
OLDER = {"annotations": {"storageclass.beta.kubernetes.io/is-default-class": "true"}}
CLAIM, VOLUME = claim("zk-vol-zk-0"), volume("zk-vol-zk-0")
SOUND = Facts(
    minor=34,
    claims=[CLAIM],
    volumes=[VOLUME, volume("theirs", "Released") | {"spec": {"claimRef": {"namespace": "x"}}}],
    classes=[RBD | {"metadata": {"name": "rbd", **DEFAULT}}, named("other", provisioner="gone")],
    drivers=frozenset({"rbd.csi.ceph.com"}),
    snapshot_drivers=frozenset({"rbd.csi.ceph.com"}),
)
SET = named(
    "zk",
    metadata={"namespace": "data", "uid": "u"},
    spec={"podManagementPolicy": "OrderedReady"},
    status={"currentRevision": "a", "updateRevision": "b"},
)
POD = named(
    "zk-0",
    metadata={"ownerReferences": [{"uid": "u"}], "labels": {"controller-revision-hash": "a"}},
)


def but(**facts: Any) -> Facts:
    parts = {name: getattr(SOUND, name) for name in SOUND.__slots__}
    return Facts(**{**parts, **facts})


def of(facts: Facts) -> list[Finding]:
    return [finding for rule in RULES for finding in rule(facts)]


def annotated(item: Mapping[str, Any], key: str, value: str) -> dict[str, Any]:
    given = item["metadata"]["annotations"]
    return changed(dict(item), "metadata/annotations", {**given, key: value})


CASES: dict[str, tuple[Facts, str, str, str]] = {
    "old": (but(minor=26), "the cluster", "runs Kubernetes 1.26", "upgrade"),
    "rights": (but(denied=["list pods"]), "you", "may not list pods", "ClusterRole"),
    "defaults": (
        but(classes=[named("a", metadata=DEFAULT), named("b", metadata=OLDER)]),
        "StorageClasses a, b",
        "default at once",
        "kubectl patch storageclass b",
    ),
    "driver": (
        but(drivers=frozenset({"ebs.csi.aws.com"})),
        "StorageClass rbd",
        "there is no CSIDriver of that name",
        "kubectl get csidrivers",
    ),
    "no-snapshots": (
        but(claims=[annotated(CLAIM, "statefast/retention", "snapshot")], snapshot_drivers=None),
        "PersistentVolumeClaims data/zk-vol-zk-0",
        "snapshots are unknown to the cluster",
        "install the CRDs",
    ),
    "no-snapshot-class": (
        but(
            claims=[annotated(CLAIM, "statefast/retention", "snapshot")],
            snapshot_drivers=frozenset(),
        ),
        "PersistentVolumeClaims data/zk-vol-zk-0",
        "no VolumeSnapshotClass has the driver rbd.csi.ceph.com",
        "snapshotClass",
    ),
    "going-and-kept": (
        but(claims=[claim("zk-vol-zk-0", leaving=True)]),
        "PersistentVolumeClaim data/zk-vol-zk-0",
        "its volume is kept",
        "pulumi up --refresh",
    ),
    "going-with-its-volume": (
        but(
            claims=[annotated(claim("zk-vol-zk-0", leaving=True), "statefast/retention", "delete")],
            volumes=[changed(VOLUME, "spec/persistentVolumeReclaimPolicy", "Delete")],
        ),
        "PersistentVolumeClaim data/zk-vol-zk-0",
        "and with it volume pv-zk-vol-zk-0",
        "kubectl patch pv pv-zk-vol-zk-0",
    ),
    "volume-going": (
        but(volumes=[changed(VOLUME, "metadata/deletionTimestamp", "2026-03-04T00:00:00Z")]),
        "PersistentVolume pv-zk-vol-zk-0",
        "whatever its reclaim policy",
        "copy the data",
    ),
    "pending": (
        but(claims=[changed(CLAIM, "status", {"phase": "Pending"})]),
        "PersistentVolumeClaim data/zk-vol-zk-0",
        "has no volume yet",
        "kubectl describe pvc zk-vol-zk-0 -n data",
    ),
    "reclaimed": (
        but(volumes=[changed(VOLUME, "spec/persistentVolumeReclaimPolicy", "Delete")]),
        "PersistentVolumeClaim data/zk-vol-zk-0",
        "whoever deletes it deletes volume pv-zk-vol-zk-0",
        "kubectl patch pv pv-zk-vol-zk-0",
    ),
    "armed": (
        but(
            sets=[
                changed(
                    {**SET, "status": {}},
                    "spec/persistentVolumeClaimRetentionPolicy",
                    {"whenDeleted": "Delete", "whenScaled": "Retain"},
                )
            ]
        ),
        "StatefulSet data/zk",
        "deletes its claims by itself (whenDeleted: Delete",
        "write Retain there",
    ),
    "released": (
        but(volumes=[VOLUME, volume("old", "Released")]),
        "PersistentVolume pv-old",
        "with what claim data/old had on it",
        "kubectl delete pv pv-old",
    ),
    "grown": (
        but(claims=[annotated(CLAIM, "statefast/size", "4Gi")]),
        "PersistentVolumeClaim data/zk-vol-zk-0",
        "asks for 8Gi, and its stack for 4Gi",
        "write size 8Gi",
    ),
    "stuck": (
        but(sets=[SET], pods=[POD]),
        "StatefulSet data/zk",
        "waits for pod zk-0",
        "kubectl delete pod zk-0 -n data",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_thing_that_is_wrong_is_found_alone(case: tuple[Facts, str, str, str]) -> None:
    facts, about, problem, remedy = case
    (found,) = of(facts)
    assert found.about == about
    assert problem in found.problem
    assert any(remedy in text for text in found.remedies)


@pytest.mark.parametrize(
    "facts",
    [
        SOUND,
        Facts(),
        but(drivers=None),
        but(sets=[SET], pods=[changed(POD, "metadata/ownerReferences", [])]),
        but(sets=[changed(SET, "spec/podManagementPolicy", "Parallel")], pods=[POD]),
        but(
            sets=[SET],
            pods=[changed(POD, "status/conditions", [{"type": "Ready", "status": "True"}])],
        ),
    ],
)
def test_what_is_sound_is_left_alone(facts: Facts) -> None:
    assert of(facts) == []


def test_the_rights_are_those_that_the_docs_give() -> None:
    (role,) = yaml.safe_load_all((PROJECT / ".github/cluster/guard-reads.yaml").read_text())
    given = {
        (group, resource, tuple(rule["verbs"]))
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    assert set(NEEDED) == given


@pytest.mark.parametrize("width", [80, 120])
def test_commands_are_whole_at_any_width(width: int) -> None:
    out = StringIO()
    found = of(but(volumes=[VOLUME, volume("old", "Released")]))
    print_findings(found, looked=1, console=Console(file=out, width=width, force_terminal=False))
    lines = out.getvalue().splitlines()
    assert any(line.startswith("  kubectl delete pv pv-old   # ") for line in lines)
    assert lines[-1] == "1 found; 1 claim of stacks looked at."


def test_a_state_in_a_pipe_is_read_as_before() -> None:
    state = json.dumps({"version": 3, "deployment": {"resources": []}})
    words = [sys.executable, "-c", "from cli.main import app; app()", "doctor"]
    for text, code, said in ((state, 0, "No claim of this stack"), ("", 2, "pulumi stack export")):
        done = subprocess.run(words, input=text, capture_output=True, text=True, cwd=PROJECT)
        assert done.returncode == code
        assert said in done.stdout + done.stderr


def test_a_cluster_that_is_not_there_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 2
    assert len(done.output.splitlines()) == 1
