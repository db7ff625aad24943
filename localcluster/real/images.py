"""The images of the workloads, built from packages: no registry, no daemon, no network for pods.

They carry the very references of the workload files, so these run as they are. Entry points are
small re-writes of what the official ones do with the same variables.
"""

import hashlib
import io
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from localcluster.errors import LocalClusterError
from localcluster.layout import PACKAGE
from localcluster.locks import held
from localcluster.progress import Step

from .debian import downloaded, real_cache
from .layer import Layer, write_image
from .needs import require_commands

__all__ = ["PAUSE", "images"]

PAUSE = "statefast.local/pause:1"
_ENTRYPOINTS = PACKAGE / "real" / "entrypoints"
_ARTIFACTS = PACKAGE / "real" / "pom.xml"
# Whatever else is in an image, its scripts run in these.
_BASE = ("bash", "dash", "coreutils", "grep", "sed", "libc-bin", "base-files", "base-passwd")
_EMPTY_MACHINE = ("-o", "Dir::State::status=/dev/null")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_OF_OTHER_SYSTEMS = re.compile("embedded-postgres|osx|windows|aarch")


@dataclass(frozen=True)
class _Recipe:
    """One image: Debian packages, and what is added to them, under several names."""

    references: tuple[str, ...]
    packages: tuple[str, ...]
    add: Callable[[Layer], None]
    entrypoint: str
    command: tuple[str, ...]
    stop: str = "SIGTERM"


def _names(image: str, *tags: str) -> tuple[str, ...]:
    return tuple(f"docker.io/library/{image}:{tag}" for tag in tags)


def images(pause: Path) -> tuple[Path, ...]:
    """Builds the images that are missing.

    Args:
        pause: The program that holds a pod's namespaces.

    Returns:
        One OCI archive each, named after its content's recipe.

    Raises:
        LocalClusterError: What they are made of cannot be had.
    """
    sources = hashlib.sha256()
    scripts = (Path(__file__).with_name(name) for name in ("debian.py", "images.py", "layer.py"))
    for file in (*scripts, *sorted(_ENTRYPOINTS.iterdir()), _ARTIFACTS):
        sources.update(file.read_bytes())
    key = sources.hexdigest()[:16]
    with held(real_cache() / ".images.lock", "another command builds images: waiting for it"):
        found = [_pause(pause)]
        for name, recipe in _RECIPES.items():
            target = real_cache() / f"{name}-{key}.tar"
            if not target.exists():
                with Step(f"image {name}"):
                    _build(recipe, target)
            found.append(target)
    return tuple(found)


def _pause(program: Path) -> Path:
    target = real_cache() / f"{program.parent.name}.tar"
    if not target.exists():
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            tar.add(program, "pause")
        _write(target, (PAUSE,), buffer.getvalue(), {"Entrypoint": ["/pause"]})
    return target


def _build(recipe: _Recipe, target: Path) -> None:
    layer = Layer()
    for package in downloaded((*_BASE, *recipe.packages), _EMPTY_MACHINE):
        layer.package(package)
    recipe.add(layer)
    config = {
        "Env": [f"PATH={_PATH}", "LANG=C.UTF-8"],
        "Entrypoint": [recipe.entrypoint],
        "Cmd": list(recipe.command),
        "StopSignal": recipe.stop,
    }
    _write(target, recipe.references, layer.finish(), config)


def _write(
    target: Path, references: Sequence[str], layer: bytes, config: Mapping[str, object]
) -> None:
    draft = target.with_suffix(".draft")
    write_image(draft, references, layer, config)
    draft.replace(target)


