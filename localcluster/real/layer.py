"""The one layer of an image, and the archive that containerd imports."""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from .debian import archive

__all__ = ["Layer", "write_image"]

_USERS = {"root": 0, "zookeeper": 1000, "postgres": 999, "redis": 999, "mysql": 999}
_LEFT_OUT = re.compile(
    r"/share/(doc|man|locale|info|lintian|bug)/|\.jmod$|/lib/ct\.sym$|/lib/src\.zip$"
)
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Layer:
    """Files on their way into an image. What is added first under a name stays."""

    def __init__(self) -> None:
        """Begins with the folders and users that packages leave to their scripts."""
        self._buffer = io.BytesIO()
        self._tar = tarfile.TarFile(fileobj=self._buffer, mode="w", format=tarfile.PAX_FORMAT)
        self._seen: set[str] = set()
        # /usr is merged, as the packages expect to find it.
        for name in ("bin", "sbin", "lib", "lib64"):
            self.folder(f"usr/{name}")
            self.link(name, f"usr/{name}")
        for name in ("etc", "root", "run", "var", "proc", "sys", "dev"):
            self.folder(name)
        self.link("var/run", "/run")
        for name in ("tmp", "var/tmp"):
            self.folder(name, mode=0o1777)
        lines = [f"{name}:x:{number}:{number}::/:/bin/sh\n" for name, number in _USERS.items()]
        self.file("etc/passwd", "".join(lines).encode())
        lines = [f"{name}:x:{number}:\n" for name, number in _USERS.items()]
        self.file("etc/group", "".join(lines).encode())
        self.file("etc/nsswitch.conf", b"passwd: files\ngroup: files\nhosts: files dns\n")

    def entry(self, info: tarfile.TarInfo, content: IO[bytes] | None = None) -> None:
        """Adds an entry of another archive.

        Args:
            info: The entry; its time is dropped, so that equal files make equal images.
            content: What a file holds.
        """
        info.name = re.sub(r"^(\./)+", "", info.name).rstrip("/")
        if info.name in ("", ".") or info.name in self._seen:
            return
        info.mtime = 0
        self._seen.add(info.name)
        self._tar.addfile(info, content)

    def folder(self, name: str, *, owner: int = 0, mode: int = 0o755) -> None:
        """Adds a folder."""
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.uid, info.gid = tarfile.DIRTYPE, mode, owner, owner
        self.entry(info)

    def link(self, name: str, target: str) -> None:
        """Adds a symbolic link."""
        info = tarfile.TarInfo(name)
        info.type, info.linkname = tarfile.SYMTYPE, target
        self.entry(info)

    def file(self, name: str, content: bytes, *, mode: int = 0o644) -> None:
        """Adds a file of root's."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(content), mode
        self.entry(info, io.BytesIO(content))

    def package(self, path: Path) -> None:
        """Adds the files of a Debian package, less what only people read."""
        with archive(path) as tar:
            for member in tar:
                if _LEFT_OUT.search(member.name):
                    continue
                content = tar.extractfile(member) if member.isreg() else None
                member.name = _merged(member.name)
                if member.islnk():
                    member.linkname = _merged(member.linkname)
                self.entry(member, content)

    @property
    def names(self) -> frozenset[str]:
        """Every path so far, without a leading slash."""
        return frozenset(self._seen)

    def finish(self) -> bytes:
        """Ends the layer.

        Returns:
            Its archive.
        """
        self._tar.close()
        return self._buffer.getvalue()


def _merged(name: str) -> str:
    return re.sub(r"^(?:\./)*(bin|sbin|lib|lib64)(?=/|$)", r"usr/\1", name)


def write_image(
    path: Path, references: Sequence[str], layer: bytes, config: Mapping[str, Any]
) -> None:
    """Writes an image as an OCI archive.

    Args:
        path: The file to write.
        references: The full names that it is imported under.
        layer: The archive of its files.
        config: Entry point, environment and the like, in the terms of OCI.
    """
    blobs: dict[str, bytes] = {}

    def described(content: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        blobs[digest] = content
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}

    files = described(layer, "application/vnd.oci.image.layer.v1.tar")
    image = {
        "architecture": "amd64",
        "os": "linux",
        "config": dict(config),
        "rootfs": {"type": "layers", "diff_ids": [files["digest"]]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": described(json.dumps(image).encode(), "application/vnd.oci.image.config.v1+json"),
        "layers": [files],
    }
    entry = described(json.dumps(manifest).encode(), _MANIFEST)
    keys = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
    entries = [{**entry, "annotations": dict.fromkeys(keys, name)} for name in references]
    with tarfile.open(path, "w") as tar:
        _put(tar, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        index = {"schemaVersion": 2, "manifests": entries}
        _put(tar, "index.json", json.dumps(index).encode())
        for digest, content in blobs.items():
            _put(tar, f"blobs/sha256/{digest}", content)


def _put(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))
