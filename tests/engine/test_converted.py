"""What `statefast convert` makes comes up, on claims of the names that the manifests have."""

import copy
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.convert.manifests import Manifest, parse
from cli.convert.modern import modern
from cli.convert.notes import Notes
from cli.convert.render import file_text
from localcluster.layout import Workspace
from tests.convert.samples import MANIFESTS, claims_of, converted

from .conftest import Config, Deployment
from .walk.stacks import program_copy

# Two of them have workloads of one name.
APART = ("article-deployment",)
GROUPS = {"all": [name for name in MANIFESTS if name not in APART], "deployment": list(APART)}


@pytest.fixture
def place(workspace: Workspace, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    name = f"converted-{request.node.callspec.params['group']}"
    place = Deployment(workspace, name, program_copy(tmp_path / "program"))
    yield place
    place.kubectl("delete", "namespace", name, "--wait=false", namespace=False)


@pytest.mark.parametrize("group", GROUPS)
def test_comes_up_on_the_claims_that_the_manifests_made(place: Deployment, group: str) -> None:
    names, class_name = GROUPS[group], f"rbd-{place.name}"
    place.up()
    objects = [it for name in names for it in objects_of(name, place.name, class_name)]
    place.kubectl(
        "apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    )
    workloads: Config = {}
    wanted: set[str] = set()
    folder = place.stack.project / "workloads"
    for name in names:
        made = converted(name)
        for workload, said in made.files().items():
            (folder / f"{workload}.yaml").write_text(file_text(said), encoding="utf-8")
        workloads |= {it.name: in_class(it.config, class_name) for it in made.workloads}
        wanted |= claims_of(parse([(name, MANIFESTS[name].read_text(encoding="utf-8"))]))
    for _ in range(120):
        data = place.data()
        if set(data) == wanted:
            break
        time.sleep(0.5)
    assert set(data) == wanted
    # A selector is immutable: the controllers are made anew, and the claims stay.
    place.kubectl("delete", "statefulset,deployment", "--all")

    # Whoever takes over is asked about everything at once.
    place.workloads(**workloads)
    asked = place.preview(ok=False)
    given = sorted(set(re.findall(r"'([^']* \[[0-9a-f]{8}\])'", asked.text)))
    place.config["statefast:consent"] = given
    assert {name for name in wanted if not any(name in it for it in given)} == set()
    place.up()

    assert place.data() == data
    assert set(place.up().changes) == {"unchanged"}


def objects_of(name: str, namespace: str, class_name: str) -> Iterator[Any]:
    """The manifests in the API of today, in a namespace and a class of the test's own."""
    for it in parse([(name, MANIFESTS[name].read_text(encoding="utf-8"))]):
        body = copy.deepcopy(dict(modern(Manifest(it.body), Notes()).body))
        if it.kind in ("StorageClass", "ClusterRole"):
            continue
        body["metadata"] = {**body["metadata"], "namespace": namespace}
        spec = body.get("spec") or {}
        for claim in spec.get("volumeClaimTemplates") or ():
            claim["spec"]["storageClassName"] = class_name
        if it.kind == "PersistentVolumeClaim":
            spec["storageClassName"] = class_name
        yield body


def in_class(config: Config, class_name: str) -> Config:
    """Config with the class of the test for every volume."""
    said = copy.deepcopy(config)
    for volume in said["storage"]["volumes"].values():
        if "existingClaim" not in volume:
            volume["storageClassName"] = class_name
    return said
