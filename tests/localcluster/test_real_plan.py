"""A node that runs pods, as far as it can be seen without one."""

import io
import os
import platform
import shutil
import sys
import tarfile
from pathlib import Path

import pytest

from localcluster import build, cluster, parts, status
from localcluster.control_plane import Phase, Service, services
from localcluster.errors import LocalClusterError
from localcluster.files import private_folder, write_json
from localcluster.layout import GO_SOURCES, Cluster, Workspace
from localcluster.real import needs
from localcluster.real.debian import archive
from localcluster.real.layer import Layer, write_image
from localcluster.real.node import RealNode

PROGRAMS = {
    part.name: Path("/cache") / part.name for part in (*parts.CLUSTER_PARTS, *parts.REAL_PARTS)
}
NODE = RealNode(Path("/cache/tools"), (Path("/cache/one.tar"), Path("/cache/two.tar")))


def plan(node: RealNode | None = NODE) -> dict[str, Service]:
    found = services(Cluster(Path("/w/cluster")), PROGRAMS, 23456, node)
    return {service.name: service for service in found}


def test_the_node_stands_where_the_simulated_ones_stood() -> None:
    simulated, real = plan(None), plan()
    assert set(simulated) ^ set(real) == {"kwok", "nodelink"}
    assert real["nodelink"].phase is Phase.CONTROLLERS
    assert real["nodelink"].argv[-2:] == ("/cache/one.tar", "/cache/two.tar")
    assert simulated["kube-apiserver"].argv == real["kube-apiserver"].argv[:-2]


def test_sidecars_talk_to_the_driver_on_the_node_and_go_down_with_it() -> None:
    tied = {its.name: its for its in plan().values() if its.tied_to == "nodelink"}
    assert set(tied) == {"csi-provisioner", "csi-resizer", "csi-snapshotter"}
    for service in tied.values():
        assert "--csi-address=/w/cluster/node/csi.sock" in service.argv


def test_a_driver_that_copies_one_volume_after_the_other_takes_no_groups() -> None:
    gate = "--feature-gates=CSIVolumeGroupSnapshot=true"
    simulated = {name for name, service in plan(None).items() if gate in service.argv}
    assert simulated == {"csi-snapshotter", "snapshot-controller"}
    assert not any(gate in service.argv for service in plan().values())


def test_two_clusters_have_cgroups_of_their_own() -> None:
    one, two = (NODE.arguments(Cluster(Path(path)), PROGRAMS, "driver") for path in ("/a", "/b"))
    assert [word for word in one if word.startswith("statefast-")] != [
        word for word in two if word.startswith("statefast-")
    ]


def test_nothing_of_the_node_is_built_unless_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[str]] = []

    def ensure(wanted: tuple[parts.Part, ...], **_: object) -> None:
        asked.append({part.name for part in wanted})
        raise LocalClusterError("enough")

    monkeypatch.setattr(build, "ensure", ensure)
    monkeypatch.setattr(needs, "missing", lambda: None)
    for real in (False, True):
        with pytest.raises(LocalClusterError, match="enough"):
            cluster.up(Workspace(tmp_path), real=real)
    assert asked[1] - asked[0] == {part.name for part in parts.REAL_PARTS}


def test_no_other_part_is_made_anew_for_the_node() -> None:
    """Its sources are in modules of their own: a part's hash is that of its module."""
    shared = {part.folder for part in parts.CLUSTER_PARTS} & {
        part.folder for part in parts.REAL_PARTS
    }
    assert not shared
    kubelet = (GO_SOURCES / "kubelet/go.mod").read_text()
    assert f"k8s.io/kubernetes v{parts.KUBERNETES}" in kubelet


def test_a_cluster_stays_what_it_began_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    private_folder(workspace.cluster.folder)
    monkeypatch.setattr(needs, "missing", lambda: None)
    write_json(workspace.cluster.facts, {"port": 23456})
    assert "kwok" in {row.name for row in status.rows(workspace.cluster)}
    with pytest.raises(LocalClusterError, match=r"simulated nodes.*down --delete.*--state"):
        cluster.up(workspace, real=True)

    write_json(workspace.cluster.facts, {"port": 23456, "real": True})
    assert cluster.is_real(workspace)
    assert {"kwok", "nodelink"} & {row.name for row in status.rows(workspace.cluster)} == {
        "nodelink"
    }
    # It is not started on simulated nodes where it cannot go on, either.
    monkeypatch.setattr(needs, "missing", lambda: "a real node needs root")
    with pytest.raises(LocalClusterError, match="needs root"):
        cluster.up(workspace)


def test_what_is_missing_is_one_sentence_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "needs root: run the command with `sudo -E`" in str(needs.missing())

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name, **_: None if name == "ip" else name)
    assert needs.missing() == "a real node needs the command `ip`: install the package iproute2"
    monkeypatch.setattr(shutil, "which", lambda name, **_: None)
    with pytest.raises(LocalClusterError, match="`mvn`: install the package maven"):
        needs.require_commands(("mvn",), "this")

    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert "needs Linux on x86_64, and this is Linux on aarch64" in str(needs.missing())
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(LocalClusterError, match="needs Linux on x86_64"):
        needs.require()


def package(folder: Path, files: dict[str, bytes]) -> Path:
    """A .deb of nothing but files."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(text), 1
            tar.addfile(info, io.BytesIO(text))
    made = folder / "made.deb"
    with made.open("wb") as file:
        file.write(b"!<arch>\n")
        for member, data in ((b"debian-binary", b"2.0"), (b"data.tar.gz", content.getvalue())):
            size = str(len(data)).encode()
            file.write(member.ljust(48) + size.ljust(10) + b"`\n" + data + b"\n" * (len(data) % 2))
    return made


def test_packages_become_a_layer_without_being_installed(tmp_path: Path) -> None:
    files = {"./bin/tool": b"new", "./usr/share/doc/tool/README": b"", "./etc/passwd": b"theirs"}
    layer = Layer()
    layer.file("usr/bin/tool", b"first")
    layer.package(package(tmp_path, {**files, "./lib/x.so": b"x"}))
    content = layer.finish()
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        names = tar.getnames()
        # What came first stays, /bin is a link into /usr, and documents stay out.
        assert tar.extractfile("usr/bin/tool").read() == b"first"  # type: ignore[union-attr]
        assert b"zookeeper" in tar.extractfile("etc/passwd").read()  # type: ignore[union-attr]
        assert tar.getmember("bin").linkname == "usr/bin"
        assert "usr/lib/x.so" in names
        assert not [name for name in names if "share/doc" in name]
        assert {member.mtime for member in tar} == {0}
    write_image(
        tmp_path / "image.tar", ["example.org/tool:1", "tool:2"], content, {"Cmd": ["tool"]}
    )
    with tarfile.open(tmp_path / "image.tar") as tar:
        assert tar.getnames()[:2] == ["oci-layout", "index.json"]
        assert len(tar.getnames()) == 5


def test_a_file_that_is_no_package_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "broken.deb"
    broken.write_bytes(b"!<arch>\n")
    with pytest.raises(LocalClusterError, match="is no Debian package: remove it"):
        archive(broken)
