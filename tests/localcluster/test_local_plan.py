"""What a cluster consists of, and that none of it can be reached from outside."""

import json
import os
import re
import socket
import ssl
import stat
from pathlib import Path

import pytest

from localcluster import parts, pki, ports
from localcluster.control_plane import Phase, Service, csi_socket, services
from localcluster.errors import LocalClusterError
from localcluster.files import private_folder, read_json, write_private
from localcluster.layout import Cluster, Workspace

PROGRAMS = {part.name: Path("/cache") / part.name for part in parts.CLUSTER_PARTS}


def plan(folder: str = "/w/cluster") -> list[Service]:
    return services(Cluster(Path(folder)), PROGRAMS, 23456)


def test_every_built_program_runs() -> None:
    built = {part.name for part in parts.CLUSTER_PARTS if part.package}
    assert {service.name for service in plan()} == built


def test_no_part_listens_anywhere_but_on_loopback() -> None:
    words = [word for service in plan() for word in service.argv[1:]]
    addresses = {word for word in words if re.search(r"\d+\.\d+\.\d+\.\d+", word)}
    assert addresses == {
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--node-ip=127.0.0.1",
        "--service-cluster-ip-range=10.0.0.0/16",
        "--cidr=10.244.0.0/24",
    }
    # The one port there is; what would open another by default is told not to.
    assert [word for word in words if "port" in word] == [
        "--secure-port=23456",
        "--secure-port=0",
        "--secure-port=0",
    ]
    assert not [word for word in words if "http" in word and "kubernetes.default.svc" not in word]


def test_etcd_listens_on_sockets_alone() -> None:
    etcd = next(service for service in plan() if service.name == "etcd")
    urls = [word.split("=", 1)[1] for word in etcd.argv if "-urls=" in word]
    assert len(urls) == 4
    assert all(url.startswith("unix://") and "/" not in url[7:] for url in urls)


def test_nobody_talks_to_the_api_without_a_name() -> None:
    api = next(service for service in plan() if service.phase is Phase.API)
    assert "--anonymous-auth=false" in api.argv
    assert "--authorization-mode=Node,RBAC" in api.argv


def test_sidecars_go_down_with_their_driver() -> None:
    tied = {service.name for service in plan() if service.tied_to == "csidriver"}
    assert tied == {"csi-provisioner", "csi-resizer", "csi-snapshotter"}


def test_the_scheduler_starts_again_with_the_api_server() -> None:
    tied = [service.name for service in plan() if service.tied_to == "kube-apiserver"]
    assert tied == ["kube-scheduler"]


def test_whatever_takes_a_rate_is_not_slowed_down() -> None:
    slow = {"csi-provisioner", "csi-resizer", "csi-snapshotter", "snapshot-controller"}
    given = {s.name for s in plan() if any(a.startswith("--kube-api-qps=") for a in s.argv)}
    assert given == slow | {"kube-controller-manager"}


@pytest.mark.parametrize(("length", "short"), [(98, True), (99, False)])
def test_the_csi_socket_fits_however_deep_the_folder(length: int, short: bool) -> None:
    folder = "/" + "x" * (length - 1)
    path = csi_socket(Cluster(Path(folder)))
    assert path == (f"{folder}/csi.sock" if short else "/proc/self/cwd/csi.sock")


def test_the_longest_socket_path_is_one_the_kernel_takes(tmp_path: Path) -> None:
    room = 98 - len(str(tmp_path))
    if room < 2:
        pytest.skip("the temporary folder is too deep already")
    folder = tmp_path / ("x" * (room - 1))
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(csi_socket(Cluster(folder)))
    assert (folder / "csi.sock").exists()


def test_chosen_ports_are_free_and_out_of_the_kernels_way() -> None:
    for _ in range(20):
        port = ports.choose()
        assert ports.is_free(port)
        assert port < 32768


def test_a_taken_port_is_not_free() -> None:
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        assert not ports.is_free(server.getsockname()[1])


def test_no_free_port_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port: False)
    with pytest.raises(LocalClusterError, match=r"no free port on 127\.0\.0\.1 .* stop some"):
        ports.choose()


def test_credentials_are_private_fresh_and_kept(tmp_path: Path) -> None:
    pki.create(tmp_path / "one")
    pki.create(tmp_path / "two")
    files = {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()}
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "one").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o700
    for name, content in files.items():
        assert (tmp_path / "two" / name).read_bytes() != content
    pki.create(tmp_path / "one")
    assert {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()} == files


def test_the_key_of_the_authority_is_thrown_away(tmp_path: Path) -> None:
    pki.create(tmp_path)
    assert {file.name for file in tmp_path.glob("*.key")} == {
        "apiserver.key",
        "service-accounts.key",
    }


def test_the_certificate_is_good_for_the_address_that_is_used(tmp_path: Path) -> None:
    pki.create(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "apiserver.crt", tmp_path / "apiserver.key")
    client = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))
    here, there = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = server.wrap_bio(here, there, server_side=True)
    two = client.wrap_bio(there, here, server_hostname="127.0.0.1")
    pending = [one, two]
    for _ in range(10):
        for end in list(pending):
            try:
                end.do_handshake()
                pending.remove(end)
            except ssl.SSLWantReadError:
                continue
    assert not pending


def test_an_interrupted_creation_of_credentials_is_done_again(tmp_path: Path) -> None:
    pki.create(tmp_path)
    (tmp_path / "token").unlink()
    before = (tmp_path / "ca.crt").read_bytes()
    pki.create(tmp_path)
    assert (tmp_path / "ca.crt").read_bytes() != before
    assert (tmp_path / "token").read_text() in (tmp_path / "tokens.csv").read_text()


def test_private_files_are_never_open_to_others(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_private(private_folder(tmp_path / "a/b") / "file", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a/b/file").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a/b").stat().st_mode) == 0o700
    assert [file.name for file in (tmp_path / "a/b").iterdir()] == ["file"]


@pytest.mark.parametrize("text", ["", "nonsense", "[1]"])
def test_a_damaged_json_file_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(text)
    assert read_json(tmp_path / "file") == {}
    assert read_json(tmp_path / "missing") == {}
    (tmp_path / "file").write_text(json.dumps({"a": 1}))
    assert read_json(tmp_path / "file") == {"a": 1}


def test_the_workspace_is_chosen_by_option_then_environment_then_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATEFAST_STATE", str(tmp_path / "env"))
    assert Workspace.at(tmp_path / "option").folder == tmp_path / "option"
    assert Workspace.at().folder == tmp_path / "env"
    monkeypatch.delenv("STATEFAST_STATE")
    assert Workspace.at().folder.name == ".statefast"
