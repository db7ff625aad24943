"""A cluster of the tests' own, and a stack with a namespace of its own for each test."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localcluster import cluster
from localcluster.layout import PROJECT, Workspace
from localcluster.stacks import LocalStack
from localcluster.toolchain import environment
from statefast.marks import sentences

from .begun import prepare
from .quick import quick
from .reads import known, read

if TYPE_CHECKING:
    from .guarded_stack import Guarded

Config = dict[str, Any]


@dataclass
class Result:
    """What one run of `pulumi` said and did."""

    code: int
    text: str

    @property
    def changes(self) -> dict[str, int]:
        """Counts of the closing summary, e.g. {"created": 3, "unchanged": 2}."""
        _, _, summary = self.text.rpartition("Resources:")
        found = re.findall(r"(\d+) (created|updated|deleted|replaced|unchanged|errored)", summary)
        return {word: int(count) for count, word in found}

    @property
    def errors(self) -> list[str]:
        """The error messages of the closing diagnostics, once each; ours out of their frames."""
        _, _, diagnostics = self.text.partition("Diagnostics:")
        lines = [line.strip() for line in (diagnostics or self.text).splitlines()]
        found = [line for line in lines if line.startswith("error:")]
        framed = ["".join(f"error: {said}" for _, said in sentences(line)) for line in found]
        return [ours or line for ours, line in zip(framed, found, strict=True)]


@dataclass(frozen=True)
class Identity:
    """The claim, its volume, and what the driver calls the volume: none may become another."""

    claim: str
    volume: str
    volume_uid: str
    handle: str


class Deployment:
    """One stack in one namespace."""

    def __init__(self, workspace: Workspace, name: str, project: Path = PROJECT) -> None:
        self.name = name
        self.workspace = workspace
        self.stack = LocalStack(workspace, name, project=project)
        self.config: Config = {
            "statefast:namespace": name,
            "statefast:environment": "test",
            "statefast:storageClass": {
                "name": f"rbd-{name}",
                "driver": "ceph-rbd",
                "parameters": {"clusterID": "test", "pool": "test"},
                # Claims that a test makes without a pod are bound, too.
                "volumeBindingMode": "Immediate",
            },
            "statefast:workloads": {},
        }

    def workloads(self, **workloads: Config) -> "Deployment":
        """Sets the workloads; returns this."""
        self.config["statefast:workloads"] = workloads
        return self

    def snapshot_class(self, **more: str) -> None:
        """Gives the storage class a snapshot class, named after the stack."""
        self.config["statefast:storageClass"]["snapshotClass"] = {
            "name": self.name,
            "parameters": {"clusterID": "test"},
            **more,
        }

    def environment(self) -> dict[str, str]:
        """What `kubectl` sees."""
        return environment(self.workspace)

    def pulumi(self, *arguments: str) -> Result:
        """Runs pulumi on the stack with the config of now."""
        prepare(self.stack, self.config)
        done = self.stack.run(*arguments, quiet=True, check=False)
        return Result(done.returncode, done.stdout)

    def up(self, *, ok: bool = True) -> Result:
        """Deploys; fails the test if that does not end as expected."""
        result = self.pulumi("up", "--yes", "--skip-preview", "--suppress-progress")
        assert (result.code == 0) is ok, result.text
        return result

    def refused(self, *fragments: str, up: bool = False) -> str:
        """The one sentence of a refusal, which may not touch anything.

        Preview gives it; with `up`, so does an `up` without a preview: once for each rule, since
        both run the same program.
        """
        objects = self.footprint()
        sentences = []
        for result in (self.preview(ok=False), *([self.up(ok=False)] if up else [])):
            assert len(result.errors) == 1, result.text
            assert "Traceback" not in result.text
            sentences.append(result.errors[0].removeprefix("error: "))
        assert len(set(sentences)) == 1
        for fragment in fragments:
            assert fragment in sentences[0]
        assert self.footprint() == objects
        return sentences[0]

    def footprint(self) -> dict[str, tuple[str, Any]]:
        """Every object that matters, with its version: equal when nothing was written.

        What goes by itself is left out: it is there in one moment and not in the next.
        """
        kinds = "namespace,pvc,statefulset,deployment,service,pv,storageclass"
        items = self._read(kinds)
        going = {
            item["metadata"]["name"]
            for item in items
            if item["kind"] == "Namespace" and _goes(item)
        }
        return {
            f"{item['kind']} {item['metadata']['name']}": (
                item["metadata"]["uid"],
                item.get("spec", item.get("parameters")),
            )
            for item in items
            if self.name in json.dumps(item)
            and not _goes(item)
            and item["metadata"].get("namespace") not in going
        }

    def preview(self, *, ok: bool = True) -> Result:
        """Previews; fails the test if that does not end as expected."""
        result = self.pulumi("preview", "--suppress-progress")
        assert (result.code == 0) is ok, result.text
        return result

    def refresh(self) -> Result:
        """Makes the state what the cluster is."""
        result = self.pulumi("refresh", "--yes", "--skip-preview", "--suppress-progress")
        assert result.code == 0, result.text
        return result

    def destroy(self) -> Result:
        """Removes the stack's objects."""
        result = self.pulumi("destroy", "--yes", "--skip-preview", "--suppress-progress")
        assert result.code == 0, result.text
        return result

    def state(self) -> str:
        """The state as it lies on disk, secrets encrypted or not."""
        file = self.stack.state_file
        return "\n".join(path.read_text() for path in file.parent.glob(f"{file.name}*"))

    def kubectl(self, *arguments: str, namespace: bool = True, stdin: str | None = None) -> str:
        """What kubectl prints; fails the test if it fails."""
        scope = ["-n", self.name] if namespace else []
        done = subprocess.run(
            ["kubectl", *scope, *arguments],
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def claim_of_nobody(self, name: str, size: str) -> None:
        """Makes a claim that is no stack's, in the class of this one."""
        self.kubectl(
            "create",
            "-f",
            "-",
            stdin=f"""
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: {name}}}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: rbd-{self.name}
  resources: {{requests: {{storage: {size}}}}}
""",
        )
        self.wait(f"pvc/{name}", "--for=jsonpath={.status.phase}=Bound")

    def get(self, kind: str, name: str) -> Any:
        """One object; fails the test if it is not there."""
        return self._read(kind, name)

    def list(self, kind: str) -> dict[str, Any]:
        """All objects of a kind, by name."""
        return {item["metadata"]["name"]: item for item in self._read(kind)}

    def _read(self, kinds: str, name: str = "") -> Any:
        if known(kinds):
            return read(self.environment()["KUBECONFIG"], kinds, self.name, name)
        found = json.loads(self.kubectl("get", kinds, *([name] if name else []), "-o", "json"))
        return found if name else found["items"]

    def uids(self, kind: str) -> dict[str, str]:
        """The identity of each object of a kind."""
        return {name: item["metadata"]["uid"] for name, item in self.list(kind).items()}

    def volumes(self) -> dict[str, tuple[str, str]]:
        """By claim, its own identity and the name of its volume: together, the data."""
        return {
            name: (item["metadata"]["uid"], item["spec"].get("volumeName", ""))
            for name, item in self.list("pvc").items()
        }

    def data(self) -> dict[str, Identity]:
        """By claim, what tells the data on it from any other: it outlives names and phases."""
        volumes = self.list("pv")
        return {
            name: Identity(
                claim=item["metadata"]["uid"],
                volume=item["spec"].get("volumeName", ""),
                volume_uid=volumes[item["spec"]["volumeName"]]["metadata"]["uid"],
                handle=volumes[item["spec"]["volumeName"]]["spec"]["csi"]["volumeHandle"],
            )
            for name, item in self.list("pvc").items()
            if item["spec"].get("volumeName") in volumes
        }

    def wait(self, *arguments: str, timeout: int = 60) -> None:
        """Waits with `kubectl wait`, never by sleeping."""
        self.kubectl("wait", *arguments, f"--timeout={timeout}s")

    def capacities(self) -> dict[str, str]:
        """What the volume of each claim has at this moment."""
        return {
            name: claim["status"]["capacity"]["storage"] for name, claim in self.list("pvc").items()
        }

    def wait_capacity(self, claim: str, size: str) -> None:
        """Waits until the volume has the size, whoever asked for it."""
        self.wait(f"pvc/{claim}", f"--for=jsonpath={{.status.capacity.storage}}={size}")


@pytest.fixture
def guarded(workspace: Workspace, request: pytest.FixtureRequest) -> "Iterator[Guarded]":
    """A guarded program, of the kind of SOURCE of the test's module, or of raw objects."""
    # Imported here: it is a Deployment.
    from .guarded_stack import Guarded

    source = getattr(request.module, "SOURCE", "raw")
    place = Guarded(workspace, fresh_name(request), source)
    try:
        yield place
    finally:
        place.remove()


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A running cluster that no other run of the tests shares, unless told to keep one."""
    kept = os.environ.get("STATEFAST_TEST_STATE")
    place = Workspace.at(Path(kept) if kept else tmp_path_factory.mktemp("statefast"))
    try:
        cluster.up(place)
        with quick(place):
            yield place
    finally:
        if kept is None:
            cluster.down(place, delete=True)


@pytest.fixture
def deployment(workspace: Workspace, request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """A stack named after the test; everything it made is gone afterwards."""
    place = Deployment(workspace, fresh_name(request))
    try:
        yield place
    finally:
        _remove(place)


def _goes(item: dict[str, Any]) -> bool:
    """Whether an object is being deleted, or is a volume that goes after its claim."""
    released = item.get("status", {}).get("phase") == "Released"
    deleted = item.get("spec", {}).get("persistentVolumeReclaimPolicy") == "Delete"
    return "deletionTimestamp" in item["metadata"] or (released and deleted)


def fresh_name(request: pytest.FixtureRequest) -> str:
    """A name for the stack and the namespace of one test."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    number = abs(hash(request.node.nodeid)) % 10**5
    return f"{words[:28].strip('-')}-{number}"


def _remove(place: Deployment) -> None:
    for arguments in (
        ["delete", "namespace", place.name, "--ignore-not-found", "--wait=false"],
        ["delete", "storageclass", f"rbd-{place.name}", "--ignore-not-found"],
    ):
        place.kubectl(*arguments, namespace=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the engine."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.engine)
