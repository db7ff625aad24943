"""The control: the same edits without our components lose the volume.

Each case is an edit that a test of the guard shows to be kept or refused. A case that no longer
loses data here would mean that the guard's test proves nothing.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcluster.layout import Workspace

from .conftest import Config, Deployment, fresh_name

PROGRAM = Path(__file__).parent / "programs/unguarded"
CLASSES = ("unguarded-a", "unguarded-b")


def make_classes(place: Deployment) -> None:
    """Two classes whose volumes go with their claims."""
    for name in CLASSES:
        place.kubectl(
            "apply",
            "-f",
            "-",
            stdin=f"""
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: {name}}}
provisioner: rbd.csi.ceph.com
reclaimPolicy: Delete
allowVolumeExpansion: true
""",
        )


@pytest.fixture
def plain(workspace: Workspace, request: pytest.FixtureRequest) -> Iterator[Deployment]:
    place = Deployment(workspace, fresh_name(request), project=PROGRAM)
    make_classes(place)
    yield place
    for name in (place.name, f"{place.name}-b"):
        place.kubectl("delete", "namespace", name, "--ignore-not-found", "--wait=false")


CLAIM: Config = {"name": "vol", "mode": "ReadWriteOnce", "class": CLASSES[0], "size": "1Gi"}
SET: Config = {"replicas": 2, "management": "Parallel", "class": CLASSES[0], "size": "1Gi"}

# What is edited, and which test of the guard shows the same edit to be safe.
EDITS: dict[str, tuple[Config, Config, str]] = {
    "the size of a set": (
        {"set": SET},
        {"set": {**SET, "size": "2Gi"}},
        "test_volumes_grow_in_place_and_new_replicas_have_the_grown_size",
    ),
    "the class of a set": (
        {"set": SET},
        {"set": {**SET, "class": CLASSES[1]}},
        "test_is_refused[another class of a set]",
    ),
    "the pod management of a set": (
        {"set": SET},
        {"set": {**SET, "management": "OrderedReady"}},
        "test_is_refused[another pod management]",
    ),
    "fewer replicas": (
        {"set": SET},
        {"set": {**SET, "replicas": 1}},
        "test_replicas_that_leave_keep_their_claims_and_find_them_again",
    ),
    "a set removed": ({"set": SET}, {}, "test_a_removed_workload_leaves_its_claims"),
    "the class of a claim": (
        {"claim": CLAIM},
        {"claim": {**CLAIM, "class": CLASSES[1]}},
        "test_is_refused[another class of a claim]",
    ),
    "the access mode of a claim": (
        {"claim": CLAIM},
        {"claim": {**CLAIM, "mode": "ReadWriteOncePod"}},
        "test_is_refused[another access mode of a claim]",
    ),
    "a claim renamed": (
        {"claim": CLAIM},
        {"claim": {**CLAIM, "name": "vol-b"}},
        "test_a_renamed_workload_leaves_its_claims_and_says_so",
    ),
    "a claim removed": ({"claim": CLAIM}, {}, "test_a_removed_workload_leaves_its_claims"),
    "another namespace": (
        {"claim": CLAIM},
        {"claim": CLAIM, "namespace": "-b"},
        "test_another_namespace_would_start_empty",
    ),
    "a provider that moved": (
        {"claim": CLAIM},
        {"claim": CLAIM, "cluster": "another"},
        "test_a_provider_that_moved_takes_nothing_with_it",
    ),
}


def objects(place: Deployment, wanted: Config) -> Config:
    namespace = place.name + str(wanted.get("namespace", ""))
    return {
        "unguarded:objects": {"cluster": "one", **wanted, "namespace": namespace},
    }


def handles(place: Deployment) -> set[str]:
    """What the driver calls the volumes that claims of this test have or had."""
    return {
        item["spec"]["csi"]["volumeHandle"]
        for item in place.list("pv").values()
        if item["spec"]["claimRef"]["namespace"].startswith(place.name)
    }


@pytest.mark.parametrize("case", EDITS)
def test_the_same_edit_in_plain_pulumi_loses_the_volume(plain: Deployment, case: str) -> None:
    before, after, _ = EDITS[case]
    plain.config = objects(plain, before)
    plain.up()
    held = handles(plain)
    assert held

    plain.config = objects(plain, after)
    plain.pulumi("up", "--yes", "--skip-preview")

    deadline = time.monotonic() + 30
    while held <= handles(plain):
        assert time.monotonic() < deadline, "nothing was lost: what does the guard's test prove?"
        time.sleep(0.2)


def test_a_plain_destroy_loses_the_volume(plain: Deployment) -> None:
    """With our components: test_destroy_keeps_the_data_and_up_finds_it."""
    plain.config = objects(plain, {"claim": CLAIM, "set": SET})
    plain.up()
    assert len(handles(plain)) == 3
    plain.destroy()
    deadline = time.monotonic() + 30
    while handles(plain):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_every_case_names_a_test_that_exists() -> None:
    known = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    for _, _, name in EDITS.values():
        assert f"def {name.partition('[')[0]}(" in known, name
