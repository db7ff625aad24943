"""The language host ends without a word when the CLI has no further use for it."""

import signal
import subprocess
import sys
from pathlib import Path

from localcluster.toolchain import _write_host

SERVE = "from localcluster.language_host import main; main()"
# The signal arrives inside the very call that tells the CLI the port, as it does on a busy machine.
INTERRUPTED = f"""
import builtins, os, signal
told = builtins.print
def print(*words, **how):
    told(*words, **how)
    os.kill(os.getpid(), signal.SIGINT)
builtins.print = print
{SERVE}
"""


def test_an_interrupt_while_the_port_is_told_is_no_error() -> None:
    host = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "127.0.0.1:1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert host.stdout.strip().isdigit(), host.stderr
    assert (host.returncode, host.stderr) == (0, "")


def test_an_interrupt_afterwards_is_none_either() -> None:
    host = subprocess.Popen(
        [sys.executable, "-c", SERVE, "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert host.stdout is not None
    assert host.stdout.readline().strip().isdigit()
    host.send_signal(signal.SIGINT)
    _, said = host.communicate(timeout=60)
    assert (host.returncode, said) == (0, "")


def test_an_interrupt_before_it_serves_is_none_either(tmp_path: Path) -> None:
    _write_host(tmp_path / "host", wanted=True)
    # A module of the libraries, found first, that is interrupted while it is imported.
    (tmp_path / "grpc.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    host = subprocess.run(
        [tmp_path / "host", "127.0.0.1:1"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