def _jars() -> list[Path]:
    """ZooKeeper with what it depends on, and PostgreSQL, by the machine's own Maven."""
    key = hashlib.sha256(_ARTIFACTS.read_bytes()).hexdigest()[:16]
    target = real_cache() / f"jars-{key}"
    if not target.exists():
        require_commands(("mvn",), "the real node, the first time,")
        draft = real_cache() / ".jars.draft"
        shutil.rmtree(draft, ignore_errors=True)
        words = ["mvn", "-q", "-B", "-f", str(_ARTIFACTS), "dependency:copy-dependencies"]
        done = subprocess.run(  # noqa: S603  the user's own Maven
            [*words, f"-DoutputDirectory={draft}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            tail = "\n".join(f"  {line}" for line in done.stdout.splitlines()[:10])
            raise LocalClusterError(f"Maven could not fetch what {_ARTIFACTS} names:\n{tail}")
        draft.replace(target)
    return sorted(target.glob("*.jar"))


def _script(layer: Layer, name: str, source: str) -> None:
    layer.file(name, (_ENTRYPOINTS / source).read_bytes(), mode=0o755)


def _zookeeper(layer: Layer) -> None:
    layer.link("usr/bin/nc", "nc.openbsd")
    java = _only(layer, r"usr/lib/jvm/java-\d+-openjdk-[^/]+/bin/java")
    layer.link("usr/bin/java", f"/{java}")
    for jar in _jars():
        if not _OF_OTHER_SYSTEMS.search(jar.name):
            layer.file(f"zookeeper/lib/{jar.name}", jar.read_bytes())
    for name in ("conf", "data", "datalog", "logs"):
        layer.folder(name, owner=1000)
    layer.file("zookeeper/lib/logback.xml", (_ENTRYPOINTS / "logback.xml").read_bytes())
    _script(layer, "usr/bin/zkServer.sh", "zkServer.sh")
    _script(layer, "usr/bin/zkCli.sh", "zkCli.sh")
    _script(layer, "docker-entrypoint.sh", "zookeeper-entrypoint.sh")


def _postgres(layer: Layer) -> None:
    jar = next(jar for jar in _jars() if jar.name.startswith("embedded-postgres"))
    with zipfile.ZipFile(jar) as outer:
        name = next(name for name in outer.namelist() if name.endswith(".txz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(name)), mode="r:xz") as inner:
            for member in inner:
                content = inner.extractfile(member) if member.isreg() else None
                member.name = "usr/local/pgsql/" + re.sub(r"^(\./)+", "", member.name)
                member.uid = member.gid = 0
                layer.entry(member, content)
    for name in ("postgres", "initdb", "pg_ctl"):
        layer.link(f"usr/local/bin/{name}", f"/usr/local/pgsql/bin/{name}")
    for name in ("psql", "pg_isready", "pg_dump"):
        # Not by the script in /usr/bin, which is in Perl.
        program = _only(layer, rf"usr/lib/postgresql/\d+/bin/{name}")
        layer.link(f"usr/local/bin/{name}", f"/{program}")
    layer.folder("var/lib/postgresql", owner=999)
    layer.folder("var/lib/postgresql/data", owner=999, mode=0o700)
    layer.folder("run/postgresql", owner=999, mode=0o3777)
    _script(layer, "usr/local/bin/docker-entrypoint.sh", "postgres-entrypoint.sh")


def _only(layer: Layer, pattern: str) -> str:
    """The path that each release of the system has another number in."""
    found = [name for name in layer.names if re.fullmatch(pattern, name)]
    if len(found) != 1:
        raise LocalClusterError(f"the packages of the image have {found} for {pattern}, not one")
    return found[0]


def _redis(layer: Layer) -> None:
    layer.folder("data", owner=999)
    _script(layer, "usr/local/bin/docker-entrypoint.sh", "redis-entrypoint.sh")


def _mysql(layer: Layer) -> None:
    layer.folder("var/lib/mysql", owner=999)
    layer.folder("run/mysqld", owner=999)
    layer.folder("etc/mysql/conf.d")
    _script(layer, "usr/bin/mysqladmin", "mysqladmin.sh")
    _script(layer, "usr/local/bin/docker-entrypoint.sh", "mysql-entrypoint.sh")


# The names that a bare `zookeeper:3.9.4` stands for, and one more each, to roll to and back. Redis
# and MySQL are what Debian has in their place: 7.0, and MariaDB 10.11.
_RECIPES = {
    "zookeeper": _Recipe(
        _names("zookeeper", "3.9.4", "3.9.3"),
        ("default-jre-headless", "netcat-openbsd", "gzip"),
        _zookeeper,
        "/docker-entrypoint.sh",
        ("zkServer.sh", "start-foreground"),
    ),
    "postgres": _Recipe(
        _names("postgres", "17.6", "17.5"),
        ("postgresql-client", "libstdc++6", "libuuid1", "zlib1g"),
        _postgres,
        "docker-entrypoint.sh",
        ("postgres",),
        "SIGINT",
    ),
    "redis": _Recipe(
        _names("redis", "8.2.1", "8.2.0"),
        ("redis-server",),
        _redis,
        "docker-entrypoint.sh",
        ("redis-server",),
    ),
    "mysql": _Recipe(
        _names("mysql", "8.4.6", "8.4.5"),
        ("mariadb-server-core", "mariadb-client-core"),
        _mysql,
        "docker-entrypoint.sh",
        ("mysqld",),
    ),
}
