"""The preview after which nobody has to believe: nothing is replaced and nothing is deleted."""

import json
import shlex
import subprocess
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from statefast.marks import sentences

from ..steps import Failed

__all__ = ["Proof", "command", "prove"]

_TAKES_AWAY = ("replace", "delete", "discard")
# What lives is imported; it is created where the preview reads another cluster.
_WORKLOADS = ("kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:Deployment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a preview would do.

    Attributes:
        steps: How often each step, e.g. `import`.
        takes_away: The resources that would be replaced or deleted, and what lives that would be
            made anew.
    """

    steps: Mapping[str, int]
    takes_away: tuple[str, ...]


def command(stack: str, folder: Path, verb: str = "preview") -> str:
    """What runs on a stack, from any folder."""
    where = "" if folder.resolve() == Path.cwd() else f" -C {shlex.quote(str(folder))}"
    return f"pulumi {verb} -s {shlex.quote(stack)}{where}"


def prove(stack: str, folder: Path, taken: Collection[str] = ()) -> Proof | None:
    """Previews a stack; None where there is no Pulumi CLI.

    Args:
        stack: Its name.
        folder: Of the program.
        taken: Names of what is there and is taken.

    Raises:
        Failed: it is refused, or fails.
    """
    if which("pulumi") is None:
        return None
    asks = command(stack, folder)
    words = [*shlex.split(asks), "--json", "--non-interactive"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        said = json.loads(done.stdout)
    except ValueError:
        text = " ".join((done.stderr or done.stdout).split())
        raise Failed(f"{asks} failed: {text}") from None
    if done.returncode:
        messages = [
            str(it.get("message") or "")
            for it in said.get("diagnostics") or ()
            if it.get("severity") == "error"
        ]
        ours = [text for message in messages for _, text in sentences(message)]
        raise Failed("\n".join([f"{asks} is refused:", *(ours or messages)]))
    steps = said.get("steps") or []
    return Proof(
        steps=Counter(str(it["op"]) for it in steps),
        takes_away=tuple(
            str(it["urn"])
            for it in steps
            if any(word in it["op"] for word in _TAKES_AWAY)
            or (it["op"] == "create" and _is_taken(str(it["urn"]), taken))
        ),
    )


def _is_taken(urn: str, taken: Collection[str]) -> bool:
    type_, _, name = urn.rpartition("::")
    return name in taken and type_.endswith(_WORKLOADS)
