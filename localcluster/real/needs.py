"""What a real node asks of the machine, and how to get what is missing."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from localcluster.errors import LocalClusterError

__all__ = ["missing", "require", "require_commands"]

_CGROUPS = Path("/sys/fs/cgroup")
# By command, the Debian package that has it.
_COMMANDS = {
    "ip": "iproute2",
    "mount": "mount",
    "losetup": "mount",
    "unshare": "util-linux",
    "blkid": "util-linux",
    "fsfreeze": "util-linux",
    "mkfs.ext4": "e2fsprogs",
    "e2fsck": "e2fsprogs",
    "resize2fs": "e2fsprogs",
}
_PATH = os.pathsep.join(("/usr/sbin", "/sbin", os.defpath))
_OTHERWISE = "leave out --real and STATEFAST_REAL for simulated nodes"


def missing() -> str | None:
    """Says what keeps a real node from running here.

    Returns:
        One sentence with a remedy; None when nothing does.
    """
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return (
            f"a real node needs Linux on x86_64, and this is {platform.system()} on"
            f" {platform.machine()}: {_OTHERWISE}"
        )
    if os.geteuid() != 0:
        return f"a real node needs root: run the command with `sudo -E`, or {_OTHERWISE}"
    for name, package in _COMMANDS.items():
        if shutil.which(name, path=_PATH) is None:
            return f"a real node needs the command `{name}`: install the package {package}"
    if not _cgroups_writable():
        return (
            f"a real node needs to make cgroups, and {_CGROUPS} is missing or read-only: run it"
            f" outside of a container, or in a privileged one, or {_OTHERWISE}"
        )
    words = ["unshare", "--mount", "--pid", "--fork", "--net", "--ipc", "--uts", "true"]
    made = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    if made.returncode:
        return (
            f"a real node needs namespaces of its own ({made.stderr.strip()}): run it outside of a"
            f" container, or in a privileged one, or {_OTHERWISE}"
        )
    return None


def require() -> None:
    """Makes sure that a real node can run here.

    Raises:
        LocalClusterError: When it cannot, with the remedy.
    """
    if reason := missing():
        raise LocalClusterError(reason)


def require_commands(commands: Sequence[str], purpose: str) -> None:
    """Makes sure that commands are there that only the first start needs.

    Args:
        commands: Their names; the Debian package is called the same, or `maven` for `mvn`.
        purpose: What they are needed for.

    Raises:
        LocalClusterError: When one is missing.
    """
    packages = {"mvn": "maven", "apt-get": "apt", "dpkg-deb": "dpkg"}
    for name in commands:
        if shutil.which(name) is None:
            raise LocalClusterError(
                f"{purpose} needs the command `{name}`: install the package {packages[name]}, or"
                f" {_OTHERWISE}"
            )


def _cgroups_writable() -> bool:
    # With version 1 each controller is a mount of its own.
    folder = _CGROUPS if (_CGROUPS / "cgroup.controllers").exists() else _CGROUPS / "memory"
    return folder.is_dir() and not os.statvfs(folder).f_flag & os.ST_RDONLY
