"""Builds parts from source, once: the cache holds them under the hash of what they came from."""

import hashlib
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from . import gotool
from .errors import LocalClusterError
from .files import private_folder
from .layout import GO_SOURCES, cache_folder
from .locks import held
from .parts import Part
from .progress import Step, say, span

_SOURCES = {".go", ".mod", ".sum"}
_TEST = "_test.go"


def fingerprint(part: Part, sources: Path = GO_SOURCES) -> str:
    """Names the content of a part.

    The version of Go is left out on purpose. Asking for it means running Go, and a machine that
    only uses what was built (a CI job with a restored cache) needs no Go at all. A newer compiler
    makes no other program of the same sources.

    Args:
        part: The part.
        sources: The folder of all Go modules.

    Returns:
        16 hex digits that change with the sources, the way of building and the platform.
    """
    digest = hashlib.sha256()
    digest.update(f"{sys.platform} {platform.machine()} {sorted(asdict(part).items())}".encode())
    for file in sorted((sources / part.folder).rglob("*")):
        if file.suffix in _SOURCES and not file.name.endswith(_TEST):
            content = file.read_bytes()
            name = file.relative_to(sources)
            digest.update(f"{name} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()[:16]


def programs_folder() -> Path:
    """The part of the cache where built parts are.

    Returns:
        Its path.
    """
    return cache_folder() / "bin"


def location(part: Part) -> Path:
    """Says where a part is, or will be once it is built.

    Args:
        part: The part.

    Returns:
        The program; for a part without one, the folder of its files.
    """
    folder = programs_folder() / f"{part.name}-{fingerprint(part)}"
    return folder / part.name if part.package else folder


def ensure(parts: Sequence[Part], *, verbose: bool = False) -> dict[str, Path]:
    """Builds what is missing, one part at a time: the compiler takes all processors by itself.

    Args:
        parts: The parts wanted.
        verbose: Mention parts that were built already.

    Returns:
        Where each part is, by name.

    Raises:
        LocalClusterError: When a build fails, or Go is missing.
    """
    places = {part.name: location(part) for part in parts}
    missing = {part.name for part in parts if not places[part.name].exists()}
    spent: dict[str, float] = {}
    for number, part in enumerate(parts, 1):
        title = f"[{number}/{len(parts)}] {part.name}"
        if part.name in missing:
            seconds = _build_once(part, places[part.name], title)
            if seconds is not None:
                spent[part.name] = seconds
        elif verbose or missing:
            say(f"{title}  cached")
    if spent:
        total = span(sum(spent.values()))
        minutes = ", ".join(f"{name} {seconds / 60:.1f}" for name, seconds in spent.items())
        say(f"built {len(spent)} parts in {total}; minutes each: {minutes}")
    return places


def _build_once(part: Part, place: Path, title: str) -> float | None:
    go = gotool.require(part.name, part.purpose)
    lock = programs_folder() / f".{part.name}.lock"
    with held(lock, f"{part.name} is being built by another command: waiting for it"):
        # Another command may have built it while this one waited.
        if place.exists():
            say(f"{title}  cached")
            return None
        with Step(title) as step:
            _build(go, part, place, step)
        return step.elapsed


def _build(go: str, part: Part, place: Path, step: Step) -> None:
    target = place.parent if part.package else place
    draft = programs_folder() / f".{part.name}.draft"
    log = private_folder(cache_folder() / "log") / f"{target.name}.log"
    log.unlink(missing_ok=True)
    # This part's lock is held, so what lies here is what an earlier build left when it was killed.
    shutil.rmtree(draft, ignore_errors=True)
    try:
        # A copy: what has to lie beside the sources while they are compiled is downloaded, and
        # must not appear in a checkout.
        source, output = draft / "source", private_folder(draft / "output")
        shutil.copytree(GO_SOURCES / part.folder, source)
        into = source if part.package else output
        for file in part.files:
            found = gotool.module_folder(go, source, file.module, log) / file.path
            # Content alone: the module cache is read-only, and such a copy could not be removed.
            shutil.copyfile(found, into / file.name)
        if part.package:
            _compile(go, part, source, output / part.name, log, step)
        # Only ever a folder that somebody emptied: a whole one would not have led here.
        shutil.rmtree(target, ignore_errors=True)
        output.replace(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if not place.exists():
        raise LocalClusterError(f"the build of {part.name} left nothing behind: see {log}")


def _compile(go: str, part: Part, source: Path, output: Path, log: Path, step: Step) -> None:
    flags = " ".join(["-s -w", *(f"-X {stamp}" for stamp in part.stamps)])
    argv = [go, "build", "-v", f"-ldflags={flags}", f"-tags={part.tags}", "-o", str(output)]
    code, lines = gotool.run([*argv, part.package], source, log, step.advance)
    if code != 0:
        tail = "\n".join(f"  {line}" for line in lines[-20:])
        raise LocalClusterError(f"the build of {part.name} failed, its log is {log}\n{tail}")
