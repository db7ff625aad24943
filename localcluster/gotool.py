"""The Go compiler: found, judged, run. Only a cold build comes here."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from .errors import LocalClusterError

MINIMUM = (1, 26)
REMEDY = (
    f"install Go {MINIMUM[0]}.{MINIMUM[1]} or newer, or use a cluster of your own: "
    "set KUBECONFIG and run plain `pulumi up -s prod`"
)


def environment() -> dict[str, str]:
    """Makes the environment of every go command.

    Returns:
        The user's own, less what would make the result depend on their habits.
    """
    # A build for another machine, or with a workspace file of some folder above, is none of ours.
    dropped = {"GOOS", "GOARCH", "GOFLAGS", "GOWORK", "GO111MODULE"}
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    return {
        **kept,
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "GOFLAGS": "-trimpath -buildvcs=false -mod=readonly",
    }


def require(part: str, purpose: str) -> str:
    """Finds a Go that is new enough.

    Args:
        part: What is about to be built.
        purpose: What that is needed for.

    Returns:
        The path of the go command.

    Raises:
        LocalClusterError: When there is none, or an older one.
    """
    go = shutil.which("go")
    if go is None:
        raise LocalClusterError(
            f"{part} has to be built for {purpose}, and Go was not found on PATH: {REMEDY}"
        )
    asked = subprocess.run(  # noqa: S603  the user's own compiler
        [go, "env", "GOVERSION"], capture_output=True, text=True, env=environment(), check=False
    )
    version = asked.stdout.strip() or "an unknown version"
    number = re.match(r"go(\d+)\.(\d+)", version)
    if number is None or (int(number[1]), int(number[2])) < MINIMUM:
        raise LocalClusterError(
            f"{part} has to be built for {purpose}, and the Go on PATH is {version}: {REMEDY}"
        )
    return go


def run(
    argv: Sequence[str], folder: Path, log: Path, on_line: Callable[[str], None]
) -> tuple[int, list[str]]:
    """Runs a go command; whatever interrupts it, ends all that it started as well.

    Args:
        argv: The command.
        folder: Where to run it.
        log: Gets all it prints, appended.
        on_line: Called with every line as it appears.

    Returns:
        Its exit code and the lines it printed.
    """
    lines: list[str] = []
    with (
        log.open("a") as file,
        subprocess.Popen(  # noqa: S603  the same
            list(argv),
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A group of its own, so that the compilers it starts can be ended with it.
            start_new_session=True,
        ) as child,
    ):
        try:
            for line in child.stdout or ():
                file.write(line)
                lines.append(line.rstrip())
                on_line(lines[-1])
            return child.wait(), lines
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            raise


def module_folder(go: str, folder: Path, module: str, log: Path) -> Path:
    """Finds the source of a Go module, downloading it when it is not there.

    Args:
        go: The go command.
        folder: The module that requires it.
        module: Its path.
        log: Gets what the commands print.

    Returns:
        A read-only folder of the module cache.

    Raises:
        LocalClusterError: When it cannot be had.
    """
    run([go, "mod", "download", module], folder, log, lambda _: None)
    code, lines = run([go, "list", "-m", "-f", "{{.Dir}}", module], folder, log, lambda _: None)
    found = Path(lines[-1]) if lines and code == 0 else None
    if found is None or not found.is_dir():
        raise LocalClusterError(f"the Go module {module} could not be downloaded: see {log}")
    return found
