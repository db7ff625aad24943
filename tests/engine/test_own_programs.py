"""Programs of one's own: the README's, word for word, and what it says of `preflight`."""

import re
from pathlib import Path
from typing import Any

import pytest

from localcluster.layout import PROJECT, Workspace

from .conftest import Deployment, fresh_name
from .parts import Parts, part

SET: dict[str, Any] = {
    "image": "zookeeper:3.9.4",
    "ports": [{"name": "client", "port": 2181}],
    "preflight": {"mode": "strict"},
}


def readme() -> str:
    """The program of the README."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return str(program)


def test_the_program_of_the_readme(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(readme(), encoding="utf-8")
    (tmp_path / "Pulumi.yaml").write_text(
        "name: readme\nruntime: {name: python, options: {toolchain: pip, virtualenv: .venv}}\n"
    )
    (tmp_path / "statefast").symlink_to(PROJECT / "components")
    readers = Deployment(workspace, "readme-program", project=tmp_path)
    readers.config = {}
    # A cluster with a default class, as most have one.
    readers.kubectl(
        "apply",
        "-f",
        "-",
        namespace=False,
        stdin="""
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: readme
  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
provisioner: rbd.csi.ceph.com
parameters:
  csi.storage.k8s.io/provisioner-secret-name: csi-rbd-secret
  csi.storage.k8s.io/provisioner-secret-namespace: ceph-csi
""",
    )
    try:
        readers.up()
        assert set(readers.up().changes) == {"unchanged"}
        readers.destroy()
        readers.name = "data"
        assert len(readers.list("pvc")) == 3
    finally:
        readers.kubectl("delete", "storageclass", "readme", namespace=False)
        readers.kubectl("delete", "namespace", "data", "--wait=false", namespace=False)


@pytest.fixture
def parts(workspace: Workspace, request: pytest.FixtureRequest) -> Parts:
    """A program of single components."""
    return Parts(workspace, fresh_name(request))


def test_a_class_and_a_namespace_of_the_same_program(parts: Parts) -> None:
    volume = {"name": "vol", "mount_path": "/data", "size": "1Gi"}
    volumes = [{**volume, "storage_class_name": parts.class_name}]
    zk = part("PersistentStatefulSet", "zk", namespace=parts.name, volumes=volumes, **SET)

    # Neither is there, and nothing makes them: one sentence at once, and nothing is there after.
    parts.config = {"statefast-components:components": [zk]}
    parts.refused(f"namespace is '{parts.name}'", "the cluster has no such namespace", up=True)
    parts.components(zk).refused(f"storage_class_name is '{parts.class_name}'")

    try:
        parts.components(parts.storage(), zk).up()
        assert set(parts.up().changes) == {"unchanged"}

        # A component of another name is another one; before and after a destroy.
        other = part("PersistentStatefulSet", "zk2", namespace=parts.name, volumes=volumes, **SET)
        said = "StatefulSet zk2 would start with new and empty volumes"
        assert said in parts.components(parts.storage(), other).preview().text
        assert said not in parts.components(parts.storage(), other, zk).preview().text
        parts.destroy()
        assert said in parts.components(parts.storage(), other).preview().text
        assert said not in parts.components(parts.storage(), zk).preview().text
    finally:
        parts.destroy()
        parts.kubectl("delete", "namespace", parts.name, "--wait=false", namespace=False)
