"""Processes are told apart by more than their number."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from localcluster import processes
from localcluster.files import write_json
from localcluster.layout import Cluster

SLEEP = ("/bin/sleep", "60")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path / "cluster")
    found.folder.mkdir()
    yield found
    processes.stop(
        process
        for file in found.run.glob("*.json")
        if (process := processes.running(found, file.stem))
    )


def test_a_started_part_is_found_again(cluster: Cluster) -> None:
    process = processes.start(cluster, "part", SLEEP)
    assert processes.running(cluster, "part") == process
    assert os.getsid(process.pid) == process.pid


def test_a_dead_part_is_not_running(cluster: Cluster) -> None:
    process = processes.start(cluster, "part", SLEEP)
    os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while processes.running(cluster, "part"):
        assert time.monotonic() < deadline
    assert processes.recorded(cluster, "part") == process


def test_a_pid_in_use_again_is_another_process(cluster: Cluster) -> None:
    process = processes.start(cluster, "part", SLEEP)
    assert not replace(process, started=process.started - 1).alive()


def test_a_process_of_an_earlier_boot_is_dead(cluster: Cluster) -> None:
    process = processes.start(cluster, "part", SLEEP)
    assert not replace(process, boot="00000000-0000-0000-0000-000000000000").alive()


def test_a_zombie_is_dead() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        deadline = time.monotonic() + 10
        while processes.start_ticks(child.pid) is not None:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_copied_folder_does_not_claim_the_processes_of_the_original(cluster: Cluster) -> None:
    process = processes.start(cluster, "part", SLEEP)
    copy = Cluster(cluster.folder.with_name("copy"))
    shutil.copytree(cluster.folder, copy.folder)
    assert processes.running(copy, "part") is None
    assert processes.running(cluster, "part") == process


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": "x"}', '{"pid": 1}'])
def test_a_damaged_file_means_that_nothing_is_known(cluster: Cluster, text: str) -> None:
    cluster.run.mkdir()
    (cluster.run / "part.json").write_text(text)
    assert processes.recorded(cluster, "part") is None


def test_strays_are_known_by_program_and_folder_only(cluster: Cluster, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    program = cache / "part"
    shutil.copy("/bin/sleep", program)
    recorded = processes.start(cluster, "recorded", (str(program), "60"))
    elsewhere = Cluster(tmp_path)
    started = [
        processes.start(cluster, "stray", (str(program), "60")),
        processes.start(cluster, "other-program", SLEEP),
        processes.start(elsewhere, "other-folder", (str(program), "60")),
    ]
    try:
        (cluster.run / "stray.json").unlink()
        (cluster.run / "other-program.json").unlink()
        found = processes.strays(cluster, cache)
        assert [(name, process.pid) for name, process in found] == [("part", started[0].pid)]
        assert recorded.alive()
    finally:
        processes.stop(started)


def test_what_does_not_end_is_killed(cluster: Cluster) -> None:
    stubborn = (
        sys.executable,
        "-c",
        "import signal, time\nsignal.signal(15, signal.SIG_IGN)\n"
        "print('ready', flush=True)\ntime.sleep(60)",
    )
    process = processes.start(cluster, "part", stubborn)
    deadline = time.monotonic() + 10
    while processes.log_tail(cluster, "part") != ["ready"]:
        assert time.monotonic() < deadline
    assert processes.stop([process], grace=0.2) == [process]
    assert not process.alive()


def test_only_the_very_process_is_stopped(cluster: Cluster) -> None:
    process = processes.start(cluster, "part", SLEEP)
    processes.stop([replace(process, started=process.started - 1)], grace=0.1)
    assert process.alive()


def test_parts_see_nothing_of_the_users_environment(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETCD_LISTEN_CLIENT_URLS", "http://0.0.0.0:2379")
    processes.start(cluster, "part", ("/usr/bin/env",))
    deadline = time.monotonic() + 5
    while not (lines := processes.log_tail(cluster, "part")):
        assert time.monotonic() < deadline
    assert f"HOME={cluster.folder}" in lines
    assert "ETCD" not in "".join(lines)


def test_the_log_of_the_run_before_is_kept(cluster: Cluster) -> None:
    for text in ("first", "second"):
        process = processes.start(cluster, "part", ("/bin/echo", text))
        deadline = time.monotonic() + 5
        while process.alive():
            assert time.monotonic() < deadline
    assert processes.log_tail(cluster, "part") == ["second"]
    assert (cluster.log / "part.log.1").read_text() == "first\n"


def test_the_tail_of_a_log_has_the_lines_asked_for(cluster: Cluster) -> None:
    cluster.log.mkdir()
    (cluster.log / "part.log").write_text("".join(f"{n}\n" for n in range(1000)))
    assert processes.log_tail(cluster, "part", 2) == ["998", "999"]
    assert processes.log_tail(cluster, "none") == []


def test_the_record_survives_a_round_trip(cluster: Cluster) -> None:
    process = processes.Process(1, 2, "boot", ("a", "b"))
    cluster.run.mkdir()
    write_json(cluster.run / "part.json", asdict(process))
    assert processes.recorded(cluster, "part") == process
