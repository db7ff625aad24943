"""The cache of built parts, with a Go that only pretends."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from localcluster import build, gotool, parts, processes
from localcluster.errors import LocalClusterError
from localcluster.layout import GO_SOURCES, PROJECT

PART = parts.Part("csidriver", "sim", "./csidriver")

# Does what `go` does as far as this package can see, and writes down that it was run.
FAKE_GO = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$1" in
env) echo "${FAKE_VERSION:-go1.26.3}" ;;
build)
    echo example.org/one
    if [ -n "$FAKE_FAILURE" ]; then seq 100 | sed 's/^/line /'; exit 1; fi
    if [ -n "$FAKE_SLEEP" ]; then sleep 60 & echo $! > "$FAKE_SLEEP"; wait; fi
    while [ "$1" != -o ]; do shift; done
    echo program > "$2" ;;
esac
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache and a PATH of its own; the file says how Go was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "go").write_text(FAKE_GO)
    (folder / "go").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("STATEFAST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    copy = tmp_path / "go"
    shutil.copytree(GO_SOURCES, copy)
    return copy


def test_the_hash_is_the_same_in_every_checkout(sources: Path) -> None:
    others = (*parts.REAL_PARTS, parts.PULUMI_CLI, parts.KUBERNETES_PROVIDER)
    for part in (*parts.CLUSTER_PARTS, *others):
        assert build.fingerprint(part, sources) == build.fingerprint(part)


@pytest.mark.parametrize("file", ["go.mod", "go.sum", "csidriver/store.go"])
def test_the_hash_changes_with_a_source(sources: Path, file: str) -> None:
    before = build.fingerprint(PART, sources)
    with (sources / "sim" / file).open("a") as opened:
        opened.write("\n")
    assert build.fingerprint(PART, sources) != before


def test_the_hash_changes_with_the_way_of_building() -> None:
    others = (replace(PART, tags="x"), replace(PART, stamps=("a.b=c",)), replace(PART, package="."))
    assert len({build.fingerprint(part) for part in (PART, *others)}) == 4


def test_the_hash_ignores_tests_and_other_modules(sources: Path) -> None:
    before = build.fingerprint(PART, sources)
    (sources / "sim/csidriver/more_test.go").write_text("package main\n")
    (sources / "kube/tools.go").write_text("package other\n")
    (sources / "sim/notes.txt").write_text("notes\n")
    assert build.fingerprint(PART, sources) == before


def test_a_part_is_built_once_and_then_found_without_go(
    calls: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = build.ensure([PART])["csidriver"]
    assert place.read_text() == "program\n"
    assert "[1/1] csidriver  built in" in capsys.readouterr().err
    calls.unlink()
    monkeypatch.setenv("PATH", "/nonexistent")
    assert build.ensure([PART], verbose=True) == {"csidriver": place}
    assert capsys.readouterr().err == "[1/1] csidriver  cached\n"
    assert not calls.exists()


def test_the_checkout_is_not_written_to(calls: Path) -> None:
    before = sorted(GO_SOURCES.rglob("*"))
    build.ensure([PART])
    assert sorted(GO_SOURCES.rglob("*")) == before


def test_a_failed_build_shows_the_end_of_its_log(
    calls: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FAKE_FAILURE", "1")
    with pytest.raises(LocalClusterError) as caught:
        build.ensure([PART])
    first, *tail = str(caught.value).splitlines()
    log = Path(first.split()[-1])
    assert first.startswith("the build of csidriver failed, its log is ")
    assert tail == [f"  line {number}" for number in range(81, 101)]
    assert "line 1\n" in log.read_text()
    assert [file.name for file in (tmp_path / "cache/bin").glob("*")] == [".csidriver.lock"]


@pytest.mark.parametrize("version", ["go1.25.9", "go1.9", "devel"])
def test_an_old_go_is_named_with_the_remedy(
    calls: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("FAKE_VERSION", version)
    with pytest.raises(LocalClusterError, match=f"the Go on PATH is {version}: install Go 1.26"):
        build.ensure([PART])


def test_a_missing_go_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("STATEFAST_CACHE", str(tmp_path / "cache"))
    with pytest.raises(LocalClusterError) as caught:
        build.ensure([parts.PULUMI_CLI])
    assert str(caught.value) == (
        "pulumi has to be built for the Pulumi CLI, as there is none on PATH, and Go was not found"
        " on PATH: install Go 1.26 or newer, or use a cluster of your own: set KUBECONFIG and run"
        " plain `pulumi up -s prod`"
    )


def test_the_users_go_settings_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOS", "GOARCH", "GO111MODULE"):
        monkeypatch.setenv(name, "plan9")
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    monkeypatch.setenv("GOPROXY", "https://proxy.example.org")
    made = gotool.environment()
    assert not {"GOOS", "GOARCH", "GO111MODULE"} & set(made)
    assert made["GOFLAGS"] == "-trimpath -buildvcs=false -mod=readonly"
    assert made["GOPROXY"] == "https://proxy.example.org"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_ends_the_compiler_and_leaves_nothing(
    calls: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: signal.Signals
) -> None:
    marker = tmp_path / "compiler"
    monkeypatch.setenv("FAKE_SLEEP", str(marker))
    command = [sys.executable, "-m", "localcluster", "build"]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as child:
        deadline = time.monotonic() + 20
        while not (marker.exists() and marker.read_text().strip()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        child.send_signal(number)
        said = child.communicate(timeout=20)[1]
    assert child.returncode == 128 + number
    assert "[1/13] etcd  interrupted after" in said
    assert "Traceback" not in said
    # It was told to end, and may take a moment on a busy machine.
    while processes.start_ticks(int(marker.read_text())) is not None:
        assert time.monotonic() < deadline + 20
        time.sleep(0.02)
    assert [file.name for file in (tmp_path / "cache/bin").glob("*")] == [".etcd.lock"]


def test_two_commands_do_not_build_the_same_part_twice(calls: Path, tmp_path: Path) -> None:
    code = (
        "from localcluster import build, parts; "
        "build.ensure([parts.Part('csidriver', 'sim', './csidriver')])"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=PROJECT, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [child.communicate(timeout=30)[1] for child in both]
    assert [child.returncode for child in both] == [0, 0], said
    assert [line.split()[0] for line in calls.read_text().splitlines()].count("build") == 1


def test_the_cache_is_private(calls: Path) -> None:
    folder = build.ensure([PART])["csidriver"].parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
