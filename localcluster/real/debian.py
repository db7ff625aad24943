"""Debian packages, downloaded with the machine's own apt and unpacked: nothing is installed."""

import hashlib
import io
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from localcluster.errors import LocalClusterError
from localcluster.files import private_folder
from localcluster.layout import cache_folder
from localcluster.locks import held
from localcluster.progress import Step

from .needs import require_commands

__all__ = ["archive", "downloaded", "tools"]

# What the node runs beside what is built here. xfsprogs only serve a root who may not grow ext4.
_TOOLS = ("containerd", "runc", "containernetworking-plugins", "xfsprogs")
_PURPOSE = "the real node, the first time,"


def tools() -> Path:
    """Unpacks the programs of a node, once for each release of the system.

    Returns:
        A folder laid out like the root of a file system.

    Raises:
        LocalClusterError: The packages cannot be had.
    """
    key = hashlib.sha256(f"{_TOOLS} {_release()}".encode()).hexdigest()[:16]
    target = real_cache() / f"tools-{key}"
    with held(real_cache() / ".tools.lock", "another command unpacks packages: waiting for it"):
        if target.exists():
            return target
        draft = real_cache() / ".tools.draft"
        shutil.rmtree(draft, ignore_errors=True)
        with Step("packages of the node"):
            # Those that are installed count as well: where they lie is then known.
            for package in downloaded(_TOOLS, ("--reinstall",)):
                _run(["dpkg-deb", "-x", str(package), str(draft)], real_cache())
        draft.replace(target)
    return target


def downloaded(names: Sequence[str], options: Sequence[str]) -> list[Path]:
    """Downloads packages with what they depend on.

    Args:
        names: The packages.
        options: More of `apt-get install`: what counts as being there.

    Returns:
        The package files, sorted by name.

    Raises:
        LocalClusterError: apt is missing, or does not find them.
    """
    require_commands(("apt-get", "dpkg-deb"), _PURPOSE)
    folder = private_folder(real_cache() / "packages")
    ask = ("apt-get", "-o", "Debug::NoLocking=1", *options, "--no-install-recommends")
    listed = _run((*ask, "--print-uris", "-y", "install", *names), folder)
    files = [line.split()[1] for line in listed.splitlines() if line.startswith("'")]
    wanted = {file.split("_")[0]: file for file in files if not _UNUSED.match(file)}
    absent = [name for name, file in wanted.items() if not (folder / file).exists()]
    if absent:
        # The user that apt downloads with otherwise cannot write here.
        _run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *absent], folder)
    return [folder / file for _, file in sorted(wanted.items())]


def archive(package: Path) -> tarfile.TarFile:
    """Opens the files of a package.

    Args:
        package: A .deb, which is an `ar` archive.

    Returns:
        The archive of what it would install.

    Raises:
        LocalClusterError: It is no such file.
    """
    content = package.read_bytes()
    at = 8
    while at < len(content):
        name = content[at : at + 16].decode(errors="replace").strip().rstrip("/")
        size = int(content[at + 48 : at + 58])
        if name.startswith("data.tar"):
            return tarfile.open(fileobj=io.BytesIO(content[at + 60 : at + 60 + size]))
        at += 60 + size + size % 2
    raise LocalClusterError(f"{package} is no Debian package: remove it, and it is downloaded anew")


def real_cache() -> Path:
    """The part of the cache that is for real nodes.

    Returns:
        Its path; it exists.
    """
    return private_folder(cache_folder() / "real")


# Dependencies that nothing in a container or on the node ever loads.
_UNUSED = re.compile(
    r"perl|libperl|debconf|dpkg|tar_|util-linux|fonts|libfontconfig|libfreetype|libasound|libavahi"
    r"|libcups|libharfbuzz|libgraphite|libglib2|libpng|libjpeg|liblcms|libnss3|libnspr|libsqlite"
    r"|libpcsclite|libbrotli|libexpat|libdbus|libpam|adduser|passwd|usrmerge|init-system|sysvinit"
    r"|lsb-base|libsemanage|libsepol|libaudit|libcap-ng|ca-certificates|openssl_|java-common"
    r"|netbase|sensible|postgresql-client-common|libdb5|libgdbm|libnumber|libtext|libfile|libmount"
    r"|libblkid|libsmartcols|libudev|mawk|gawk"
)


def _release() -> str:
    # Programs of one release do not run with the libraries of another.
    return Path("/etc/os-release").read_text(encoding="utf-8")


def _run(words: Sequence[str], folder: Path) -> str:
    done = subprocess.run(  # noqa: S603  the system's own tools
        list(words),
        cwd=folder,
        env={**os.environ, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        why = (done.stderr or done.stdout).strip().splitlines()
        raise LocalClusterError(
            f"`{' '.join(words)}` failed ({why[-1] if why else done.returncode}): run `apt-get"
            " update`, and see that the system's package sources can be reached"
        )
    return done.stdout
